"""Choosing an administrative area by typing: thousands exist, the likeliest few are shown."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCompleter

from app.formats import partial_date_text
from app.i18n import _, isolate
from app.models.places import PLACES, Found, area, areas, country_of, find_from, named
from app.models.values import PartialDate
from app.ui.widgets.pick import ChoiceControl, PickEdit

_MOST_SHOWN: Final = 50
_FEWEST_LETTERS: Final = 2


class PlaceEdit(PickEdit):
    """A line that finds areas as letters are typed, those of the office's country first.

    Args:
        home: ISO 3166-1 alpha-2 code of the office's country.
    """

    def __init__(self, home: str) -> None:
        super().__init__([])
        self._home = home
        self._settled: dict[str, str] = {}
        self._listed: dict[str, str] = {}
        completer = self.completer()
        # What is listed was found for the letters typed; former names do not hold them.
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.textEdited.connect(self._list_for)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Read the areas before the first letter, which then finds without waiting."""
        areas(self._home, 1)
        super().focusInEvent(event)

    def show_list(self) -> None:
        """Show what the text may mean; with none, the regions of the office's country."""
        self._list_for(self.text())
        super().show_list()

    def label(self, code: str) -> str:
        """Name an area."""
        return PLACES.label(code)

    def has(self, code: str) -> bool:
        """Tell whether a code is an area's."""
        return area(code) is not None

    def settle(self, code: str) -> None:
        """Take the label of ``code`` to mean it: two areas may share one label."""
        self._settled = {self.label(code): code}

    def meant(self, text: str) -> list[str]:
        """List the areas meant: by the whole name, or at home by the only beginning."""
        if not text:
            return []
        known = self._settled.get(text) or self._listed.get(text)
        if known:
            return [known]
        whole = [one.code for one in named(text, self._home)]
        if whole or len(text) < _FEWEST_LETTERS:
            return whole
        found = find_from(text, self._home, _MOST_SHOWN)
        ours = [one for one in found if one.area.country == self._home]
        return [one.area.code for one in ours or found]

    def _list_for(self, text: str) -> None:
        letters = text.strip()
        if letters in self._settled:
            letters = ""
        if len(letters) < _FEWEST_LETTERS:
            found = [] if letters else [Found(region) for region in areas(self._home, 1)]
        else:
            found = find_from(letters, self._home, _MOST_SHOWN)
        offered = [(one.area.code, self._described(one)) for one in found]
        self._listed = {described: code for code, described in offered}
        self.show_offered(offered)

    def _described(self, found: Found) -> str:
        place = self.label(found.area.code)
        country = country_of(found.area)
        if found.area.level > 1 and country and found.area.country != self._home:
            place = _(", ").join([place, country])
        if not found.former:
            return place
        return _("{place} – {former} until {month}").format(
            place=isolate(place),
            former=isolate(found.former),
            month=partial_date_text(PartialDate(found.until)),
        )


class PlaceControl(ChoiceControl):
    """One administrative area; a few letters, a present name or a former one are enough."""

    def __init__(self, home: str) -> None:
        self._places = PlaceEdit(home)
        super().__init__([], edit=self._places)

    def set_answer(self, value: Any) -> None:
        """Show the area of a code."""
        if value is not None:
            self._places.settle(str(value))
        super().set_answer(value)
