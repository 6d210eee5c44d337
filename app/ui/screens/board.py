"""A board: a list read beside the window, with filters over it and what is marked told below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QIcon, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.i18n import _, isolate
from app.models.choices import fold_name
from app.models.store import Changed
from app.ui.icons import icon
from app.ui.parts import OneLine, button, column, frame, row, say
from app.ui.screen import Screen
from app.ui.screens.pages import give_two_lines, nothing_fits
from app.ui.tables import Column, LazyTableModel, table_view
from app.ui.theme import SPACE, Theme
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.texts import placed

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.tasks import Progress

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
CAPTION_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_SLOW_MS = 200
_LETTER_SHARE = 0.85  # of the wide letter by which a choice is measured
_CAPTION_SHARE = 0.88
_CELL_PX = 11  # as far in as the style sheet puts the text of a cell


@dataclass(frozen=True, slots=True)
class Sign:
    """An icon and a word, never one without the other.

    Attributes:
        icon: Such as ``ph.check-circle-fill``.
        words: What it says.
        tone: A colour of the theme: ``accent``, ``warm``, ``danger`` or ``quiet``.
    """

    icon: str
    words: str
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class BoardColumn(Column[Row]):
    """A column that may have a sign before its words, or a quiet line under them."""

    sign: Callable[[Row], Sign] | None = None
    caption: Callable[[Row], str] | None = None


def signs(
    title: str, sign: Callable[[Row], Sign], width: int, *, yields: int = 0
) -> BoardColumn[Row]:
    """Give a column of signs."""
    return BoardColumn(title, lambda line: sign(line).words, width, yields=yields, sign=sign)


class BoardModel(LazyTableModel[Row]):
    """Rows with signs and captions."""

    def __init__(
        self,
        theme: Theme,
        columns: list[Column[Row]],
        source: Callable[[Row | None, int], list[Row]],
        sentence: Callable[[Row], str],
    ) -> None:
        super().__init__(columns, source, sentence)
        self._theme = theme
        self._drawn: dict[tuple[str, str], QIcon] = {}

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what a cell shows."""
        shown = self.columns[index.column()] if index.isValid() else None
        if isinstance(shown, BoardColumn):
            line = self.row(index.row())
            if role == Qt.ItemDataRole.DecorationRole and shown.sign is not None:
                return self._icon(shown.sign(line))
            if role == CAPTION_ROLE and shown.caption is not None:
                return shown.caption(line)
        return super().data(index, role)

    def _icon(self, sign: Sign) -> QIcon:
        drawn = (sign.icon, sign.tone)
        if drawn not in self._drawn:
            self._drawn[drawn] = icon(sign.icon, self._theme, getattr(self._theme, sign.tone))
        return self._drawn[drawn]


class CaptionDelegate(QStyledItemDelegate):
    """Draws the quiet line under a cell's words."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._quiet = QColor(theme.quiet)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell; one without a caption as any table does."""
        caption = index.data(CAPTION_ROLE)
        if not caption:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        words = option.text
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * _CAPTION_SHARE)
        room = option.rect.adjusted(_CELL_PX, 0, -_CELL_PX, 0)
        is_from_right = option.direction == Qt.LayoutDirection.RightToLeft
        is_trailing = bool(option.displayAlignment & Qt.AlignmentFlag.AlignTrailing)
        painter.save()
        painter.setLayoutDirection(option.direction)
        for font, colour, text, lines_down in (
            (option.font, option.palette.text().color(), words, -0.2),
            (small, self._quiet, str(caption), 0.86),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            letters = painter.fontMetrics()
            shown = letters.elidedText(isolate(text), Qt.TextElideMode.ElideRight, room.width())
            width = letters.horizontalAdvance(shown)
            # By its base line: a box would put scripts with taller letters lower than others.
            painter.drawText(
                QPointF(
                    room.right() - width if is_from_right != is_trailing else room.left(),
                    room.center().y() + option.fontMetrics.height() * lines_down,
                ),
                shown,
            )
        painter.restore()


class Choice(QComboBox):
    """One of several ways to narrow a list; what it offers may change with the list.

    Args:
        name: What a screen reader calls it.
        everything: Words for no narrowing.
        characters: How much of what it offers is in sight.
    """

    def __init__(self, name: str, everything: str, characters: int = 12) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(max(characters, round(len(everything) * _LETTER_SHARE)))
        self.addItem(everything, "")

    @property
    def chosen(self) -> str:
        """The code chosen; empty for everything."""
        return str(self.currentData() or "")

    def offer(self, offered: Iterable[tuple[str, str]]) -> None:
        """Offer codes with their words; the one chosen stays chosen, and stays offered."""
        found = dict(offered)
        chosen = self.chosen
        if chosen and chosen not in found:
            found[chosen] = self.currentText()
        if [self.itemData(place) for place in range(1, self.count())] == list(found):
            return
        self.blockSignals(True)
        while self.count() > 1:
            self.removeItem(1)
        for code, words in found.items():
            self.addItem(words, code)
        self.setCurrentIndex(max(self.findData(chosen), 0))
        self.blockSignals(False)

    def choose(self, code: str) -> None:
        """Choose a code."""
        self.setCurrentIndex(max(self.findData(code), 0))


class BoardScreen(Screen, Generic[Row]):
    """A list of many people's things, read in another thread whenever one of them changes.

    What a board shows is said by the methods that raise here.
    """

    section = "overview"
    """Section of the person's file that opens."""
    kinds: frozenset[str] = frozenset()
    """Record kinds whose changes it shows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._lines: list[Row] = []
        self._is_stale = True
        self.is_reading = False
        self._has_read = False
        self._wants_focus = False
        self.model: BoardModel[Row] = BoardModel(
            desk.theme, self.columns(), self._page, self.sentence
        )
        self.table = table_view(self.model, _(self.title))
        letters = self.table.fontMetrics().height()
        give_two_lines(self.table)
        self.table.setIconSize(QSize(letters, letters))
        self._delegate = CaptionDelegate(desk.theme, self.table)
        self.table.setItemDelegate(self._delegate)
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(lambda *_at: self._tell())
        self.filter = FilterLine(
            _("Narrow the list"), _("A name or a case number"),
            icon("ph.magnifying-glass", desk.theme),
        )  # fmt: skip
        self.filter.textChanged.connect(lambda _text: self.narrow())
        self.filter.went_down.connect(self._into_table)
        self.filter.returnPressed.connect(self._open_marked)
        self.choices = self.filters()
        for choice in self.choices:
            choice.currentIndexChanged.connect(lambda _at: self.narrow())
        self._count = say("", "quiet")
        self.empty = say("", "quiet", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.told = self._bar()
        self._lay_out()
        desk.changed.connect(self._note)

    def _lay_out(self) -> None:
        head = row(say(_(self.title), "heading1"), self._count, None, spacing=3)
        head.setAlignment(self._count, Qt.AlignmentFlag.AlignBottom)
        line = row(self.filter, *self.choices, spacing=2)
        line.setStretch(0, 1)
        whole = column(head, line, self.empty, self.table, self.told, spacing=3)
        if (foot := self.foot()) is not None:
            whole.addWidget(foot)
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 4)
        whole.setStretch(2, 1)
        whole.setStretch(3, 1)
        self.empty.hide()
        self.told.hide()
        self.setLayout(whole)

    def _bar(self) -> QWidget:
        self.named = OneLine("", "strong")
        self.next_words = say("", wraps=True)
        self.open = button(_("Open the file"), name="open-file")
        self.open.setToolTip(_("Enter"))
        self.open.clicked.connect(lambda _on=False: self._open_marked())
        bar = frame("card")
        words = column(self.named, self.next_words, spacing=0)
        across = row(spacing=3)
        across.addLayout(words, 1)
        across.addWidget(self.open)
        across.setContentsMargins(SPACE * 4, SPACE * 2, SPACE * 4, SPACE * 2)
        bar.setLayout(across)
        return bar

    # -- what a board says of itself -----------------------------------------------------------

    def columns(self) -> list[Column[Row]]:
        """Give its columns, in reading order."""
        raise NotImplementedError

    def filters(self) -> list[Choice]:
        """Give what narrows it beside the words typed."""
        return []

    def foot(self) -> QWidget | None:
        """Give what stands under it."""
        return None

    def read(self) -> list[Row]:
        """Read the rows, in order; called in another thread."""
        raise NotImplementedError

    def fits(self, line: Row) -> bool:
        """Tell whether a row fits what is chosen."""
        raise NotImplementedError

    def words(self, line: Row) -> Iterable[str]:
        """Give what a row is found by."""
        raise NotImplementedError

    def person(self, line: Row) -> UUID:
        """Give whose row it is."""
        raise NotImplementedError

    def who(self, line: Row) -> str:
        """Name a row."""
        raise NotImplementedError

    def why(self, line: Row) -> str:
        """Say in a sentence what is to be done about a row."""
        raise NotImplementedError

    def sentence(self, line: Row) -> str:
        """Say a row as a person would."""
        raise NotImplementedError

    def count_text(self, count: int) -> str:
        """Say how many rows are shown."""
        raise NotImplementedError

    def nothing(self) -> str:
        """Say what goes here while there is none."""
        raise NotImplementedError

    def offer(self, lines: list[Row]) -> None:
        """Bring what the filters offer up to date with the rows."""

    def shown(self, lines: list[Row]) -> None:
        """Take note of the rows shown, for what stands under them."""

    def section_of(self, _line: Row) -> str:
        """Give the section of the person's file a row opens."""
        return self.section

    # -- the screen ----------------------------------------------------------------------------

    def arrive(self, **_arguments: Any) -> None:
        """Show the board as it stands."""
        self._wants_focus = True
        if self._is_stale:
            self.refresh()
        else:
            self._focus()

    def refresh(self) -> None:
        """Read the rows anew, beside the window."""
        self._is_stale = False
        if self.is_reading:
            self._is_stale = True  # read again once what is being read is there
            return
        self.is_reading = True
        if not self._has_read:
            QTimer.singleShot(_SLOW_MS, self, self._say_reading)

        def work(_progress: Progress) -> list[Row]:
            return self.read()

        task = self.desk.tasks.run(_(self.title), work, self._take, is_quiet=True)
        task.ended.connect(self._rest)

    def _take(self, lines: list[Row]) -> None:
        self._has_read = True
        self._lines = lines
        self.offer(lines)
        self.narrow()
        if self._wants_focus:
            self._focus()

    def _rest(self) -> None:
        self.is_reading = False
        if self._is_stale and self.isVisible():
            self.refresh()

    def _say_reading(self) -> None:
        if not self._has_read:
            self.empty.setText(_("Reading…"))
            self.empty.show()

    def _note(self, changed: Changed) -> None:
        if not changed.kinds & self.kinds:
            return
        self._is_stale = True
        if self.isVisible():
            self.refresh()

    def narrow(self) -> None:
        """Show the rows that fit; the one stood on stays marked."""
        marked = self.marked
        place = self.table.currentIndex().row()
        scrolled_to = self.table.verticalScrollBar().value()
        self.model.show()
        rows = self.model.rows()
        if not rows and self.table.hasFocus():
            self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.told.setVisible(bool(rows))
        self._count.setText(self.count_text(len(rows)) if rows else "")
        self.shown(rows)
        if not rows:
            self.empty.setText(self._why_empty())
            return
        same = next((n for n, line in enumerate(rows) if self._is_same(line, marked)), None)
        at = min(max(place, 0), len(rows) - 1) if same is None else same
        self.table.setCurrentIndex(self.model.index(at, 0))
        self.table.verticalScrollBar().setValue(scrolled_to)
        self._tell()

    def _is_same(self, line: Row, marked: Row | None) -> bool:
        return marked is not None and self.key(line) == self.key(marked)

    def key(self, line: Row) -> object:
        """Give what stays the same of a row when it is read anew."""
        return self.who(line)

    def _why_empty(self) -> str:
        text = self.filter.text().strip()
        if not self._lines:
            return self.nothing()
        return nothing_fits(text) if text else _("Nothing fits what is chosen above.")

    def _page(self, after: Row | None, _count: int) -> list[Row]:
        if after is not None:
            return []
        wanted = fold_name(self.filter.text()).split()
        return [line for line in self._lines if self.fits(line) and self._is_found(line, wanted)]

    def _is_found(self, line: Row, wanted: list[str]) -> bool:
        if not wanted:
            return True
        seen = fold_name(" ".join(self.words(line)))
        return all(word in seen for word in wanted)

    @property
    def marked(self) -> Row | None:
        """The row one stands on."""
        place = self.table.currentIndex().row()
        return self.model.row(place) if 0 <= place < self.model.rowCount() else None

    def _tell(self) -> None:
        line = self.marked
        if line is not None:
            self.named.setText(placed(self.who(line)))
            self.next_words.setText(placed(self.why(line)))

    def _focus(self) -> None:
        self._wants_focus = False
        if self.model.rowCount():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.filter.setFocus(Qt.FocusReason.OtherFocusReason)

    def _into_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _open(self, index: QModelIndex) -> None:
        line = self.model.row(index.row())
        self.desk.open_person(self.person(line), self.section_of(line))

    def _open_marked(self) -> None:
        line = self.marked
        if line is not None:
            self.desk.open_person(self.person(line), self.section_of(line))
