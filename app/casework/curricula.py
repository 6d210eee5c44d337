"""The shipped curricula and their modules as records of a store, the same in every store."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import verb
from app.i18n import N_
from app.models.ids import named_id
from app.models.log import entries_of
from app.models.offices import Office
from app.models.programmes import Course, Module, Names, courses
from app.models.record import Record
from app.models.training import CourseModule, Curriculum

BRINGERS: Final = frozenset({"supervisor", "admin"})


def bring_curricula(db: Session) -> int:
    """Add the curricula and modules this store lacks, and the answers shipped since.

    What an office answered, or took away, stays as it is. Doing it again changes nothing.

    Returns:
        How many records were added or completed.
    """
    touched = 0
    for course in courses().values():
        curriculum = named_id("curriculum", course.code)
        touched += _bring(db, Curriculum, curriculum, _of_course(course))
        db.flush()  # modules belong to it
        for order, module in enumerate(course.modules, start=1):
            place = named_id("course_module", f"{course.code}:{module.code}")
            touched += _bring(db, CourseModule, place, _of_module(module, curriculum, order))
    return touched


def lacks_curricula(db: Session) -> bool:
    """Tell whether a curriculum or module is shipped that this store does not have."""
    held = {*db.scalars(select(Curriculum.id)), *db.scalars(select(CourseModule.id))}
    shipped = {named_id("curriculum", code) for code in courses()} | {
        named_id("course_module", f"{course.code}:{module.code}")
        for course in courses().values()
        for module in course.modules
    }
    return not shipped <= held


def modules_of(db: Session, curriculum: UUID) -> list[CourseModule]:
    """List the modules of a curriculum in their order."""
    found = db.scalars(
        select(CourseModule).where(
            CourseModule.curriculum == curriculum, CourseModule.voided.is_(None)
        )
    )
    return sorted(found, key=lambda module: (module.order or 0, module.code or ""))


def _bring(db: Session, kind: type[Record], place: UUID, answers: dict[str, Any]) -> bool:
    held = db.get(kind, place)
    if held is None:
        db.add(kind(id=place, **answers))
        return True
    lacking = {name: a for name, a in answers.items() if getattr(held, name) is None}
    if not lacking:
        return False
    # An answer somebody took away was given once; one shipped since never was.
    entries = entries_of(db.connection(), [place.bytes]).get(place.bytes, [])
    given = {name for entry in entries for name in entry.change.fields}
    lacking = {name: answer for name, answer in lacking.items() if name not in given}
    for name, answer in lacking.items():
        setattr(held, name, answer)
    return bool(lacking)


def _of_course(course: Course) -> dict[str, Any]:
    # A flag that is not set is left out: unanswered is what it means.
    answers: dict[str, Any] = {
        "code": course.code,
        "hours": course.hours,
        "half_days": course.half_days,
        "threshold": course.threshold,
        "max_group": course.max_group,
        "prerequisites": frozenset(course.prerequisites) or None,
        "idea_suffices": course.idea_suffices or None,
        "needs_business": course.needs_business or None,
        "pre_test": course.pre_test or None,
        "post_test": course.post_test or None,
        "pass_mark": course.pass_mark,
        "needs_post_test": course.certificate.needs_post_test or None,
        "needs_plan": course.certificate.needs_plan or None,
        **_names(course.names),
    }
    return {name: answer for name, answer in answers.items() if answer is not None}


def _of_module(module: Module, curriculum: UUID, order: int) -> dict[str, Any]:
    return {
        "curriculum": curriculum,
        "code": module.code,
        "order": order,
        "hours": module.hours,
        "half_days": module.half_days,
        **_names(module.names),
    }


def _names(names: Names) -> dict[str, Any]:
    return {f"name_{language}": name for language, name in names.items()}


@verb(
    Office,
    "bring_curricula",
    N_("Bring in the shipped curricula"),
    when=lambda db, _office: lacks_curricula(db),
    roles=BRINGERS,
)
def _bring_for(db: Session, _office: Office) -> int:
    return bring_curricula(db)
