"""The person under the cursor of the roll call: how far they have come, and what may be done."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout

import app.documents
from app.casework.training import progress_text
from app.casework.verbs import Verb
from app.i18n import _, isolate, ngettext
from app.ui.drop_menu import show_caret
from app.ui.parts import button
from app.ui.screens.training_file import GroupFile, Member
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

PAPER: Final = "certificate"


class MemberBar(QFrame):
    """One line on a person, and the step that gives a whole group its certificates.

    Signals:
        acted: A verb to be done with the enrolment shown.
        certified: All certificates earned are to be given.
    """

    acted = Signal(object)
    certified = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.member: Member | None = None
        self.setProperty("role", "card")
        self._who = label("")
        self._reason = label("", "caption")
        self._step: Verb | None = None
        self.complete_button = QPushButton(_("Complete"))
        self.complete_button.clicked.connect(self._do_step)
        self.certify_button = QPushButton()
        self.certify_button.clicked.connect(self.certified)
        self.more = button(_("More"), "quiet")
        self._menu = QMenu(self.more)
        self.more.setMenu(self._menu)
        show_caret(self.more, desk.theme)
        self.print_button = button(_("Print the certificate"), "quiet")
        self.print_button.clicked.connect(self._print)
        self._has_paper = any(m.name == PAPER for m in pkgutil.iter_modules(app.documents.__path__))
        show = button(_("Open the file"), "quiet")
        show.clicked.connect(self._open_file)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._who)
        words.addWidget(self._reason)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE * 4, SPACE * 2, SPACE * 4, SPACE * 2)
        row.setSpacing(SPACE * 2)
        row.addLayout(words, 1)
        for part in (show, self.print_button, self.more, self.complete_button, self.certify_button):
            row.addWidget(part)

    @property
    def reason(self) -> str:
        """What is said of the person shown."""
        return self._reason.text()

    def show_group(self, file: GroupFile) -> None:
        """Offer the certificates of a group that ended."""
        count = file.due
        self.certify_button.setVisible(file.is_over and count > 0)
        self.certify_button.setText(
            ngettext("Give {count} certificate", "Give {count} certificates", count).format(
                count=isolate(str(count))
            )
        )

    def show_member(self, member: Member | None, verbs: Sequence[Verb]) -> None:
        """Show a person and what may be done with their place."""
        self.member = member
        self._step = next((one for one in verbs if one.is_step), None)
        self.complete_button.setEnabled(self._step is not None)
        self._menu.clear()
        for one in verbs:
            if not one.is_step:
                self._menu.addAction(_(one.title)).triggered.connect(
                    lambda _on=False, one=one: self.acted.emit(one)
                )
        self.more.setVisible(not self._menu.isEmpty())
        given = member.certificates if member is not None else []
        self.print_button.setVisible(bool(given) and self._has_paper)
        if member is None:
            self._who.setText("")
            self._reason.setText("")
            return
        self._who.setText(placed(joined(member.name, *member.other_names)))
        self._reason.setText(placed(_standing(member)))
        self.complete_button.setToolTip("" if self._step else self._reason.text())
        self.complete_button.setAccessibleDescription(self._reason.text())

    def _do_step(self) -> None:
        if self._step is not None:
            self.acted.emit(self._step)

    def _print(self) -> None:
        if self.member is not None and self.member.certificates:
            record: UUID = self.member.certificates[-1].id
            self._desk.show_screen("paper", document=PAPER, record=record)

    def _open_file(self) -> None:
        if self.member is not None:
            self._desk.open_person(self.member.enrolment.person, "training")


def _standing(member: Member) -> str:
    """Say what was reached, what is missing, and which certificate was given."""
    state = "" if member.enrolment.state == "enrolled" else member.enrolment.shown("state")
    attended = progress_text(member.progress)
    others = [one.text for one in member.missing if one.rule != "attendance_below_threshold"]
    gain = member.enrolment.gain
    if gain is not None:
        others.append(_("gain {points} points").format(points=isolate(f"{gain:+d}")))
    given = [certificate.summary for certificate in member.certificates]
    return joined(state, attended, *others, *given)
