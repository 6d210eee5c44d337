"""Training groups: planning them, enrolling people, and who has completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.attendance import Progress, mark, progress_in, progress_of
from app.casework.corrections import correct
from app.casework.training_calendar import OUT, PLANNING, plan
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import number_text
from app.i18n import N_, _, isolate, ngettext
from app.models.business import BusinessPlan
from app.models.ids import named_id
from app.models.log import entries_of
from app.models.rules import rule
from app.models.training import (
    CURRICULA,
    Certificate,
    Curriculum,
    Enrolment,
    TrainingGroup,
)
from app.models.types import Context
from app.models.users import User

SUPERVISOR: Final = "supervisor"


def create_group(db: Session, **answers: Any) -> TrainingGroup:
    """Plan a training group with its half-days; ``answers`` by question of ``TrainingGroup``."""
    group = TrainingGroup(**answers)
    db.add(group)
    db.flush()  # answers are dates and ids from here on
    plan(db, group)
    return group


def correct_group(db: Session, group: UUID, answers: Mapping[str, Any]) -> TrainingGroup:
    """Correct a group; its half-days follow when its dates or its curriculum change."""
    found = db.get(TrainingGroup, group)
    before = {name: getattr(found, name) for name in PLANNING} if found else {}
    corrected = correct(db, TrainingGroup, group, answers)
    assert isinstance(corrected, TrainingGroup)
    if any(getattr(corrected, name) != before[name] for name in PLANNING):
        db.flush()
        plan(db, corrected)
    return corrected


def enrol(db: Session, group: UUID, person: UUID, **answers: Any) -> Enrolment:
    """Give a person a place in a group; one who had left it takes the same place again.

    Two desks that enrol the same person in the same group have made the same enrolment.

    Args:
        answers: By question of ``Enrolment``. With ``waiver``, whoever saves waives what is to
            be completed first.
    """
    if answers.get("waiver"):
        answers["waived_by"] = db.info["author"]
    place = named_id("enrolment", f"{group}:{person}")
    known = db.get(Enrolment, place)
    if known is None:
        enrolment = Enrolment(
            id=place,
            group=group,
            person=person,
            **{"state": "enrolled", "enrolled_on": db.info["context"].today, **answers},
        )
        db.add(enrolment)
        return enrolment
    if not known.voided and known.state not in OUT:
        raise Refused(
            "enrolled_once", _("This person is already enrolled in this group."), "person"
        )
    settled = {"state": "enrolled", "left_because": None, **answers, "voided": None}
    for name, answer in settled.items():
        setattr(known, name, answer)
    return known


def members(db: Session, group: UUID) -> list[Enrolment]:
    """List the enrolments of a group in order of enrolment."""
    return list(
        db.scalars(
            select(Enrolment)
            .where(Enrolment.group == group, Enrolment.voided.is_(None))
            .order_by(Enrolment.created_at)
        )
    )


def group_warning(db: Session, group: TrainingGroup, taken: int) -> str:
    """Say what to look at twice in a group; empty when nothing.

    Args:
        taken: People in it.
    """
    curriculum = db.get(Curriculum, group.curriculum) if group.curriculum else None
    limit = curriculum.max_group if curriculum else None
    if limit is None or taken <= limit:
        return ""
    return ngettext(
        "A group of this training should not exceed {limit} person; this one has {count}.",
        "A group of this training should not exceed {limit} people; this one has {count}.",
        limit,
    ).format(limit=isolate(str(limit)), count=isolate(str(taken)))


# -- completing --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """What stands between a person and completing.

    Attributes:
        rule: Name of the rule.
        text: What is missing, in a sentence.
    """

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a person has come in a training.

    Attributes:
        missing: What completing still takes; nothing when it is earned.
    """

    progress: Progress
    missing: tuple[Missing, ...]


def standing_in(
    db: Session, group: TrainingGroup, enrolments: Iterable[Enrolment]
) -> dict[UUID, Standing]:
    """Tell how far people of a group have come, by enrolment."""
    listed = list(enrolments)
    curriculum = db.get(Curriculum, group.curriculum) if group.curriculum else None
    progress = progress_in(db, group, listed)
    with_plan: set[UUID] = set()
    if curriculum is not None and curriculum.needs_plan:
        # What was returned for revision, or replaced by a later version, was submitted once.
        with_plan = set(
            db.scalars(
                select(BusinessPlan.root).where(
                    BusinessPlan.root.in_([one.person for one in listed]),
                    BusinessPlan.state != "draft",
                    BusinessPlan.voided.is_(None),
                )
            )
        )
    return {
        one.id: Standing(
            progress[one.id],
            tuple(_missing(one, curriculum, progress[one.id], one.person in with_plan)),
        )
        for one in listed
    }


def standing_of(db: Session, enrolment: Enrolment) -> Standing:
    """Tell how far a person has come."""
    group = db.get_one(TrainingGroup, enrolment.group)
    return standing_in(db, group, [enrolment])[enrolment.id]


def _missing(
    enrolment: Enrolment, curriculum: Curriculum | None, progress: Progress, has_plan: bool
) -> list[Missing]:
    missing = []
    if not progress.is_enough:
        missing.append(Missing("attendance_below_threshold", progress_text(progress)))
    if curriculum is None:
        return missing
    score, least = enrolment.post_score, curriculum.pass_mark
    if score is None and (curriculum.needs_post_test or least is not None):
        missing.append(
            Missing("post_test_missing", _("The score of the test after is not written yet."))
        )
    if score is not None and least is not None and score < least:
        missing.append(
            Missing(
                "post_test_failed",
                _("The test after scored {score}; passing takes {least}.").format(
                    score=isolate(str(score)), least=isolate(str(least))
                ),
            )
        )
    if curriculum.needs_plan and not has_plan:
        missing.append(Missing("plan_missing", _("No business plan is submitted yet.")))
    return missing


def progress_text(progress: Progress) -> str:
    """Say how far someone has come, and what completing takes."""
    return _("{attended} of {planned} hours; completing takes {needed}").format(
        attended=isolate(_hours(progress.attended_minutes)),
        planned=isolate(_hours(progress.planned_minutes)),
        needed=isolate(_hours(progress.needed_minutes)),
    )


def _hours(minutes: int) -> str:
    return number_text(round(minutes / 60, 1)) if minutes % 60 else number_text(minutes // 60)


def complete(db: Session, enrolment: Enrolment) -> None:
    """Note that a person completed the training.

    Raises:
        Refused: Attendance, a test or the business plan is missing.
    """
    missing = standing_of(db, enrolment).missing
    if missing:
        raise Refused(missing[0].rule, " ".join(one.text for one in missing), "state", "enrolment")
    enrolment.state = "completed"
    enrolment.completed_on = db.info["context"].today


# -- rules -------------------------------------------------------------------------------------


@rule(Enrolment)
def group_has_room(db: Session, enrolment: Enrolment, context: Context) -> None:
    """A group takes no more people than it has places."""
    group = db.get(TrainingGroup, enrolment.group)
    if group is None or group.capacity is None or enrolment.voided or enrolment.state in OUT:
        return
    taken = db.scalar(
        select(func.count()).where(
            Enrolment.group == group.id,
            Enrolment.voided.is_(None),
            Enrolment.state.not_in(OUT),
        )
    )
    if (taken or 0) > group.capacity:
        raise Refused(
            "group_full",
            _("The group {group} has {capacity} places and all are taken.").format(
                group=isolate(group.summary), capacity=isolate(str(group.capacity))
            ),
            "group",
        )


@rule(Enrolment)
def prerequisites_are_met(db: Session, enrolment: Enrolment, context: Context) -> None:
    """What a curriculum asks to be completed first is, or a supervisor waived it."""
    if enrolment.voided or enrolment.state != "enrolled" or enrolment.waiver:
        return
    group = db.get(TrainingGroup, enrolment.group)
    curriculum = db.get(Curriculum, group.curriculum) if group and group.curriculum else None
    if curriculum is None or enrolment.business == "running":
        return
    if curriculum.needs_business:
        raise Refused(
            "business_needed",
            _(
                "This training is for people who run a business. "
                "Note that the person does, or ask a supervisor to waive it."
            ),
            "group",
        )
    lacking = (curriculum.prerequisites or frozenset()) - _completed(db, enrolment.person)
    if not lacking or (curriculum.idea_suffices and _has_idea(db, enrolment)):
        return
    raise Refused(
        "prerequisite",
        _(
            "To be completed first: {trainings}. "
            "Note that the person has a business, or ask a supervisor to waive it."
        ).format(trainings=isolate(_(", ").join(CURRICULA.label(c) for c in sorted(lacking)))),
        "group",
    )


def _completed(db: Session, person: UUID) -> frozenset[str]:
    """Give the codes of the curricula a person completed."""
    found = db.scalars(
        select(Curriculum.code)
        .join(TrainingGroup, TrainingGroup.curriculum == Curriculum.id)
        .join(Enrolment, Enrolment.group == TrainingGroup.id)
        .where(
            Enrolment.person == person,
            Enrolment.state == "completed",
            Enrolment.voided.is_(None),
        )
    )
    return frozenset(code for code in found if code)


def _has_idea(db: Session, enrolment: Enrolment) -> bool:
    if enrolment.business == "idea":
        return True
    begun = select(BusinessPlan.id).where(
        BusinessPlan.root == enrolment.person, BusinessPlan.voided.is_(None)
    )
    return db.scalars(begun).first() is not None


@rule(Enrolment)
def supervisor_waives(db: Session, enrolment: Enrolment, context: Context) -> None:
    """Only a supervisor waives what is to be completed first."""
    if not enrolment.waiver or enrolment.voided:
        return
    # Who wrote it, not who it says: anybody can type a name.
    entries = entries_of(db.connection(), [enrolment.id.bytes]).get(enrolment.id.bytes, [])
    written = [entry.change for entry in entries if entry.change.fields.get("waiver")]
    author = max(written, key=lambda change: change.clock).author if written else None
    user = db.get(User, UUID(bytes=author)) if author else None
    if user is not None and SUPERVISOR not in (user.roles or frozenset()):
        raise Refused(
            "waiver_by_supervisor",
            _("Only a supervisor waives what is to be completed first."),
            "waiver",
        )


@rule(Enrolment)
def completion_is_earned(db: Session, enrolment: Enrolment, context: Context) -> None:
    """Who is noted as having completed a training has done all it takes."""
    if enrolment.voided or enrolment.state != "completed":
        return
    missing = standing_of(db, enrolment).missing
    if missing:
        raise Refused(missing[0].rule, " ".join(one.text for one in missing), "state")


@rule(Enrolment)
def certificate_keeps_its_training(db: Session, enrolment: Enrolment, context: Context) -> None:
    """Who holds a certificate stays enrolled, and if of completion noted as having completed."""
    if enrolment.state == "completed" and not enrolment.voided:
        return
    held = select(Certificate).where(
        Certificate.enrolment == enrolment.id, Certificate.voided.is_(None)
    )
    if not enrolment.voided:
        held = held.where(Certificate.certificate_kind == "completion")
    given = db.scalars(held).first()
    if given is not None:
        raise Refused(
            "certificate_given",
            _("The person holds the certificate {number}. Withdraw it first.").format(
                number=isolate(given.number or "")
            ),
            "voided" if enrolment.voided else "state",
        )


@rule(TrainingGroup)
def ends_after_start(db: Session, group: TrainingGroup, context: Context) -> None:
    """A group does not end before it starts."""
    if group.starts and group.ends and group.ends < group.starts:
        raise Refused("ends_before_start", _("The last day is before the first."), "ends")


# -- verbs -------------------------------------------------------------------------------------


def _is(*states: str) -> Any:
    return lambda _db, enrolment: enrolment.state in states


@verb(
    Enrolment,
    "complete",
    N_("Complete"),
    when=lambda db, enrolment: (
        enrolment.state == "enrolled" and not standing_of(db, enrolment).missing
    ),
    is_step=True,
)
def _complete(db: Session, enrolment: Enrolment) -> None:
    complete(db, enrolment)


@verb(
    Enrolment,
    "score",
    N_("Write the tests"),
    asks=("pre_score", "post_score", "remark"),
    when=_is("enrolled", "completed", "partial"),
)
def _score(db: Session, enrolment: Enrolment, **answers: Any) -> None:
    for name, answer in answers.items():
        setattr(enrolment, name, answer)


@verb(Enrolment, "end_in_part", N_("Ends with part of it"), when=_is("enrolled"))
def _end_in_part(db: Session, enrolment: Enrolment) -> None:
    enrolment.state = "partial"


@verb(
    Enrolment, "drop_out", N_("Dropped out"), asks=("left_because",),
    when=_is("enrolled", "partial"),
)  # fmt: skip
def _drop_out(db: Session, enrolment: Enrolment, left_because: str | None = None) -> None:
    enrolment.state, enrolment.left_because = "dropped", left_because


@verb(
    Enrolment, "exclude", N_("Exclude"), asks=("left_because",), when=_is("enrolled"),
    roles=frozenset({SUPERVISOR}),
)  # fmt: skip
def _exclude(db: Session, enrolment: Enrolment, left_because: str | None = None) -> None:
    if not left_because:
        raise Refused("reason_required", _("Give the reason."), "left_because", "enrolment")
    enrolment.state, enrolment.left_because = "excluded", left_because


@verb(
    Enrolment, "reopen", N_("Reopen the enrolment"),
    when=_is("completed", "partial", "dropped", "excluded"),
)  # fmt: skip
def _reopen(db: Session, enrolment: Enrolment) -> None:
    enrolment.state, enrolment.completed_on, enrolment.left_because = "enrolled", None, None


@verb(
    Enrolment, "waive", N_("Waive what is to be completed first"), asks=("waiver",),
    when=_is("enrolled"), roles=frozenset({SUPERVISOR}),
)  # fmt: skip
def _waive(db: Session, enrolment: Enrolment, waiver: str | None = None) -> None:
    if not waiver:
        raise Refused("reason_required", _("Give the reason."), "waiver", "enrolment")
    enrolment.waiver, enrolment.waived_by = waiver, db.info["author"]


@usual(Enrolment)
def usual_enrolment(db: Session, person: Any) -> dict[str, Any]:
    """A place is taken today."""
    return {"state": "enrolled", "enrolled_on": db.info["context"].today.isoformat()}


__all__ = [
    "SUPERVISOR",
    "Missing",
    "Progress",
    "Standing",
    "complete",
    "correct_group",
    "create_group",
    "enrol",
    "group_warning",
    "mark",
    "members",
    "progress_in",
    "progress_of",
    "progress_text",
    "standing_in",
    "standing_of",
]
