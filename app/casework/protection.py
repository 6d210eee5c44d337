"""Protection records: sealed by anybody, opened by protection officers, and every view noted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.history import history
from app.casework.sealing import clean_answers, kept_answers, open_content, seal_answers
from app.casework.verbs import verb
from app.errors import Refused
from app.i18n import N_, _
from app.models.cases import Case
from app.models.clock import stamp_time
from app.models.ids import new_id
from app.models.log import entries_of
from app.models.officers import PROTECTION, is_officer, recipients
from app.models.projection import folded
from app.models.protection import ProtectionClearance, ProtectionRecord, SealedView
from app.models.record import Record
from app.models.rules import rule
from app.models.store import Store
from app.models.types import Context
from app.models.users import User

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

_KIND: Final = ProtectionRecord.kind
_HOLD: Final = "protection_hold"


@dataclass(frozen=True, slots=True)
class Version:
    """One save of a sealed record, opened.

    Attributes:
        at: When, by the author's clock, in UTC.
        author: Name or login; empty when not known here.
        answers: Kept form; None where it was sealed to others only.
        is_current: It is what the record says; two are, where two people wrote at once.
    """

    at: datetime
    author: str
    answers: dict[str, Any] | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class View:
    """A sealed record was opened."""

    at: datetime
    user: UUID


@dataclass(frozen=True, slots=True)
class Resealed:
    """What sealing again came to.

    Attributes:
        done: Records sealed to the present officers.
        left: Records sealed to others only, or waiting for somebody to settle two versions.
    """

    done: int
    left: int


# -- sealing and opening -----------------------------------------------------------------------


def may_open(store: Store, user: UUID) -> bool:
    """Tell whether a user can open sealed records: a protection officer whose key is held."""
    with store.read() as db:
        return is_officer(db.get(User, user)) and store.identity_of(user) is not None


def sealed_of(db: Session, person: UUID) -> list[ProtectionRecord]:
    """List the sealed records of a person, the earliest first; for protection officers only."""
    query = select(ProtectionRecord).where(
        ProtectionRecord.person == person, ProtectionRecord.voided.is_(None)
    )
    return list(db.scalars(query.order_by(ProtectionRecord.created_at)))


def seal(
    store: Store,
    author: UUID,
    person: UUID,
    answers: Mapping[str, Any],
    record: UUID | None = None,
) -> UUID:
    """Seal answers to every protection officer known here; anybody may.

    Args:
        answers: To ``PROTECTION_FIELDS``, as JSON or kept values.
        record: Seal them in place of what this record says; for somebody who may open it.

    Returns:
        The record's id.

    Raises:
        Refused: An answer breaks its question's rule, or nobody could open the record.
    """
    with store.write(author) as db:
        return seal_in(db, person, answers, record).id


def seal_in(
    db: Session, person: UUID, answers: Mapping[str, Any], record: UUID | None = None
) -> ProtectionRecord:
    """Seal answers inside a save; see ``seal``."""
    cleaned = clean_answers(answers, db.info["context"])
    if record is None:
        made = ProtectionRecord(id=new_id(), person=person)
        db.add(made)
    else:
        _require_identity(db)
        made = _record(db, record)
        if made.person != person:
            raise Refused("root_fixed", _("This cannot be moved to another file."), "person", _KIND)
    made.content = _sealed(db, made, cleaned)
    return made


def open_sealed(store: Store, author: UUID, record: UUID) -> dict[str, Any]:
    """Give the answers of a sealed record, once the view is noted on disk.

    Where two people sealed at once (``record.conflicts``) it gives the latest; see
    ``open_versions`` for both, and ``seal`` with the record for settling it.

    Returns:
        Kept form of each answer, by question name.

    Raises:
        Refused: The author is no protection officer, or it is not sealed to them.
    """
    with store.write(author) as db:
        found = _record(db, record)
        answers = open_content(found, found.content, _require_identity(db)).answers
        _note_view(db, found)
    return kept_answers(answers)


def open_versions(store: Store, author: UUID, record: UUID) -> list[Version]:
    """Give every save of a sealed record, the earliest first, once the view is noted on disk.

    Raises:
        Refused: The author is no protection officer.
    """
    with store.write(author) as db:
        identity = _require_identity(db)
        found = _record(db, record)
        current = _siblings(db, found)
        versions = []
        for step in history(db, _KIND, record):
            content = step.answers.get("content")
            if content is None:
                continue
            answers: dict[str, Any] | None = None
            with suppress(Refused):
                answers = kept_answers(open_content(found, content, identity).answers)
            versions.append(Version(step.at, step.author, answers, content in current))
        _note_view(db, found)
    return versions


def reseal(store: Store, author: UUID) -> Resealed:
    """Seal what the author can open to the present officers, after one has come or gone.

    Raises:
        Refused: The author is no protection officer.
    """
    done = left = 0
    with store.write(author) as db:
        identity = _require_identity(db)
        wanted = recipients(db)
        for record in db.scalars(select(ProtectionRecord).order_by(ProtectionRecord.id)):
            try:
                versions = [open_content(record, c, identity) for c in _siblings(db, record)]
            except Refused:
                left += 1
                continue
            if any(one.answers != versions[0].answers for one in versions):
                left += 1
            elif len(versions) > 1 or versions[0].recipients != wanted:
                record.content = _sealed(db, record, versions[0].answers)
                done += 1
    return Resealed(done, left)


def views_of(db: Session, record: UUID) -> list[View]:
    """List who opened a sealed record and when, the earliest first."""
    query = select(SealedView).where(SealedView.record == record).order_by(SealedView.created_at)
    return [View(stamp_time(one.created_at), one.created_by) for one in db.scalars(query)]


def _sealed(db: Session, record: ProtectionRecord, answers: dict[str, Any]) -> bytes:
    to = recipients(db)
    if not to:
        raise Refused(
            "no_officer",
            _(
                "Nobody here can open protection records. Ask a supervisor to add a protection"
                " officer."
            ),
            None,
            _KIND,
        )
    return seal_answers(record, answers, to)


def _siblings(db: Session, record: ProtectionRecord) -> list[bytes]:
    """List what the record says: one content, or several that wait to be settled."""
    if not record.conflicts:
        return [record.content or b""]
    state = folded(db.connection(), record.id, _KIND)
    siblings = state.siblings.get("content", []) if state else []
    return [entry.change.fields["content"] for entry in siblings] or [record.content or b""]


def _record(db: Session, record: UUID) -> ProtectionRecord:
    found = db.get(ProtectionRecord, record)
    if found is None:
        raise Refused("not_here", _("This record is not on this computer."), None, _KIND)
    return found


def _note_view(db: Session, record: ProtectionRecord) -> None:
    db.add(SealedView(record=record.id))


def _require_identity(db: Session) -> Identity:
    """Give the key of the author of a save.

    Raises:
        Refused: They are no protection officer, or their key is not held.
    """
    store: Store = db.info["store"]
    _require_officer(db)
    identity = store.identity_of(db.info["author"])
    if identity is None:
        raise Refused(
            "key_not_held",
            _("Your protection key is not at hand. Lock the store and unlock it again."),
        )
    return identity


def _require_officer(db: Session) -> None:
    if not is_officer(db.get(User, db.info["author"])):
        raise Refused("role", _("Only a protection officer may do this. Ask one of your office."))


# -- clearances --------------------------------------------------------------------------------


def has_clearance(db: Session, case: UUID, covers: str, on: date, *, after: int = 0) -> bool:
    """Tell whether a protection officer has cleared a case, on a day.

    Args:
        covers: A code of ``COVERS``.
        after: Stamp before which clearances do not count, such as that of the hold to be
            released: what ended an earlier hold does not end a later one.
    """
    query = select(ProtectionClearance).where(
        ProtectionClearance.case == case,
        ProtectionClearance.covers == covers,
        ProtectionClearance.voided.is_(None),
        ProtectionClearance.given_on <= on,
        ProtectionClearance.created_at >= after,
    )
    return any(
        (one.valid_until is None or on <= one.valid_until) and _is_lawful(db, one)
        for one in db.scalars(query)
    )


@verb(
    Case,
    "release_hold",
    N_("Release from hold"),
    when=lambda _db, case: case.state == _HOLD,
    roles=frozenset({PROTECTION}),
)
def release_hold(db: Session, case: Case, valid_until: date | None = None) -> ProtectionClearance:
    """Let a case on protection hold go on; what is sealed says why.

    Raises:
        Refused: The author is no protection officer, or the case is not on hold.
    """
    if case.state != _HOLD:
        # Given before there is a hold, it would undo the next one unseen.
        raise Refused("not_on_hold", _("This case is not on hold."), "state", "case")
    return _clear(db, case.id, "release_hold", valid_until)


def clear_child_return(
    store: Store, author: UUID, record: UUID, case: UUID, valid_until: date | None = None
) -> UUID:
    """Let a child's return go on, when the sealed record holds all it needs.

    Returns:
        The id of the clearance.

    Raises:
        Refused: Something is missing, which it names; the record or the case is another
            person's; or the author cannot open the record.
    """
    missing = _missing_for_return(open_sealed(store, author, record))
    if missing:
        raise Refused("missing_for_return", " ".join(missing), None, _KIND)
    with store.write(author) as db:
        cleared = db.get(Case, case)
        if cleared is None or cleared.person != _record(db, record).person:
            raise Refused("another_person", _("This case is another person's."), "case", _KIND)
        return _clear(db, case, "child_return", valid_until).id


def _missing_for_return(answers: Mapping[str, Any]) -> list[str]:
    missing = []
    if answers.get("bip_outcome") != "return":
        missing.append(_("No best-interests decision says that the child should return."))
    if not answers.get("guardian_name"):
        missing.append(_("The legal guardian is not named."))
    if not answers.get("guardian_consents"):
        missing.append(_("The guardian's agreement is missing."))
    if not (answers.get("child_heard") and answers.get("child_view")):
        missing.append(_("What the child wants is not written down."))
    if not answers.get("family_consents"):
        missing.append(_("The agreement of the family in the country of origin is missing."))
    return missing


def _clear(db: Session, case: UUID, covers: str, valid_until: date | None) -> ProtectionClearance:
    _require_officer(db)
    clearance = ProtectionClearance(
        case=case,
        covers=covers,
        given_on=db.info["context"].today,
        valid_until=valid_until,
        given_by=db.info["author"],
    )
    db.add(clearance)
    db.flush()  # so that a move of the same save finds it
    return clearance


def _is_lawful(db: Session, clearance: ProtectionClearance) -> bool:
    """Tell whether an officer gave a clearance; one of an office not known here is believed."""
    giver = db.get(User, clearance.created_by)
    if giver is None or is_officer(giver):
        return True
    # Officers move on; what they cleared stays cleared.
    entries = entries_of(db.connection(), [giver.id.bytes]).get(giver.id.bytes, [])
    return any(PROTECTION in (entry.change.fields.get("roles") or ()) for entry in entries)


# -- rules -------------------------------------------------------------------------------------


def _before(db: Session, record: Record) -> Record | None:
    """Give a record as it was before this save."""
    store: Store = db.info["store"]
    with store.read() as before:
        return before.get(type(record), record.id)


@rule(ProtectionRecord)
def sealed_is_changed_by_officers(db: Session, record: ProtectionRecord, context: Context) -> None:
    """Anybody adds a sealed record; what another has sealed is an officer's to change or void."""
    if "author" in db.info and _before(db, record) is not None:
        _require_officer(db)


@rule(SealedView)
def views_stand(db: Session, view: SealedView, context: Context) -> None:
    """A view is noted when an officer opens a record, and stays."""
    if "author" not in db.info:
        return
    _require_officer(db)
    if _before(db, view) is not None:
        raise Refused("view_stands", _("Who opened a sealed record stays noted."))


@rule(ProtectionClearance)
def clearance_is_given_by_an_officer(
    db: Session, clearance: ProtectionClearance, context: Context
) -> None:
    """Only protection officers clear a case; a clearance is voided, never rewritten."""
    if "author" not in db.info:
        if not _is_lawful(db, clearance):
            raise Refused(
                "clearance_not_lawful",
                _("Nobody with the protection role gave this clearance. It does not count."),
            )
        return
    _require_officer(db)
    before = _before(db, clearance)
    asked = ProtectionClearance.questions()
    if before is None:
        if clearance.given_by != db.info["author"]:
            raise Refused("given_by", _("A clearance is given in one's own name."), "given_by")
        given, until = clearance.given_on, clearance.valid_until
        if given is not None and until is not None and until < given:
            raise Refused(
                "ends_before_start", _("The last day is before the first."), "valid_until"
            )
    elif any(getattr(before, name) != getattr(clearance, name) for name in asked):
        raise Refused("clearance_stands", _("Void this clearance and give another."))
