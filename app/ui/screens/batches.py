"""Batches: a week's work in one sealed file, receipts, and files for colleagues' computers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, QStandardPaths, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from app.errors import SanadError
from app.formats import number_text
from app.i18n import N_, _, isolate, ngettext
from app.models.clock import system_ms
from app.models.store import Changed
from app.sync.batches import batches, export_batch
from app.sync.carried import FileMade, FileRead
from app.sync.colleagues import colleagues_of
from app.sync.files import export_file, read_file
from app.sync.frames import Peer
from app.sync.peers import has_said
from app.sync.state import enrolment_of
from app.sync.visits import Visit, note
from app.sync.weeks import WeekLine, weeks
from app.ui.desk import Desk
from app.ui.drop_menu import drop_menu, show_caret
from app.ui.icons import icon
from app.ui.parts import button, column, leading_page, row, say
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.batches_result import Result, ResultCard
from app.ui.screens.batches_weeks import week_columns, week_sentence
from app.ui.sticks import stick
from app.ui.tables import LazyTableModel, table_view
from app.ui.tasks import Progress, Task
from app.ui.wording import lately, progress_sentence, size_text

SUFFIX = ".sanad"
_WIDTH = 1060
_LINE_HEIGHTS = 2.1
_WEEKS_SEEN = 7


class BatchesScreen(Screen):
    """The weeks of the last quarter, and what can be done with files."""

    title = N_("Batches")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._task: Task | None = None
        self._reading: Task | None = None
        self._is_enrolled = False
        self._is_stale = False
        self._lines: list[WeekLine] = []
        self._model = LazyTableModel(
            week_columns(), lambda after, _count: [] if after else self._lines, week_sentence
        )
        self.table = table_view(self._model, _("Weeks"))
        height = self.table.fontMetrics().height() * _LINE_HEIGHTS
        self.table.setFixedHeight(round(height * (_WEEKS_SEEN + 1.2)))
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.table.activated.connect(self._export_row)
        self.export = button("", "primary", name="export-week")
        self.export.setIcon(icon("ph.export", desk.theme, desk.theme.on_accent))
        self.export.clicked.connect(self.ask_export)
        self.read = button(_("Read a file or a receipt…"), name="read-file")
        self.read.clicked.connect(self._ask_file)
        self.give = button(_("Give to a colleague's computer"), name="give-file")
        show_caret(self.give, desk.theme)
        self.give.clicked.connect(self._offer_colleagues)
        self.connect_first = button(_("Connect to headquarters"), "primary", name="connect-first")
        self.connect_first.clicked.connect(lambda: desk.show_screen("sync"))
        self.stop = button(_("Cancel"), name="stop-file")
        self.stop.clicked.connect(self._cancel)
        self._words = say("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.result = ResultCard()
        self._hint = say(
            _("You can also drop a file on this page. It says itself what it is."), "caption",
            wraps=True,
        )  # fmt: skip
        self._intro = say("", "quiet", wraps=True)
        self._lay_out()
        for part in (self.export, self.give, self.read, self.connect_first, self.stop):
            part.setAutoDefault(True)  # Enter presses the button the keyboard is on
        self.setAcceptDrops(True)
        self._read_now = QAction(_("Read a file or a receipt…"), self)
        self._read_now.triggered.connect(self._read_from_anywhere)
        desk.changed.connect(self._note)
        self._show_work(None)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDTH * self.desk.preferences.text_scale))
        inside.setLayout(
            column(
                say(_(self.title), "heading1"),
                self._intro,
                row(self.connect_first, None),
                row(self.export, self.give, self.read, None, spacing=3),
                row(self.stop, self._bar, self._words, None, spacing=3),
                self.result,
                self.table,
                self._hint,
                None,
                spacing=4,
            )
        )
        self.setLayout(column(leading_page(inside, _(self.title))))

    def arrive(self, **_arguments: Any) -> None:
        """Show the weeks as they stand."""
        self.refresh()
        first = self.export if self._is_enrolled else self.connect_first
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def commands(self) -> list[QAction]:
        """Offer to read a file from anywhere."""
        return [self._read_now]

    # -- the weeks -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the weeks anew, beside the window."""
        self._is_enrolled = enrolment_of(self.desk.store) is not None
        self.connect_first.setVisible(not self._is_enrolled)
        for part in (self.export, self.give, self.read, self.table, self._hint):
            part.setVisible(self._is_enrolled)
        self._intro.setText(
            _(
                "Without a network, a week's work goes to headquarters in one sealed file on a"
                " stick. Headquarters answers with a receipt; read it here."
            )
            if self._is_enrolled
            else _("Files are sealed for headquarters: connect this computer to it first.")
        )
        if not self._is_enrolled:
            return
        self._is_stale = self._reading is not None
        if self._is_stale:
            return
        store = self.desk.store

        def work(_progress: Progress) -> list[WeekLine]:
            return weeks(store, datetime.now(UTC))

        self._reading = self.desk.tasks.run("", work, self._show, is_quiet=True)
        self._reading.ended.connect(self._rest_reading)

    def _rest_reading(self) -> None:
        self._reading = None
        if self._is_stale and self.isVisible() and self.desk.tasks.is_open:
            self.refresh()

    def _show(self, lines: list[WeekLine]) -> None:
        if lines != self._lines:
            chosen = max(self.table.currentIndex().row(), 0)
            self._lines = lines
            self._model.show()
            self.table.setCurrentIndex(self._model.index(min(chosen, len(lines) - 1), 0))
        self._name_export()

    def week_chosen(self) -> WeekLine | None:
        """Give the week the table stands on; None before the weeks are read."""
        place = self.table.currentIndex().row()
        return self._lines[place] if 0 <= place < len(self._lines) else None

    def _choose(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._name_export()

    def _name_export(self) -> None:
        line = self.week_chosen()
        is_running = line is None or not line.is_over
        words = (
            _("Export this week…")
            if is_running
            else _("Export the week {week}…").format(week=isolate(line.week.name if line else ""))
        )
        self.export.setText(" " + words)
        self.export.setAccessibleName(words)

    def _note(self, changed: Changed) -> None:
        if self.isVisible() and changed.kinds:
            self.refresh()

    # -- making files --------------------------------------------------------------------------

    def _export_row(self, _index: QModelIndex) -> None:
        self.ask_export()

    def ask_export(self) -> None:
        """Ask where the batch of the chosen week is to go; one made before is told first."""
        line = self.week_chosen()
        if line is None or self._task is not None:
            return
        if not line.batches:
            self._ask_where(line)
            return
        latest = line.batches[0]
        self.desk.confirm(
            self,
            _(
                "The batch of the week {week} was made {moment} already. Another one will be number"
                " {number}; both can be read."
            ).format(
                week=isolate(line.week.name),
                moment=lately(latest.made_at, datetime.now(UTC)),
                number=isolate(str(latest.number + 1)),
            ),
            _("Make another one"),
            partial(self._ask_where, line),
        )

    def _ask_where(self, line: WeekLine) -> None:
        place = enrolment_of(self.desk.store)
        office = place.office_code if place is not None else ""
        self._ask_target(
            f"{office}-{line.week.name}{SUFFIX}", partial(self.export_week, line.week.name)
        )

    def export_week(self, week: str, path: Path) -> None:
        """Write the batch of a week beside the work."""
        store, user = self.desk.store, self.desk.user

        def work(progress: Progress) -> Result:
            made = export_batch(store, user, week, path, progress)
            counted = next(one.totals for one in batches(store) if one.id == made.id)
            carry = _("Carry it to headquarters, and bring the receipt back.")
            return Result(_made(made), [*made.findings, carry], counted)

        self._begin(_("Exporting the week"), work)

    def _offer_colleagues(self) -> None:
        found = colleagues_of(self.desk.store)
        if not found:
            self.result.show_result(
                Result(
                    _("This computer knows no other computer of its office yet."),
                    [_("Connect the other one to headquarters, then sync this one once.")],
                    is_trouble=True,
                )
            )
            return
        gifts = [(peer.name, partial(self._ask_gift, peer)) for peer in found]
        for peer in found:
            # What it said it holds may be lost there, as when it was put back to a backup.
            if has_said(self.desk.store, peer):
                whole = _("All there is, for {name}").format(name=isolate(peer.name))
                gifts.append((whole, partial(self._ask_gift, peer, is_whole=True)))
        drop_menu(self.give, gifts)

    def _ask_gift(self, peer: Peer, *, is_whole: bool = False) -> None:
        kept = "".join(c if c.isalnum() else "-" for c in peer.name).strip("-")
        today = date.today().isoformat()  # noqa: DTZ011  the day on the wall
        then = partial(self.give_to, peer, is_whole=is_whole)
        self._ask_target(f"{kept}-{today}{SUFFIX}", then)

    def give_to(self, peer: Peer, path: Path, *, is_whole: bool = False) -> None:
        """Write what a colleague's computer lacks, or all there is, beside the work."""
        store, to = self.desk.store, str(UUID(bytes=peer.device))

        def work(progress: Progress) -> Result:
            made = export_file(store, path, [to], progress, is_whole=is_whole)
            if not made.changes and not made.contents:
                all_there = _("There is nothing in it: {name} has said that it holds all of this.")
                return Result(_made(made), [all_there.format(name=isolate(peer.name))])
            read = _("On {name}, open Batches and read this file.").format(name=isolate(peer.name))
            return Result(_made(made), [*made.findings, read])

        self._begin(_("Writing a file"), work)

    # -- reading files -------------------------------------------------------------------------

    def read_from(self, path: Path) -> None:
        """Take a file in beside the work, whatever it is."""
        store = self.desk.store

        def work(progress: Progress) -> Result:
            read = read_file(store, path, progress)
            note(store, _visit(read))
            said = read.sentences
            return Result(said[0], said[1:], is_trouble=bool(read.gaps or read.refused))

        self._begin(_("Reading a file"), work)

    def _ask_file(self) -> None:
        dialog = self._dialog(_("Which file to read"), QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read_from(Path(name)))
        dialog.open()

    def _read_from_anywhere(self) -> None:
        self.desk.show_screen("batches")
        if self._is_enrolled:
            self._ask_file()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None and self._is_enrolled:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.read_from(path)

    # -- the work ------------------------------------------------------------------------------

    def _ask_target(self, name: str, then: Callable[[Path], None]) -> None:
        dialog = self._dialog(_("Where to keep the file"), QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.lstrip("."))
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self.window(), title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(mode)
        dialog.setNameFilter(_("Sanad file") + f" (*{SUFFIX})")
        dialog.setLabelText(QFileDialog.DialogLabel.LookIn, _("Folder:"))
        dialog.setLabelText(QFileDialog.DialogLabel.FileType, _("Kind of file:"))
        dialog.setDirectory(str(stick() or _documents()))
        return dialog

    def _begin(self, title: str, work: Callable[[Progress], Result]) -> None:
        if self._task is not None:
            return
        self.result.hide()
        self._task = self.desk.tasks.run(title, work, self._succeed, self._fail)
        self._task.progressed.connect(self._tell)
        self._task.ended.connect(self._rest)
        self._show_work(self._task)

    def _succeed(self, result: Result) -> None:
        self.result.show_result(result)
        # What headquarters confirmed by a receipt is told at the foot of the window too.
        self.desk.changed.emit(Changed(frozenset(), "elsewhere"))

    def _fail(self, error: SanadError) -> None:
        self.result.show_result(Result(str(error), is_trouble=True))

    def _rest(self) -> None:
        self._task = None
        self._show_work(None)
        self.refresh()

    def _tell(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        left = None if self._task is None else self._task.seconds_left()
        self._words.setText(progress_sentence(done, total, left))
        self._bar.setAccessibleName(self._words.text())

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._words.setText(_("Stopping…"))

    def _show_work(self, task: Task | None) -> None:
        is_busy = task is not None
        choices = (self.export, self.give, self.read)
        is_here = any(part.hasFocus() for part in (*choices, self.stop, self.table))
        if not is_busy:
            for choice in choices:
                choice.setEnabled(True)
        else:
            self.stop.show()
        if is_here:  # a button that can no longer be pressed would send the cursor anywhere
            to = self.stop if is_busy else self.export
            to.setFocus(Qt.FocusReason.OtherFocusReason)
        for choice in choices:
            choice.setEnabled(not is_busy)
        for part in (self.stop, self._bar, self._words):
            part.setVisible(is_busy)
        self._bar.setRange(0, 0)
        self._words.setText("" if task is None else task.title)


def _made(made: FileMade) -> str:
    changes = ngettext("{count} change", "{count} changes", made.changes).format(
        count=isolate(number_text(made.changes))
    )
    return _("{file} is written and sealed: {changes}, {size}.").format(
        file=isolate(str(made.path)), changes=changes, size=size_text(made.size)
    )


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _visit(read: FileRead) -> Visit:
    said = "" if read.again is None else read.sentences[0]
    return Visit(
        system_ms(), "file", "done", read.acknowledged, read.received,
        contents_received=read.contents, said=" ".join([said, *read.findings]).strip(),
    )  # fmt: skip


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix == SUFFIX else None


register_screen(
    ScreenSpec(
        name="batches", title=BatchesScreen.title, icon="ph.package", order=85,
        roles=frozenset({"supervisor", "admin"}), build=BatchesScreen,
    )
)  # fmt: skip
