"""Grants: who waits for an approval, what is paid, and what the next tranche waits for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtWidgets import QScrollArea, QWidget

from app.casework.approvals import APPROVERS
from app.casework.grant_board import GrantLine, board
from app.formats import day_text
from app.i18n import N_, _, isolate, ngettext
from app.models.grants import GRANT_PURPOSES, GRANT_STATES
from app.models.money import Money
from app.models.money_types import money_text
from app.models.programmes import PROGRAMMES
from app.ui.parts import column, say, scrolled
from app.ui.screen import ScreenSpec, register_screen
from app.ui.screens.board import BoardColumn, BoardScreen, Choice, Sign, signs
from app.ui.screens.person_file import reading
from app.ui.tables import TRAILING, Column
from app.ui.widgets.texts import placed
from app.ui.wording import facts

if TYPE_CHECKING:
    from app.ui.desk import Desk

WAITING: Final = frozenset({"requested", "first_approval"})
_DECIDED: Final = frozenset({"approved", "closed"})
_OVER: Final = frozenset({"refused", "closed"})
_CHOICES: Final = {
    "waiting": N_("Waiting for approval"),
    "due": N_("With a tranche to pay"),
    "approved": N_("Grant approved"),
    "over": N_("Refused or closed"),
}
_MOST_FOOT_LINES: Final = 4
_MONEY: Final = 12


class GrantsScreen(BoardScreen[GrantLine]):
    """The board of grants."""

    title = N_("Grants")
    section = "plan"
    kinds = frozenset({
        "grant", "tranche", "commitment", "payment", "invoice", "case", "travel", "follow_up",
        "enrolment", "person_name", "programme_change",
    })  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        self._today = desk.store.context().today
        super().__init__(desk)

    def columns(self) -> list[Column[GrantLine]]:
        """Give person, purpose, state, the sums, and the next tranche."""
        return [
            BoardColumn(_("Person"), name_of, 0, caption=lambda line: line.case_number),
            BoardColumn(_("What for"), _purpose, 14, caption=lambda line: line.programme),
            signs(_("State"), sign_of, 14),
            BoardColumn(_("Amount"), _amount, _MONEY, TRAILING, caption=_amount_is),
            Column(_("Committed"), lambda line: _sum(line, line.sums.committed), _MONEY, TRAILING,
                   yields=3),
            Column(_("Paid"), lambda line: _sum(line, line.sums.paid), _MONEY, TRAILING, yields=2),
            Column(_("Left"), lambda line: _sum(line, line.sums.left_to_pay), _MONEY, TRAILING,
                   yields=1),
            BoardColumn(_("Next tranche"), _next_day, 14, caption=_next_amount),
        ]  # fmt: skip

    def filters(self) -> list[Choice]:
        """Narrow by programme and state."""
        self.programme = Choice(_("Programme"), _("All programmes"))
        self.state = Choice(_("State"), _("All grants under way"), 19)
        self.state.offer((code, _(words)) for code, words in _CHOICES.items())
        return [self.programme, self.state]

    def foot(self) -> QWidget:
        """Give the totals of what is shown."""
        self.totals = say("", "quiet", wraps=True)
        inside = QWidget()
        inside.setLayout(column(self.totals, None))
        self._foot: QScrollArea = scrolled(inside, _("Totals"))
        self._foot.setMaximumHeight(
            round(self.totals.fontMetrics().height() * _MOST_FOOT_LINES * 1.2)
        )
        return self._foot

    def read(self) -> list[GrantLine]:
        """Read every grant: those that wait for an approval first, then the next to pay."""
        self._today = self.desk.store.context().today
        with reading(self.desk) as db:
            lines = board(db, self._today, states=GRANT_STATES.codes())
        return sorted(lines, key=lambda line: line.grant.state not in WAITING)

    def offer(self, lines: list[GrantLine]) -> None:
        """Offer the programmes there are, and say how many wait."""
        codes = sorted({line.programme for line in lines})
        self.programme.offer((code, PROGRAMMES.label(code)) for code in codes)
        waiting = sum(line.grant.state in WAITING for line in lines)
        place = self.state.findData("waiting")
        chosen = _CHOICES["waiting"]
        words = _(chosen)
        self.state.setItemText(
            place, _("{what} ({count})").format(what=words, count=waiting) if waiting else words
        )

    def fits(self, line: GrantLine) -> bool:
        """Fit programme and state."""
        if self.programme.chosen and line.programme != self.programme.chosen:
            return False
        state = line.grant.state
        match self.state.chosen:
            case "waiting":
                return state in WAITING
            case "approved":
                return state == "approved"
            case "over":
                return state in _OVER
            case "due":
                due = line.next.due_on if line.next else None
                return due is not None and due <= self._today
            case _:
                return state not in _OVER

    def shown(self, lines: list[GrantLine]) -> None:
        """Add up what is shown, by programme and currency."""
        sentences = totals_of(lines)
        self.totals.setText("\n".join(placed(one) for one in sentences))
        self._foot.setVisible(bool(sentences))
        shown = min(len(sentences), _MOST_FOOT_LINES)
        self._foot.setFixedHeight(round(self.totals.fontMetrics().height() * (shown * 1.25 + 0.3)))

    def words(self, line: GrantLine) -> Iterable[str]:
        """Find by names, number and purpose."""
        return (*line.person.names, line.case_number, _purpose(line))

    def person(self, line: GrantLine) -> UUID:
        """Give whose grant it is."""
        return line.person.id

    def key(self, line: GrantLine) -> object:
        """Keep to the grant."""
        return line.grant.id

    def who(self, line: GrantLine) -> str:
        """Give the names, what it is for and its state."""
        names = line.person.names or (_("No name yet"),)
        return facts(*names, _purpose(line), GRANT_STATES.label(line.grant.state or ""))

    def why(self, line: GrantLine) -> str:
        """Say what the grant waits for."""
        return next_step(line, self.desk.roles)

    def sentence(self, line: GrantLine) -> str:
        """Say whose grant it is, its sums, and what it waits for."""
        said = [
            name_of(line), line.case_number, _purpose(line), line.programme,
            GRANT_STATES.label(line.grant.state or ""),
            _("{amount} {what}").format(amount=_amount(line), what=_amount_is(line)),
            _("paid {amount}").format(amount=money_text(line.sums.paid)) if line.sums.paid else "",
        ]  # fmt: skip
        return ", ".join([*(one for one in said if one), next_step(line, self.desk.roles)])

    def count_text(self, count: int) -> str:
        """Count the grants shown."""
        return ngettext("{count} grant", "{count} grants", count).format(count=isolate(str(count)))

    def nothing(self) -> str:
        """Say what stands here."""
        return _("No grant is requested yet. Grants are requested in a person's file.")


def name_of(line: GrantLine) -> str:
    """Name who is given the grant."""
    return line.person.name or _("No name yet")


def sign_of(line: GrantLine) -> Sign:
    """Give the sign of a grant's state."""
    words = {
        "requested": _("To be approved"),
        "first_approval": _("Second approval due"),
        "approved": _("Grant approved"),
        "refused": _("Grant refused"),
        "closed": _("Grant closed"),
    }
    state = line.grant.state or ""
    shape, tone = {
        "requested": ("ph.hourglass-medium", "warm"),
        "first_approval": ("ph.hourglass-medium", "warm"),
        "approved": ("ph.check-circle-fill", "accent"),
        "refused": ("ph.x-circle", "quiet"),
    }.get(state, ("ph.lock-simple", "quiet"))
    return Sign(shape, words.get(state, state), tone)


def next_step(line: GrantLine, roles: frozenset[str]) -> str:
    """Say in a sentence what a grant waits for."""
    state = line.grant.state
    if state in WAITING:
        if roles & APPROVERS:
            return _("It waits for an approval. Open the file to approve or refuse it.")
        return _("It waits for the approval of a supervisor.")
    if state in _OVER:
        return _("Nothing more is paid.")
    if line.sums.to_release:
        return _("{amount} waits to be released by a second person.").format(
            amount=money_text(line.sums.to_release)
        )
    if line.next is None:
        return _("Everything approved is paid.")
    amount = money_text(line.next.left)
    if line.next.blocked:
        return _("Tranche {number}, {amount}: {why}").format(
            number=isolate(str(line.next.seq)), amount=amount, why=line.next.blocked
        )
    return _("Tranche {number}, {amount}, may be paid.").format(
        number=isolate(str(line.next.seq)), amount=amount
    )


def totals_of(lines: Iterable[GrantLine]) -> list[str]:
    """Add up approved grants by programme and currency, a sentence each."""
    sums: dict[tuple[str, str], tuple[Money, Money, Money]] = {}
    for line in lines:
        if not _is_decided(line):
            continue
        of = line.sums
        approved, paid, left = of.approved, of.paid, of.left_to_pay
        place = (line.programme, approved.currency)
        if place in sums:
            before = sums[place]
            sums[place] = (before[0] + approved, before[1] + paid, before[2] + left)
        else:
            sums[place] = (approved, paid, left)
    return [
        _("{programme}: {approved} approved, {paid} paid, {left} left to pay").format(
            programme=isolate(programme), approved=money_text(approved), paid=money_text(paid),
            left=money_text(left),
        )
        for (programme, _currency), (approved, paid, left) in sorted(
            sums.items(), key=lambda one: one[0]
        )
    ]  # fmt: skip


def _purpose(line: GrantLine) -> str:
    return GRANT_PURPOSES.label(line.grant.purpose or "")


def _is_decided(line: GrantLine) -> bool:
    return line.grant.state in _DECIDED and line.grant.approved is not None


def _amount(line: GrantLine) -> str:
    return money_text(line.sums.approved if _is_decided(line) else line.sums.requested)


def _amount_is(line: GrantLine) -> str:
    return _("approved") if _is_decided(line) else _("asked for")


def _sum(line: GrantLine, amount: Money) -> str:
    return money_text(amount) if _is_decided(line) else ""


def _next_day(line: GrantLine) -> str:
    if line.next is None:
        return ""
    due: date | None = line.next.due_on
    return day_text(due, "medium") if due else _("No day yet")


def _next_amount(line: GrantLine) -> str:
    return money_text(line.next.left) if line.next is not None else ""


register_screen(
    ScreenSpec(
        name="grants",
        title=GrantsScreen.title,
        icon="ph.coin",
        order=60,
        roles=frozenset({"counsellor", "supervisor", "finance", "hq", "admin"}),
        build=GrantsScreen,
    )
)
