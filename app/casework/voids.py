"""Records that no longer count, and bringing them back. Nothing is ever deleted."""

from __future__ import annotations

from app.errors import Refused
from app.i18n import _
from app.models.record import Record


def void(record: Record, reason: str) -> None:
    """Say that a record no longer counts, and why."""
    if not reason.strip():
        raise Refused("reason_required", _("Give the reason."), "voided", record.kind)
    if record.voided:
        raise Refused("already_void", _("This record no longer counts already."), "voided")
    record.voided = reason


def restore_record(record: Record) -> None:
    """Let a voided record count again."""
    record.voided = None
