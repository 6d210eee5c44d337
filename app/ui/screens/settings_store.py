"""The parts of Settings that touch the store: passphrase, users, backup, what this is."""

from __future__ import annotations

import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget

from app.casework.user_list import UserLine, users_of
from app.casework.users import add_user
from app.errors import Refused, RefusedMany, SanadError
from app.i18n import _, isolate
from app.models.backup import back_up
from app.models.users import ROLES
from app.ui.desk import Desk
from app.ui.entries import Block
from app.ui.parts import Question, button, column, frame, row, say, side_by_side
from app.ui.passphrase import PassphraseField, strength_hint
from app.ui.tasks import Progress
from app.ui.theme import SPACE
from app.ui.wording import facts

_ADDERS = frozenset({"supervisor", "admin"})
_BACKUP_SUFFIX = ".sanad-backup"


class PassphraseBlock(QWidget):
    """Changing one's own passphrase."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.old = PassphraseField(desk.theme)
        self.new = PassphraseField(desk.theme)
        self.again = PassphraseField(desk.theme)
        self.change = button(_("Change the passphrase"), name="change-passphrase")
        self._old = Question(_("Present passphrase"), self.old)
        self._new = Question(_("New passphrase"), self.new)
        self._again = Question(_("The new one again"), self.again)
        fields = side_by_side(self._old, self._new, self._again)
        self.setLayout(
            column(say(_("Your passphrase"), "heading2"), fields, row(self.change, None), spacing=3)
        )
        self.new.textChanged.connect(lambda text: self._new.show_hint(strength_hint(text)))
        self.change.clicked.connect(self._change)
        for field in (self.old, self.new, self.again):
            field.returnPressed.connect(self._change)

    def errors(self) -> tuple[str, str, str]:
        """Give what is said at each field."""
        return self._old.error, self._new.error, self._again.error

    def _change(self) -> None:
        if not self.change.isEnabled():
            return
        old, new = self.old.text(), self.new.text()
        for question in (self._old, self._new, self._again):
            question.show_error("")
        if new != self.again.text():
            self._again.show_error(_("The two passphrases differ."))
            return
        keys, user = self._desk.store.keys, self._desk.user

        def work(_progress: Progress) -> None:
            slots = keys.read().slots
            login = next(login for login, slot in slots.items() if slot.user == user)
            keys.change(login, old, new)

        self.change.setEnabled(False)
        task = self._desk.tasks.run(
            _("Changing the passphrase"), work, self._succeed, self._fail, is_quiet=True
        )
        task.ended.connect(self._rest)

    def _rest(self) -> None:
        self.change.setEnabled(True)

    def _succeed(self, _nothing: None) -> None:
        for field in (self.old, self.new, self.again):
            field.clear()
        self._desk.say(_("Your passphrase is changed."))

    def _fail(self, error: SanadError) -> None:
        is_weak = isinstance(error, Refused) and error.rule == "short_passphrase"
        (self._new if is_weak else self._old).show_error(str(error))


class UsersBlock(QWidget):
    """Who works in this store; supervisors add somebody."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.add = button(_("Add a user"), "quiet", name="add-user")
        self.add.clicked.connect(lambda: self._show_form(True))
        self.list = Block(_("Users"), self.add)
        self.form = _UserForm(desk)
        self.form.done.clicked.connect(self._add)
        self.form.cancel.clicked.connect(lambda: self._show_form(False))
        self.setLayout(column(self.list, self.form, spacing=3))
        self._show_form(False)

    def refresh(self) -> None:
        """List the users as they stand."""
        self.list.fill([_user_line(line) for line in users_of(self._desk.store)], "")

    def _show_form(self, is_shown: bool) -> None:
        self.form.setVisible(is_shown)
        self.add.setVisible(not is_shown and bool(self._desk.roles & _ADDERS))
        if is_shown:
            self.form.login.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        if not self.form.done.isEnabled() or not self.form.agrees():
            return
        store, author, answers = self._desk.store, self._desk.user, self.form.answers()

        def work(_progress: Progress) -> UUID:
            return add_user(
                store,
                author,
                login=answers["login"],
                passphrase=answers["passphrase"],
                role=answers["role"],
                name=answers["name"] or None,
            )

        self.form.done.setEnabled(False)
        task = self._desk.tasks.run(
            _("Adding a user"), work, self._added, self.form.show_refusal, is_quiet=True
        )
        task.ended.connect(self._rest)

    def _rest(self) -> None:
        self.form.done.setEnabled(True)

    def _added(self, _user: UUID) -> None:
        self.form.clear()
        self._show_form(False)
        self.refresh()
        self._desk.say(_("The user is added and can open the store on this computer."))


class _UserForm(QWidget):
    """A new user's answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.login = QLineEdit()
        self.login.setMaxLength(40)
        self.name = QLineEdit()
        self.role = QComboBox()
        for code, words in ROLES.offered():
            self.role.addItem(words, code)
        self.passphrase = PassphraseField(desk.theme)
        self.again = PassphraseField(desk.theme)
        self.done = button(_("Add"), "primary", name="add-user-done")
        self.cancel = button(_("Cancel"))
        self._questions = {
            "login": Question(_("Login"), self.login, _("Short, such as amina")),
            "name": Question(_("Name"), self.name),
            "roles": Question(_("Role"), self.role),
            "passphrase": Question(_("First passphrase"), self.passphrase),
            "again": Question(_("The same again"), self.again),
        }
        asked = self._questions
        first = side_by_side(asked["login"], asked["name"], asked["roles"])
        second = side_by_side(asked["passphrase"], asked["again"], QWidget())
        card = frame("card")
        card.setLayout(
            column(first, second, row(None, self.cancel, self.done), spacing=4, margin=5)
        )
        self.setLayout(column(card))
        self.passphrase.textChanged.connect(
            lambda text: asked["passphrase"].show_hint(strength_hint(text))
        )

    def answers(self) -> dict[str, str]:
        """Give what has been typed."""
        return {
            "login": self.login.text().strip(),
            "name": self.name.text().strip(),
            "role": str(self.role.currentData()),
            "passphrase": self.passphrase.text(),
        }

    def agrees(self) -> bool:
        """Take errors back, and see whether both passphrases are the same."""
        for question in self._questions.values():
            question.show_error("")
        if self.passphrase.text() == self.again.text():
            return True
        self._questions["again"].show_error(_("The two passphrases differ."))
        return False

    def show_refusal(self, error: SanadError) -> None:
        """Say at each field what is wrong with it."""
        for refusal in error.refusals if isinstance(error, RefusedMany) else [error]:
            named = refusal.field if isinstance(refusal, Refused) else None
            self._questions.get(named or "login", self._questions["login"]).show_error(str(refusal))

    def error_at(self, name: str) -> str:
        """Give what is said at a field."""
        return self._questions[name].error

    def clear(self) -> None:
        """Forget what was typed."""
        for field in (self.login, self.name, self.passphrase, self.again):
            field.clear()


def _user_line(line: UserLine) -> QWidget:
    whole = QWidget()
    name = say(line.name or line.login, "strong")
    known = facts(line.login, *line.roles, "" if line.opens_here else _("not on this computer"))
    across = column(name, say(known, "caption", wraps=True), spacing=0)
    across.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
    whole.setLayout(across)
    return whole


class BackupBlock(QWidget):
    """A copy of the whole store in one encrypted file."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.now = button(_("Back up now…"), name="backup-now")
        self.now.clicked.connect(self._choose)
        self.setLayout(
            column(
                say(_("Backup"), "heading2"),
                say(
                    _(
                        "One file holds the whole store, encrypted as the store is; the passphrases"
                        " of today open it. Keep it on another disk or stick."
                    ),
                    "quiet",
                    wraps=True,
                ),
                row(self.now, None),
                spacing=2,
            )
        )

    def _choose(self) -> None:
        dialog = QFileDialog(self.window(), _("Where to keep the backup"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_("Sanad backup") + f" (*{_BACKUP_SUFFIX})")
        dialog.setDefaultSuffix(_BACKUP_SUFFIX.lstrip("."))
        dialog.selectFile(f"sanad-{date.today().isoformat()}{_BACKUP_SUFFIX}")  # noqa: DTZ011
        dialog.fileSelected.connect(lambda name: self.back_up_to(Path(name)))
        dialog.open()

    def back_up_to(self, target: Path) -> None:
        """Write the backup beside the work."""
        store = self._desk.store

        def work(_progress: Progress) -> Path:
            return back_up(store, target)

        self.now.setEnabled(False)
        task = self._desk.tasks.run(_("Backing up"), work, self._succeed)
        task.ended.connect(self._rest)

    def _rest(self) -> None:
        self.now.setEnabled(True)

    def _succeed(self, path: Path) -> None:
        self._desk.say(_("The backup is complete: {path}").format(path=isolate(str(path))))


class AboutBlock(QWidget):
    """What this program is, and where it keeps things."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        lines = [
            _("Sanad {version} · Python {python}").format(
                version=isolate(version("sanad")), python=isolate(platform.python_version())
            ),
            _("Store: {folder}").format(folder=isolate(str(desk.store.folder))),
            _("This copy's identity: {device}").format(device=isolate(str(desk.store.device))),
        ]
        words = [say(line, "caption", wraps=True) for line in lines]
        for label in words:
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setLayout(column(say(_("About"), "heading2"), *words, spacing=1))
