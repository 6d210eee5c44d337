"""This copy's own changes that headquarters refused: shown with what they hold, and asked again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _
from app.models.change import Change, decode
from app.models.log import CHANGE, chunks
from app.models.quarantine import kind_title, reason_text, shown_answers
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.engine import Line, next_request
from app.sync.report import SyncReport
from app.sync.round import Round
from app.sync.state import Enrolment, enrolment_of, keep_progress, progress_in, progress_of

_ASKED_AT_ONCE: Final = 100
_WANT_BYTES: Final = 64 * 1024
_IN_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """A change of this copy that headquarters set aside; it stands here all the same.

    Attributes:
        device: Identity it was made under; ``seq`` its number there.
        reason: What headquarters said, in the language in use.
        change: What it holds; None where it is not here any more.
    """

    device: UUID
    seq: int
    reason: str
    change: Change | None

    @property
    def kind(self) -> str:
        """Record kind; empty where it is not known."""
        return "" if self.change is None else self.change.kind

    @property
    def record(self) -> UUID | None:
        """Id of the record."""
        return None if self.change is None else UUID(bytes=self.change.record)

    @property
    def root(self) -> UUID | None:
        """Id of the record whose file it belongs to."""
        return None if self.change is None else UUID(bytes=self.change.root_id)

    @property
    def title(self) -> str:
        """Name of the record kind, for a person."""
        return "" if self.change is None else kind_title(self.change.kind)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Label and answer of each question it sets; none of a confidential kind."""
        return [] if self.change is None else shown_answers(self.change)


def refused_changes(store: Store) -> list[RefusedChange]:
    """List this copy's changes that headquarters refused, in the order they were made."""
    refused = progress_of(store).refused
    bodies: dict[tuple[bytes, int], bytes] = {}
    with store.engine.connect() as connection:
        for some in chunks([(device, seq) for device, seq, _reason in refused], _IN_LIMIT):
            query = sa.select(CHANGE.c.device, CHANGE.c.seq, CHANGE.c.body).where(
                sa.tuple_(CHANGE.c.device, CHANGE.c.seq).in_(some)
            )
            bodies.update(((r.device, r.seq), r.body) for r in connection.execute(query))
    found = [
        RefusedChange(
            UUID(bytes=device), seq, reason_text(reason), _decoded(bodies.get((device, seq)))
        )
        for device, seq, reason in refused
    ]
    return sorted(found, key=lambda one: (one.change.clock if one.change else 0, one.seq))


def retry_refused(store: Store, line: Line | None = None) -> int:
    """Ask headquarters to judge what it refused once more, as after a file was opened to us.

    Args:
        store: Enrolled.
        line: Kept open by the caller; by default one is opened and closed.

    Returns:
        How many of them stand now; what headquarters says of the others is kept anew.

    Raises:
        Refused: Not enrolled, or headquarters says no (revoked).
        Unavailable: The line or the other side fails.
    """
    place = enrolment_of(store)
    if place is None:
        raise Refused(
            "not_enrolled",
            _("This store is not enrolled. Ask headquarters for a code, then enrol."),
        )
    if line is None:
        with Carrier(place.url, place) as own:
            return _retry(store, place, own)
    return _retry(store, place, line)


def let_go(store: Store, changes: Iterable[tuple[UUID, int]]) -> None:
    """Speak of refused changes no more: a person has seen to them. They stay in the log here.

    Args:
        store: This copy.
        changes: ``(device, seq)`` of each.
    """
    gone = {(device.bytes, seq) for device, seq in changes}
    with store.control() as connection:
        progress = progress_in(connection)
        progress.refused = [r for r in progress.refused if (r[0], r[1]) not in gone]
        keep_progress(store, connection, progress)


def _retry(store: Store, place: Enrolment, line: Line) -> int:
    before = {(device, seq) for device, seq, _reason in progress_of(store).refused}
    for some in chunks(sorted(before), _ASKED_AT_ONCE):
        request = next_request(store, place, _WANT_BYTES)
        request = msgspec.structs.replace(request, retry=some)
        Round(store, request, line.exchange(request), SyncReport()).apply()
    after = {(device, seq) for device, seq, _reason in progress_of(store).refused}
    return len(before - after)


def _decoded(body: bytes | None) -> Change | None:
    return None if body is None else decode(body)
