"""People: everybody on file, the file touched last first, found as one types."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.casework.people_list import PersonLine, age_of, found_people, latest_people, people_count
from app.formats import day_text, number_text
from app.i18n import N_, _, isolate, ngettext
from app.models.cases import STATES
from app.models.persons import SEXES
from app.models.store import Changed
from app.ui.desk import Desk
from app.ui.icons import icon
from app.ui.parts import button, column, row, say
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.tables import Column, LazyTableModel, table_view
from app.ui.tasks import Progress
from app.ui.theme import SPACE
from app.ui.widgets.filter_line import FilterLine
from app.ui.wording import nationality_text, short_age

_SHOWN_KINDS = frozenset({"person", "person_name", "case"})
_MOST_FOUND = 50


class PeopleScreen(Screen):
    """The list of people, with what finds them over it."""

    title = N_("People")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_stale = True
        self.search = FilterLine(
            _("Search people"),
            _("Any name, in any script, a number or a telephone"),
            icon("ph.magnifying-glass", desk.theme),
        )
        self._count = say("", "quiet")
        self.register = button(" " + _("New person"), "primary", name="new-person")
        self.register.setIcon(icon("ph.user-plus", desk.theme, desk.theme.on_accent))
        self.register.clicked.connect(self._register)
        self._new = QAction(_("New person"), self)
        self._new.setShortcut(QKeySequence("Ctrl+N"))
        self._new.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        self._new.triggered.connect(self._register)
        self.register.setToolTip(_("Ctrl+N"))
        self.model = LazyTableModel(columns(), self._latest, sentence)
        self.table = table_view(self.model, _("People"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nobody())
        self._lay_out()
        self.search.textChanged.connect(lambda _text: self.refresh())
        self.search.went_down.connect(self._into_table)
        self.search.returnPressed.connect(self._open_first)
        self.table.doubleClicked.connect(self._open)
        self.table.activated.connect(self._open)
        desk.changed.connect(self._note)

    def _lay_out(self) -> None:
        head = row(say(_(self.title), "heading1"), self._count, None, self.register, spacing=3)
        head.setAlignment(self._count, Qt.AlignmentFlag.AlignBottom)
        whole = column(head, self.search, self._stack, spacing=4)
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 4)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def _nobody(self) -> QWidget:
        self._empty = say("", "quiet", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._first_step = button(_("Register a person"), "primary")
        self._first_step.clicked.connect(self._register)
        page = QWidget()
        page.setLayout(
            column(None, self._empty, row(None, self._first_step, None), None, None, spacing=4)
        )
        return page

    # -- the screen ----------------------------------------------------------------------------

    def arrive(self, **_arguments: Any) -> None:
        """Show the list as it stands, with the cursor where one types."""
        if self._is_stale:
            self.refresh()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def commands(self) -> list[QAction]:
        """Offer to register somebody from anywhere."""
        return [self._new]

    def refresh(self) -> None:
        """Read the first page anew; the line one stood on stays marked."""
        self._is_stale = False
        text = self.search.text().strip()
        marked = self.marked
        self.model.show(self._found if text else self._latest)
        self._mark(marked.id if marked else None)
        is_empty = self.model.rowCount() == 0
        self._stack.setCurrentIndex(1 if is_empty else 0)
        if is_empty:
            self._empty.setText(
                _("Nobody found for “{text}”.").format(text=isolate(text))
                if text
                else _("Nobody is on file yet. Whoever you register appears here.")
            )
        if text:
            self._tell_found()
        else:
            self._ask_count()

    @property
    def marked(self) -> PersonLine | None:
        """The person whose line is marked."""
        index = self.table.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def _latest(self, after: PersonLine | None, limit: int) -> list[PersonLine]:
        return latest_people(self.desk.store, after, limit)

    def _found(self, after: PersonLine | None, _limit: int) -> list[PersonLine]:
        if after is not None:
            return []
        return found_people(self.desk.store, self.search.text(), _MOST_FOUND)

    def _mark(self, person: UUID | None) -> None:
        rows = self.model.rows()
        place = next((n for n, line in enumerate(rows) if line.id == person), 0)
        if rows:
            self.table.setCurrentIndex(self.model.index(place, 0))

    def _tell_found(self) -> None:
        found = self.model.rowCount()
        if found >= _MOST_FOUND:
            self._count.setText(
                _("The {count} best; type more to narrow").format(count=isolate(str(found)))
            )
            return
        self._count.setText(
            ngettext("{count} found", "{count} found", found).format(count=isolate(str(found)))
        )

    def _ask_count(self) -> None:
        if self.model.is_complete:
            self._tell_count(self.model.rowCount())
            return

        def work(_progress: Progress) -> int:
            return people_count(self.desk.store)

        # Counting reads every line: the list does not wait for it.
        self.desk.tasks.run(_("Counting"), work, self._tell_count, is_quiet=True)

    def _tell_count(self, count: int) -> None:
        if not self.search.text().strip():
            self._count.setText(
                ngettext("{count} person", "{count} people", count).format(
                    count=isolate(number_text(count))
                )
                if count
                else ""
            )

    def _note(self, changed: Changed) -> None:
        if not changed.kinds & _SHOWN_KINDS:
            return
        self._is_stale = True
        # Someone reading further down must not lose their place.
        if self.isVisible() and self.table.verticalScrollBar().value() == 0:
            self.refresh()

    # -- what one can do -----------------------------------------------------------------------

    def _register(self) -> None:
        self.desk.show_screen("registration")

    def _into_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _open_first(self) -> None:
        if self.marked is not None:
            self.desk.open_person(self.marked.id)

    def _open(self, index: QModelIndex) -> None:
        self.desk.open_person(self.model.row(index.row()).id)


def columns() -> list[Column[PersonLine]]:
    """Give the columns of the list, in reading order."""
    return [
        Column(_("Name"), lambda line: isolate(line.name) or _("No name yet")),
        Column(_("Other script"), lambda line: isolate(line.other_name), 16, yields=1),
        Column(_("Age"), _age, 7),
        Column(_("Sex"), lambda line: SEXES.label(line.sex) if line.sex else "", 6, yields=3),
        Column(_("Nationality"), lambda line: nationality_text(line.nationalities), 14),
        Column(_("Case number"), lambda line: isolate(line.case_number or ""), 26),
        Column(_("State"), lambda line: STATES.label(line.state) if line.state else "", 9),
        Column(_("Changed"), lambda line: day_text(line.updated.date(), "medium"), 11, yields=4),
    ]


def _age(line: PersonLine) -> str:
    known = age_of(line, datetime.now().astimezone().date())
    if known is None:
        return ""
    low, high = known
    return isolate(str(low) if low == high else f"{low}–{high}")


def sentence(line: PersonLine) -> str:
    """Say a line as a person would: who, how old, from where, and how far."""
    facts = [
        line.name or _("No name yet"),
        line.other_name,
        short_age(line.birth, datetime.now().astimezone()),
        nationality_text(line.nationalities),
        _("case {number}").format(number=line.case_number) if line.case_number else _("no case"),
        STATES.label(line.state) if line.state else "",
    ]
    return ", ".join(fact for fact in facts if fact)


register_screen(
    ScreenSpec(
        name="people", title=PeopleScreen.title, icon="ph.users", order=20, roles=None,
        build=PeopleScreen,
    )
)  # fmt: skip
