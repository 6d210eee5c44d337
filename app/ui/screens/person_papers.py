"""A person's file: pictures and scans, and the papers to print about its records."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.casework.attachments import attach_picture
from app.errors import Refused
from app.i18n import _, is_right_to_left
from app.models.attachments import Attachment
from app.models.contents import content_of
from app.models.filing import FILE_SECTIONS
from app.models.layout import Section
from app.sync.contents import fetch_content
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import FileSection, stamps
from app.ui.theme import SPACE
from app.ui.widgets.alive import while_alive
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.texts import label
from app.ui.wording import size_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from app.documents.offers import Offer
    from app.models.record import Record
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

    PapersFor = Callable[[Sequence[Record]], dict[str, list[Offer]]]

_THUMBNAIL: Final = QSize(144, 108)


class PapersSection(FileSection):
    """Attachments of a file, and its papers.

    Attributes:
        allowed: Names of the sections of the file whose papers are offered.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "papers")
        self.allowed: frozenset[str] = frozenset()
        # In a row that may take two lines: beside the title they are too wide for large text.
        printing = QWidget()
        row = FlowLayout(printing, gap=SPACE * 2)
        self.button(_("Print the intake form"), self.print_intake, "ph.printer", row)
        self.more = self.button(_("Print another paper…"), self.offer_papers, row=row)
        self.body.addWidget(printing)
        self.button(_("Add a picture"), self.add, "ph.plus")
        fields = {
            "attachment_kind": Attachment.fields["attachment_kind"],
            "caption": Attachment.fields["caption"],
        }
        layout = Section(Attachment.title, (("attachment_kind", "caption"),))
        self._adding = self.hold(
            InlineForm(
                desk, "person.picture", Form(desk, fields, [layout]), title=_("Add a picture"),
                save_label=_("Choose the file…"), save=self._choose,
            )
        )  # fmt: skip
        self.body.addWidget(self._adding)
        self._shelf = QWidget()
        self._flow = FlowLayout(self._shelf, gap=SPACE * 3)
        self.body.addWidget(self._shelf)
        self._empty = label(_("No picture or scan yet."), "quiet")
        self.body.addWidget(self._empty)
        self._cards: list[QWidget] = []

    def print_intake(self) -> None:
        """Show the intake form as it will print."""
        if self.file is not None:
            self.desk.show_screen("paper", document="intake", record=self.file.person.id)

    def offer_papers(self) -> None:
        """Offer the papers that fit the records of the file, in a menu by section."""
        if self.file is None:
            return
        person = self.file.person.id
        # What draws papers takes a while to load: beside the window.
        self.desk.tasks.run(
            _("Looking for the papers"),
            lambda _progress: _load_papers(),
            while_alive(self, lambda offers: self._drop(person, offers)),
            is_quiet=True,
        )

    def _drop(self, person: UUID, offers: PapersFor) -> None:
        if self.file is None or self.file.person.id != person or not self.isVisible():
            return
        menu = QMenu(self.more)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.more.text())
        offered = offers(self.file.records)
        for section, title in FILE_SECTIONS.items():
            if section in self.allowed and offered.get(section):
                under = menu.addMenu(_(title).replace("&", "&&"))
                for name, text, record in offered[section]:
                    action = under.addAction(text.replace("&", "&&"))
                    action.triggered.connect(partial(self._print, name, record))
        if menu.isEmpty():
            menu.addAction(_("There is nothing to print yet.")).setEnabled(False)
        corner = self.more.rect().bottomLeft()
        if is_right_to_left():
            corner = self.more.rect().bottomRight() - QPoint(menu.sizeHint().width(), 0)
        menu.popup(self.more.mapToGlobal(corner))

    def _print(self, document: str, record: UUID, _checked: bool = False) -> None:
        self.desk.show_screen("paper", document=document, record=record)

    def add(self) -> None:
        """Ask what the picture shows."""
        if self.file is not None:
            self._adding.open(self.file.person.id, {"attachment_kind": "document"})

    def own(self, file: PersonFile) -> object:
        """Pictures are shown from themselves."""
        return stamps(file.attachments)

    def refresh(self, file: PersonFile) -> None:
        """Show a small picture of each."""
        for card in self._cards:
            self._flow.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [self._card(attachment) for attachment in file.attachments[::-1]]
        for card in self._cards:
            self._flow.addWidget(card)
            card.show()
        self._empty.setVisible(not self._cards)
        self._shelf.setVisible(bool(self._cards))

    def _card(self, attachment: Attachment) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(_THUMBNAIL.width() + SPACE * 6)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        column.setSpacing(SPACE)
        picture = QLabel()
        picture.setFixedSize(_THUMBNAIL)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        content = content_of(self.desk.store, attachment.digest or "")
        if content is None:
            picture.setText(_absent(attachment))
            picture.setWordWrap(True)
        else:
            picture.setPixmap(_thumbnail(content.data, card.devicePixelRatioF()))
        picture.setAccessibleName(attachment.summary)
        column.addWidget(picture)
        column.addWidget(label(attachment.summary))
        column.addWidget(label(attachment.shown("attachment_kind"), "caption"))
        if content is None and attachment.digest:
            fetching = QPushButton(_("Fetch"))
            fetching.setAccessibleName(
                _("Fetch {attachment}").format(attachment=attachment.summary)
            )
            fetching.clicked.connect(partial(self._fetch, attachment.digest, fetching))
            column.addWidget(fetching)
        return card

    def _fetch(self, digest: str, button: QPushButton, _checked: bool = False) -> None:
        """Bring a picture that is at headquarters only; a failure says that it comes later."""
        store = self.desk.store
        button.setEnabled(False)
        task = self.desk.tasks.run(
            _("Fetching the attachment"),
            lambda progress: fetch_content(store, digest, progress),
            self._show_fetched,
        )

        def may_ask_again() -> None:
            if isValid(button):
                button.setEnabled(True)

        task.ended.connect(may_ask_again)

    def _show_fetched(self, _content: object) -> None:
        if self.file is not None:
            self.refresh(self.file)

    def _choose(self, _db: Any, answers: dict[str, Any]) -> object:
        if self.file is None:
            raise LookupError("no file is shown")
        person = self.file.person.id
        dialog = QFileDialog(self.window(), _("Choose a picture"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("Pictures ({patterns})").format(patterns=_PATTERNS))
        dialog.fileSelected.connect(
            lambda path: self.attach(
                Path(path), person, answers["attachment_kind"], answers.get("caption")
            )
        )
        dialog.open()
        return None

    def attach(self, path: Path, person: Any, attachment_kind: str, caption: str | None) -> None:
        """Keep a picture from the disk; it is made smaller beside the window."""
        store, user = self.desk.store, self.desk.user

        def work(_progress: object) -> Attachment:
            try:
                data = path.read_bytes()
            except OSError as error:
                raise Refused(
                    "unreadable_file",
                    _("The file {name} cannot be read: {reason}.").format(
                        name=path.name, reason=error.strerror
                    ),
                ) from error
            return attach_picture(
                store, user, person, data, attachment_kind=attachment_kind, caption=caption
            )

        self.desk.tasks.run(
            _("Adding the picture"), work, lambda _kept: self.desk.say(_("The picture is kept."))
        )


_PATTERNS: Final = "*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp *.gif"


def _load_papers() -> PapersFor:
    from app.documents.offers import papers_for
    from app.documents.registry import documents

    documents()
    return papers_for


def _absent(attachment: Attachment) -> str:
    said = _("Not on this computer yet")
    if attachment.size is None:
        return said
    return f"{said}\n{size_text(attachment.size)}"


def _thumbnail(data: bytes, ratio: float) -> QPixmap:
    pixmap = QPixmap()
    pixmap.loadFromData(data)
    scaled = pixmap.scaled(
        _THUMBNAIL * ratio,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    scaled.setDevicePixelRatio(ratio)
    return scaled
