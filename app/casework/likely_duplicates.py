"""People already on file who may be the one being registered, with the reasons to think so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.people import display_names
from app.errors import Refused
from app.i18n import _, isolate
from app.models.choices import COUNTRIES, UNKNOWN_NATIONALITY
from app.models.names import sounds, words
from app.models.persons import Contact, Person, PersonName
from app.models.store import Store
from app.models.types import Phone
from app.models.values import PartialDate

MOST: Final = 8
_CANDIDATES: Final = 60
_SHORTEST_BEGUN: Final = 3
_PHONE_POINTS: Final = 5
_ENOUGH: Final = 4


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known so far of the person being registered.

    Attributes:
        names: Their own names, each with given names and family name, in any script.
        fathers: Names of their father.
        phones: Telephone numbers as typed.
        birth: Date of birth or age, as far as known.
        nationalities: ISO 3166-1 alpha-2 codes.
    """

    names: tuple[str, ...] = ()
    fathers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    birth: PartialDate | None = None
    nationalities: frozenset[str] = frozenset()


@dataclass(slots=True)
class LikelyDuplicate:
    """Someone on file.

    Attributes:
        names: At most one a script.
        reasons: Why they may be the same person, in words, the strongest first.
        points: Weight of the reasons.
    """

    person: UUID
    names: list[str]
    birth: PartialDate | None
    nationalities: frozenset[str]
    reasons: list[str] = field(default_factory=list)
    points: int = 0

    def because(self, reason: str, points: int) -> None:
        """Add a reason."""
        self.reasons.append(reason)
        self.points += points


def likely_duplicates(store: Store, sought: Sought) -> list[LikelyDuplicate]:
    """List at most eight people who may be the one sought, the likeliest first."""
    phones = _as_kept(store, sought.phones)
    candidates = _candidates(store, sought, phones)
    if not candidates:
        return []
    with store.read() as db:
        people = {p.id: p for p in _of(db, Person, candidates) if p.voided is None}
        shown = display_names(db, people)
        names: dict[UUID, list[PersonName]] = {}
        for name in db.scalars(
            select(PersonName).where(PersonName.person.in_(candidates), PersonName.voided.is_(None))
        ):
            names.setdefault(name.person, []).append(name)
        numbers: dict[UUID, set[str]] = {}
        for contact in db.scalars(
            select(Contact).where(Contact.person.in_(candidates), Contact.voided.is_(None))
        ):
            numbers.setdefault(contact.person, set()).add(contact.number or "")
        found = []
        for person in people.values():
            likely = LikelyDuplicate(
                person.id, shown.get(person.id, []), person.birth,
                person.nationalities or frozenset(),
            )  # fmt: skip
            if phones & numbers.get(person.id, set()):
                likely.because(_("same telephone"), _PHONE_POINTS)
            _compare_names(likely, sought, names.get(person.id, []))
            _compare_birth(likely, sought.birth)
            _compare_nationality(likely, sought.nationalities)
            if likely.points >= _ENOUGH:
                found.append(likely)
    found.sort(key=lambda likely: -likely.points)
    return found[:MOST]


def _as_kept(store: Store, phones: Iterable[str]) -> set[str]:
    kept = set()
    for typed in phones:
        try:
            kept.add(Phone().clean(typed, store.context()))
        except Refused:
            continue  # not yet a whole number
    return kept


def _candidates(store: Store, sought: Sought, phones: set[str]) -> list[UUID]:
    """Ask the search index: whole names first, then their single words."""
    asked = [*phones, *sought.names]
    asked += [w for name in sought.names for w in words(name) if len(w) >= _SHORTEST_BEGUN]
    found: dict[UUID, None] = {}
    for text in asked:
        if len(found) >= _CANDIDATES:
            break
        found.update(dict.fromkeys(store.finder.find(text, _CANDIDATES // 2)))
    return list(found)[:_CANDIDATES]


def _of(db: Session, kind: type[Person], ids: Sequence[UUID]) -> list[Person]:
    return list(db.scalars(select(kind).where(kind.id.in_(ids))))


def _compare_names(likely: LikelyDuplicate, sought: Sought, on_file: Sequence[PersonName]) -> None:
    own = [n.full for n in on_file if n.name_kind not in {"father", "mother"}]
    fathers = [n.full for n in on_file if n.name_kind == "father"]
    best: list[tuple[str, str]] = []
    for typed in sought.names:
        for held in own:
            pairs = _pairs(typed, held)
            if len(pairs) > len(best):
                best = pairs
    if best:
        # One word of a name of several says little; a single name is all there is of itself.
        is_whole = all(len(words(typed)) == 1 for typed in sought.names)
        likely.because(_sounding(best), 2 * len(best) + (1 if is_whole else 0))
    if any(_pairs(typed, held) for typed in sought.fathers for held in fathers):
        likely.because(_("same father's name"), 2)


def _pairs(typed: str, held: str) -> list[tuple[str, str]]:
    """Pair each word typed with a word held that is spelt, begins or sounds like it."""
    left = _spelt(held)
    pairs = []
    for folded, written in _spelt(typed):
        for candidate in left:
            if _is_alike(folded, candidate[0]):
                pairs.append((written, candidate[1]))
                left.remove(candidate)
                break
    return pairs


def _spelt(name: str) -> list[tuple[str, str]]:
    """Give each folded word of a name with the word as written, where the two can be matched."""
    folded = words(name)
    written = name.replace("-", " ").split()
    return list(zip(folded, written if len(written) == len(folded) else folded, strict=True))


def _is_alike(typed: str, held: str) -> bool:
    begins = len(typed) >= _SHORTEST_BEGUN and held.startswith(typed)
    return begins or typed == held or bool(_telling(typed) & _telling(held))


def _telling(word: str) -> set[str]:
    return {s for s in sounds(word) if len(s) > 1}


def _sounding(pairs: Sequence[tuple[str, str]]) -> str:
    differing = [(a, b) for a, b in pairs if words(a) != words(b)]
    if not differing:
        return _("same name")
    alike = _(", ").join(f"{isolate(a)} ≈ {isolate(b)}" for a, b in differing)
    return _("sounds alike: {names}").format(names=alike)


def _compare_birth(likely: LikelyDuplicate, birth: PartialDate | None) -> None:
    if birth is None or likely.birth is None:
        return
    (first, last), (held_first, held_last) = _years(birth), _years(likely.birth)
    if first <= held_last and held_first <= last:
        same_day = birth == likely.birth and birth.precision == "day"
        if same_day and not birth.is_first_of_january:
            likely.because(_("same date of birth"), 3)
        else:
            likely.because(_("birth years overlap"), 1)
    elif min(abs(held_first.year - last.year), abs(first.year - held_last.year)) > 2:
        likely.points -= 2


def _years(value: PartialDate) -> tuple[date, date]:
    # 1 January is what clerks write for "that year": it is no more than the year.
    if value.is_first_of_january:
        return value.earliest, value.earliest.replace(month=12, day=31)
    return value.earliest, value.latest


def _compare_nationality(likely: LikelyDuplicate, nationalities: frozenset[str]) -> None:
    same = (nationalities & likely.nationalities) - {UNKNOWN_NATIONALITY}
    if same:
        named = _(", ").join(COUNTRIES.label(code) for code in sorted(same))
        likely.because(_("same nationality: {country}").format(country=named), 1)
