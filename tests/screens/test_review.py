"""The Review screen photographed: believable conflicts, a broken rule, a change set aside."""

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

from app.casework.cases import open_case
from app.casework.founding import found_store
from app.casework.people import register
from app.i18n import in_language
from app.models.change import Change, genesis
from app.models.log import seal
from app.models.merge import Run
from app.models.migration_history import MigrationHistory
from app.models.persons import Person, PersonName
from app.models.record import Record
from app.models.store import Store
from app.models.users import User
from app.sync.frames import Peer
from app.sync.peers import keep_peers
from app.ui.desktop import Desktop
from app.ui.preferences import Preferences
from app.ui.screens.review import ReviewScreen
from app.ui.window import Workplace
from tests.conftest import PASSPHRASE, TODAY
from tests.models.test_convergence import runs_of
from tests.screens.album import Album
from tests.ui.frame import until

_SMALLEST = (1024, 700)


@dataclass
class _Pair:
    """Amina's computer, and Karim's."""

    here: Store
    amina: UUID
    there: Store
    karim: UUID

    def meet(self) -> None:
        self.there.merge(runs_of(self.here))
        self.here.merge(runs_of(self.there))

    def person(self, *names: tuple[str, str | None], **about: Any) -> UUID:
        listed = [
            {"given_names": given, "family_name": family, "name_kind": kind}
            for (given, family), kind in zip(names, ("legal", "used"), strict=False)
        ]
        with self.here.write(self.amina) as db:
            found = register(db, {"sex": "F", "nationalities": ["SN"], **about}, names=listed)
            open_case(db, found.id, "AVRR-FROM").counsellor = self.amina
            return found.id

    def differ(
        self, kind: type[Record], record: UUID, here: dict[str, Any], there: dict[str, Any]
    ) -> None:
        self.meet()
        desks = ((self.there, self.karim, there), (self.here, self.amina, here))
        for store, user, answers in desks:
            with store.write(user) as db:
                found = db.get_one(kind, record)
                for name, value in answers.items():
                    setattr(found, name, found.fields[name].clean(value, store.context()))
        self.meet()


def _disagree(pair: _Pair) -> None:
    """Let the two answer otherwise: an amount, a birth and a nationality, two parts of a name."""
    awa = pair.person(("Aïssatou", "Diallo-Mendy"), ("عائشة", "ديالو"), birth="1992")
    with pair.here.write(pair.amina) as db:
        journey = MigrationHistory(person=awa)
        db.add(journey)
    pair.differ(MigrationHistory, journey.id, {"debt": "15000 MAD"}, {"debt": "900 EUR"})
    mohammed = pair.person(("محمد", "بن عبد الرحمن"), sex="M", nationalities=["MR"])
    pair.differ(
        Person, mohammed,
        {"birth": "1988-03-14", "nationalities": ["MR", "ML"]},
        {"birth": "1989", "nationalities": ["MR", "SN"]},
    )  # fmt: skip
    moussa = pair.person(("Moussa", "Koné"), sex="M", nationalities=["CI"])
    with pair.here.read() as db:
        name = db.query(PersonName).filter_by(person=moussa).one().id
    pair.differ(
        PersonName, name,
        {"given_names": "Moussa Junior", "family_name": "Kone"},
        {"given_names": "Mousa", "family_name": "Koné Traoré"},
    )  # fmt: skip
    pair.meet()
    for store, user in ((pair.here, pair.amina), (pair.there, pair.karim)):
        with store.write(user) as db:
            open_case(db, awa, "FORAS")
    pair.meet()
    _set_aside(pair, moussa)


def _set_aside(pair: _Pair, person: UUID) -> None:
    """Let a change arrive that no row can hold."""
    device = UUID(int=7).bytes
    made = Change(
        seq=1, clock=pair.here._clock.tick(), author=pair.karim.bytes, tx=1, kind="person",
        record=person.bytes, root=b"", fields={"children": "many"}, bases=[],
    )  # fmt: skip
    [stored] = seal(device, genesis(device), [made])
    pair.here.merge([Run(device, 1, genesis(device), [stored.body])])


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A store in which two people disagree; gives the state's folder and the store's."""
    folder = tmp_path_factory.mktemp("review")
    with pytest.MonkeyPatch.context() as patch, in_language("fr"):
        patch.setenv("SANAD_STATE", str(folder / "state"))
        opened = [
            found_store(
                folder / login, office="RAB", login=login, name=name, passphrase=PASSPHRASE,
                is_training=True, today=lambda: TODAY,
            )
            for login, name in (("amina", "Amina El Fassi"), ("karim", "Karim Benjelloun"))
        ]  # fmt: skip
        (here, amina), (there, karim) = opened
        _disagree(_Pair(here, amina, there, karim))
        with here.control() as connection:
            peer = Peer(there.device.bytes, "Portable du bureau 2", b"", "", [])
            keep_peers(here, connection, [peer])
        with here.read() as db:
            assert db.get_one(User, karim).name == "Karim Benjelloun"
        for store, _user in opened:
            store.close()
    return folder / "state", folder / "amina"


@pytest.fixture
def work(
    qtbot: QtBot,
    qapp: QApplication,
    disputed: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Workplace]]:
    """Open the desktop on the store, in a language and a theme."""
    state, folder = disputed
    monkeypatch.setenv("SANAD_STATE", str(state))
    opened = Store.unlock(folder, "amina", PASSPHRASE, today=lambda: TODAY)
    shown: list[Desktop] = []

    def begin(language: str, theme: str = "light") -> Workplace:
        qapp.setCursorFlashTime(0)
        preferences = Preferences(tmp_path / "preferences.ini")
        preferences.language = language
        preferences.theme_name = theme
        desktop = Desktop(qapp, folder, preferences)
        shown.append(desktop)
        desktop.begin()
        desktop.frame.resize(1366, 768)
        desktop.frame.activateWindow()
        qtbot.waitUntil(desktop.frame.isActiveWindow, timeout=20_000)
        assert desktop.gate is not None
        desktop.gate.opened.emit(opened)  # type: ignore[union-attr]
        until(qtbot, lambda: desktop.workplace is not None)
        assert desktop.workplace is not None
        return desktop.workplace

    yield begin
    for desktop in shown:
        desktop.frame.close()
        desktop.frame.deleteLater()
    opened[0].close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def _stops(qtbot: QtBot, place: Workplace) -> Iterator[str]:
    """Stand on each conflict, then on each of the other lists; gives the name of the picture."""
    place.show_screen("review")
    screen = place.screen_shown
    assert isinstance(screen, ReviewScreen)
    until(qtbot, lambda: not screen.is_reading)
    page = screen.disputes
    for number in range(page.model.rowCount()):
        page.table.setCurrentIndex(page.model.index(number, 0))
        until(qtbot, lambda: not screen.is_reading)
        assert page.card is not None
        if number == 1:
            page.card.pick(2)
        elif number == 2:
            page.card.pick(1)
            page.card.boxes[1].write_another()
        yield f"40-review-{number + 1}"
    screen.show_part("broken")
    yield "41-review-broken"
    screen.show_part("aside")
    yield "42-review-set-aside"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_waits_for_a_person(
    qtbot: QtBot, work: Callable[..., Workplace], language: str, theme: str
) -> None:
    album = Album(f"{language}-{theme}")
    place = work(language, theme)
    for name in _stops(qtbot, place):
        album.photograph_still(qtbot, place.window(), name)
    place.leave()
    assert album.differences == []


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_small_window_is_not_forced_wider(
    qtbot: QtBot, work: Callable[..., Workplace], language: str
) -> None:
    place = work(language)
    window = place.window()
    window.resize(*_SMALLEST)
    wide = []
    for name in _stops(qtbot, place):
        qtbot.wait(50)
        if (window.width(), window.height()) != _SMALLEST:
            wide.append((name, window.width(), window.height()))
            window.resize(*_SMALLEST)
    assert wide == []
