"""Choosing from a list by typing: one answer as a line, several as tags before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton, QSizePolicy

from app.i18n import _, isolate
from app.models.choices import fold_name
from app.ui.widgets.control import Control, LineControl, LineEdit
from app.ui.widgets.flow import FlowLayout

Offered = Sequence[tuple[str, str]]
Find = Callable[[str], list[str]]

_CODE: Final = Qt.ItemDataRole.UserRole
_FOLDED: Final = Qt.ItemDataRole.UserRole + 1
_MOST_NAMED: Final = 4


class _Completer(QCompleter):
    """Offers what holds the letters typed, whatever their case and accents."""

    def splitPath(self, path: str) -> list[str]:
        """Compare without case and accents."""
        return [fold_name(path)]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Write the label."""
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class PickEdit(LineEdit):
    """A line that chooses from a list.

    Signals:
        picked: A code was chosen from the list shown.
    """

    picked = Signal(str)

    def __init__(self, offered: Offered, find: Find | None = None) -> None:
        super().__init__()
        self._labels = dict(offered)
        self._find = find
        self._model = QStandardItemModel(self)
        self.show_offered(offered)
        completer = _Completer(self._model, self)
        completer.setCompletionRole(_FOLDED)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(10)
        self.setCompleter(completer)
        by_index = completer.activated[QModelIndex]  # type: ignore[index]
        # Later: the completer still has its own text to put in the line.
        by_index.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def show_offered(self, offered: Offered) -> None:
        """Put these in the list shown, instead of what it holds."""
        self._model.clear()
        for code, label in offered:
            item = QStandardItem(label)
            item.setData(code, _CODE)
            item.setData(fold_name(label), _FOLDED)
            self._model.appendRow(item)

    def offer_list(self, icon: QIcon) -> None:
        """Put a button in the line that shows the whole list."""
        action = self.addAction(icon, QLineEdit.ActionPosition.TrailingPosition)
        action.setText(_("Show the list"))
        action.triggered.connect(self.show_list)

    def show_list(self) -> None:
        """Show everything that may be chosen."""
        self.setFocus()
        self.completer().setCompletionPrefix("")
        self.completer().complete()

    def label(self, code: str) -> str:
        """Name a code of the list."""
        return self._labels.get(code, code)

    def has(self, code: str) -> bool:
        """Tell whether a code is in the list."""
        return code in self._labels

    def meant(self, text: str) -> list[str]:
        """List the codes ``text`` may mean: its exact name, or the names that begin so."""
        wanted = fold_name(text)
        if not wanted:
            return []
        folded = {code: fold_name(label) for code, label in self._labels.items()}
        exact = [code for code, label in folded.items() if label == wanted]
        if exact:
            return exact
        named = [code for code in self._find(text) if self.has(code)] if self._find else []
        return named or [code for code, label in folded.items() if label.startswith(wanted)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the list at Down."""
        popup = self.completer().popup()
        if event.key() == Qt.Key.Key_Down and not (popup and popup.isVisible()):
            self.show_list()
            return
        super().keyPressEvent(event)

    def _take(self, index: QModelIndex) -> None:
        code = index.data(_CODE)
        if code is not None:
            self.picked.emit(code)


def unsettled(edit: PickEdit, text: str) -> str:
    """Say why ``text`` is no answer yet: it means none or several; empty when it means one."""
    meant = edit.meant(text)
    if text and not meant:
        return _("{text} is not in the list. Press Down to see it.").format(text=isolate(text))
    if len(meant) < 2:
        return ""
    # Labels of areas hold commas themselves.
    named = " · ".join(edit.label(code) for code in meant[:_MOST_NAMED])
    if len(meant) > _MOST_NAMED:
        named += " …"
    return _("{text} can mean several answers: {answers}. Choose one from the list.").format(
        text=isolate(text), answers=named
    )


class ChoiceControl(LineControl):
    """One answer of a list; the first letters are enough when only one answer begins so.

    Args:
        offered: Codes and labels of the list.
        find: Gives the codes a text names otherwise than by a label.
        edit: The line that chooses, instead of one made for ``offered``.
    """

    def __init__(
        self, offered: Offered, find: Find | None = None, *, edit: PickEdit | None = None
    ) -> None:
        self._pick = edit or PickEdit(offered, find)
        super().__init__(self._pick)
        self._pick.picked.connect(self._picked)
        self.left.connect(self._settle)

    def offer_list(self, icon: QIcon) -> None:
        """Put a button in the line that shows the whole list."""
        self._pick.offer_list(icon)

    def answer(self) -> Any:
        """Give the code meant; the text when it means none or several."""
        text = self._pick.text().strip()
        meant = self._pick.meant(text)
        return meant[0] if len(meant) == 1 else text or None

    def set_answer(self, value: Any) -> None:
        """Show the label of a code."""
        self.show_text("" if value is None else self._pick.label(str(value)))

    def doubt(self) -> str:
        """Name the answers the letters may mean."""
        return unsettled(self._pick, self._pick.text().strip())

    def _picked(self, code: str) -> None:
        self.set_answer(code)
        self.edited.emit()

    def _settle(self) -> None:
        """Write out what a few letters meant."""
        answer = self.answer()
        if answer is not None and self._pick.has(answer):
            self.set_answer(answer)


class TagsControl(Control):
    """Several answers of a long list, as tags; typing adds, Backspace takes the last away."""

    def __init__(self, offered: Offered, find: Find | None = None) -> None:
        super().__init__()
        self.edit = _TagEdit(offered, find)
        self._codes: list[str] = []
        self._tags: list[QPushButton] = []
        self._remove_icon = QIcon()
        self._flow = FlowLayout(self, gap=4)
        self._flow.addWidget(self.edit)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusProxy(self.edit)
        self.edit.picked.connect(self._add)
        self.edit.textEdited.connect(lambda _text: self.edited.emit())
        self.edit.emptied.connect(self._remove_last)
        self.left.connect(self._settle)
        self.watch(self.edit)

    def offer_list(self, icon: QIcon, remove: QIcon) -> None:
        """Put a button in the line that shows the whole list; ``remove`` marks the tags."""
        self.edit.offer_list(icon)
        self._remove_icon = remove

    def target(self) -> LineEdit:
        """Give the line."""
        return self.edit

    def answer(self) -> Any:
        """Give the codes, and what is typed but means none yet."""
        text = self.edit.text().strip()
        meant = self.edit.meant(text)
        pending = [meant[0] if len(meant) == 1 else text] if text else []
        return list(dict.fromkeys([*self._codes, *pending])) or None

    def set_answer(self, value: Any) -> None:
        """Show the codes as tags; what is not a code returns to the line."""
        listed = [value] if isinstance(value, str) else list(value or [])
        self._codes = [code for code in listed if self.edit.has(code)]
        self.edit.setText(" ".join(code for code in listed if not self.edit.has(code)))
        self._show_tags()

    def doubt(self) -> str:
        """Name the answers the letters may mean."""
        return unsettled(self.edit, self.edit.text().strip())

    def _settle(self) -> None:
        meant = self.edit.meant(self.edit.text().strip())
        if len(meant) == 1:
            self._add(meant[0])

    def _add(self, code: str) -> None:
        if code not in self._codes:
            self._codes.append(code)
        self.edit.clear()
        self._show_tags()
        self.edited.emit()

    def _remove(self, code: str) -> None:
        self._codes.remove(code)
        self._show_tags()
        self.edit.setFocus()
        self.edited.emit()

    def _remove_last(self) -> None:
        if self._codes:
            self._remove(self._codes[-1])

    def _show_tags(self) -> None:
        for tag in self._tags:
            self._flow.removeWidget(tag)
            tag.deleteLater()
        self._tags = [self._tag(code) for code in self._codes]
        for index, tag in enumerate(self._tags):
            self._flow.insert(index, tag)
            tag.show()
        self.updateGeometry()

    def _tag(self, code: str) -> QPushButton:
        label = self.edit.label(code)
        tag = QPushButton(label, self)
        tag.setProperty("role", "chip")
        tag.setIcon(self._remove_icon)
        tag.setLayoutDirection(_opposite(self.layoutDirection()))
        tag.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Backspace does it from the line
        tag.setAccessibleName(_("Remove {answer}").format(answer=label))
        tag.setToolTip(tag.accessibleName())
        tag.clicked.connect(lambda: self._remove(code))
        return tag


class _TagEdit(PickEdit):
    """The line after the tags.

    Signals:
        emptied: Backspace was pressed with nothing before the cursor.
    """

    emptied = Signal()

    def __init__(self, offered: Offered, find: Find | None) -> None:
        super().__init__(offered, find)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Ask for room for a word; what is left of the line is taken."""
        return QSize(140, super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give a tag back at Backspace in an empty line."""
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
            return
        super().keyPressEvent(event)


def _opposite(direction: Qt.LayoutDirection) -> Qt.LayoutDirection:
    """Give the direction that puts a button's icon after its text."""
    if direction is Qt.LayoutDirection.LeftToRight:
        return Qt.LayoutDirection.RightToLeft
    return Qt.LayoutDirection.LeftToRight
