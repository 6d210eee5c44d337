"""What the screen of activities shows, read at once: activities, organisations, needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.cases import ENDED
from app.casework.people import display_names
from app.models.activities import Activity, Organisation, ParticipantCount
from app.models.cases import Case
from app.models.experts import ExpertNeed
from app.models.store import Store


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity in the list, with the name of its organisation and how many took part."""

    activity: Activity
    partner: str
    taken: int


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need for an expert, with the name of the institution."""

    need: ExpertNeed
    organisation: str


def read_activities(store: Store, partner: UUID | None = None) -> list[ActivityLine]:
    """List the activities, the latest first; of one organisation only when it is given."""
    with store.read() as db:
        query = select(Activity).where(Activity.voided.is_(None))
        if partner is not None:
            query = query.where(Activity.partner == partner)
        listed = db.scalars(
            query.order_by(Activity.starts.desc(), Activity.created_at.desc())
        ).all()
        counted = db.execute(
            select(ParticipantCount.activity, func.sum(ParticipantCount.count))
            .where(ParticipantCount.voided.is_(None))
            .group_by(ParticipantCount.activity)
        )
        taken = {activity: total or 0 for activity, total in counted}
        names = _names(db, (one.partner for one in listed))
        return [
            ActivityLine(
                one, names.get(one.partner, "") if one.partner else "", taken.get(one.id, 0)
            )
            for one in listed
        ]


def read_organisations(store: Store) -> list[Organisation]:
    """List the organisations by name."""
    with store.read() as db:
        listed = db.scalars(select(Organisation).where(Organisation.voided.is_(None)))
        return sorted(listed, key=lambda one: (one.name or "").casefold())


def read_needs(store: Store, organisation: UUID | None = None) -> list[NeedLine]:
    """List the needs for experts, those still open first; of one organisation when it is given."""
    with store.read() as db:
        query = select(ExpertNeed).where(ExpertNeed.voided.is_(None))
        if organisation is not None:
            query = query.where(ExpertNeed.organisation == organisation)
        listed = db.scalars(
            query.order_by((ExpertNeed.state != "open"), ExpertNeed.created_at.desc())
        ).all()
        names = _names(db, (one.organisation for one in listed))
        return [NeedLine(one, names.get(one.organisation, "")) for one in listed]


def experts_of(db: Session, programme: str) -> list[tuple[str, str]]:
    """List the open cases of a programme as answers to choose from: id and who it is."""
    cases = db.scalars(
        select(Case)
        .where(Case.programme == programme, Case.voided.is_(None), Case.state.not_in(sorted(ENDED)))
        .order_by(Case.created_at.desc())
    ).all()
    names = display_names(db, [case.person for case in cases])
    return [
        (str(case.id), " · ".join([*names.get(case.person, [])[:1], case.number or ""]))
        for case in cases
    ]


def _names(db: Session, organisations: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in organisations if one is not None}
    rows = db.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    return {found: name or "" for found, name in rows}
