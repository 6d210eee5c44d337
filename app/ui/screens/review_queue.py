"""The disputes that wait: a list read by pages beside the window, and the card of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from app.casework.conflicts import Dispute
from app.casework.dispute_cards import DisputeCard, DisputeLine, Said
from app.i18n import _, isolate
from app.models.record import kinds
from app.sync.computers import Computers, computers
from app.ui.parts import column, say, scrolled
from app.ui.screens.board import BoardColumn, BoardModel, CaptionDelegate, Choice, Index
from app.ui.screens.pages import give_two_lines
from app.ui.screens.review_card import ConflictCard
from app.ui.screens.review_reading import PAGE, Queue, read_card, read_lines, read_queue
from app.ui.tables import Column, table_view
from app.ui.tasks import Progress
from app.ui.theme import SPACE
from app.ui.widgets.alive import while_alive

if TYPE_CHECKING:
    from app.ui.desk import Desk

_LIST_PX: Final = 264
_MINE: Final = "mine"


class QueueModel(BoardModel[DisputeLine]):
    """Lines of disputes; those not read yet are asked for when they are scrolled to.

    Signals:
        wanted: The next page is.
    """

    wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        columns: list[Column[DisputeLine]] = [
            BoardColumn(_("What waits"), name_of, caption=questions_of)
        ]
        super().__init__(desk.theme, columns, lambda _after, _count: [], sentence_of)
        self._total = 0

    def fill(self, lines: list[DisputeLine], total: int) -> None:
        """Show lines anew, the first of ``total``."""
        self.beginResetModel()
        self._rows = list(lines)
        self._total = total
        self.endResetModel()

    def append(self, lines: list[DisputeLine], read_up_to: int) -> None:
        """Add a page; ``read_up_to`` disputes have been looked at by now."""
        self._is_complete = read_up_to >= self._total
        if lines:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
            self._rows += lines
            self.endInsertRows()

    def canFetchMore(self, parent: Index) -> bool:
        """Tell whether there are lines not read yet."""
        return not parent.isValid() and len(self._rows) < self._total and not self._is_complete

    def fetchMore(self, parent: Index) -> None:
        """Ask for the next page; it arrives later."""
        if not parent.isValid():
            self.wanted.emit()


class DisputesPage(QWidget):
    """The list, and beside it the card of the line one stands on.

    Signals:
        counted: How many disputes fit the filters.
        opened: A file is wanted: the dispute, and the name of the question.
    """

    counted = Signal(int)
    opened = Signal(object, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._queue = Queue([], [], {})
        self._computers: Computers | None = None
        self._read_up_to = 0
        self._is_reading = False
        self._is_stale = False
        self._is_paging = False
        self._wants_focus = False
        self._wanted = ""
        self._sought: UUID | None = None
        self.card: ConflictCard | None = None
        self.whose = Choice(_("Whose cases"), _("All cases"))
        self.whose.offer([(_MINE, _("My cases"))])
        self.kind = Choice(_("What kind of record"), _("All records"))
        self.model = QueueModel(desk)
        self.table = table_view(self.model, _("What waits"))
        self.table.horizontalHeader().hide()
        give_two_lines(self.table)
        self.table.setItemDelegate(CaptionDelegate(desk.theme, self.table))
        self.table.setMinimumWidth(180)
        self.table.setMaximumWidth(round(_LIST_PX * desk.preferences.text_scale))
        self.table.installEventFilter(self)
        self.empty = say("", "quiet", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._paper = QWidget()
        self._place = column(None, spacing=0)
        self._paper.setLayout(self._place)
        self.area: QScrollArea = scrolled(self._paper, _("What is to be settled"))
        across = QHBoxLayout()
        across.setSpacing(SPACE * 4)
        across.addWidget(self.table, 1)
        across.addWidget(self.area, 2)
        whole = column(self.empty, spacing=0)
        whole.addLayout(across, 1)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.empty.hide()
        self.model.wanted.connect(self._read_page)
        self.table.selectionModel().currentRowChanged.connect(lambda *_at: self._show_marked())
        for choice in (self.whose, self.kind):
            choice.currentIndexChanged.connect(lambda _at: self.refresh())

    # -- the list ------------------------------------------------------------------------------

    @property
    def is_reading(self) -> bool:
        """Whether the list or the card is on its way."""
        marked = self.marked
        shown = self.card.card.dispute.id if self.card is not None else ""
        return self._is_reading or (marked is not None and marked.dispute.id != shown)

    @property
    def marked(self) -> DisputeLine | None:
        """The line one stands on."""
        place = self.table.currentIndex().row()
        return self.model.row(place) if 0 <= place < self.model.rowCount() else None

    def refresh(self) -> None:
        """Read the list anew, beside the window; one reading at a time."""
        if self._is_reading:
            self._is_stale = True
            return
        self._is_stale = False
        self._is_reading = True
        desk = self._desk
        kind = self.kind.chosen or None
        counsellor: UUID | None = desk.user if self.whose.chosen == _MINE else None
        shown = max(self.model.rowCount(), PAGE)
        sought = self._sought

        def work(_progress: Progress) -> tuple[Queue, Computers]:
            queue = read_queue(
                desk.store, kind=kind, counsellor=counsellor, shown=shown, first=sought
            )
            return queue, computers(desk.store)

        task = desk.tasks.run("", work, lambda read: self._take(*read, shown), is_quiet=True)
        task.ended.connect(self._rest)

    def _take(self, queue: Queue, known: Computers, shown: int) -> None:
        former = self.marked
        place = max(self.table.currentIndex().row(), 0)
        self._queue, self._computers = queue, known
        self._read_up_to = min(shown, len(queue.all))
        self.kind.offer(
            (name, f"{_(kinds()[name].title)} ({isolate(str(count))})")
            for name, count in queue.kinds.items()
        )
        self.model.fill(queue.lines, len(queue.all))
        self.model.append([], self._read_up_to)
        self.table.setVisible(bool(queue.lines))
        self.area.setVisible(bool(queue.lines))
        self.empty.setVisible(not queue.lines)
        self.empty.setText(self._nothing())
        self.counted.emit(len(queue.all))
        if not queue.lines:
            self._put(None)
            return
        wanted = self._sought or (former.dispute.record if former is not None else None)
        same = next((n for n, one in enumerate(queue.lines) if one.dispute.record == wanted), None)
        at = min(place, len(queue.lines) - 1) if same is None else same
        self._sought = None
        self.table.setCurrentIndex(self.model.index(at, 0))
        self._show_marked(is_anew=True)

    def _rest(self) -> None:
        self._is_reading = False
        if self._is_stale and self._desk.tasks.is_open:
            self.refresh()

    def _nothing(self) -> str:
        if self.whose.chosen or self.kind.chosen:
            return _("Nothing fits what is chosen above.")
        return _(
            "No two answers differ. When two people answer one question without seeing each"
            " other's answer, both stand here, and somebody picks one."
        )

    def _read_page(self) -> None:
        if self._is_paging or self._is_reading:
            return
        self._is_paging = True
        store, queue = self._desk.store, self._queue
        page = queue.all[self._read_up_to : self._read_up_to + PAGE]

        def take(lines: list[DisputeLine]) -> None:
            self._is_paging = False
            if queue is self._queue:
                self._read_up_to += len(page)
                self.model.append(lines, self._read_up_to)

        self._desk.tasks.run(
            "", lambda _p: read_lines(store, page), while_alive(self, take), is_quiet=True
        )

    # -- the card ------------------------------------------------------------------------------

    def _show_marked(self, *, is_anew: bool = False) -> None:
        marked = self.marked
        if marked is None:
            return
        dispute = marked.dispute
        if not is_anew and self._wanted == dispute.id:
            return
        self._wanted = dispute.id
        store, user = self._desk.store, self._desk.user

        def take(card: DisputeCard | None) -> None:
            if self._wanted == dispute.id:
                self._take_card(dispute, card)

        self._desk.tasks.run(
            "", lambda _p: read_card(store, dispute, user), while_alive(self, take), is_quiet=True
        )

    def _take_card(self, dispute: Dispute, card: DisputeCard | None) -> None:
        if card is None:
            self.refresh()  # settled meanwhile
            return
        held = self.card
        if held is not None and held.card.dispute.id == dispute.id:
            if _is_same(held.card, card):
                held.renew(card)
                return
            was_begun = held.is_begun
            self._put(card)
            if was_begun and self.card is not None:
                self.card.say(_("The answers have changed meanwhile. Look at them again."))
            return
        self._put(card)

    def _put(self, card: DisputeCard | None) -> None:
        former = self.card
        focused = self.window().focusWidget()
        wants_focus = self._wants_focus or (
            former is not None and focused is not None and former.isAncestorOf(focused)
        )
        if former is not None:
            former.leave()
        self.card = None
        if card is not None:
            made = ConflictCard(self._desk, card, self._name_of)
            made.settled.connect(self._settled)
            made.gone.connect(self._gone)
            made.moved.connect(self._bring)
            made.opened.connect(lambda name, one=card.dispute: self.opened.emit(one, name))
            self.card = made
            self._place.insertWidget(0, made)
            made.show()  # what is not shown yet cannot take the keyboard
        if wants_focus:
            self.focus()
        self._wants_focus = False
        if former is not None:
            # Last: hidden with the keyboard in it, it would hand the keyboard on to anything.
            self._place.removeWidget(former)
            former.hide()
            former.deleteLater()
        self.area.verticalScrollBar().setValue(0)

    def _bring(self, part: QWidget) -> None:
        """Bring a part of the card into sight, once it has its place."""
        QTimer.singleShot(0, part, lambda: self.area.ensureWidgetVisible(part, 0, SPACE * 6))

    def leave(self) -> None:
        """Keep what is picked and written."""
        if self.card is not None:
            self.card.leave()

    def _name_of(self, said: Said) -> str:
        return "" if self._computers is None else self._computers.name(said.device, said.office)

    def _settled(self, sentence: str) -> None:
        self._desk.say(sentence)
        self._go_on()

    def _gone(self) -> None:
        self._desk.say(_("Somebody has settled this meanwhile."))
        self._go_on()

    def _go_on(self) -> None:
        """Go to what comes after; the card just settled is not to be taken for open."""
        self._wants_focus = True
        QTimer.singleShot(0, self, self.refresh)

    def seek(self, record: UUID) -> None:
        """Stand on the dispute of a record once the list is read; it is brought to the front."""
        self._sought = record
        self.whose.choose("")
        self.kind.choose("")
        self.refresh()

    def focus(self) -> None:
        """Bring the keyboard to the card, else to the list, else to what chooses what is listed."""
        if self.card is not None:
            self.card.focus()
        elif self.model.rowCount():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.whose.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_when_read(self) -> None:
        """Bring the keyboard to the card once it is there."""
        if self.is_reading or self.card is None:
            self._wants_focus = True
        else:
            self.focus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a number in the list pick an answer, and Enter go into the card."""
        if (
            watched is self.table
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and self.card is not None
        ):
            if event.text().isdecimal() and self.card.pick(int(event.text())):
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self.card.focus()
                return True
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """Take what room there is."""
        return QSize(600, 400)


def _is_same(held: DisputeCard, read: DisputeCard) -> bool:
    return (held.asked, held.refusal, held.names, held.line) == (
        read.asked, read.refusal, read.names, read.line,
    )  # fmt: skip


def name_of(line: DisputeLine) -> str:
    """Name a line: whose file it is in, or what record of the office."""
    return line.names[0] if line.names else (line.line or line.title)


def questions_of(line: DisputeLine) -> str:
    """Say what is disputed."""
    return _(", ").join(line.questions)


def sentence_of(line: DisputeLine) -> str:
    """Say a line as a person would."""
    said = [*(line.names or [line.title]), line.line, questions_of(line)]
    return ", ".join(part for part in said if part)
