"""Activities with organisations and people who have no file, and who took part in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.programmes import programme_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.activities import (
    OTHER_PARTICIPANTS,
    PARTICIPANTS,
    UNKNOWN_AGE,
    USUAL_BANDS,
    Activity,
    Organisation,
    ParticipantCount,
)
from app.models.choices import fold_name
from app.models.ids import named_id
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

Counted = tuple[str, str, str, int]
"""Sex, age band, category and how many."""


@dataclass(frozen=True, slots=True)
class Participants:
    """How many people took part, all together and by each side.

    A person who came to two activities is counted in both: these are attendances, not persons.
    """

    total: int = 0
    by_sex: dict[str, int] = field(default_factory=dict)
    by_age: dict[str, int] = field(default_factory=dict)
    by_category: dict[str, int] = field(default_factory=dict)


def record_activity(
    db: Session, programme: str, *, participants: Iterable[Counted] = (), **answers: Any
) -> Activity:
    """Record an activity of a programme, with who took part as far as known.

    Args:
        answers: By question of ``Activity``.

    Raises:
        Refused: The programme has no such activities (at the save).
    """
    activity = Activity(
        programme=programme,
        **{"state": "planned", "starts": db.info["context"].today, **answers},
    )
    db.add(activity)
    for sex, age_band, category, count in participants:
        count_participants(db, activity.id, sex, age_band, category, count)
    return activity


def count_participants(
    db: Session, activity: UUID, sex: str, age_band: str, category: str, count: int
) -> ParticipantCount:
    """Note how many people of one sex, age band and category took part; again corrects it.

    Two desks that count the same people have a conflict to settle, not twice the people.
    """
    place = _place(activity, sex, age_band, category)
    known = db.get(ParticipantCount, place)
    if known is None:
        known = ParticipantCount(
            id=place,
            activity=activity,
            sex=sex,
            age_band=age_band,
            category=category,
            count=count,
        )
        db.add(known)
        return known
    known.voided = None
    if known.count != count:
        known.count = count
    return known


def participants_of(db: Session, activities: Iterable[UUID]) -> Participants:
    """Add up who took part in some activities."""
    ids = list(activities)
    rows = db.execute(
        select(
            ParticipantCount.sex,
            ParticipantCount.age_band,
            ParticipantCount.category,
            func.sum(ParticipantCount.count),
        )
        .where(ParticipantCount.activity.in_(ids), ParticipantCount.voided.is_(None))
        .group_by(ParticipantCount.sex, ParticipantCount.age_band, ParticipantCount.category)
    ).all()
    by_sex: dict[str, int] = {}
    by_age: dict[str, int] = {}
    by_category: dict[str, int] = {}
    total = 0
    for sex, band, category, count in rows:
        total += count or 0
        for side, code in ((by_sex, sex), (by_age, band), (by_category, category)):
            side[code or ""] = side.get(code or "", 0) + (count or 0)
    return Participants(total, by_sex, by_age, by_category)


def activities_of(
    db: Session, programme: str, first: date | None = None, last: date | None = None
) -> list[Activity]:
    """List a programme's activities that began from ``first`` to ``last``, the latest first."""
    query = select(Activity).where(Activity.programme == programme, Activity.voided.is_(None))
    if first is not None:
        query = query.where(Activity.starts >= first)
    if last is not None:
        query = query.where(Activity.starts <= last)
    return list(db.scalars(query.order_by(Activity.starts.desc(), Activity.id)))


def categories_of(db: Session, programme: str) -> tuple[str, ...]:
    """List the participant categories to offer for a programme's activities."""
    own = programme_of(db, programme).participant_categories
    return (*own, OTHER_PARTICIPANTS) if own else PARTICIPANTS.codes()


def age_bands_of(db: Session, programme: str) -> tuple[str, ...]:
    """List the age bands to offer for a programme's activities."""
    own = programme_of(db, programme).age_bands
    return (*(own or USUAL_BANDS), UNKNOWN_AGE)


def _place(activity: UUID, sex: str | None, age_band: str | None, category: str | None) -> UUID:
    return named_id("participant_count", f"{activity}:{sex}:{age_band}:{category}")


# -- verbs -------------------------------------------------------------------------------------


@verb(
    Activity, "begin", N_("It has begun"), when=lambda _db, one: one.state == "planned",
    is_step=True,
)  # fmt: skip
def begin(db: Session, activity: Activity) -> None:
    """Note that an activity has begun."""
    activity.state = "under_way"


@verb(
    Activity, "finish", N_("It has taken place"), asks=("ends", "outcome"),
    when=lambda _db, one: one.state in {"planned", "under_way"}, is_step=True,
)  # fmt: skip
def finish(
    db: Session, activity: Activity, ends: date | None = None, outcome: str | None = None
) -> None:
    """Note that an activity took place, and what came of it."""
    activity.state = "done"
    if ends is not None or activity.ends is None:
        activity.ends = ends or max(activity.starts or date.min, db.info["context"].today)
    if outcome:
        activity.outcome = outcome


@verb(
    Activity, "cancel", N_("Cancel the activity"),
    when=lambda _db, one: one.state in {"planned", "under_way"},
)  # fmt: skip
def cancel(db: Session, activity: Activity) -> None:
    """Note that an activity does not take place."""
    activity.state = "cancelled"


@usual(Activity)
def usual_activity(db: Session, parent: Record | None) -> Mapping[str, Any]:
    """Start as planned for today."""
    answers = {"state": "planned", "starts": db.info["context"].today.isoformat()}
    if isinstance(parent, Organisation):
        answers["partner"] = str(parent.id)
    return answers


@usual(ParticipantCount)
def usual_count(db: Session, activity: Record) -> Mapping[str, Any]:
    """Start with the age that is always known: unknown."""
    return {"age_band": UNKNOWN_AGE}


# -- rules -------------------------------------------------------------------------------------


@rule(Activity)
def programme_has_activities(db: Session, activity: Activity, context: Context) -> None:
    """An activity is of a programme that has activities, and of a kind it has."""
    if activity.programme is None or activity.voided:
        return
    programme = programme_of(db, activity.programme)
    if programme.keeps_cases and not programme.activity_kinds:
        raise Refused(
            "programme_without_activities",
            _("{programme} turns on people's files. Record sessions and training there.").format(
                programme=isolate(programme.name)
            ),
            "programme",
        )
    if programme.activity_kinds and activity.activity_kind not in programme.activity_kinds:
        label = Activity.fields["activity_kind"].type.shown
        raise Refused(
            "activity_kind",
            _("{programme} has no such activities. Choose one of: {kinds}.").format(
                programme=isolate(programme.name),
                kinds=_(", ").join(label(kind) for kind in programme.activity_kinds),
            ),
            "activity_kind",
        )


@rule(Activity)
def activity_dates_follow(db: Session, activity: Activity, context: Context) -> None:
    """An activity does not end before it starts, and none that took place is still to come."""
    if activity.voided:
        return
    if activity.starts and activity.ends and activity.ends < activity.starts:
        raise Refused("ends_before_start", _("The last day is before the first."), "ends")
    if activity.state == "done" and activity.starts and activity.starts > context.today:
        raise Refused(
            "future_date", _("It is still to come, so it has not taken place yet."), "starts"
        )


@rule(ParticipantCount)
def counted_once(db: Session, count: ParticipantCount, context: Context) -> None:
    """People of one sex, age band and category are counted once in an activity."""
    if count.voided:
        return
    other = db.scalars(
        select(ParticipantCount.id).where(
            ParticipantCount.activity == count.activity,
            ParticipantCount.sex == count.sex,
            ParticipantCount.age_band == count.age_band,
            ParticipantCount.category == count.category,
            ParticipantCount.id != count.id,
            ParticipantCount.voided.is_(None),
        )
    ).first()
    if other is not None:
        raise Refused(
            "counted_once", _("These people are counted already. Correct that number."), "count"
        )


@rule(ParticipantCount)
def participants_are_of_the_programme(
    db: Session, count: ParticipantCount, context: Context
) -> None:
    """Participants are counted in the programme's own categories, when it has any."""
    activity = db.get(Activity, count.activity)
    if activity is None or activity.programme is None or count.voided:
        return
    known = categories_of(db, activity.programme)
    if count.category not in known:
        raise Refused(
            "participant_category",
            _("This programme does not count them. Choose one of: {categories}.").format(
                categories=_(", ").join(PARTICIPANTS.label(one) for one in known)
            ),
            "category",
        )


@rule(Organisation)
def organisation_once(db: Session, organisation: Organisation, context: Context) -> None:
    """An organisation is entered once."""
    if organisation.voided or not organisation.name:
        return
    wanted = fold_name(organisation.name)
    for name in db.scalars(
        select(Organisation.name).where(
            Organisation.id != organisation.id,
            Organisation.voided.is_(None),
            Organisation.country.is_not_distinct_from(organisation.country),
        )
    ):
        if fold_name(name or "") == wanted:
            raise Refused(
                "organisation_once",
                _("{name} is entered already. Use that entry.").format(
                    name=isolate(organisation.name)
                ),
                "name",
            )
