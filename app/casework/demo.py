"""Fictitious people for a training store: believable, made through the same verbs as real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.casework.cases import ENDED
from app.casework.demo_desk import Desk, File, bring_colleagues, material
from app.casework.demo_line import live
from app.casework.demo_office import furnish, meet_in_groups, photograph, train
from app.errors import Refused
from app.i18n import _
from app.models.cases import Case
from app.models.programmes import programmes
from app.models.store import Store

_AT_ONCE: Final = 40
_PHOTOGRAPHS: Final = 12
_PROGRAMMES: Final = {
    "AVRR-FROM": 52, "FORAS": 13, "RAISE": 8, "HUM-SSA": 10, "VTLO": 6, "AVRR-TO": 5,
    "RRASM-CH": 2, "MEDMA2": 2, "TRQN3": 2,
}  # fmt: skip
_MOROCCAN: Final = frozenset({"AVRR-TO", "MEDMA2", "TRQN3"})
"""Programmes for Moroccans who come back, or invest and teach at home."""
_WANTED: Final = {
    "unopened": 10, "draft": 8, "registered": 8, "screening": 4, "counselling": 18,
    "protection_hold": 2, "released": 1, "declared": 5, "docs_pending": 8, "cleared": 4,
    "booked": 5, "ready": 3, "departed": 1, "arrived": 3, "reintegration": 8, "monitoring": 6,
    "closed": 5, "withdrawn": 3, "no_show": 1, "ineligible": 1, "referred_out": 1,
    "lost_contact": 1, "deceased": 0.3, "duplicate_merged": 0.3, "reopened": 0.4,
}  # fmt: skip
"""Where people are brought to, with how many of them."""
_FIRST: Final = (
    ("AVRR-FROM", "reintegration"), ("AVRR-FROM", "booked"), ("FORAS", "counselling"),
    ("RAISE", "monitoring"), ("AVRR-FROM", "ready"), ("HUM-SSA", "counselling"),
    ("AVRR-FROM", "docs_pending"), ("VTLO", "reintegration"), ("AVRR-FROM", "draft"),
    ("AVRR-TO", "reintegration"), ("AVRR-FROM", "monitoring"), ("AVRR-FROM", "closed"),
    ("AVRR-FROM", "departed"), ("AVRR-FROM", "arrived"), ("AVRR-FROM", "declared"),
    ("AVRR-FROM", "cleared"), ("AVRR-FROM", "registered"), ("AVRR-FROM", "screening"),
    ("AVRR-FROM", "protection_hold"), ("AVRR-FROM", "released"), ("AVRR-FROM", "withdrawn"),
    ("AVRR-FROM", "no_show"), ("TRQN3", "monitoring"), ("MEDMA2", "reintegration"),
    ("AVRR-FROM", "lost_contact"), ("AVRR-FROM", "reopened"), ("RAISE", "reintegration"),
    ("AVRR-FROM", "ineligible"), ("AVRR-FROM", "referred_out"), ("HUM-SSA", "closed"),
)  # fmt: skip
"""Who comes first, so that a small store shows every part of the work."""


def fill(
    store: Store,
    user: UUID,
    *,
    people: int,
    seed: int = 1,
    passphrase: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Fill a training store with people at every state of their way, and what the office keeps.

    Args:
        people: How many to register.
        seed: The same seed gives the same people.
        passphrase: Lets the colleagues who are added unlock the store too; see
            ``bring_colleagues``.
        progress: Called with ``(done, total)``; may raise ``Cancelled``.

    Raises:
        Refused: The store is not a training store.
    """
    if not store.is_training:
        raise Refused(
            "training_only",
            _("Fictitious people are only added to a training store. Create one for it."),
        )
    who = bring_colleagues(store, user, passphrase)
    desk = Desk(store, who, Random(seed), store.context().today)
    furnish(desk)
    made: list[UUID] = []
    for start in range(0, people, _AT_ONCE):
        files = [_file(desk, number) for number in range(start, min(start + _AT_ONCE, people))]
        desk.run([(file, live(file)) for file in files])
        made += [file.person for file in files]
        if progress is not None:
            progress(len(made), people)
    _gather(desk, made)
    photograph(desk, made[:_PHOTOGRAPHS])


def _file(desk: Desk, number: int) -> File:
    random = desk.random
    if number < len(_FIRST):
        programme, wanted = _FIRST[number]
    else:
        programme = random.choices(list(_PROGRAMMES), list(_PROGRAMMES.values()))[0]
        wanted = random.choices(list(_WANTED), list(_WANTED.values()))[0]
    return File(desk, programme, wanted, _country(random, programme), desk.today)


def _country(random: Random, programme: str) -> str:
    if programme in _MOROCCAN:
        return "MA"
    allowed = programmes()[programme].countries_of_return
    shares = {
        country: share
        for country, share in material("people")["shares"].items()
        if not allowed or country in allowed
    }
    chosen: str = random.choices(list(shares), list(shares.values()))[0]
    return chosen


def _gather(desk: Desk, made: list[UUID]) -> None:
    """Bring people together: in training groups, and in group sessions."""
    with desk.store.read() as db:
        cases = list(_open_cases(desk, made))
        in_care = set(
            db.scalars(
                select(Case.person).where(
                    Case.id.in_(cases[:30_000]), Case.programme.not_in(["TRQN3", "MEDMA2"])
                )
            )
        )
    waiting = [person for person in made if person in in_care]
    desk.random.shuffle(waiting)
    train(desk, waiting, max(2, len(made) // 80))
    meet_in_groups(desk, cases)


def _open_cases(desk: Desk, made: list[UUID]) -> Iterator[UUID]:
    with desk.store.read() as db:
        known = db.execute(
            select(Case.person, Case.id)
            .where(Case.state.not_in(ENDED), Case.state != "draft", Case.voided.is_(None))
            .order_by(Case.number)
        ).all()
    wanted = set(made)
    yield from (case for person, case in known if person in wanted)
