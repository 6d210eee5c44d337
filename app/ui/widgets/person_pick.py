"""Choosing a person by typing: found as by the search box, the likeliest few are shown."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from PySide6.QtWidgets import QCompleter

from app.casework.people_list import PersonLine, found_people, lines_of
from app.i18n import isolate
from app.models.store import Store
from app.ui.widgets.pick import ChoiceControl, PickEdit

_MOST_SHOWN: Final = 12
_FEWEST_LETTERS: Final = 2


class PersonEdit(PickEdit):
    """A line that finds people as letters of a name, a number or a phone are typed."""

    def __init__(self, store: Store) -> None:
        super().__init__([])
        self._store = store
        self._listed: dict[str, str] = {}
        # What is listed was found in any script; labels need not hold the letters typed.
        self.completer().setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.textEdited.connect(self._list_for)

    def label(self, code: str) -> str:
        """Name a person."""
        known = next((text for text, person in self._listed.items() if person == code), None)
        if known is not None:
            return known
        with self._store.read() as db:
            lines = lines_of(db, [UUID(code)])
        if not lines:
            return code
        text = _described(lines[0])
        self._listed[text] = code
        return text

    def has(self, code: str) -> bool:
        """Tell whether a person was found by this code."""
        return code in self._listed.values()

    def meant(self, text: str) -> list[str]:
        """List the people meant: the one chosen, or those the letters find."""
        if text in self._listed:
            return [self._listed[text]]
        if len(text) < _FEWEST_LETTERS:
            return []
        return list(self._people(text).values())

    def _list_for(self, text: str) -> None:
        letters = text.strip()
        if letters in self._listed or len(letters) < _FEWEST_LETTERS:
            self.show_offered([])
            return
        people = self._people(letters)
        self._listed |= people
        self.show_offered([(code, described) for described, code in people.items()])

    def _people(self, letters: str) -> dict[str, str]:
        lines = found_people(self._store, letters, _MOST_SHOWN)
        return {_described(line): str(line.id) for line in lines}


class PersonControl(ChoiceControl):
    """One person on file."""

    def __init__(self, store: Store) -> None:
        super().__init__([], edit=PersonEdit(store))

    def set_answer(self, value: Any) -> None:
        """Show the person of an id."""
        super().set_answer(None if value is None else str(value))


def _described(line: PersonLine) -> str:
    """Tell a person from others of the same name, by the case number."""
    name = " / ".join(line.names)
    return f"{name} · {isolate(line.case_number)}" if line.case_number else name
