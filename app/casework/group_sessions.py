"""Group sessions: recorded once, and on the file of each who took part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import ENDED
from app.casework.corrections import correct
from app.casework.sessions import interpreter_is_named
from app.casework.verbs import verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.cases import Case
from app.models.fields import Field
from app.models.ids import named_id
from app.models.rules import rule
from app.models.sessions import CounsellingSession, GroupSession
from app.models.types import Context, Reference

SHARED: Final = tuple(
    name
    for name in GroupSession.questions()
    if name in CounsellingSession.questions() and name != "note"
)
"""Answers that were the same for everybody, by question of both kinds."""


def record_group_session(db: Session, participants: Iterable[UUID], **answers: Any) -> GroupSession:
    """Record a session held with several people, on the file of each.

    Args:
        participants: Ids of their cases.
        answers: By question of ``GroupSession``.

    Raises:
        Refused: Nobody took part; or, at the save, a case has ended or the session was recorded
            already.
    """
    cases = list(dict.fromkeys(participants))
    if not cases:
        raise _nobody()
    group_session = GroupSession(
        **{
            "held_on": db.info["context"].today,
            "counsellor": db.info["author"],
            **answers,
        }
    )
    db.add(group_session)
    db.flush()  # answers are values from here on
    for case in cases:
        add_participant(db, group_session, case)
    return group_session


def add_participant(db: Session, group_session: GroupSession, case: UUID) -> CounsellingSession:
    """Note that somebody took part; noting it again, or at two desks, makes one record."""
    place = named_id("counselling_session", f"{group_session.id}:{case}")
    known = db.get(CounsellingSession, place)
    if known is not None:
        if known.voided is not None:
            known.voided = None
        return known
    session = CounsellingSession(
        id=place,
        case=case,
        group_session=group_session.id,
        **{name: getattr(group_session, name) for name in SHARED},
    )
    db.add(session)
    return session


def participants_of(db: Session, group_session: UUID) -> list[CounsellingSession]:
    """List the records of those who took part."""
    return list(
        db.scalars(
            select(CounsellingSession)
            .where(
                CounsellingSession.group_session == group_session,
                CounsellingSession.voided.is_(None),
            )
            .order_by(CounsellingSession.created_at)
        )
    )


def correct_group_session(
    db: Session, group_session: UUID, answers: Mapping[str, Any]
) -> GroupSession:
    """Correct what was the same for everybody, on the file of each too.

    An answer that was changed on one person's record is theirs and stays.

    Args:
        answers: By question of ``GroupSession``, as JSON has them.
    """
    found = db.get(GroupSession, group_session)
    before = {name: getattr(found, name) for name in SHARED} if found else {}
    corrected = correct(db, GroupSession, group_session, answers)
    assert isinstance(corrected, GroupSession)
    changed = {
        name: value for name in SHARED if (value := getattr(corrected, name)) != before[name]
    }
    for session in participants_of(db, group_session):
        for name, value in changed.items():
            if getattr(session, name) == before[name]:
                setattr(session, name, value)
    return corrected


def set_participants(db: Session, group_session: UUID, cases: Iterable[UUID]) -> None:
    """Note who took part: somebody new is given a record, somebody taken out loses it."""
    of = db.get_one(GroupSession, group_session)
    wanted = dict.fromkeys(cases)
    if not wanted:
        raise _nobody()
    for session in participants_of(db, group_session):
        if session.case not in wanted:
            session.voided = _("Taken out of the group session.")
        wanted.pop(session.case, None)
    for case in wanted:
        add_participant(db, of, case)


def open_case_of(db: Session, person: UUID, programme: str | None = None) -> UUID | None:
    """Give the case a session of a person is about: the open one opened last; None without one.

    Args:
        programme: Whose case is preferred.
    """
    found = db.scalars(
        select(Case)
        .where(Case.person == person, Case.voided.is_(None), Case.state.not_in(ENDED))
        .order_by(Case.created_at)
    ).all()
    preferred = [case for case in found if case.programme == programme]
    chosen = [*found, *preferred]
    return chosen[-1].id if chosen else None


def _nobody() -> Refused:
    return Refused(
        "participants_required", _("Choose who took part."), "participants", "group_session"
    )


# -- rules -------------------------------------------------------------------------------------


@rule(GroupSession)
def group_interpreter_is_named(db: Session, session: GroupSession, context: Context) -> None:
    """An interpreter is somebody: the record names them."""
    interpreter_is_named(db, session, context)


@rule(CounsellingSession)
def group_session_once(db: Session, session: CounsellingSession, context: Context) -> None:
    """Nobody is in two group sessions of one kind on one day: it was recorded twice."""
    if session.group_session is None or session.voided is not None:
        return
    twice = db.scalars(
        select(CounsellingSession).where(
            CounsellingSession.case == session.case,
            CounsellingSession.id != session.id,
            CounsellingSession.held_on == session.held_on,
            CounsellingSession.session_kind == session.session_kind,
            CounsellingSession.group_session.is_not(None),
            CounsellingSession.voided.is_(None),
        )
    ).first()
    if twice is not None:
        case = db.get(Case, session.case)
        raise Refused(
            "group_session_twice",
            _(
                "The case {number} already has a group session of this kind on {day}. "
                "Take the person out of one of them."
            ).format(
                number=isolate(case.number or "" if case else ""),
                day=isolate(session.shown("held_on")),
            ),
            "participants",
        )


# -- verbs -------------------------------------------------------------------------------------

_PARTICIPANT: Final = Field(
    N_("Case"), Reference("case"), GroupSession.fields["counsellor"].personal,
    required=True, name="case",
)  # fmt: skip
_CORRECTED: Final = {
    name: replace(GroupSession.fields[name], required=False)  # only what changes is given
    for name in (*SHARED, "place", "note")
}


@verb(GroupSession, "join", N_("Add somebody who took part"), asks={"case": _PARTICIPANT})
def _join(db: Session, session: GroupSession, case: UUID) -> CounsellingSession:
    return add_participant(db, session, case)


@verb(GroupSession, "correct", N_("Correct for everybody"), asks=_CORRECTED)
def _correct(db: Session, session: GroupSession, **answers: Any) -> GroupSession:
    fields = GroupSession.fields
    as_json = {name: fields[name].type.to_json(answer) for name, answer in answers.items()}
    return correct_group_session(db, session.id, as_json)
