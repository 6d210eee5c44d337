"""Settings: language, look, idle time, passphrase, users, backup; each is applied at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QSlider, QWidget

from app.i18n import N_, _, isolate, ngettext
from app.ui.desk import Desk
from app.ui.entries import Block, Entry
from app.ui.languages import LanguageSwitch
from app.ui.parts import button, chooses, column, leading_page, restyle, row, say
from app.ui.preferences import LARGEST_PERCENT, SMALLEST_PERCENT, THEME_NAMES
from app.ui.screen import Screen, ScreenSpec, register_screen, screens
from app.ui.screens.settings_store import AboutBlock, BackupBlock, PassphraseBlock, UsersBlock

_WIDTH = 860
_THEME_WORDS = {
    "system": N_("As the computer"),
    "light": N_("Light"),
    "dark": N_("Dark"),
    "high_contrast": N_("High contrast"),
}
_IDLE_MINUTES = (1, 2, 5, 10, 15, 30, 0)
_STEP_PERCENT = 10


class SettingsScreen(Screen):
    """One page, no button to save: what is chosen holds."""

    title = N_("Settings")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.language = LanguageSwitch("choice")
        self.language.chosen.connect(self._choose_language)
        self.users = UsersBlock(desk)
        self.passphrase = PassphraseBlock(desk)
        self.backup = BackupBlock(desk)
        self.work = Block(_("What the office works with"))
        self.work.fill(_places(desk), "")
        if not self.work.entries():
            self.work.hide()
        self.text_size = _TextSize(desk.preferences.text_percent)
        self.text_size.chosen.connect(self._choose_size)
        self.idle = self._idle_choice()
        self.syncing = self._syncing_choice()
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDTH * desk.preferences.text_scale))
        inside.setLayout(
            column(
                say(_(self.title), "heading1"),
                _line(_("Language"), self.language),
                _line(_("Look"), self._theme_choice()),
                _line(_("Text size"), self.text_size),
                _line(
                    _("Cover everything when nobody is at the keyboard"),
                    self.idle,
                    _("Ctrl+L covers everything at once."),
                ),
                _line(
                    _("Sync by itself when a network is there"),
                    self.syncing,
                    _("Attachments wait while the network is one you pay by the megabyte."),
                ),
                self.work,
                _rule(),
                self.passphrase,
                _rule(),
                self.users,
                _rule(),
                self.backup,
                _rule(),
                AboutBlock(desk),
                None,
                spacing=5,
            )
        )
        self.setLayout(column(leading_page(inside, _(self.title))))

    def arrive(self, **_arguments: Any) -> None:
        """Show the users as they stand."""
        self.users.refresh()

    def _choose_language(self, code: str) -> None:
        self.desk.preferences.language = code

    def _choose_size(self, percent: int) -> None:
        self.desk.preferences.text_percent = percent

    def _theme_choice(self) -> QWidget:
        holder = QWidget()
        line = row(spacing=2)
        for name in THEME_NAMES:
            choice = button(_(_THEME_WORDS[name]), "choice", name=f"theme-{name}")
            chooses(choice, name == self.desk.preferences.theme_name)
            choice.clicked.connect(lambda _checked=False, name=name: self._choose_theme(name))
            line.addWidget(choice)
        line.addStretch(1)
        holder.setLayout(line)
        return holder

    def _choose_theme(self, name: str) -> None:
        self.desk.preferences.theme_name = name

    def _idle_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName("idle")
        for minutes in _IDLE_MINUTES:
            choice.addItem(_idle_words(minutes), minutes)
        place = choice.findData(self.desk.preferences.idle_minutes)
        choice.setCurrentIndex(max(place, 0))
        choice.activated.connect(self._choose_idle)
        return choice

    def _syncing_choice(self) -> QCheckBox:
        choice = QCheckBox(_("By itself"))
        choice.setObjectName("syncs-by-itself")
        choice.setAccessibleName(_("Sync by itself when a network is there"))
        choice.setChecked(self.desk.preferences.syncs_by_itself)
        choice.toggled.connect(self._choose_syncing)
        return choice

    def _choose_syncing(self, is_wanted: bool) -> None:
        self.desk.preferences.syncs_by_itself = is_wanted

    def _choose_idle(self, place: int) -> None:
        self.desk.preferences.idle_minutes = int(self.idle.itemData(place))


class _TextSize(QWidget):
    """A slider that answers when it is let go, so that the page does not run away under it."""

    chosen = Signal(int)

    def __init__(self, percent: int) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("text-size")
        self.slider.setRange(SMALLEST_PERCENT // _STEP_PERCENT, LARGEST_PERCENT // _STEP_PERCENT)
        self.slider.setPageStep(2)
        self.slider.setValue(round(percent / _STEP_PERCENT))
        self.slider.setFixedWidth(240)
        self.slider.setAccessibleName(_("Text size"))
        self._words = say(_percent_words(percent))
        self.setLayout(row(self.slider, self._words, None, spacing=3))
        self.slider.valueChanged.connect(self._tell)
        self.slider.sliderReleased.connect(self._choose)

    def _tell(self, steps: int) -> None:
        self._words.setText(_percent_words(steps * _STEP_PERCENT))
        if not self.slider.isSliderDown():
            self._choose()

    def _choose(self) -> None:
        self.chosen.emit(self.slider.value() * _STEP_PERCENT)


def _percent_words(percent: int) -> str:
    return _("{percent} %").format(percent=isolate(str(percent)))


def _idle_words(minutes: int) -> str:
    if not minutes:
        return _("Never")
    return ngettext("After {count} minute", "After {count} minutes", minutes).format(count=minutes)


def _places(desk: Desk) -> list[QWidget]:
    """Give the ways to what Settings holds on screens of their own."""
    said = {
        "programmes": _("Who may take part, grants and follow-ups, as agreed for this office"),
        "rates": _("What one currency buys of another, with the day and the source"),
    }
    known = screens()
    return [
        Entry(_(known[name].title), words, lambda name=name: desk.show_screen(name))  # type: ignore[misc]
        for name, words in said.items()
        if name in known and known[name].is_for(desk.roles)
    ]


def _line(label: str, control: QWidget, hint: str = "") -> QWidget:
    words = say(label, "strong", wraps=True)
    words.setBuddy(control)
    if not control.accessibleName():
        control.setAccessibleName(label)
    side = column(row(control, None), spacing=1)
    if hint:
        side.addWidget(say(hint, "caption"))
    holder = QWidget()
    line = row(words, spacing=4)
    line.addLayout(side)
    line.setStretch(0, 3)
    line.setStretch(1, 8)
    holder.setLayout(line)
    return holder


def _rule() -> QWidget:
    rule = QWidget()
    rule.setProperty("role", "line")
    rule.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    restyle(rule)
    return rule


register_screen(
    ScreenSpec(
        name="settings", title=SettingsScreen.title, icon="ph.gear-six", order=100, roles=None,
        build=SettingsScreen,
    )
)  # fmt: skip
