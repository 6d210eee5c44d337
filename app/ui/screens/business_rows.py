"""The lines of a business plan as rows of a table: what each cell asks, shows and refuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont

from app.casework.business import FUNDING, VARIABLE
from app.errors import Refused
from app.formats import number_locale
from app.i18n import _, isolate
from app.models.business import LINE_KINDS, BusinessLine
from app.models.money import exponent, parse_money
from app.ui.theme import Theme
from app.ui.widgets.money import read_decimal, write_amount, write_decimal
from app.ui.widgets.written_dates import plain_digits

Index = QModelIndex | QPersistentModelIndex
_COLUMNS: Final = ("label", "amount", "quantity", "life_months", "residual", "months")
KIND_COLUMN: Final = 0
ASKED: Final[dict[str, frozenset[str]]] = {
    "sale": frozenset({"label", "amount", "quantity", "months"}),
    "fixed": frozenset({"label", "amount", "months"}),
    "equipment": frozenset({"label", "amount", "quantity", "life_months", "residual"}),
    "loan": frozenset({"label", "amount", "life_months"}),
    **{kind: frozenset({"label", "amount", "quantity"}) for kind in (*VARIABLE, "stock")},
    **{kind: frozenset({"label", "amount"}) for kind in ("reserve", *FUNDING[:3])},
}
"""What a line of each kind is asked; the rest of its cells stay closed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a line, or the place where one of its kind is begun.

    Attributes:
        kind: A code of ``LINE_KINDS``.
        line: None at the place where a line is begun.
        is_first: The first of its kind, which names it.
    """

    kind: str
    line: BusinessLine | None
    is_first: bool

    @property
    def key(self) -> UUID | str:
        """What the row is, whatever rows come and go around it."""
        return self.line.id if self.line is not None else self.kind


class BusinessTableModel(QAbstractTableModel):
    """Lines of a plan by kind; each kind ends in a row that begins another line.

    Signals:
        typed: Row, question and value of a cell that was left.
    """

    typed = Signal(object, str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[Row] = []
        self.currency = ""
        self.is_open = False
        # What was typed and refused stays where it was typed, with the reason.
        self._refused: dict[tuple[UUID | str, str], tuple[str, str]] = {}
        self.typed_text = ""

    def show(self, lines: Iterable[BusinessLine], currency: str, is_open: bool) -> None:
        """Show the lines of a plan; where rows stay the same only their cells change."""
        by_kind: dict[str, list[BusinessLine]] = {}
        for line in lines:
            by_kind.setdefault(line.line_kind or "", []).append(line)
        rows: list[Row] = []
        for kind in LINE_KINDS.codes():
            of_kind: list[BusinessLine | None] = [*by_kind.get(kind, [])]
            if is_open:
                of_kind.append(None)
            rows += [Row(kind, line, place == 0) for place, line in enumerate(of_kind)]
        is_same = (currency, is_open, [r.key for r in rows]) == (
            self.currency, self.is_open, [r.key for r in self.rows],
        )  # fmt: skip
        if is_same:
            self.rows = rows
            self._tell_cells()
            return
        self.beginResetModel()
        self.rows, self.currency, self.is_open = rows, currency, is_open
        self.endResetModel()

    def put(self, row: Row, line: BusinessLine) -> None:
        """Show a line as saved; one begun in the last row of its kind gets a row after it."""
        at = self.place_of(row.key)
        if at is None:
            return
        is_begun = row.line is None
        if is_begun:
            self._refused = {
                (line.id if key == row.kind else key, name): kept
                for (key, name), kept in self._refused.items()
            }
        self.rows[at] = Row(row.kind, line, row.is_first)
        self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))
        if is_begun:
            self.beginInsertRows(QModelIndex(), at + 1, at + 1)
            self.rows.insert(at + 1, Row(row.kind, None, False))
            self.endInsertRows()

    def take_out(self, row: Row) -> None:
        """Show no longer a line that was taken out."""
        at = self.place_of(row.key)
        if at is None:
            return
        self._refused = {key: kept for key, kept in self._refused.items() if key[0] != row.key}
        self.beginRemoveRows(QModelIndex(), at, at)
        del self.rows[at]
        self.endRemoveRows()
        if row.is_first and at < len(self.rows):
            after = self.rows[at]
            self.rows[at] = Row(after.kind, after.line, True)
            self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    def lines(self) -> list[BusinessLine]:
        """List the lines shown."""
        return [row.line for row in self.rows if row.line is not None]

    def refuse(self, row: Row, name: str, text: str, reason: str) -> None:
        """Keep what was typed in a cell, and why it was not taken."""
        self._refused[row.key, name] = (text, reason)

    @property
    def ground(self) -> QColor:
        """Colour of cells that are closed."""
        return QColor(self._theme.sunken)

    def accept(self, row: Row, name: str) -> None:
        """Forget what was refused in a cell."""
        self._refused.pop((row.key, name), None)

    @property
    def refusals(self) -> list[str]:
        """Reasons for which something typed was not taken."""
        return [reason for _text, reason in self._refused.values()]

    def read(self, name: str, text: str) -> Any:
        """Turn the text of a cell into an answer; None when it is empty.

        Raises:
            Refused: It is none.
        """
        written = text.strip()
        if not written:
            return None
        if name in ("amount", "residual"):
            return parse_money(written, self.currency)
        if name == "quantity":
            return read_decimal(written, 3)
        if name == "life_months":
            digits = plain_digits(written).replace(" ", "")
            return int(digits) if digits.isascii() and digits.isdigit() else written
        return written

    def place_of(self, key: UUID | str) -> int | None:
        """Give the number of a row."""
        return next((at for at, row in enumerate(self.rows) if row.key == key), None)

    def _tell_cells(self) -> None:
        if self.rows:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- as Qt asks ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(_COLUMNS) + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells a kind of line does not ask for cannot be entered."""
        row, name = self.cell(index)
        if name is None or name not in ASKED[row.kind]:
            return Qt.ItemFlag.NoItemFlags
        shown = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return shown | Qt.ItemFlag.ItemIsEditable if self.is_open else shown

    def cell(self, index: Index) -> tuple[Row, str | None]:
        """Give the row and the question of a cell; no question for the name of the kind."""
        at = index.column()
        return self.rows[index.row()], None if at == KIND_COLUMN else _COLUMNS[at - 1]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, name = self.cell(index)
        if name is None:
            return self._kind(row, role)
        refused = self._refused.get((row.key, name))
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                if refused is not None:
                    return refused[0]
                return self._text(row, name, role == Qt.ItemDataRole.EditRole)
            case Qt.ItemDataRole.ForegroundRole:
                if refused is not None:
                    return QColor(self._theme.danger)
                return QColor(self._theme.text if row.line else self._theme.quiet)
            case Qt.ItemDataRole.ToolTipRole:
                return refused[1] if refused is not None else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(name)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, name, refused)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand on what was typed, when it is not what stands there already."""
        row, name = self.cell(index)
        if name is None or role != Qt.ItemDataRole.EditRole:
            return False
        text = str(value)
        if text.strip() == (self.data(index, Qt.ItemDataRole.EditRole) or ""):
            return False
        self.accept(row, name)
        self.typed_text = text
        try:
            answer = self.read(name, text)
        except Refused as refused:
            self.refuse(row, name, text, refused.message)
            answer = refused
        self.typed.emit(row, name, answer)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_words = section <= 1
            edge = Qt.AlignmentFlag.AlignLeading if is_words else Qt.AlignmentFlag.AlignTrailing
            return int(edge | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles()[section]
        return None

    def _titles(self) -> tuple[str, ...]:
        return (
            _("What it is"),
            _("Name"),
            _("Price or amount"),
            _("How many"),
            _("Months"),
            _("Worth at the end"),
            _("By month, %"),
        )

    def _kind(self, row: Row, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return kind_title(row.kind) if row.is_first else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return LINE_KINDS.label(row.kind)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._theme.text)
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop
        return None

    def _text(self, row: Row, name: str, is_edited: bool) -> str:
        if row.line is None:
            return _("Add a line…") if name == "label" and not is_edited else ""
        value = getattr(row.line, name)
        if value is None:
            return ""
        if is_edited:
            return _written(name, value)
        return _shown(name, value)

    def _spoken(self, row: Row, name: str, refused: tuple[str, str] | None) -> str:
        title = self._titles()[_COLUMNS.index(name) + 1]
        value = refused[0] if refused else self._text(row, name, is_edited=False)
        said = f"{LINE_KINDS.label(row.kind)}, {title}: {value or _('nothing yet')}"
        return f"{said}. {refused[1]}" if refused else said


def kind_title(kind: str) -> str:
    """Name a kind of line in the few words a column has room for."""
    return {
        "sale": _("Sales"),
        "material": _("Materials of one unit"),
        "labour": _("Labour of one unit"),
        "fixed": _("Fixed costs of a month"),
        "equipment": _("Equipment"),
        "stock": _("First stock"),
        "reserve": _("Reserve"),
        "own": _("Own money"),
        "family": _("Money of the family"),
        "grant": _("Grant"),
        "loan": _("Loan"),
    }.get(kind, LINE_KINDS.label(kind))


def _alignment(name: str) -> Qt.AlignmentFlag:
    edge = Qt.AlignmentFlag.AlignLeading if name == "label" else Qt.AlignmentFlag.AlignTrailing
    return edge | Qt.AlignmentFlag.AlignVCenter


def _written(name: str, value: Any) -> str:
    if name in ("amount", "residual"):
        return write_amount(value)
    if name == "quantity":
        return write_decimal(value)
    return str(value)


def _shown(name: str, value: Any) -> str:
    from babel.numbers import format_decimal

    if name in ("amount", "residual"):
        places = exponent(value.currency) if value.amount != value.amount.to_integral_value() else 0
        pattern = "#,##0" + (f".{'0' * places}" if places else "")
        return isolate(format_decimal(value.amount, format=pattern, locale=number_locale()))
    if name == "quantity":
        return isolate(format_decimal(value, format="#,##0.###", locale=number_locale()))
    if name == "months":
        return isolate(value)
    return isolate(str(value)) if name == "life_months" else str(value)
