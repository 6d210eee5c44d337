"""What the screens of lists share: pages behind one another, and a form that takes their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QTableView, QWidget

from app.i18n import _, is_right_to_left, isolate
from app.models.choices import fold_name
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.parts import button, column, row, say
from app.ui.tables import Column, LazyTableModel, table_view
from app.ui.theme import SPACE
from app.ui.widgets.filter_line import FilterLine

if TYPE_CHECKING:
    from app.ui.desk import Desk

Row = TypeVar("Row")
_WIDEST_PX = 860
_LATIN_LINES = 3
_ARABIC_LINES = 3.7


class Pages(QStackedWidget):
    """Pages of which one is seen, and a form that stands in their place while it is filled in."""

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self._width = round(_WIDEST_PX * scale)
        self._form: InlineForm | None = None
        self._behind: QWidget | None = None
        self._asking = QScrollArea()
        self._asking.setWidgetResizable(True)
        self._asking.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._asking.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.addWidget(self._asking)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def ask(
        self,
        form: InlineForm,
        about: UUID | None,
        answers: Mapping[str, Any],
        *,
        hint: str = "",
        focus: str | None = None,
    ) -> None:
        """Show a form until it is saved or given up.

        Args:
            hint: A quiet line over it.
        """
        self.leave()
        if self.currentWidget() is not self._asking:
            self._behind = self.currentWidget()
        inside = column(form, None, spacing=3)
        if hint:
            inside.insertWidget(0, say(hint, "quiet", wraps=True))
        inside.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 6)
        page = QWidget()
        page.setProperty("role", "page")
        page.setMaximumWidth(self._width)
        page.setLayout(inside)
        self._asking.setWidget(page)  # the one before is deleted
        self._asking.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self._form = form
        form.closed.connect(self._go_back)
        self.setCurrentWidget(self._asking)
        form.open(about, answers, focus)

    @property
    def form(self) -> InlineForm | None:
        """The form asked at present."""
        return self._form if self.currentWidget() is self._asking else None

    def leave(self) -> None:
        """Keep what is typed."""
        if self.form is not None:
            self.form.leave()

    def _follow(self, _before: QWidget | None, at: QWidget | None) -> None:
        # A question refused may be far from the button that saves.
        if at is not None and self._asking.isAncestorOf(at):
            self._asking.ensureWidgetVisible(at, 0, SPACE * 20)

    def _go_back(self) -> None:
        self._form = None
        if self._behind is not None:
            self.setCurrentWidget(self._behind)


class ListPage(QWidget, Generic[Row]):
    """A heading, a line that narrows, and rows that are opened.

    Args:
        title: Over the list, and what a screen reader calls it.
        read: Gives every row, in order.
        empty: What to say while there is none.
        hint: What may be typed to narrow the list.
        add_label: Words on the button that adds one; empty for none.
        back_label: Words on the button that leads back; empty for none.
        heading: Stands in the place of the title.

    Signals:
        opened: A row was opened; carries it.
        added: Another one is wanted.
        left: Back to where one came from.
    """

    opened = Signal(object)
    added = Signal()
    left = Signal()

    def __init__(
        self,
        desk: Desk,
        title: str,
        columns: list[Column[Row]],
        read: Callable[[], list[Row]],
        *,
        empty: str,
        hint: str,
        add_label: str = "",
        back_label: str = "",
        heading: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._read = read
        self._rows: list[Row] = []
        self._columns = columns
        self.model: LazyTableModel[Row] = LazyTableModel(columns, self._page)
        self.table: QTableView = table_view(self.model, title)
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self.empty = say(empty, "quiet", wraps=True)
        self._empty_words = empty
        self.filter = FilterLine(
            _("Narrow the list"), hint, icon("ph.magnifying-glass", desk.theme)
        )
        self.filter.textChanged.connect(lambda _text: self._narrow())
        self.filter.went_down.connect(self._into_table)
        self.filter.returnPressed.connect(self._open_marked)
        self.add = button(add_label, "primary")
        self.add.setIcon(icon("ph.plus", desk.theme, desk.theme.on_accent))
        if not add_label:
            self.add.hide()
        self.add.clicked.connect(lambda _on=False: self.added.emit())
        self.back = button(back_label, "quiet")
        if not back_label:
            self.back.hide()
        self.back.clicked.connect(lambda _on=False: self.left.emit())
        head = row(heading or say(title, "heading1"), None, self.back, self.add, spacing=2)
        whole = column(head, self.filter, self.empty, self.table, spacing=3)
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 4)
        whole.setStretch(3, 1)
        whole.addStretch(0)
        self.setLayout(whole)

    def refresh(self) -> None:
        """Read the rows anew; the row one stood on stays marked."""
        self._rows = self._read()
        self._narrow()

    def focus(self) -> None:
        """Bring the keyboard to the list, or to the first step."""
        if self.model.rowCount():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.add.isHidden():
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def marked(self) -> Row | None:
        """The row one stands on."""
        index = self.table.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def _page(self, after: Row | None, _count: int) -> list[Row]:
        if after is not None:
            return []
        wanted = fold_name(self.filter.text()).split()
        return [one for one in self._rows if self._fits(one, wanted)]

    def _fits(self, one: Row, wanted: list[str]) -> bool:
        if not wanted:
            return True
        seen = fold_name(" ".join(column.text(one) for column in self._columns))
        return all(word in seen for word in wanted)

    def _narrow(self) -> None:
        place = self.table.currentIndex().row()
        self.model.show()
        found = self.model.rowCount()
        if not found and self.table.hasFocus():
            self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.setVisible(found > 0)
        self.empty.setVisible(found == 0)
        text = self.filter.text().strip()
        self.empty.setText(nothing_fits(text) if text and self._rows else self._empty_words)
        if found:
            self.table.setCurrentIndex(self.model.index(min(max(place, 0), found - 1), 0))

    def _into_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.model.row(index.row()))

    def _open_marked(self) -> None:
        if self.marked is not None:
            self.opened.emit(self.marked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back at Escape, where there is a way back."""
        if event.key() == Qt.Key.Key_Escape and not self.back.isHidden():
            self.left.emit()
            return
        super().keyPressEvent(event)


def give_two_lines(table: QTableView) -> None:
    """Let the rows of a table hold two lines of words, whose height goes by the script."""
    table.setWordWrap(True)
    lines = _ARABIC_LINES if is_right_to_left() else _LATIN_LINES
    table.verticalHeader().setDefaultSectionSize(round(table.fontMetrics().height() * lines))


def nothing_fits(text: str) -> str:
    """Say that a search found nothing."""
    return _("Nothing found for “{text}”.").format(text=isolate(text))
