"""What a copy has set aside, in words a person can judge, and how it finds its way back.

A change is set aside for one of two reasons: this program cannot read it, which a later version
may; or it may not stand here, as somebody decides otherwise later. It keeps its place in its
device's chain either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.i18n import _
from app.models.capture import REASON
from app.models.change import Change, decode
from app.models.log import QUARANTINE
from app.models.merge import Merged
from app.models.record import kinds
from app.models.settings import Settings
from app.models.shape import shape_digest

if TYPE_CHECKING:
    from app.models.store import Store

_TRIED_WITH: Final = "quarantine_tried_with"


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A change that was set aside.

    Attributes:
        id: Its row here.
        device: Identity it was made under; ``seq`` its number there.
        reason: Why, in a sentence in the language in use.
        since: When it was set aside.
        is_refused: It may not stand here; else this program cannot read it.
        change: What it holds; None where nothing of it can be read.
    """

    id: int
    device: UUID
    seq: int
    reason: str
    since: datetime
    is_refused: bool
    change: Change | None

    @property
    def title(self) -> str:
        """Name of the record kind; the bare name of one that is not known here."""
        return _("Unreadable") if self.change is None else kind_title(self.change.kind)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Label and answer of each question it sets; none of a confidential kind."""
        return [] if self.change is None else shown_answers(self.change)


class Keeper(Protocol):
    """A store, or headquarters' database."""

    engine: sa.Engine
    settings: Settings


def held_changes(connection: sa.Connection) -> list[HeldChange]:
    """List what is set aside here, by device and number."""
    query = sa.select(QUARANTINE).order_by(QUARANTINE.c.device, QUARANTINE.c.seq)
    return [
        HeldChange(
            row.id,
            UUID(bytes=row.device),
            row.seq,
            reason_text(row.reason),
            datetime.fromisoformat(row.at),
            row.is_refused,
            _decoded(row.body),
        )
        for row in connection.execute(query)
    ]


def try_again(store: Store) -> Merged:
    """Judge everything that was set aside once more; what fits goes to its place in the log."""
    with store.engine.connect() as connection:
        rows = list(connection.scalars(sa.select(QUARANTINE.c.id).order_by(QUARANTINE.c.id)))
    return store.merge([], again=rows)


def unreadable_before(store: Keeper) -> list[int]:
    """List the rows that this program may read though the one before it could not.

    None as long as the records are declared as they were when they were last tried.
    """
    if store.settings.get(_TRIED_WITH, str) == shape_digest():
        return []
    query = sa.select(QUARANTINE.c.id).where(QUARANTINE.c.is_refused.is_(sa.false()))
    with store.engine.connect() as connection:
        return list(connection.scalars(query.order_by(QUARANTINE.c.id)))


def note_tried(store: Keeper) -> None:
    """Remember with which declared records what is unreadable was last tried."""
    digest = shape_digest()
    if store.settings.get(_TRIED_WITH, str) != digest:
        store.settings.put(None, **{_TRIED_WITH: digest})


def reason_text(kept: str) -> str:
    """Give a reason that was kept, or came from headquarters, in the language in use.

    What is kept is a message id: the sentence in English, which a program that does not know it
    shows as it is. An earlier program kept the sentence in the language it worked in.
    """
    return _(kept)


def kind_title(kind: str) -> str:
    """Name a record kind in the language in use; a kind not known here by its bare name."""
    record = kinds().get(kind)
    return kind if record is None else _(record.title)


def shown_answers(change: Change) -> list[tuple[str, str]]:
    """Give the label and the answer of each question a change sets, as far as it can be shown.

    None of a confidential kind, nor of one not known here, which may be confidential.
    """
    record = kinds().get(change.kind)
    if record is None or record.is_confidential:
        return []
    fields: Mapping[str, Any] = record.fields
    shown = []
    for name, value in change.fields.items():
        field = fields.get(name)
        if name == REASON:
            shown.append((_("Reason"), str(value)))
        elif value is not None and field is not None and field.type.widget != "reference":
            shown.append((_(field.label), _shown(field.type, value)))
        elif value is not None and field is None:
            shown.append((name, str(value)))
    return shown


def _shown(type_: Any, value: Any) -> str:
    try:
        return str(type_.shown(type_.from_log(value)))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        return str(value)  # what cannot be read is shown as it came


def _decoded(body: bytes) -> Change | None:
    try:
        return decode(body)
    except msgspec.DecodeError:
        return None
