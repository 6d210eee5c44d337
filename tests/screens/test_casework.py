"""An office in the midst of its work, screen after screen: nothing clipped, nothing too wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from app.casework.demo import fill
from app.casework.founding import found_store
from app.i18n import in_language
from app.models.activities import ParticipantCount
from app.models.cases import Case
from app.models.store import Store
from app.models.training import TrainingGroup
from app.ui.desktop import Desktop
from app.ui.preferences import Preferences
from app.ui.screens.sessions_calendar import SessionsScreen
from app.ui.widgets.page import SectionBox, SectionPage
from app.ui.window import Workplace
from tests.conftest import PASSPHRASE, TODAY
from tests.screens.album import Album
from tests.ui.frame import press, until
from tests.ui.full_file import fill_file

_PEOPLE = 20
_LANGUAGES = ("fr", "ar")
_SMALLEST = (1024, 700)


@dataclass(frozen=True)
class _Office:
    """A store full of work, and what is looked at in it."""

    state: Path
    folder: Path
    whole: UUID
    counselled: UUID
    group: UUID
    starts: Any
    activity: UUID


@pytest.fixture(scope="module")
def full_office(tmp_path_factory: pytest.TempPathFactory) -> _Office:
    """People at every stage, a training group, activities, grants, and one whole file."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch, in_language("fr"):
        patch.setenv("SANAD_STATE", str(folder / "state"))
        store, user = found_store(
            folder / "store", office="RAB", login="amina", name="Amina El Fassi",
            passphrase=PASSPHRASE, is_training=True, today=lambda: TODAY,
        )  # fmt: skip
        with store:
            fill(store, user, people=_PEOPLE, seed=1)
            whole = fill_file(store, user).person
            with store.read() as db:
                counselled = db.scalars(
                    select(Case.person).where(Case.state == "counselling").order_by(Case.id)
                ).first()
                group = db.scalars(select(TrainingGroup)).first()
                activity = db.scalars(
                    select(ParticipantCount.activity)
                    .group_by(ParticipantCount.activity)
                    .order_by(func.count().desc(), ParticipantCount.activity)
                ).first()
    assert counselled is not None
    assert group is not None
    assert activity is not None
    return _Office(
        folder / "state", folder / "store", whole, counselled, group.id, group.starts, activity
    )


@pytest.fixture
def office_store(full_office: _Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The full store, open on the day it was filled."""
    monkeypatch.setenv("SANAD_STATE", str(full_office.state))
    opened = Store.unlock(full_office.folder, "amina", PASSPHRASE, today=lambda: TODAY)
    yield opened
    opened[0].close()


@pytest.fixture
def work(
    qtbot: QtBot, qapp: QApplication, full_office: _Office, office_store: Any, tmp_path: Path
) -> Iterator[Callable[..., Desktop]]:
    """Open the desktop at work in a language and a theme."""
    shown: list[Desktop] = []

    def begin(language: str, theme: str = "light", percent: int = 100) -> Desktop:
        qapp.setCursorFlashTime(0)
        preferences = Preferences(tmp_path / "preferences.ini")
        preferences.language = language
        preferences.theme_name = theme
        preferences.text_percent = percent
        desktop = Desktop(qapp, full_office.folder, preferences)
        shown.append(desktop)
        desktop.begin()
        desktop.frame.resize(1366, 768)
        desktop.frame.activateWindow()
        qtbot.waitUntil(desktop.frame.isActiveWindow, timeout=20_000)
        assert desktop.gate is not None
        desktop.gate.opened.emit(office_store)  # type: ignore[union-attr]
        until(qtbot, lambda: desktop.workplace is not None)
        return desktop

    yield begin
    for desktop in shown:
        desktop.frame.close()
        desktop.frame.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def _stops(qtbot: QtBot, office: _Office, place: Workplace) -> Iterator[str]:
    """Go from screen to screen; gives the name of the picture of each."""
    yield "20-today"
    for name, person, section in (
        ("21-file-counselling", office.counselled, "overview"),
        ("22-file-sessions", office.counselled, "counselling"),
        ("23-file-business", office.whole, "training"),
        ("24-file-plan", office.whole, "plan"),
        ("25-file-travel", office.whole, "travel"),
        ("26-file-follow-up", office.whole, "follow_up"),
        ("27-file-protection", office.whole, "protection"),
    ):
        place.show_screen("person", person=person, section=section)
        yield name
    place.show_screen("sessions", day=office.starts)
    calendar = place.screen_shown
    assert isinstance(calendar, SessionsScreen)
    press(qtbot, calendar.office_button)
    yield "28-sessions"
    for name, screen, arguments in (
        ("29-training-group", "training", {"group": office.group}),
        ("30-departures", "departures", {}),
        ("31-grants", "grants", {}),
        ("32-follow-up", "follow_up", {}),
        ("33-activity", "activities", {"kind": "activity", "about": office.activity}),
        ("34-activities", "activities", {"kind": "activity"}),
        ("35-programme", "programmes", {"code": "AVRR-FROM"}),
    ):
        place.show_screen(screen, **arguments)
        yield name


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_work_of_an_office(
    qtbot: QtBot, work: Callable[..., Desktop], full_office: _Office, language: str, theme: str
) -> None:
    album = Album(f"{language}-{theme}")
    desktop = work(language, theme)
    assert desktop.workplace is not None
    for name in _stops(qtbot, full_office, desktop.workplace):
        album.photograph_still(qtbot, desktop.frame, name)
    assert album.differences == []


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_small_window_is_not_forced_wider(
    qtbot: QtBot, work: Callable[..., Desktop], full_office: _Office, language: str
) -> None:
    desktop = work(language)
    assert desktop.workplace is not None
    desktop.frame.resize(*_SMALLEST)
    wide = []
    for name in _stops(qtbot, full_office, desktop.workplace):
        qtbot.wait(50)
        size = desktop.frame.size()
        if (size.width(), size.height()) != _SMALLEST:
            wide.append((name, size.width(), size.height()))
            desktop.frame.resize(*_SMALLEST)
    assert wide == []


@pytest.mark.parametrize("percent", [125, 150])
def test_large_text_cuts_nothing_of_a_persons_file(
    qtbot: QtBot, work: Callable[..., Desktop], full_office: _Office, percent: int
) -> None:
    desktop = work("fr", percent=percent)
    assert desktop.workplace is not None
    stops = _stops(qtbot, full_office, desktop.workplace)
    next(name for name in stops if name == "24-file-plan")
    page = desktop.workplace.screen_shown.findChild(SectionPage)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width(), timeout=10_000)
    sections = page.widget().findChildren(SectionBox)
    assert [s.name for s in sections if s.minimumSizeHint().width() > s.width()] == []
