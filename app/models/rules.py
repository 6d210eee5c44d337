"""Rules of the work that look beyond one answer, and where they are listed.

A rule is a function that raises ``Refused``. It runs at every save that touches a record of its
kind, whichever screen or command saves; after a merge it runs again and what no longer holds is
listed for review, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.record import Record
from app.models.types import Context

Rule = Callable[[Session, Any, Context], None]

_RULES: Final[dict[type[Record], list[Rule]]] = {}


def rule(*record_kinds: type[Record]) -> Callable[[Rule], Rule]:
    """Declare a function as a rule of these record kinds."""

    def declare(function: Rule) -> Rule:
        for kind in record_kinds:
            _RULES.setdefault(kind, []).append(function)
        return function

    return declare


def rules_of(record: type[Record]) -> list[Rule]:
    """List the rules of a record kind."""
    return _RULES.get(record, [])


def not_here_yet(kind: str | None = None) -> Refused:
    """Give the refusal to work on a record while what it belongs to has not arrived.

    Args:
        kind: Of the record, when known.
    """
    return Refused(
        "not_here_yet",
        _("What this belongs to is not on this computer yet. Synchronise, then try again."),
        None,
        kind,
    )
