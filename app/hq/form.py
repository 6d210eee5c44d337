"""Whether what a device asks is well formed: what passes fits every column of either database."""

from __future__ import annotations

from typing import Final

from app.errors import Refused
from app.i18n import _
from app.models.merge import Run
from app.sync.frames import Request
from app.sync.verifying import Check

MOST_REFUSED: Final = 200
_ID_BYTES: Final = 16
_CHAIN_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_MOST_IDENTITIES: Final = 200
_MOST_BUCKETS: Final = 256
_NUMBERS: Final = range(2**62)
_POSITIONS: Final = range(2**63)
_BUCKETS: Final = range(2**48)


def require_request(request: Request) -> None:
    """Raise ``Refused`` unless a request is well formed."""
    is_well_formed = (
        len(request.identities) <= _MOST_IDENTITIES
        and all(
            len(one.device) == _ID_BYTES
            and one.acknowledged in _POSITIONS
            and one.head in _POSITIONS
            for one in request.identities
        )
        and all(cursor in _POSITIONS for cursor in request.cursors.values())
        and len(request.retry) <= MOST_REFUSED
        and all(
            len(made_by) == _ID_BYTES and seq in _NUMBERS and seq for made_by, seq in request.retry
        )
        and all(
            (len(one.by), len(one.identity), len(one.chain), len(one.signature))
            == (_ID_BYTES, _ID_BYTES, _CHAIN_BYTES, _SIGNATURE_BYTES)
            and one.seq in _NUMBERS
            for one in request.seals
        )
        and all(map(_is_run, request.runs))
    )
    if not is_well_formed:
        raise _malformed()


def require_check(asked: Check) -> None:
    """Raise ``Refused`` unless a question about a scope is well formed."""
    is_well_formed = (
        (asked.upto is None or asked.upto in _POSITIONS)
        and len(asked.buckets) <= _MOST_BUCKETS
        and all(len(device) == _ID_BYTES and n in _BUCKETS for device, n in asked.buckets)
        and all(
            len(device) == _ID_BYTES and first in _NUMBERS and last in _NUMBERS
            for device, first, last in asked.wanted
        )
        and all(map(_is_run, asked.gives))
    )
    if not is_well_formed:
        raise _malformed()


def _is_run(run: Run) -> bool:
    return (
        len(run.device) == _ID_BYTES
        and len(run.previous) == _CHAIN_BYTES
        and run.first in _NUMBERS
        and run.first > 0
    )


def _malformed() -> Refused:
    return Refused("malformed", _("This request is not well formed."))
