"""The first start on a computer: a language, then this office's store or a look around."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from app.errors import Refused, RefusedMany, SanadError
from app.i18n import _
from app.ui.gate import GatePage
from app.ui.languages import LanguageSwitch
from app.ui.parts import Question, button, column, frame, row, say, side_by_side
from app.ui.passphrase import PassphraseField, strength_hint
from app.ui.tasks import Progress, Task, Tasks
from app.ui.theme import Theme

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.store import Store

TRAINING_LOGIN: Final = "training"
TRAINING_PASSPHRASE: Final = "training"
TRAINING_PEOPLE: Final = 200
_TRAINING_SEED: Final = 1
_PAIRS: Final = (("code", "office_name"), ("name", "login"), ("passphrase", "again"))


class FirstRunPage(GatePage):
    """Two ways in, and what each needs.

    Args:
        store_folder: Where the office's store is to be.
        training_folder: Where the training store is, or is to be.
    """

    founded = Signal(object)
    """``(store, user)``, open."""
    training_asked = Signal()
    """Open the training store there is already."""

    def __init__(
        self, theme: Theme, tasks: Tasks, store_folder: Path, training_folder: Path
    ) -> None:
        super().__init__(theme, 820)
        self._tasks = tasks
        self._store_folder = store_folder
        self._training_folder = training_folder
        self._task: Task | None = None
        self._theme = theme
        self._ways = self._make_ways()
        self._form = _OfficeForm(theme)
        self._wait = _Waiting()
        self._pages = (self._ways, self._form, self._wait)
        content = QWidget()
        content.setLayout(column(*self._pages, spacing=0))
        self._show(self._ways)
        self.hold(content)
        self.languages.hide()  # the large choice above is the same
        self._form.back.clicked.connect(lambda: self._show(self._ways))
        self._form.submitted.connect(self._found_office)
        self._wait.stop.clicked.connect(self._cancel)

    def take_focus(self) -> None:
        """Put the cursor on the first thing to do."""
        self.create_way.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def form(self) -> _OfficeForm:
        """The office's questions."""
        return self._form

    def _make_ways(self) -> QWidget:
        self.language_switch = LanguageSwitch("choice")
        self.language_switch.chosen.connect(self.language_chosen)
        self.create_way = button(_("Create the store"), "primary", name="create-way")
        self.create_way.clicked.connect(lambda: self._show(self._form))
        has_training = (self._training_folder / "keys.json").exists()
        self.training_way = button(
            _("Continue training") if has_training else _("Look around"), name="training-way"
        )
        self.training_way.clicked.connect(
            self.training_asked.emit if has_training else self._found_training
        )
        page = QWidget()
        page.setLayout(
            column(
                row(None, self.language_switch, None),
                2,
                row(
                    _way(
                        _("Create this office's store"),
                        _(
                            "For real work. It is encrypted on this computer and works without a"
                            " network. You choose the office, your login and a passphrase."
                        ),
                        "",
                        self.create_way,
                    ),
                    _way(
                        _("Look around in training mode"),
                        _(
                            "A fictitious office with {count} invented people, to practise"
                            " freely. Nothing in it is ever sent to a real headquarters."
                        ).format(count=TRAINING_PEOPLE),
                        _("Training mode"),
                        self.training_way,
                    ),
                    spacing=4,
                ),
                spacing=4,
            )
        )
        return page

    def _show(self, page: QWidget) -> None:
        for other in self._pages:
            other.setVisible(other is page)
        if page is self._form:
            self._form.office_code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _found_office(self) -> None:
        answers = self._form.answers()
        folder = self._store_folder

        def work(_progress: Progress) -> tuple[Store, UUID]:
            from app.casework.founding import found_store  # read beside the window, not before it

            return found_store(folder, **answers)

        self._begin(_("Creating the store…"), work, self._form)

    def _found_training(self) -> None:
        folder = self._training_folder

        def work(progress: Progress) -> tuple[Store, UUID]:
            return found_training(folder, progress)

        self._begin(_("Inventing an office and its people…"), work, self._ways)

    def _begin(
        self,
        title: str,
        work: Callable[[Progress], tuple[Store, UUID]],
        page: QWidget,
    ) -> None:
        self._show(self._wait)

        def failed(error: SanadError) -> None:
            self._form.show_refusal(error)
            self._show(page if page is self._form else self._ways)

        self._task = self._tasks.run(title, work, self.founded.emit, failed, is_quiet=True)
        self._wait.follow(self._task, can_stop=page is not self._form)
        self._task.ended.connect(self._forget)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _forget(self) -> None:
        was_cancelled = self._task is not None and self._task.is_cancelled
        self._task = None
        if was_cancelled:
            self._show(self._ways)


def found_training(folder: Path, progress: Progress) -> tuple[Store, UUID]:
    """Make the training store, full of fictitious people; nothing of it stays when cancelled."""
    from app.casework.demo import fill
    from app.casework.founding import found_store

    store, user = found_store(
        folder,
        office="TRN",
        office_name=_("Training office"),
        login=TRAINING_LOGIN,
        name=_("Trainee"),
        passphrase=TRAINING_PASSPHRASE,
        is_training=True,
    )
    try:
        fill(store, user, people=TRAINING_PEOPLE, seed=_TRAINING_SEED, progress=progress)
    except BaseException:
        store.close()
        rmtree(folder, ignore_errors=True)
        raise
    return store, user


def _way(title: str, words: str, badge: str, action: QWidget) -> QWidget:
    card = frame("card")
    head = row(say(title, "heading2", wraps=True), spacing=2)
    head.setStretch(0, 1)
    if badge:
        head.addWidget(say(badge, "badge"), 0, Qt.AlignmentFlag.AlignTop)
    card.setLayout(
        column(head, say(words, "quiet", wraps=True), None, row(action, None), spacing=3, margin=6)
    )
    card.setMinimumWidth(300)
    return card


class _OfficeForm(QWidget):
    """What a real store needs to begin: the office, and who opens it first."""

    submitted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.office_code = QLineEdit()
        self.office_code.setMaxLength(8)
        self.office_name = QLineEdit()
        self.name = QLineEdit()
        self.login = QLineEdit()
        self.login.setMaxLength(40)
        self.passphrase = PassphraseField(theme)
        self.again = PassphraseField(theme)
        self.create_button = button(_("Create the store"), "primary")
        self.back = button(_("Back"), "quiet")
        self.trouble = say("", "error", wraps=True)
        self.trouble.hide()
        code_hint = _("Letters used in case numbers, such as RAB")
        self._questions = {
            "code": Question(_("Office code"), self.office_code, code_hint),
            "office_name": Question(_("Office name"), self.office_name),
            "name": Question(_("Your name"), self.name),
            "login": Question(_("Login"), self.login, _("Short, such as amina")),
            "passphrase": Question(_("Passphrase"), self.passphrase, _passphrase_hint()),
            "again": Question(_("The same passphrase again"), self.again),
        }
        self._lay_out()
        self.passphrase.textChanged.connect(self._tell_strength)
        self.create_button.clicked.connect(self._submit)
        for field in self.findChildren(QLineEdit):
            field.returnPressed.connect(self._submit)

    def _lay_out(self) -> None:
        asked = self._questions
        card = frame("card")
        pairs = [
            side_by_side(asked[leading], asked[trailing], spacing=5) for leading, trailing in _PAIRS
        ]
        card.setLayout(
            column(
                say(_("This office's store"), "heading2"),
                *pairs,
                say(
                    _(
                        "Nobody can open the store without a passphrase, and nobody can give it"
                        " back. Keep it somewhere safe until a second person has one."
                    ),
                    "caption",
                    wraps=True,
                ),
                self.trouble,
                row(self.back, None, self.create_button),
                spacing=4,
                margin=6,
            )
        )
        self.setLayout(column(card))

    def answers(self) -> dict[str, Any]:
        """Give what has been typed, as ``found_store`` takes it."""
        return {
            "office": self.office_code.text().strip(),
            "office_name": self.office_name.text().strip() or None,
            "name": self.name.text().strip() or None,
            "login": self.login.text().strip(),
            "passphrase": self.passphrase.text(),
        }

    def show_refusal(self, error: SanadError) -> None:
        """Say at each field what is wrong with it; what belongs to none, under them."""
        for refusal in error.refusals if isinstance(error, RefusedMany) else [error]:
            named = refusal.field if isinstance(refusal, Refused) else None
            question = self._questions.get(named or "")
            if question is not None:
                question.show_error(refusal.message)
                question.field.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.trouble.setText(str(refusal))
                self.trouble.show()

    def _tell_strength(self, passphrase: str) -> None:
        self._questions["passphrase"].show_hint(strength_hint(passphrase) or _passphrase_hint())

    def _submit(self) -> None:
        for question in self._questions.values():
            question.show_error("")
        self.trouble.hide()
        if self.passphrase.text() != self.again.text():
            self._questions["again"].show_error(_("The two passphrases differ."))
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.submitted.emit()


def _passphrase_hint() -> str:
    return _("A few words are easiest to remember")


class _Waiting(QWidget):
    """How far it is, with a way to stop."""

    def __init__(self) -> None:
        super().__init__()
        self._title = say("", "heading2")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._count = say("", "caption")
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stop = button(_("Cancel"), name="stop-founding")
        self.setLayout(
            column(self._title, self._bar, self._count, row(None, self.stop, None), spacing=4)
        )

    def follow(self, task: Task, *, can_stop: bool) -> None:
        """Show a task's progress."""
        self._title.setText(task.title)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(task.title)
        self._count.setText("")
        self.stop.setVisible(can_stop)
        task.progressed.connect(self._tell)

    def _tell(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._count.setText(_("{done} of {total}").format(done=done, total=total))
