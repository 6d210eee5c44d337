"""What came of a file made or read: sentences, and the totals of a batch in a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtWidgets import QAbstractScrollArea, QVBoxLayout, QWidget

from app.formats import number_text
from app.i18n import _, isolate, pgettext
from app.models.record import kinds
from app.sync.totals import KindTotals, Totals
from app.ui.parts import column, frame, say
from app.ui.tables import TRAILING, Column, LazyTableModel, table_view

_MOST_LINES = 8
_WIDTH = 11
_LINE_HEIGHTS = 2.1


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Attributes:
        title: The first sentence.
        sentences: The others.
        totals: Of a batch; None where nothing was counted.
        is_trouble: A person should act.
    """

    title: str
    sentences: list[str] = field(default_factory=list)
    totals: Totals | None = None
    is_trouble: bool = False


class ResultCard(QWidget):
    """Shows what came of the last file; hidden before there was one."""

    def __init__(self) -> None:
        super().__init__()
        self._card = frame("card")
        self._inside = QVBoxLayout(self._card)
        self._said: list[str] = []
        self.setLayout(column(self._card))
        self._inside.setContentsMargins(20, 16, 20, 16)
        self._inside.setSpacing(8)
        self.hide()

    @property
    def sentences(self) -> list[str]:
        """What it says, the most important first; empty when it says nothing."""
        return [] if self.isHidden() else self._said

    def show_result(self, result: Result) -> None:
        """Say what came of it."""
        while (item := self._inside.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._said = [result.title, *result.sentences]
        first = "warning" if result.is_trouble else "strong"
        self._inside.addWidget(say(result.title, first, wraps=True))
        for sentence in result.sentences:
            self._inside.addWidget(say(sentence, wraps=True))
        if result.totals is not None and result.totals.kinds:
            self._inside.addWidget(say(totals_sentence(result.totals), "quiet", wraps=True))
            self._inside.addWidget(totals_table(result.totals))
        self.setAccessibleName(" ".join(self._said))
        self.show()


def totals_sentence(totals: Totals) -> str:
    """Say what the control totals are for."""
    return _(
        "Headquarters counts again and must come to the same: {changes} changes, {late} of them to"
        " records of earlier weeks."
    ).format(changes=_number(totals.changes), late=_number(totals.late))


def totals_table(totals: Totals) -> QWidget:
    """Give the control totals, a line a kind of record."""
    lines = sorted(totals.kinds.items(), key=lambda one: (-one[1].changes, one[0]))
    counts: list[tuple[str, Callable[[KindTotals], int]]] = [
        (pgettext("records", "Added"), lambda one: one.added),
        (pgettext("records", "Changed"), lambda one: one.changed),
        (pgettext("records", "Voided"), lambda one: one.voided),
        (pgettext("records", "Changes"), lambda one: one.changes),
    ]
    columns: list[Column[tuple[str, KindTotals]]] = [
        Column(_("Records"), lambda line: _title(line[0]))
    ]
    columns += [
        Column(title, lambda line, count=count: number_text(count(line[1])), _WIDTH, TRAILING)  # type: ignore[misc]
        for title, count in counts
    ]
    model = LazyTableModel(columns, lambda after, _count: [] if after else lines)
    model.show()
    table = table_view(model, _("Control totals"))
    model.setParent(table)
    table.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustIgnored)
    height = table.fontMetrics().height() * _LINE_HEIGHTS
    table.setFixedHeight(round(height * (min(len(lines), _MOST_LINES) + 1.2)))
    return table


def _title(kind: str) -> str:
    found = kinds().get(kind)
    return _(found.title) if found is not None else kind


def _number(count: int) -> str:
    return isolate(number_text(count))
