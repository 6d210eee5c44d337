"""A newcomer's first day in the real window: from an empty computer to headquarters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.cases import Case
from app.models.consents import Consent
from app.models.digest import store_digest
from app.models.persons import SEXES, Person
from app.models.programmes import programmes
from app.models.screenings import SCREENING_KINDS, SCREENING_RESULTS, Screening
from app.models.sessions import CounsellingSession
from app.models.training import Attendance, Curriculum
from app.sync.status import sync_status
from app.ui.desktop import Desktop
from app.ui.first_run import FirstRunPage
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.preferences import Preferences
from app.ui.screens.paper_preview import PaperScreen
from app.ui.screens.people import PeopleScreen
from app.ui.screens.person import PersonScreen
from app.ui.screens.registration import RegistrationScreen
from app.ui.screens.roll_call import RollCallView
from app.ui.screens.settings import SettingsScreen
from app.ui.screens.sync import SyncScreen
from app.ui.screens.training import TrainingScreen
from tests.conftest import PASSPHRASE
from tests.screens.album import Album
from tests.sync.running import serving
from tests.ui.frame import press, until, write
from tests.ui.work import Keyboard

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desktop(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, language: str, theme: str
) -> Iterator[Desktop]:
    """The desktop on a computer that has never seen Sanad."""
    qapp.setCursorFlashTime(0)
    preferences = Preferences(tmp_path / "preferences.ini")
    preferences.language = language
    preferences.theme_name = theme
    shown = Desktop(qapp, tmp_path / "store", preferences)
    shown.begin()
    shown.frame.resize(1366, 768)
    shown.frame.activateWindow()
    qtbot.waitUntil(shown.frame.isActiveWindow, timeout=20_000)
    yield shown
    shown.frame.close()
    shown.frame.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_first_day(
    desktop: Desktop, qtbot: QtBot, tmp_path: Path, language: str, theme: str
) -> None:
    album = Album(f"{language}-{theme}")
    day = _Day(desktop, qtbot, album)
    day.found_the_office()
    day.register_a_person()
    day.open_a_case()
    day.give_consent()
    day.screen_the_person()
    day.record_a_session()
    day.call_the_roll()
    day.preview_the_paper()
    with Headquarters.open(tmp_path / "hq", is_training=False) as hq, serving(hq) as address:
        day.sync(address, invite(hq, "RAB").code)
        with hq.store.read() as theirs, day.store.read() as ours:
            assert store_digest(theirs.connection()) == store_digest(ours.connection())
    day.look_around()
    assert album.differences == []


class _Day:
    """The steps, each done with keys as a person would and photographed at its end."""

    def __init__(self, desktop: Desktop, qtbot: QtBot, album: Album) -> None:
        self._desktop = desktop
        self._qtbot = qtbot
        self._album = album
        self._keyboard = Keyboard(desktop.frame)

    @property
    def store(self):  # type: ignore[no-untyped-def]
        assert self._desktop.desk is not None
        return self._desktop.desk.store

    def _screen(self, kind: type[QWidget]) -> QWidget:
        def shown() -> list[QWidget]:
            return [w for w in self._desktop.frame.findChildren(kind) if w.isVisible()]

        until(self._qtbot, lambda: bool(shown()))
        return shown()[0]

    def _photograph(self, what: str) -> None:
        self._album.photograph_still(self._qtbot, self._desktop.frame, what)

    def _one(self, kind):  # type: ignore[no-untyped-def]
        with self.store.read() as db:
            return db.scalars(select(kind)).one()

    def found_the_office(self) -> None:
        page = self._desktop.gate
        assert isinstance(page, FirstRunPage)
        self._photograph("01-first-run")
        press(self._qtbot, page.create_way)
        for field, text in (
            (page.form.office_code, "RAB"),
            (page.form.office_name, "Rabat"),
            (page.form.name, "Amina El Fassi"),
            (page.form.login, "amina"),
            (page.form.passphrase, PASSPHRASE),
            (page.form.again, PASSPHRASE),
        ):
            write(field, text)
        self._photograph("02-create-the-store")
        press(self._qtbot, page.form.create_button)
        until(self._qtbot, lambda: self._desktop.workplace is not None)
        self._photograph("03-today")

    def register_a_person(self) -> None:
        self._keyboard.press("n", CONTROL)
        screen = self._screen(RegistrationScreen)
        assert isinstance(screen, RegistrationScreen)
        male = SEXES.label("M")
        for answer in ("Mamadou Alpha", "Ɓah N’Diaye", male, "1990", "SN", "0661234567"):
            self._keyboard.text(answer)
            self._keyboard.tab()
        screen.forms.arabic.focus_first()
        self._keyboard.text("محمدو")
        self._keyboard.tab()
        self._keyboard.text("باه انجاي")
        self._photograph("04-registration")
        self._keyboard.press("s", CONTROL)
        self._screen(PersonScreen)
        person = self._one(Person)
        assert person.nationalities == frozenset({"SN"})
        self._photograph("05-file-of-a-person")

    def _file(self) -> PersonScreen:
        screen = self._screen(PersonScreen)
        assert isinstance(screen, PersonScreen)
        return screen

    def _step(self) -> None:
        """Do the next step the file offers, once it has taken in the one before."""
        file = self._file()
        until(
            self._qtbot,
            lambda: not any(form.isVisible() for form in file.findChildren(InlineForm)),
        )
        self._qtbot.wait(50)
        self._keyboard.press(Qt.Key.Key_Return, CONTROL)

    def open_a_case(self) -> None:
        self._step()
        self._keyboard.text(_programme(self._desktop.preferences.language))
        self._keyboard.press("s", CONTROL)
        assert self._one(Case).programme == "AVRR-FROM"

    def give_consent(self) -> None:
        self._step()
        self._photograph("06-consent")
        self._keyboard.press("s", CONTROL)
        assert self._one(Consent).scopes == frozenset({"register"})
        self._step()
        assert self._one(Case).state == "registered"

    def screen_the_person(self) -> None:
        self._step()
        assert self._one(Case).state == "screening"
        self._step()
        form = self._shown_form("screening_kind")
        rapid, done = SCREENING_KINDS.label("rapid"), SCREENING_RESULTS.label("done")
        for question, answer in (("screening_kind", rapid), ("result", done)):
            form.questions[question].focus()
            self._keyboard.press("a", CONTROL)
            self._keyboard.text(answer)
            self._keyboard.tab()
        self._keyboard.press("s", CONTROL)
        assert self._one(Screening).screening_kind == "rapid"
        self._step()
        assert self._one(Case).state == "counselling"

    def _shown_form(self, question: str) -> Form:
        def shown() -> list[Form]:
            forms = self._file().findChildren(Form)
            return [f for f in forms if question in f.questions and f.isVisible()]

        until(self._qtbot, lambda: bool(shown()))
        return shown()[0]

    def record_a_session(self) -> None:
        self._step()
        for topic in "123":
            self._keyboard.press(topic)
        recording = self._file().sessions.recording
        assert recording is not None
        form = recording.form
        form.questions["language"].focus()
        self._keyboard.text("wo")
        self._keyboard.tab()
        self._photograph("07-session")
        self._keyboard.press("s", CONTROL)
        assert len(self._one(CounsellingSession).topics) == 3
        self._photograph("08-file-after-a-session")

    def call_the_roll(self) -> None:
        assert self._desktop.workplace is not None
        self._desktop.workplace.show_screen("training")
        screen = self._screen(TrainingScreen)
        assert isinstance(screen, TrainingScreen)
        self._keyboard.press(Qt.Key.Key_Space)
        self._keyboard.text("Groupe A")
        self._keyboard.tab()
        with self.store.read() as db:
            curriculum = db.scalars(select(Curriculum).where(Curriculum.code == "LIFE-SKILLS"))
            name = curriculum.one().summary
        self._keyboard.text(name)
        planning = self._screen(InlineForm)
        assert isinstance(planning, InlineForm)
        planning.form.questions["starts"].focus()
        self._keyboard.press("a", CONTROL)
        self._keyboard.text(_last_monday().isoformat())
        self._keyboard.press("s", CONTROL)
        until(self._qtbot, screen.group_page.isVisible)
        self._keyboard.text("Mamadou")
        self._keyboard.press(Qt.Key.Key_Return)
        self._screen(RollCallView).setFocus()
        self._keyboard.press(Qt.Key.Key_Space, CONTROL)
        assert self._one(Attendance).mark == "present"
        self._photograph("09-roll-call")

    def preview_the_paper(self) -> None:
        assert self._desktop.desk is not None
        self._desktop.desk.open_person(self._one(Person).id)
        self._screen(PersonScreen)
        self._keyboard.press("p", CONTROL)
        paper = self._screen(PaperScreen)
        assert isinstance(paper, PaperScreen)
        until(self._qtbot, lambda: paper.printed is not None)
        until(self._qtbot, paper.print_button.isEnabled)
        assert paper.printed is not None
        assert paper.printed.unprintable == []
        self._photograph("10-paper")

    def sync(self, address: str, code: str) -> None:
        assert self._desktop.workplace is not None
        self._desktop.workplace.show_screen("sync")
        screen = self._screen(SyncScreen)
        assert isinstance(screen, SyncScreen)
        screen.enrolment.address.clear()
        write(screen.enrolment.address, address)
        write(screen.enrolment.code, code)
        self._photograph("11-connect")
        press(self._qtbot, screen.enrolment.connect_button)
        until(self._qtbot, screen.standing.now.isVisible)
        desk = self._desktop.desk
        assert desk is not None
        # It may have begun by itself.
        if screen.standing.now.isEnabled():
            press(self._qtbot, screen.standing.now)
        until(self._qtbot, lambda: sync_status(desk.store).confirmed_at is not None)
        until(self._qtbot, screen.standing.now.isEnabled)

    def look_around(self) -> None:
        assert self._desktop.workplace is not None
        for name, kind in (("people", PeopleScreen), ("settings", SettingsScreen)):
            self._desktop.workplace.show_screen(name)
            self._screen(kind)
            self._photograph(f"12-{name}")


def _last_monday() -> date:
    # Groups meet on working days, and no roll is called of a day to come.
    today = date.today()
    return today - timedelta(days=today.weekday() + 7)


def _programme(language: str) -> str:
    return programmes()["AVRR-FROM"].names[language]
