"""What no longer adds up after a sync, and what was set aside: lists of sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.formats import moment_text
from app.i18n import _, isolate
from app.ui.parts import button, column, frame, row, say, scrolled
from app.ui.screens.review_reading import Broken, SetAside
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label

_FIRST_SHOWN: Final = 50


class SentenceList(QWidget):
    """Cards one under the other, each with a sentence and at most one button.

    Args:
        name: What a screen reader calls it.
        intro: A line over the cards.
        empty: What is said while there is none.
        action: Stands beside the line over the cards.
    """

    def __init__(
        self, name: str, intro: str, empty: str, action: QPushButton | None = None
    ) -> None:
        super().__init__()
        self._shown: Sequence[object] | None = None
        self._paper: QWidget | None = None
        self._head = QWidget()
        over = row(spacing=3)
        over.addWidget(say(intro, "quiet", wraps=True), 1)
        if action is not None:
            over.addWidget(action)
        self._head.setLayout(over)
        self._empty = say(empty, "quiet", wraps=True)
        self._slot = QVBoxLayout()
        inside = QWidget()
        inside.setLayout(column(self._head, self._empty, self._slot, None, spacing=3))
        self.setLayout(column(scrolled(inside, name)))

    def buttons(self) -> list[QPushButton]:
        """Give the buttons shown, from the top."""
        return [] if self._paper is None else self._paper.findChildren(QPushButton)

    def focus(self) -> None:
        """Bring the keyboard to the first button."""
        for made in self.buttons()[:1]:
            made.setFocus()

    def show_all(
        self, listed: Sequence[object], card: Callable[[object], QWidget], shown: int = _FIRST_SHOWN
    ) -> None:
        """Show a card for each; the first ones until more are asked for."""
        if self._shown == listed and shown == _FIRST_SHOWN:
            return  # nothing moves under the hand of whoever reads
        had_focus = self._paper is not None and self._paper.isAncestorOf(
            self.window().focusWidget() or self
        )
        self._shown = listed
        former = self._paper
        self._paper = QWidget()
        cards = column(spacing=2)
        for one in listed[:shown]:
            cards.addWidget(card(one))
        if len(listed) > shown:
            more = button(_("Show all"), "quiet")
            more.clicked.connect(lambda _on=False: self.show_all(listed, card, len(listed)))
            cards.addWidget(more)
        self._paper.setLayout(cards)
        self._slot.addWidget(self._paper)
        self._head.setVisible(bool(listed))
        self._empty.setVisible(not listed)
        if had_focus:
            self.focus()
        if former is not None:
            self._slot.removeWidget(former)
            former.hide()
            former.deleteLater()


class BrokenList(SentenceList):
    """Rules that do not hold, each with the way to where it can be put right.

    Signals:
        opened: The place of a finding is wanted: a ``Finding``.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(
            _("No longer adds up"),
            _(
                "Each computer was right when it saved; together something is not. Put one of the"
                " records right, and the line goes."
            ),
            _("Everything adds up."),
        )

    def show_broken(self, listed: list[Broken]) -> None:
        """Show what no longer adds up."""
        self.show_all(listed, self._card)

    def _card(self, one: object) -> QWidget:
        assert isinstance(one, Broken)
        finding = one.finding
        go = button(_("Put it right"), name="put-right")
        names = joined(*one.names) or _("Records of the office")
        go.setAccessibleName(_("Put it right: {what}").format(what=f"{names}, {finding.message}"))
        go.clicked.connect(lambda _on=False: self.opened.emit(finding))
        return _card(names, finding.summary, finding.message, [go])


class SetAsideList(SentenceList):
    """Changes that were not taken in, with the reason of each.

    Signals:
        opened: A person's file is wanted: their id.
        seen_to: A change is to be spoken of no more: ``(device, seq)``.
        retried: Everything is to be judged once more.
    """

    opened = Signal(object)
    seen_to = Signal(object)
    retried = Signal()

    def __init__(self) -> None:
        self.retry = button(_("Try again"), name="try-again")
        super().__init__(
            _("Changes set aside"),
            _(
                "Nothing of this is lost: each change is kept with its reason, and everything"
                " else went on. Tell headquarters what stands here."
            ),
            _("No change was set aside."),
            self.retry,
        )
        self.retry.clicked.connect(lambda _on=False: self.retried.emit())

    def show_aside(self, listed: list[SetAside]) -> None:
        """Show what was set aside."""
        self.show_all(listed, self._card)

    def _card(self, one: object) -> QWidget:
        assert isinstance(one, SetAside)
        whose = (
            _("Yours: headquarters did not accept it")
            if one.own is not None
            else _("Received: it does not stand here")
        )
        at = moment_text(one.at.astimezone()) if one.at is not None else ""
        head = joined(*one.names) or one.title or _("A change")
        about = joined(one.title if one.names else "", one.line, at, whose)
        answers = joined(
            *(
                _("{question}: {answer}").format(question=label, answer=isolate(shown))
                for label, shown in one.answers
            )
        )
        buttons = []
        if one.file is not None:
            person = one.file
            go = button(_("Open the file"), "quiet")
            go.setAccessibleName(_("Open the file: {names}").format(names=head))
            go.clicked.connect(lambda _on=False: self.opened.emit(person))
            buttons.append(go)
        if one.own is not None:
            own = one.own
            done = button(_("I have seen to it"), "quiet")
            done.setAccessibleName(_("I have seen to it: {names}").format(names=head))
            done.clicked.connect(lambda _on=False: self.seen_to.emit(own))
            buttons.append(done)
        return _card(head, about, one.reason, buttons, answers)


def _card(
    title: str, about: str, sentence: str, buttons: Sequence[QPushButton], answers: str = ""
) -> QWidget:
    made = frame("card")
    words = column(label(title, "strong"), spacing=0)
    if about:
        words.addWidget(label(about, "caption"))
    if answers:
        words.addWidget(label(answers, "caption"))
    words.addWidget(label(isolate(sentence)))
    across = row(spacing=3)
    across.addLayout(words, 1)
    for go in buttons:
        across.addWidget(go)
    across.setContentsMargins(SPACE * 4, SPACE * 2, SPACE * 4, SPACE * 2)
    made.setLayout(across)
    return made
