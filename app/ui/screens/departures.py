"""Departures: everybody between declaring and leaving, and what holds each back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.casework.departures import PARTS, DepartureLine, Part, board
from app.formats import day_text
from app.i18n import N_, _, isolate, ngettext, pgettext
from app.models.cases import STATES
from app.models.choices import COUNTRIES
from app.models.programmes import PROGRAMMES
from app.ui.screen import ScreenSpec, register_screen
from app.ui.screens.board import BoardColumn, BoardScreen, Choice, Sign, signs
from app.ui.screens.person_file import reading
from app.ui.tables import Column
from app.ui.wording import facts

if TYPE_CHECKING:
    from app.ui.desk import Desk

_SOON_DAYS: Final = (7, 30)
# Words where those of every part would say too little.
_WORDS: Final = {
    ("booking", "ok"): N_("Ready"),
    ("booking", "asked"): N_("Begun"),
    ("booking", "expiring"): N_("Day is past"),
    ("medical", "ok"): N_("Allowed"),
    ("medical", "asked"): N_("Not decided"),
    ("allowances", "ok"): N_("Ready"),
    ("allowances", "asked"): N_("Not ready"),
    ("reconfirmation", "ok"): N_("Yes"),
}


class DeparturesScreen(BoardScreen[DepartureLine]):
    """The board of departures."""

    title = N_("Departures")
    section = "travel"
    kinds = frozenset({
        "case", "travel", "travel_leg", "travel_allowance", "travel_document_request",
        "medical_assessment", "declaration", "person_name", "person_identifier",
        "programme_change",
    })  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        self._today = desk.store.context().today
        super().__init__(desk)

    def columns(self) -> list[Column[DepartureLine]]:
        """Give day, person, the parts, and what comes next."""

        def part(name: str) -> Callable[[DepartureLine], Sign]:
            return lambda line: sign_of(name, line.parts[name])

        return [
            BoardColumn(_("Departure"), _leaves, 11, caption=_country),
            BoardColumn(_("Person"), name_of, 22, caption=lambda line: line.number),
            signs(pgettext("departures", "Papers"), part("papers"), 13),
            signs(pgettext("departures", "Medical"), part("medical"), 13),
            signs(_("Journey"), part("booking"), 10, yields=2),
            signs(_("Allowances"), part("allowances"), 10, yields=3),
            signs(_("Will confirmed"), part("reconfirmation"), 11, yields=1),
            Column(_("What comes next"), lambda line: next_step(line, self._today)),
        ]

    def filters(self) -> list[Choice]:
        """Narrow by country, programme and day."""
        self.country = Choice(_("Country of return"), _("All countries"))
        self.programme = Choice(_("Programme"), _("All programmes"))
        self.soon = Choice(_("Day of departure"), _("Any day"))
        self.soon.offer(
            (str(days), ngettext("Within {count} day", "Within {count} days", days).format(
                count=days
            ))
            for days in _SOON_DAYS
        )  # fmt: skip
        return [self.country, self.programme, self.soon]

    def read(self) -> list[DepartureLine]:
        """Read the board: the next to leave first, of one day those held back first."""
        self._today = self.desk.store.context().today
        with reading(self.desk) as db:
            lines = board(db, self._today)
        return sorted(lines, key=_urgent)

    def offer(self, lines: list[DepartureLine]) -> None:
        """Offer the countries and programmes there are."""
        countries = {line.return_country for line in lines if line.return_country}
        self.country.offer(
            sorted(((c, COUNTRIES.label(c)) for c in countries), key=lambda one: one[1])
        )
        programmes = {line.programme for line in lines}
        self.programme.offer((code, PROGRAMMES.label(code)) for code in sorted(programmes))

    def fits(self, line: DepartureLine) -> bool:
        """Fit country, programme and day."""
        if self.country.chosen and line.return_country != self.country.chosen:
            return False
        if self.programme.chosen and line.programme != self.programme.chosen:
            return False
        if not self.soon.chosen:
            return True
        latest = self._today + timedelta(days=int(self.soon.chosen))
        return line.departs_on is not None and line.departs_on <= latest

    def words(self, line: DepartureLine) -> Iterable[str]:
        """Find by names and number."""
        return (*line.names, line.number)

    def person(self, line: DepartureLine) -> UUID:
        """Give whose departure it is."""
        return line.person

    def key(self, line: DepartureLine) -> object:
        """Keep to the case."""
        return line.case

    def who(self, line: DepartureLine) -> str:
        """Give the names and how far the case is."""
        return facts(*(line.names or [_("No name yet")]), STATES.label(line.state))

    def why(self, line: DepartureLine) -> str:
        """Say what comes next."""
        return next_step(line, self._today)

    def sentence(self, line: DepartureLine) -> str:
        """Say who leaves when, each part in a word, and what comes next."""
        parts = [
            _("{part}: {state}").format(part=_(PARTS[name]), state=sign_of(name, part).words)
            for name, part in line.parts.items()
            if part.state != "not_needed"
        ]
        said = [name_of(line), line.number, _country(line), _leaves_sentence(line), *parts]
        return ", ".join([*(one for one in said if one), next_step(line, self._today)])

    def count_text(self, count: int) -> str:
        """Count the departures shown."""
        return ngettext("{count} person", "{count} people", count).format(count=isolate(str(count)))

    def nothing(self) -> str:
        """Say who stands here."""
        return _(
            "Nobody prepares a departure. People stand here from their declaration until they"
            " have left."
        )


def name_of(line: DepartureLine) -> str:
    """Name who leaves."""
    return line.names[0] if line.names else _("No name yet")


def sign_of(name: str, part: Part) -> Sign:
    """Give the sign of one part of a departure."""
    shape, tone = {
        "ok": ("ph.check-circle-fill", "accent"),
        "asked": ("ph.hourglass-medium", "warm"),
        "missing": ("ph.x-circle", "warm"),
        "expiring": ("ph.warning-fill", "warm"),
        "not_needed": ("ph.minus", "quiet"),
    }[part.state]
    own = _WORDS.get((name, part.state))
    if own is not None:
        return Sign(shape, _(own), tone)
    day = _unbroken(day_text(part.on, "medium")) if part.on else ""
    words = {
        "ok": _("Until {day}").format(day=day) if day else pgettext("departures", "Complete"),
        "asked": _("Asked for"),
        "missing": _("Missing"),
        "expiring": _("Ends {day}").format(day=day) if day else _("Ends soon"),
        "not_needed": _("Not needed"),
    }[part.state]
    return Sign(shape, words, tone)


def _unbroken(day: str) -> str:
    """Keep a date on one line of a narrow cell."""
    return isolate(day.replace(" ", "\u00a0").replace("/", "\u2060/\u2060"))


def next_step(line: DepartureLine, today: date) -> str:
    """Say what holds a departure back, or what is to be watched, in one sentence."""
    said = _blocked(line, today)
    if line.state == "no_show":
        return _("Did not come to the departure. {next}").format(next=said)
    return said


def step_of(name: str, part: Part, today: date) -> str:
    """Say what is to be done about one part of a departure, in one sentence."""
    return _STEPS[name](part, today)


def _blocked(line: DepartureLine, today: date) -> str:
    watched = next((n for n, part in line.parts.items() if part.state == "expiring"), None)
    name = line.blocks or watched
    if name is None:
        return _("Nothing holds this departure back.")
    return step_of(name, line.parts[name], today)


def _papers(part: Part, today: date) -> str:
    day = isolate(day_text(part.on)) if part.on else ""
    if part.state == "expiring":
        return _("The travel paper ends on {day}. Check that it lasts for the journey.").format(
            day=day
        )
    if part.state == "asked":
        if part.on is None:
            return _("The travel paper is asked for. Note the answer when it comes.")
        if part.on < today:
            return _("The consulate was to answer by {day}. Ask again.").format(day=day)
        return _("The consulate is to answer by {day}.").format(day=day)
    if part.on is None:
        return _("There is no travel paper yet. Ask the consulate for one.")
    if part.on < today:
        return _("The travel paper ended on {day}. Ask for another one.").format(day=day)
    return _("The exit authorisation is missing. Ask for it.")


def _booking(part: Part, today: date) -> str:
    if part.state == "missing":
        return _("No journey is planned yet. Plan it.")
    if part.state == "asked":
        if part.on is None:
            return _("The journey has no day yet. Book it.")
        return _("The journey has no legs yet. Add them.")
    return _("The day of departure is past. Confirm that the person left, or book again.")


def _medical(part: Part, today: date) -> str:
    day = isolate(day_text(part.on)) if part.on else ""
    if part.state == "expiring":
        return _("The medical assessment holds until {day} only. Have another one made.").format(
            day=day
        )
    if part.state == "asked":
        return _("The doctor has not decided yet.")
    if part.on is not None:
        return _("The medical assessment ended on {day}. Have another one made.").format(day=day)
    return _("There is no medical assessment that allows the journey.")


def _allowances(part: Part, today: date) -> str:
    if part.state == "asked":
        return _("An allowance is not ready to be handed out.")
    return _("No allowance is prepared yet.")


def _will(part: Part, today: date) -> str:
    if part.on is not None:
        return _(
            "The will to return was confirmed on {day}, too long before the departure. Ask again."
        ).format(day=isolate(day_text(part.on)))
    return _("Ask the person again whether they wish to return, and record it.")


_STEPS: Final[dict[str, Callable[[Part, date], str]]] = {
    "papers": _papers,
    "booking": _booking,
    "medical": _medical,
    "allowances": _allowances,
    "reconfirmation": _will,
}


def _urgent(line: DepartureLine) -> tuple[date, bool, str]:
    return line.departs_on or date.max, line.blocks is None, name_of(line).casefold()


def _leaves(line: DepartureLine) -> str:
    return day_text(line.departs_on, "medium") if line.departs_on else _("No day yet")


def _leaves_sentence(line: DepartureLine) -> str:
    if line.departs_on is None:
        return _("no day of departure yet")
    return _("leaves on {day}").format(day=day_text(line.departs_on))


def _country(line: DepartureLine) -> str:
    return COUNTRIES.label(line.return_country) if line.return_country else ""


register_screen(
    ScreenSpec(
        name="departures",
        title=DeparturesScreen.title,
        icon="ph.airplane-takeoff",
        order=50,
        roles=frozenset({"counsellor", "supervisor", "protection", "finance", "hq", "admin"}),
        build=DeparturesScreen,
    )
)
