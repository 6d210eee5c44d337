"""The foot of the window: every way this copy may stand, in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.sync.status import SyncStatus
from app.ui.desk import Desk
from app.ui.statusbar import StatusBar
from app.ui.sync_words import Line, foot

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


def status(**known: Any) -> SyncStatus:
    """Give a status in which all is well but for what is said."""
    usual = {
        "is_enrolled": True, "url": "https://hq.example", "office": "RAB", "waiting": 0,
        "confirmed_at": NOW - timedelta(days=2), "sent": 0, "received": 0,
        "refused": [], "quarantined": 0, "is_in_step": True, "clock_offset_s": 0.0,
    }  # fmt: skip
    return SyncStatus(**{**usual, **known})


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


DOWN = Line(is_automatic=True, trouble="Nobody there.", failing_since=NOW - timedelta(days=2))


@pytest.mark.parametrize(
    ("standing", "line", "begins", "is_trouble"),
    [
        (status(is_enrolled=False), Line(), "Not connected to headquarters yet", False),
        (status(waiting=14), Line(), "14 changes wait here · HQ confirmed up to Friday", False),
        (status(confirmed_at=None), Line(), "Nothing waits here · HQ has confirmed noth", False),
        (status(), Line(is_busy=True), "Syncing…", False),
        (status(), Line(is_busy=True, done=3, total=9), "Syncing… 3 of 9", False),
        (status(waiting=2), DOWN, "2 changes wait here · no answer since Friday", True),
        (status(), Line(has_network=False), "Nothing waits here · no network", False),
        (status(waiting=1), Line(is_revoked=True), "1 change waits here · headquarters no l", True),
        (status(is_in_step=False), Line(), "Nothing waits here · this copy and headquar", True),
        (
            status(clock_offset_s=3 * 86_400),
            Line(),
            "This computer's clock is wrong: it",
            True,
        ),
    ],
)
def test_how_a_copy_stands_is_said_in_one_line(
    standing: SyncStatus, line: Line, begins: str, *, is_trouble: bool
) -> None:
    told = foot(standing, line, NOW)
    assert plain(told.words).startswith(begins)
    assert told.is_trouble is is_trouble


def test_when_it_tries_next_is_told_while_nobody_answers() -> None:
    line = Line(failing_since=NOW, next_try=NOW + timedelta(minutes=5))
    assert "next try" in foot(status(), line, NOW).words


def test_a_narrow_window_shortens_the_line_and_keeps_it_whole_for_ears(
    desk: Desk, qtbot: QtBot
) -> None:
    bar = StatusBar(desk)
    qtbot.addWidget(bar)
    with qtbot.waitExposed(bar):
        bar.show()
    bar.sync.say("14 changes wait here · HQ confirmed up to Tuesday 10:32")
    bar.resize(340, bar.height())
    qtbot.waitUntil(lambda: bar.sync.text().endswith("…"), timeout=10_000)
    assert bar.sync.accessibleName().endswith("Tuesday 10:32")
    bar.resize(1000, bar.height())
    qtbot.waitUntil(lambda: bar.sync.text().endswith("Tuesday 10:32"), timeout=10_000)


def test_what_waits_for_review_is_told_and_leads_there(desk: Desk, qtbot: QtBot) -> None:
    bar = StatusBar(desk)
    qtbot.addWidget(bar)
    with qtbot.waitExposed(bar):
        bar.show()
    assert not bar.review.isVisible()
    bar.show_review(3, "3 things wait for you")
    assert bar.review.accessibleName() == "3 things wait for you"
    with qtbot.waitSignal(bar.review_asked):
        qtbot.keyClick(bar.review, Qt.Key.Key_Space)
    bar.show_review(0, "")
    assert not bar.review.isVisible()
