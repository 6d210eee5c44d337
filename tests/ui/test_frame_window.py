"""The window: rail, search, notices, status line, language and look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.errors import Unavailable
from app.sync.status import SyncStatus
from app.ui.desktop import Desktop
from app.ui.screen import screens
from app.ui.sync_words import standing
from app.ui.tasks import Progress
from app.ui.window import Workplace
from tests.ui.frame import Start, make_office, press, start, unlock, until, write

__all__ = ["start"]
Work = tuple[Desktop, Workplace]


@pytest.fixture
def work(start: Start, qtbot: QtBot, tmp_path: Path) -> Work:
    make_office(tmp_path / "store", people=4)
    desktop = start()
    return desktop, unlock(qtbot, desktop)


def status(**known: object) -> SyncStatus:
    usual: dict[str, object] = {
        "is_enrolled": True, "url": "https://hq.example", "office": "RAB", "waiting": 0,
        "confirmed_at": None, "sent": 0, "received": 0, "refused": [],
        "quarantined": 0, "is_in_step": None, "clock_offset_s": 0.0,
    }  # fmt: skip
    return SyncStatus(**{**usual, **known})  # type: ignore[arg-type]


def test_the_rail_leads_and_marks_where_one_is(work: Work, qtbot: QtBot) -> None:
    desktop, workplace = work
    press(qtbot, workplace.rail.buttons["people"])
    assert workplace.place[0] == "people"
    assert workplace.rail.buttons["people"].isChecked()
    assert desktop.frame.windowTitle() == "People — Sanad"


def test_numbers_lead_to_the_places_of_the_rail(work: Work, qtbot: QtBot) -> None:
    desktop, workplace = work
    qtbot.keyClick(desktop.frame, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert workplace.place[0] == "people"


def test_search_opens_a_file_with_letters_and_enter(work: Work, qtbot: QtBot) -> None:
    desktop, workplace = work
    qtbot.keyClick(desktop.frame, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert workplace.search.hasFocus()
    qtbot.keyClicks(workplace.search, "musa")
    hits = workplace.search.results.hits()
    assert (hits[0].title, hits[0].other) == ("Moussa Koné", "موسى كوني")
    assert "MA-RAB" in hits[0].caption
    assert workplace.desk is not None
    with qtbot.waitSignal(workplace.desk.screen_asked) as asked:
        qtbot.keyClick(workplace.search, Qt.Key.Key_Return)
    assert asked.args[0] == "person"
    assert workplace.search.text() == ""


def test_search_finds_by_the_other_script(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    workplace.search.begin()
    write(workplace.search, "موسى")
    assert workplace.search.results.hits()[0].title == "Moussa Koné"


def test_search_offers_what_can_be_done(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    workplace.build_rest()
    until(qtbot, lambda: len(workplace._built) >= len(screens()))
    workplace.search.begin()
    qtbot.keyClicks(workplace.search, "sync n")
    hits = workplace.search.results.hits()
    assert "Sync now" in [hit.title for hit in hits]


def test_search_says_when_it_finds_nothing(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    workplace.search.begin()
    qtbot.keyClicks(workplace.search, "xyzxyz")
    assert [hit.title for hit in workplace.search.results.hits()] == ["Nobody and nothing found."]


def test_escape_gives_the_cursor_back_to_the_work(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    workplace.show_screen("people")
    workplace.search.begin()
    qtbot.keyClick(workplace.search, Qt.Key.Key_Escape)
    screen = workplace.screen_shown
    assert screen is not None
    assert screen.isAncestorOf(QApplication.focusWidget())
    assert not workplace.search.results.isVisible()


def test_arrows_walk_the_answers_while_one_types(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    workplace.search.begin()
    results = workplace.search.results
    assert results.currentIndex().row() == 0
    qtbot.keyClick(workplace.search, Qt.Key.Key_Down)
    assert results.currentIndex().row() == 1
    qtbot.keyClick(workplace.search, Qt.Key.Key_Up)
    qtbot.keyClick(workplace.search, Qt.Key.Key_Up)
    assert results.currentIndex().row() == len(results.hits()) - 1


def test_a_notice_stays_until_it_is_put_away(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    workplace.desk.explain(Unavailable("The disk is full.", "Free some space."))
    assert workplace.notice.sentence == "The disk is full. Free some space."
    press(qtbot, workplace.notice.dismiss)
    assert workplace.notice.sentence == ""


def test_a_question_does_what_was_agreed(work: Work, qtbot: QtBot) -> None:
    desktop, workplace = work
    agreed: list[bool] = []
    workplace.desk.confirm(workplace, "Really?", "Do it", lambda: agreed.append(True))
    dialog = desktop.frame.findChild(QDialog)
    assert dialog is not None
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Do it")
    press(qtbot, button)
    assert agreed == [True]


def test_long_work_shows_numbers_and_stops_when_told(work: Work, qtbot: QtBot) -> None:
    _desktop, workplace = work
    may_go_on = Event()
    done: list[int] = []

    def count(progress: Progress) -> int:
        progress(10, 10)
        may_go_on.wait(20)
        progress(10, 10)
        return 10

    task = workplace.desk.tasks.run("Counting", count, done.append)
    bar = workplace.status.work
    until(qtbot, lambda: bar.isVisible() and "10" in bar.words)
    press(qtbot, bar.cancel)
    with qtbot.waitSignal(task.ended):
        may_go_on.set()
    assert done == []
    assert not bar.isVisible()


def test_the_language_changes_and_one_stays_where_one_was(
    work: Work, qtbot: QtBot, qapp: QApplication
) -> None:
    desktop, workplace = work
    workplace.show_screen("settings")
    desktop.preferences.language = "ar"
    until(qtbot, lambda: desktop.workplace is not workplace)
    assert desktop.workplace is not None
    assert desktop.workplace.place[0] == "settings"
    assert qapp.layoutDirection() == Qt.LayoutDirection.RightToLeft
    rail = desktop.workplace.rail
    assert rail.mapTo(desktop.workplace, rail.rect().topLeft()).x() > 1000


def test_text_grows_at_once(work: Work, qtbot: QtBot, qapp: QApplication) -> None:
    desktop, workplace = work
    before = QFontMetrics(qapp.font()).height()
    desktop.preferences.text_percent = 200
    until(qtbot, lambda: desktop.workplace is not workplace)
    assert QFontMetrics(qapp.font()).height() > before * 1.7


def test_the_dark_theme_is_put_on_at_once(work: Work, qtbot: QtBot, qapp: QApplication) -> None:
    desktop, workplace = work
    desktop.preferences.theme_name = "dark"
    until(qtbot, lambda: desktop.workplace is not workplace)
    assert qapp.palette().window().color().lightness() < 60
    assert desktop.desk is not None
    assert desktop.desk.theme.is_dark


def test_the_window_opens_where_it_was(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    first = start()
    first.frame.resize(1111, 701)
    until(qtbot, lambda: first.frame.width() == 1111)
    first.frame.close()
    kept = first.preferences.geometry
    assert not kept.isEmpty()


def test_no_stray_window_is_ever_shown(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    class Watch(QObject):
        strays: list[str] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if (
                event.type() == QEvent.Type.Show
                and isinstance(watched, QWidget)
                and watched.isWindow()
            ):
                self.strays.append(type(watched).__name__)
            return False

    make_office(tmp_path / "store", people=2)
    watch = Watch()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(watch)
    workplace = unlock(qtbot, start())
    for name in ("people", "sync", "settings", "today"):
        workplace.show_screen(name)
    application.removeEventFilter(watch)
    assert set(watch.strays) == {"Frame"}


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"is_enrolled": False}, "Not connected to headquarters yet"),
        ({"waiting": 1}, "1 change waits here · HQ has confirmed nothing yet"),
        ({"waiting": 14}, "14 changes wait here · HQ has confirmed nothing yet"),
    ],
)
def test_the_status_line_says_how_things_stand(known: dict[str, object], sentence: str) -> None:
    said = standing(status(**known), datetime.now(UTC))
    assert said.replace("\u2068", "").replace("\u2069", "") == sentence


def test_what_headquarters_confirmed_is_told_as_people_say_it() -> None:
    now = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    confirmed = standing(status(confirmed_at=now - timedelta(days=2)), now)
    assert "Friday" in confirmed
    assert "Friday" not in standing(status(confirmed_at=now - timedelta(days=20)), now)
