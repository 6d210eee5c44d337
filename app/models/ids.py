"""Identities: ordered by time for what is made once, named for what several offices make alike."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

import uuid_utils.compat

_NAMESPACE: Final = UUID("6f2d5c1e-3f0b-5a77-9f51-0c0a5a4e4144")


def new_id() -> UUID:
    """Make an id that sorts by time of making (UUIDv7). Source: RFC 9562 section 5.7."""
    return uuid_utils.compat.uuid7()


def named_id(kind: str, name: str) -> UUID:
    """Make the id that every store gives to ``name``, so that stores created apart agree.

    An office or a curriculum is the same thing wherever its code was typed in first.
    """
    return uuid5(_NAMESPACE, f"{kind}:{name}")


def parse_id(text: str) -> UUID:
    """Read an id as people and JSON write it.

    Raises:
        ValueError: ``text`` is not an id.
    """
    return UUID(text)
