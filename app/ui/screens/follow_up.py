"""Follow-up: visits due and missed, tranches to pay, complaints to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.casework.follow_up_board import FollowUpLine, board
from app.formats import day_text
from app.i18n import N_, _, isolate, ngettext
from app.models.follow_up import FEEDBACK_KINDS, MISSED_REASONS
from app.models.money_types import money_text
from app.models.programmes import PROGRAMMES
from app.ui.screen import ScreenSpec, register_screen
from app.ui.screens.board import BoardColumn, BoardScreen, Choice, Sign, signs
from app.ui.screens.person_file import reading
from app.ui.tables import Column
from app.ui.wording import facts

if TYPE_CHECKING:
    from app.ui.desk import Desk

_AHEAD_DAYS: Final = 30
_KINDS: Final = {
    "late": N_("Visits that are late"),
    "visit": N_("Visits planned"),
    "missed": N_("Visits missed"),
    "tranche": N_("Tranches to pay"),
    "feedback": N_("Feedback to answer"),
}


class FollowUpScreen(BoardScreen[FollowUpLine]):
    """The board of what is to be looked after once people have returned."""

    title = N_("Follow-up")
    section = "follow_up"
    kinds = frozenset({
        "follow_up", "feedback", "grant", "tranche", "payment", "invoice", "case", "travel",
        "enrolment", "person_name",
    })  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        self._today = desk.store.context().today
        super().__init__(desk)

    def columns(self) -> list[Column[FollowUpLine]]:
        """Give day, person, what it is, and what is to be done."""
        return [
            BoardColumn(_("When"), _day, 15, caption=lambda line: when_text(line, self._today)),
            BoardColumn(_("Person"), name_of, 25, caption=lambda line: line.case_number),
            signs(_("What"), lambda line: sign_of(line, self._today), 18),
            Column(_("Programme"), lambda line: isolate(line.programme), 14, yields=1),
            Column(_("What comes next"), lambda line: next_step(line, self._today)),
        ]

    def filters(self) -> list[Choice]:
        """Narrow by what it is, and by programme."""
        self.what = Choice(_("What"), _("Everything"))
        self.what.offer((code, _(words)) for code, words in _KINDS.items())
        self.programme = Choice(_("Programme"), _("All programmes"))
        return [self.what, self.programme]

    def read(self) -> list[FollowUpLine]:
        """Read the board, the longest waiting first."""
        self._today = self.desk.store.context().today
        with reading(self.desk) as db:
            return board(db, self._today, within_days=_AHEAD_DAYS)

    def offer(self, lines: list[FollowUpLine]) -> None:
        """Offer the programmes there are."""
        codes = sorted({line.programme for line in lines if line.programme})
        self.programme.offer((code, PROGRAMMES.label(code)) for code in codes)

    def fits(self, line: FollowUpLine) -> bool:
        """Fit what it is, and the programme."""
        if self.programme.chosen and line.programme != self.programme.chosen:
            return False
        chosen = self.what.chosen
        if chosen == "late":
            return line.what == "visit" and line.day < self._today
        return chosen in ("", line.what)

    def words(self, line: FollowUpLine) -> Iterable[str]:
        """Find by names and number."""
        return (*line.person.names, line.case_number)

    def person(self, line: FollowUpLine) -> UUID:
        """Give who it is about."""
        return line.person.id

    def section_of(self, line: FollowUpLine) -> str:
        """Open grants where they stand, all else at the follow-up."""
        return "plan" if line.what == "tranche" else self.section

    def key(self, line: FollowUpLine) -> object:
        """Keep to the record."""
        return line.record

    def who(self, line: FollowUpLine) -> str:
        """Give the names and what it is."""
        names = line.person.names or (_("No name yet"),)
        return facts(*names, sign_of(line, self._today).words, when_text(line, self._today))

    def why(self, line: FollowUpLine) -> str:
        """Say what is to be done."""
        return next_step(line, self._today)

    def sentence(self, line: FollowUpLine) -> str:
        """Say who, what, when, and what is to be done."""
        said = [
            name_of(line), line.case_number, sign_of(line, self._today).words, _day(line),
            when_text(line, self._today), next_step(line, self._today),
        ]  # fmt: skip
        return ", ".join(one for one in said if one)

    def count_text(self, count: int) -> str:
        """Count what is shown."""
        return ngettext("{count} to look after", "{count} to look after", count).format(
            count=isolate(str(count))
        )

    def nothing(self) -> str:
        """Say what stands here."""
        return _(
            "Nothing is due. Visits of the coming thirty days, missed visits, tranches to pay and"
            " complaints stand here."
        )


def name_of(line: FollowUpLine) -> str:
    """Name who it is about."""
    return line.person.name or _("No name yet")


def sign_of(line: FollowUpLine, today: date) -> Sign:
    """Give the sign of what is to be looked after."""
    if line.what == "visit":
        if line.day < today:
            return Sign("ph.warning-fill", _("Visit is late"), "warm")
        return Sign("ph.calendar-check", _("Visit"), "accent")
    if line.what == "missed":
        return Sign("ph.x-circle", _("Visit missed"), "warm")
    if line.what == "tranche":
        shape = "ph.hourglass-medium" if line.detail else "ph.coin"
        return Sign(shape, _("Tranche to pay"), "warm" if line.detail else "accent")
    return Sign("ph.chat-circle-text", FEEDBACK_KINDS.label(line.detail), "warm")


def when_text(line: FollowUpLine, today: date) -> str:
    """Say how far off a day is."""
    days = (line.day - today).days
    if line.what == "feedback":
        return ngettext("since {count} day", "since {count} days", -days).format(count=-days)
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in {count} day", "in {count} days", days).format(count=days)
    if line.what == "missed":
        return ngettext("{count} day ago", "{count} days ago", -days).format(count=-days)
    return ngettext("{count} day late", "{count} days late", -days).format(count=-days)


def next_step(line: FollowUpLine, today: date) -> str:
    """Say in a sentence what is to be done."""
    if line.what == "visit":
        if line.day < today:
            return _("Visit or call the person, or note why the visit was missed.")
        return _("Agree on the day with the person.")
    if line.what == "missed":
        reason = MISSED_REASONS.label(line.detail) if line.detail else ""
        plan = _("Plan another visit.")
        return _("{reason}. {next}").format(reason=reason, next=plan) if reason else plan
    if line.what == "tranche":
        amount = money_text(line.amount) if line.amount is not None else ""
        if line.detail:
            return _("{amount}: {why}").format(amount=amount, why=line.detail)
        return _("{amount} may be paid.").format(amount=amount)
    return _("Answer it, and note the answer.")


def _day(line: FollowUpLine) -> str:
    return day_text(line.day, "medium")


register_screen(
    ScreenSpec(
        name="follow_up",
        title=FollowUpScreen.title,
        icon="ph.house-line",
        order=70,
        roles=frozenset({"counsellor", "supervisor", "protection", "finance", "hq", "admin"}),
        build=FollowUpScreen,
    )
)
