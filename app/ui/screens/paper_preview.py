"""A paper as it will print: its languages are chosen beside it, then it is printed or saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from app.documents.about import Whose, find, whose
from app.documents.registry import Printed, document_named, print_document
from app.errors import SanadError, Unavailable
from app.i18n import N_, _, isolate, language, ngettext
from app.models.users import User
from app.ui.icons import icon
from app.ui.parts import LANGUAGE_NAMES, button
from app.ui.screen import Screen
from app.ui.tasks import Progress
from app.ui.theme import SPACE
from app.ui.widgets.alive import while_alive
from app.ui.widgets.language_list import LanguageList
from app.ui.widgets.texts import label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

_PANEL_PX: Final = 264
_DOTS_PER_INCH: Final = 300
_POINTS_PER_INCH: Final = 72


class PaperScreen(Screen):
    """One document about one record, drawn anew at every choice."""

    title = N_("Print")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._name = "intake"
        self._record: UUID | None = None
        self._person: UUID | None = None
        self._wanted = 0
        self.printed: Printed | None = None
        self._bytes = QBuffer(self)
        self.document = QPdfDocument(self)
        self.view = QPdfView(self)
        self.view.setDocument(self.document)
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.view.setAccessibleName(_("The paper as it will print"))
        self.languages = LanguageList(_("Language"), LANGUAGE_NAMES)
        self.second = LanguageList(_("Second language"), {"": _("None"), **LANGUAGE_NAMES})
        self.blank = QCheckBox(_("Blank, to fill in by hand"))
        self._heading = label("", "heading1")
        self._about = label("", "quiet")
        self._pages = label("", "caption")
        self._warning = label("", "warning")
        self.print_button = button(_("Print"), "primary")
        self.print_button.setIcon(icon("ph.printer", desk.theme, desk.theme.on_accent))
        self.print_button.setToolTip(_("Enter"))
        self.save_button = button(_("Save as PDF"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.view, 1)
        row.addWidget(self._panel())
        self.languages.chosen.connect(self._draw)
        self.second.chosen.connect(self._draw)
        self.blank.toggled.connect(self._draw)
        self.print_button.clicked.connect(self.print)
        self.save_button.clicked.connect(self._ask_where)
        for keys in ("Ctrl+P", "Return", "Enter"):
            action = QAction(_("Print"), self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(self.print)
            self.addAction(action)

    def _panel(self) -> QWidget:
        choices = QWidget()
        choices.setProperty("role", "page")
        back = self._back_button = button(_("Back to the file"), "quiet")
        back.clicked.connect(self._back)
        column = QVBoxLayout(choices)
        column.setContentsMargins(SPACE * 5, SPACE * 4, SPACE * 5, SPACE * 2)
        column.setSpacing(SPACE * 2)
        column.addWidget(self._heading)
        column.addWidget(self._about)
        column.addSpacing(SPACE * 2)
        for title, chooser in (
            (_("Language"), self.languages),
            (_("Second language"), self.second),
        ):
            name = QLabel(title)
            name.setBuddy(chooser)
            column.addWidget(name)
            column.addWidget(chooser)
        column.addWidget(self.blank)
        column.addWidget(self._pages)
        column.addWidget(self._warning)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(choices)
        panel = QWidget()
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Wide enough for the longest word of any language, beside the bar that scrolls it.
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        wanted = round(_PANEL_PX * min(self.desk.preferences.text_scale, 1.4))
        panel.setFixedWidth(max(wanted, choices.minimumSizeHint().width() + bar + SPACE))
        whole = QVBoxLayout(panel)
        whole.setContentsMargins(0, 0, 0, SPACE * 3)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE * 5, SPACE * 2, SPACE * 5, 0)
        foot.setSpacing(SPACE * 2)
        for part in (self.print_button, self.save_button, back):
            foot.addWidget(part)
        whole.addLayout(foot)
        return panel

    def arrive(self, **arguments: Any) -> None:
        """Show a document.

        Args:
            arguments: ``document``, its name; ``record``, the id of what it is about.
        """
        self._name = arguments.get("document", self._name)
        self._record = arguments.get("record", self._record)
        self._heading.setText(placed(_(document_named(self._name).title)))
        self.languages.choose(language())
        self.second.choose("")
        about = Whose()
        if self._record is not None:
            with self.desk.store.read() as db:
                about = whose(db, find(db, self._record))
        self._person = about.person.id if about.person else None
        self._about.setText(placed(about.name))
        self._back_button.setVisible(self._person is not None)
        spoken = about.person.main_language if about.person else None
        if spoken in LANGUAGE_NAMES and spoken != language():
            self.second.choose(spoken)
        self.blank.setChecked(self._record is None)
        self._draw()
        self.languages.setFocus()

    def title_text(self) -> str:
        """Give the document's name; whose it is may be read over a shoulder."""
        return _(document_named(self._name).title)

    # -- drawing ---------------------------------------------------------------------------

    def _draw(self) -> None:
        self._wanted += 1
        wanted = self._wanted
        chosen = (self.languages.code, self.second.code)
        languages = tuple(dict.fromkeys(code for code in chosen if code))
        store, user, name = self.desk.store, self.desk.user, self._name
        record, is_blank = self._record, self.blank.isChecked()
        self.print_button.setEnabled(False)
        self.save_button.setEnabled(False)

        def work(_progress: Progress) -> Printed:
            with store.read() as db:
                author = db.get(User, user)
                printed_by = author.summary if author else ""
            return print_document(
                store, name, record, languages, is_blank,
                printed_on=store.context().today, printed_by=printed_by,
            )  # fmt: skip

        def done(printed: Printed) -> None:
            if wanted == self._wanted:  # another choice was made meanwhile
                self._show(printed)

        def failed(error: SanadError) -> None:
            if wanted == self._wanted:
                self._refuse(error)

        self.desk.tasks.run(
            _("Drawing the paper"), work, while_alive(self, done), while_alive(self, failed),
            is_quiet=True,
        )  # fmt: skip

    def _refuse(self, error: SanadError) -> None:
        """Say why there is no paper, and leave none of before in sight."""
        self.printed = None
        self.document.close()
        self._pages.setText("")
        self._warning.setText(placed(error.message))
        self._warning.setVisible(True)

    def _show(self, printed: Printed) -> None:
        self.printed = printed
        self.document.close()
        self._bytes.close()
        self._bytes.setData(QByteArray(printed.pdf))
        self._bytes.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._bytes)
        pages = ngettext("{count} page", "{count} pages", printed.pages)
        self._pages.setText(placed(pages.format(count=printed.pages)))
        lost = _(", ").join(one.name for one in printed.unprintable)
        told = _("No font here can print all of: {answers}.").format(answers=lost)
        self._warning.setText(placed(told) if lost else "")
        self._warning.setVisible(bool(lost))
        self.print_button.setEnabled(True)
        self.save_button.setEnabled(True)

    # -- out -------------------------------------------------------------------------------

    def print(self) -> None:
        """Ask which printer, then print."""
        if self.printed is None or not self.print_button.isEnabled():
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setResolution(_DOTS_PER_INCH)
        printer.setDocName(_(document_named(self._name).title))
        dialog = QPrintDialog(printer, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        pdf = self.printed.pdf
        dialog.accepted.connect(lambda: self.send(pdf, printer))
        QDialog.open(dialog)  # PySide leaves only the one with a receiver on the class itself

    def send(self, pdf: bytes, printer: QPrinter) -> None:
        """Print on a printer, beside the window."""
        self.desk.tasks.run(
            _("Printing"),
            lambda progress: _paint(pdf, printer, progress),
            lambda _nothing: self.desk.say(_("The paper was sent to the printer.")),
        )

    def _ask_where(self) -> None:
        if self.printed is None:
            return
        dialog = QFileDialog(self.window(), _("Save as PDF"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.setNameFilter(_("PDF file ({pattern})").format(pattern="*.pdf"))
        dialog.selectFile(f"{self._name}.pdf")  # never a name or a number of a person
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Write the paper as a file; it is no longer encrypted there, and the person is told."""
        if self.printed is None:
            return
        try:
            self.desk.store.require_outside(path)
            path.write_bytes(self.printed.pdf)
        except SanadError as error:
            self.desk.explain(error)
        except OSError as error:
            self.desk.explain(
                Unavailable(
                    _("The file {name} cannot be written: {reason}.").format(
                        name=isolate(path.name), reason=error.strerror
                    ),
                    _("Choose another place."),
                )
            )
        else:
            self.desk.say(
                _("Saved as {name}. Anybody who has this file can read it.").format(
                    name=isolate(path.name)
                )
            )

    def _back(self) -> None:
        if self._person is not None:
            self.desk.open_person(self._person, "papers")


def _paint(pdf: bytes, printer: QPrinter, progress: Progress) -> None:
    document = QPdfDocument()
    data = QBuffer()
    data.setData(QByteArray(pdf))
    data.open(QIODevice.OpenModeFlag.ReadOnly)
    document.load(data)
    painter = QPainter()
    if not painter.begin(printer):
        raise _no_printer()
    try:
        for page in range(document.pageCount()):
            progress(page, document.pageCount())
            if page and not printer.newPage():
                raise _no_printer()
            points = document.pagePointSize(page)
            scale = printer.resolution() / _POINTS_PER_INCH
            size = QSize(round(points.width() * scale), round(points.height() * scale))
            # The page has margins of its own: it is laid on the sheet, not inside its edge.
            edge = printer.pageLayout().paintRectPixels(printer.resolution()).topLeft()
            painter.drawImage(-edge, document.render(page, size))
    finally:
        painter.end()
        document.close()


def _no_printer() -> SanadError:
    return Unavailable(
        _("The printer does not take the paper."), _("Check the printer, or save as PDF.")
    )
