"""Programmes as the office runs them: what each says, and what the office changes in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget
from sqlalchemy import select

from app.casework.programmes import (
    CHANGERS,
    change_of,
    change_programme,
    describe,
    programme_of,
)
from app.formats import day_text
from app.i18n import N_, _, isolate
from app.models.programme_changes import ProgrammeChange, change_id
from app.models.programme_facts import Programme, in_words
from app.models.programmes import programmes
from app.models.store import Changed
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.parts import button, column, frame, row, say, scrolled
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.pages import ListPage, Pages, give_two_lines
from app.ui.tables import Column
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

_KINDS: Final = frozenset({"programme_change", "curriculum"})
_DRAFT: Final = "programmes.programme_change"
_WIDEST_PX: Final = 860


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A programme in the list.

    Attributes:
        standing: Whether it takes people in, in words.
        is_changed: Whether the office changed something in it.
    """

    programme: Programme
    standing: str
    is_changed: bool


def read_programmes(desk: Desk) -> list[ProgrammeLine]:
    """List the programmes as the office runs them."""
    today = desk.store.context().today
    with desk.store.read() as db:
        changed = set(
            db.scalars(select(ProgrammeChange.code).where(ProgrammeChange.voided.is_(None)))
        )
        found = [programme_of(db, code) for code in programmes()]
    return [ProgrammeLine(one, standing(one, today), one.code in changed) for one in found]


def standing(programme: Programme, today: date) -> str:
    """Say whether a programme takes people in."""
    if programme.misfit:
        return _("Changes do not fit")
    if not programme.is_active:
        return _("Takes nobody new")
    if programme.starts is not None and today < programme.starts:
        return _("Has not begun")
    if programme.ends is not None and programme.ends < today:
        return _("Has ended")
    return _("Open")


class ProgrammesScreen(Screen):
    """The list, and one programme with its facts."""

    title = N_("Programmes")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.pages = Pages(desk.preferences.text_scale)
        self.list = ListPage(
            desk, _(self.title), _columns(), lambda: read_programmes(desk),
            empty=_("No programme is known."), hint=_("Name, code or date"),
            back_label=_("Back to the settings"),
        )  # fmt: skip
        give_two_lines(self.list.table)  # names of programmes are long, and begin alike
        self.page = ProgrammePage(desk)
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.page)
        self.list.opened.connect(lambda line: self._show(line.programme.code))
        self.list.left.connect(lambda: desk.show_screen("settings"))
        self.page.left.connect(self._show_list)
        self.page.change_asked.connect(self.change)
        self.setLayout(column(self.pages))
        desk.changed.connect(self._changed)

    def arrive(self, **arguments: Any) -> None:
        """Show the list, or one programme.

        Args:
            arguments: ``code``, that of a programme; ``about``, the id of changes begun.
        """
        code = arguments.get("code")
        about = arguments.get("about")
        if about is not None:
            code = changes_about(about)
        if code is None:
            self._show_list()
            return
        self._show(code)
        if about is not None:
            self.change()

    def leave(self) -> None:
        """Keep what is being typed."""
        self.pages.leave()

    def change(self) -> None:
        """Open the office's changes to the programme shown."""
        code = self.page.code
        if not self.desk.roles & CHANGERS:
            return
        with self.desk.store.read() as db:
            made = change_of(db, code)
            answers = made.as_json() if made is not None else {}

        def save(db: Any, changed: dict[str, Any]) -> object:
            return change_programme(db, code, **changed) if changed else None

        form = Form.of(self.desk, ProgrammeChange, leaving_out=("code",), has_titles=True)
        form.questions["details"].control.target().setLayoutDirection(
            Qt.LayoutDirection.LeftToRight  # a text for programs, in every language
        )
        asked = InlineForm(
            self.desk, _DRAFT, form,
            title=_("Changes to {programme}").format(programme=self.page.heading),
            save_label=_("Save the changes"), save=save, is_correction=True,
        )  # fmt: skip
        asked.closed.connect(lambda: self._show(code))
        self.pages.ask(
            asked, change_id(code), answers,
            hint=_("What you leave empty stays as agreed with the donor."),
        )  # fmt: skip

    def _show(self, code: str) -> None:
        self.page.show_programme(code)
        self.pages.setCurrentWidget(self.page)
        self.page.focus()

    def _show_list(self) -> None:
        self.list.refresh()
        self.pages.setCurrentWidget(self.list)
        self.list.focus()

    def _changed(self, changed: Changed) -> None:
        if not self.isVisible() or not changed.kinds & _KINDS:
            return
        if self.pages.currentWidget() is self.list:
            self.list.refresh()
        elif self.pages.currentWidget() is self.page:
            self.page.show_programme(self.page.code)


class ProgrammePage(QWidget):
    """Everything one programme says.

    Signals:
        left: Back to the list.
        change_asked: The office changes something.
    """

    left = Signal()
    change_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.code = ""
        self.heading = ""
        self._title = say("", "heading1", wraps=True)
        self._standing = say("", "quiet")
        self.back = button(_("All programmes"), "quiet")
        self.back.clicked.connect(lambda _on=False: self.left.emit())
        self.change = button(_("Change for this office"), "primary", name="change-programme")
        self.change.clicked.connect(lambda _on=False: self.change_asked.emit())
        if not desk.roles & CHANGERS:
            self.change.hide()
        self._misfit = say("", "warning", wraps=True)
        notice = frame("notice")
        notice.setProperty("tone", "warning")
        notice.setLayout(column(self._misfit, margin=3))
        self._notice = notice
        self._facts = column(spacing=0)
        card = frame("card")
        card.setLayout(self._facts)
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDEST_PX * desk.preferences.text_scale))
        inside.setLayout(column(notice, card, None, spacing=3))
        page = QWidget()
        body = row(spacing=0)
        body.addWidget(inside, 1000)
        body.addStretch(1)
        page.setLayout(body)
        words = column(self._title, self._standing, spacing=0)
        head = row(spacing=2)
        head.addLayout(words, 1)
        for part in (self.back, self.change):
            head.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        self._scroll = scrolled(page, _("Programme"))
        whole = column(head, self._scroll, spacing=4)
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 2)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def show_programme(self, code: str) -> None:
        """Show a programme as the office runs it."""
        is_other = code != self.code
        self.code = code
        with self._desk.store.read() as db:
            programme = programme_of(db, code)
        self.heading = programme.name
        self._title.setText(placed(programme.name))
        today = self._desk.store.context().today
        self._standing.setText(placed(joined(code, standing(programme, today))))
        self._notice.setVisible(bool(programme.misfit))
        self._misfit.setText(placed(programme.misfit))
        known = {programme.misfit, programme.name, programme.code}
        facts = [fact for fact in describe(programme) if fact[1] not in known]
        while (item := self._facts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._facts.addWidget(FactTable(facts))
        if is_other:
            self._scroll.verticalScrollBar().setValue(0)

    def focus(self) -> None:
        """Bring the keyboard to what may be done."""
        may_change = not self.change.isHidden()
        (self.change if may_change else self.back).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back at Escape; scroll with the keys that do."""
        bar = self._scroll.verticalScrollBar()
        steps = {
            Qt.Key.Key_Down: bar.singleStep() * 3,
            Qt.Key.Key_Up: -bar.singleStep() * 3,
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
        }
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in steps:
            bar.setValue(bar.value() + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class FactTable(QFrame):
    """Facts under each other: what it is at the leading edge, then what is known of it."""

    def __init__(self, facts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        grid.setHorizontalSpacing(SPACE * 6)
        grid.setVerticalSpacing(SPACE * 3)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 8)
        top = Qt.AlignmentFlag.AlignTop
        said = ""
        for place, (about, text) in enumerate(facts):
            if about != said:
                grid.addWidget(label(about, "quiet"), place, 0, top)
            said = about
            value = label(text)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(f"{about}: {text}")
            grid.addWidget(value, place, 1, top)


def _columns() -> list[Column[ProgrammeLine]]:
    return [
        Column(_("Name"), lambda line: isolate(line.programme.name)),
        Column(_("Code"), lambda line: isolate(line.programme.code), 13, yields=2),
        Column(_("First day"), lambda line: _day(line.programme.starts), 12),
        Column(_("Last day"), lambda line: _day(line.programme.ends), 12),
        Column(_("Targets"), _targets, 20, yields=3),
        Column(_("State"), lambda line: line.standing, 15),
        Column(
            _("Changed here"), lambda line: _("Yes") if line.is_changed else "", 11, yields=1
        ),
    ]  # fmt: skip


def _day(day: date | None) -> str:
    return day_text(day, "medium") if day else ""


def _targets(line: ProgrammeLine) -> str:
    return " · ".join(
        isolate(f"{in_words(target.names)}: {target.value}") for target in line.programme.targets
    )


def changes_about(record: UUID) -> str | None:
    """Give the code of the programme whose changes a record is; None when it is none."""
    return next((code for code in programmes() if change_id(code) == record), None)


register_screen(
    ScreenSpec(
        name="programmes",
        title=ProgrammesScreen.title,
        icon="ph.stack",
        order=None,
        roles=frozenset({"counsellor", "supervisor", "protection", "finance", "hq", "admin"}),
        build=ProgrammesScreen,
        under="settings",
    )
)
