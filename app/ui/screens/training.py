"""Training: the groups, and each with its roll call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.casework.curricula import bring_curricula, lacks_curricula
from app.casework.training import create_group
from app.formats import day_text
from app.i18n import N_, _, isolate
from app.models.drafts import draft_for
from app.models.store import Changed
from app.models.training import Enrolment, TrainingGroup, TrainingSession
from app.ui.forms import Form
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.parts import button
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.training_file import GroupLine, read_groups
from app.ui.screens.training_group import GroupPage
from app.ui.tables import TRAILING, Column, LazyTableModel, table_view
from app.ui.theme import SPACE
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk

_KINDS: Final = frozenset(
    {
        "training_group", "training_session", "enrolment", "attendance", "curriculum",
        "course_module", "certificate",
    }
)  # fmt: skip


class TrainingScreen(Screen):
    """Groups, then one of them."""

    title = N_("Training")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.model: LazyTableModel[GroupLine] = LazyTableModel(_columns(), self._page)
        self.table = table_view(self.model, _("Training groups"))
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self.new = button(" " + _("New group"), "primary")
        self.new.setIcon(icon("ph.plus", desk.theme, desk.theme.on_accent))
        self.new.clicked.connect(self.add)
        self._made: UUID | None = None
        self._form: InlineForm | None = None
        self._empty = label(_("No training group yet. Plan the first one."), "quiet")
        self.group_page = GroupPage(desk)
        self.group_page.left.connect(self._show_list)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 4)
        self._column.setSpacing(SPACE * 3)
        heading = QHBoxLayout()
        title = QLabel(_(self.title))
        title.setProperty("role", "heading1")
        heading.addWidget(title)
        heading.addStretch(1)
        heading.addWidget(self.new)
        self._column.addLayout(heading)
        self._column.addWidget(self._empty)
        self._column.addWidget(self.table, 1)
        self._column.addStretch(0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._planning = QScrollArea()
        self._planning.setWidgetResizable(True)
        self._stack.addWidget(self._planning)
        self._stack.addWidget(self.group_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        desk.changed.connect(self._changed)

    def arrive(self, **arguments: Any) -> None:
        """Show the groups, or the one named by ``group``; a draft begun is taken up.

        Args:
            arguments: ``group``, the id of one; ``about`` and ``form``, what a draft is about
                and its name, to go on with it.
        """
        group = arguments.get("group") or arguments.get("about")
        if group is not None:
            self._show_group(self._group_of(group))
            if "about" in arguments:
                form = str(arguments.get("form", "training"))
                self.group_page.take_up(form, arguments["about"])
            return
        self._show_list()
        if draft_for(self.desk.store, self.desk.user, "training", None) is not None:
            self.add()

    def _group_of(self, about: UUID) -> UUID:
        """Give the group a record belongs to: itself, a half-day's or an enrolment's."""
        with self.desk.store.read() as db:
            of = db.get(TrainingSession, about) or db.get(Enrolment, about)
            return of.group if of is not None else about

    def leave(self) -> None:
        """Keep what is being typed."""
        self.group_page.leave()
        if self._form is not None:
            self._form.leave()

    def add(self) -> None:
        """Open the form of a group, with every curriculum shipped to choose from."""
        with self.desk.store.read() as db:
            is_behind = lacks_curricula(db)
        if is_behind:
            with self.desk.store.write(self.desk.user) as db:
                bring_curricula(db)
        if self._form is not None:
            self._form.leave()
        self._form = InlineForm(
            self.desk, "training", Form.of(self.desk, TrainingGroup),
            title=_("New group"), save_label=_("Make the group"), save=self._make,
        )  # fmt: skip
        self._form.closed.connect(self._made_or_not)
        page = QWidget()
        around = QVBoxLayout(page)
        around.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 4)
        around.addWidget(self._form)
        around.addStretch(1)
        self._planning.setWidget(page)  # the one before is deleted
        self._stack.setCurrentWidget(self._planning)
        self._made = None
        self._form.open(None, {"starts": self.desk.store.context().today.isoformat()})

    def _make(self, db: Any, answers: dict[str, Any]) -> object:
        group = create_group(db, **{n: a for n, a in answers.items() if a is not None})
        self._made = group.id
        return group

    def _made_or_not(self) -> None:
        if self._made is not None:
            self._show_group(self._made)
        else:
            self._show_list()
            self.new.setFocus()

    def _page(self, after: GroupLine | None, _count: int) -> list[GroupLine]:
        return [] if after is not None else read_groups(self.desk.store)

    def _show_list(self) -> None:
        self.model.show()
        self._empty.setVisible(self.model.rowCount() == 0)
        self.table.setVisible(self.model.rowCount() > 0)
        self._stack.setCurrentWidget(self._list)
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, 0))
            self.table.setFocus()
        else:
            self.new.setFocus()

    def _open(self, index: QModelIndex) -> None:
        self._show_group(self.model.row(index.row()).group.id)

    def _show_group(self, group: UUID) -> None:
        if not self.group_page.show_group(group):
            self.desk.say(_("This group is not on this computer."), "warning")
            self._show_list()
            return
        self._stack.setCurrentWidget(self.group_page)
        self.group_page.focus()

    def _changed(self, changed: Changed) -> None:
        if not self.isVisible() or not changed.kinds & _KINDS:
            return
        file = self.group_page.model.file
        if self._stack.currentWidget() is self.group_page and file is not None:
            self.group_page.show_group(file.group.id)
        elif self._stack.currentWidget() is self._list:
            self.model.show()
            self._empty.setVisible(self.model.rowCount() == 0)
            self.table.setVisible(self.model.rowCount() > 0)


def _columns() -> list[Column[GroupLine]]:
    return [
        Column(_("Name"), lambda line: isolate(line.group.summary)),
        Column(_("Curriculum"), lambda line: line.curriculum),
        Column(
            _("First day"),
            lambda line: day_text(line.group.starts, "medium") if line.group.starts else "",
            16,
        ),
        Column(_("Place"), lambda line: isolate(line.group.place or ""), 20),
        Column(
            _("People"),
            lambda line: isolate(
                f"{line.taken}/{line.group.capacity}" if line.group.capacity else str(line.taken)
            ),
            8,
            TRAILING,
        ),
    ]


register_screen(
    ScreenSpec(
        name="training",
        title=TrainingScreen.title,
        icon="ph.chalkboard-teacher",
        order=40,
        roles=frozenset({"counsellor", "supervisor", "protection", "hq", "admin"}),
        build=TrainingScreen,
    )
)
