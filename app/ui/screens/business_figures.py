"""What follows from a business plan, beside its lines: totals, break-even, cash by month."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.casework.business import Figures, Month, display, missing_text, month_name
from app.formats import number_locale, number_text
from app.i18n import _, isolate
from app.models.business import BusinessPlan
from app.models.money_types import money_text
from app.ui.theme import SPACE, Theme
from app.ui.widgets.texts import label, placed

_IN_A_ROW: Final = 3
_CHART_LINES: Final = 8


class FiguresPanel(QWidget):
    """Totals, break-even and the cash of twelve months; shown anew while one types."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.chart = CashChart(theme)
        self._amounts: dict[str, QLabel] = {}
        self._words = label("")
        self._warnings = label("", "warning")
        self._problems = label("", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addLayout(self._grid())
        column.addWidget(self._words)
        column.addWidget(label(_("Cash at the end of each month"), "heading3"))
        column.addWidget(self.chart)
        column.addWidget(self._warnings)
        column.addWidget(self._problems)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 4)
        grid.setVerticalSpacing(SPACE * 2)
        titles = {
            "sales": _("Sales in the year"),
            "costs": _("Costs in the year"),
            "profit": _("Profit in the year"),
            "required": _("Needed to start"),
            "funding": _("Money and goods brought in"),
            "gap": _("Still missing to start"),
        }
        for place, (name, title) in enumerate(titles.items()):
            cell = QVBoxLayout()
            cell.setSpacing(0)
            self._amounts[name] = label("", "strong")
            self._amounts[name].setObjectName(name)
            cell.addWidget(label(title, "caption"))
            cell.addWidget(self._amounts[name])
            row, column = divmod(place, _IN_A_ROW)
            grid.addLayout(cell, row, column)
            grid.setColumnStretch(column, 1)
        return grid

    def show_figures(self, plan: BusinessPlan, worked: Figures) -> None:
        """Show what the lines come to."""
        for name, amount in (
            ("sales", worked.sales),
            ("costs", worked.costs),
            ("profit", worked.profit),
            ("required", worked.required),
            ("funding", worked.funding),
            ("gap", max(worked.gap, Decimal(0))),
        ):
            self._amounts[name].setText(placed(money_text(display(amount, worked.currency))))
        self._amounts["profit"].setProperty("role", "error" if worked.profit < 0 else "strong")
        self._amounts["profit"].style().polish(self._amounts["profit"])
        _say(self._words, break_even_sentences(worked))
        _say(self._warnings, cash_sentences(plan, worked))
        _say(self._problems, list(worked.problems))
        self.chart.show_months(plan, worked)


def break_even_sentences(worked: Figures) -> list[str]:
    """Say how much must be sold in a month so that nothing is lost, or why that cannot be said."""
    said = []
    if worked.profit < 0:
        said.append(
            _("The year ends with a loss of {amount}.").format(
                amount=money_text(-display(worked.profit, worked.currency))
            )
        )
    if worked.break_even_revenue is None:
        return [*said, worked.no_break_even]
    said.append(
        _("Nothing is lost from {amount} of sales in a month on.").format(
            amount=money_text(display(worked.break_even_revenue, worked.currency))
        )
    )
    said += [
        _("{product}: {contribution} are left of each; {units} a month are enough.").format(
            product=isolate(one.label),
            contribution=money_text(display(one.contribution, worked.currency)),
            units=isolate(number_text(one.break_even_units)),
        )
        for one in worked.products
        if one.break_even_units is not None
    ]
    return said


def cash_sentences(plan: BusinessPlan, worked: Figures) -> list[str]:
    """Say which months end without enough cash, and by how much."""
    return [missing_text(plan, worked, month) for month in worked.months_below_zero]


class CashChart(QWidget):
    """Cash at the end of each month as bars, in reading order; screen readers hear the amounts."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._months: tuple[Month, ...] = ()
        self._names: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Cash at the end of each month"))

    def sizeHint(self) -> QSize:
        """Ask for some lines of height."""
        return QSize(400, self.fontMetrics().lineSpacing() * _CHART_LINES)

    def show_months(self, plan: BusinessPlan, worked: Figures) -> None:
        """Show twelve months."""
        self._months = worked.months
        self._names = [_short(plan, month.number) for month in worked.months]
        self.setAccessibleDescription(
            "; ".join(
                f"{month_name(plan.starts_on, month.number)}: "
                f"{money_text(display(month.closing, worked.currency))}"
                for month in worked.months
            )
        )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a bar a month; those below zero hang, striped, with a minus sign."""
        if not self._months:
            return
        metrics = self.fontMetrics()
        line = metrics.lineSpacing()
        area = QRectF(self.rect()).adjusted(0, line, 0, -2 * line)
        values = [float(month.closing) for month in self._months]
        top, bottom = max(*values, 0.0), min(*values, 0.0)
        scale = area.height() / ((top - bottom) or 1.0)
        zero = area.top() + top * scale
        wide = area.width() / len(values)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, value in enumerate(values):
                place = len(values) - 1 - at if is_mirrored else at
                slot = QRectF(area.left() + place * wide, 0, wide, self.height())
                self._bar(painter, slot, zero, value * scale)
                painter.setPen(QColor(self._theme.quiet))
                foot = QRectF(slot.left(), area.bottom() + line * 0.6, wide, line * 1.3)
                painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self._names[at])
            painter.setPen(QPen(QColor(self._theme.edge), 1))
            painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero))

    def _bar(self, painter: QPainter, slot: QRectF, zero: float, height: float) -> None:
        is_short = height < 0
        colour = QColor(self._theme.danger if is_short else self._theme.accent)
        bar = QRectF(slot.left() + slot.width() * 0.2, zero - max(height, 0.0), slot.width() * 0.6,
                     max(abs(height), 1.0))  # fmt: skip
        painter.setPen(QPen(colour, 1))
        style = Qt.BrushStyle.BDiagPattern if is_short else Qt.BrushStyle.SolidPattern
        painter.setBrush(QBrush(colour, style))
        painter.drawRect(bar)
        if is_short:
            above = QRectF(slot.left(), zero - self.fontMetrics().lineSpacing(), slot.width(),
                           self.fontMetrics().lineSpacing())  # fmt: skip
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, "−")


def _short(plan: BusinessPlan, number: int) -> str:
    from babel.dates import get_month_names

    if plan.starts_on is None:
        return str(number)
    month = (plan.starts_on.month + number - 2) % 12 + 1
    # ar_MA names months in full only; three letters there would not be words.
    return str(get_month_names("abbreviated", "stand-alone", number_locale())[month])


def _say(told: QLabel, sentences: list[str]) -> None:
    told.setText("\n".join(placed(sentence) for sentence in sentences))
    told.setVisible(bool(sentences))
