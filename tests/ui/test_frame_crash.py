"""When Sanad itself fails: drafts kept, a report without data, and on one goes. Long work too."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.errors import Refused, SanadError
from app.i18n import in_language, language
from app.ui.crash import CrashWatch
from app.ui.tasks import Progress, Tasks
from tests.ui.frame import Start, make_office, press, start, unlock, until

__all__ = ["start"]
SECRET = "Fatoumata N'Diaye"


def fail() -> None:
    raise ValueError(SECRET)


def test_a_bug_is_reported_without_anybodys_data_and_work_goes_on(
    start: Start, qtbot: QtBot, tmp_path: Path, own_state: Path
) -> None:
    make_office(tmp_path / "store")
    desktop = start()
    workplace = unlock(qtbot, desktop)
    try:
        fail()
    except ValueError as error:
        desktop.survive(error)
    reports = list((own_state / "reports").iterdir())
    written = reports[0].read_text(encoding="utf-8")
    assert "ValueError" in written
    assert "test_frame_crash.py" in written
    assert SECRET not in written
    dialog = desktop.frame.findChild(QDialog)
    assert dialog is not None
    go_on = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Go on")
    press(qtbot, go_on)
    assert desktop.workplace is workplace


def test_a_refusal_nobody_caught_is_told_and_is_no_fault_of_the_program(
    start: Start, qtbot: QtBot, tmp_path: Path, own_state: Path
) -> None:
    make_office(tmp_path / "store")
    desktop = start()
    unlock(qtbot, desktop)
    assert desktop.desk is not None
    with qtbot.waitSignal(desktop.desk.said) as heard:
        desktop.survive(Refused("rule", "Synchronise, then try again."))
    assert heard.args == ["Synchronise, then try again.", "warning"]
    assert not (own_state / "reports").exists()


def test_starting_afresh_closes_the_store_and_asks_again(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    make_office(tmp_path / "store")
    desktop = start()
    unlock(qtbot, desktop)
    desktop.survive(ValueError(SECRET))
    dialog = desktop.frame.findChild(QDialog)
    assert dialog is not None
    press(qtbot, next(b for b in dialog.findChildren(QPushButton) if b.text() == "Start afresh"))
    assert desktop.workplace is None
    unlock(qtbot, desktop)


def test_exceptions_of_any_thread_are_heard(qtbot: QtBot, qapp: QApplication) -> None:
    watch = CrashWatch()
    watch.install()
    try:
        with qtbot.waitSignal(watch.crashed) as heard:
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
    finally:
        watch.uninstall()
    assert isinstance(heard.args[0], ValueError)


def test_work_runs_beside_the_window_in_its_language(qtbot: QtBot) -> None:
    tasks = Tasks()
    answers: list[tuple[bool, str, bool]] = []
    window_thread = QThread.currentThread()

    def work(progress: Progress) -> tuple[bool, str]:
        progress(1, 1)
        return QThread.currentThread() is window_thread, language()

    def done(answer: tuple[bool, str]) -> None:
        answers.append((*answer, QThread.currentThread() is window_thread))

    with in_language("es"):
        task = tasks.run("Working", work, done)
    with qtbot.waitSignal(task.ended):
        pass
    tasks.close()
    assert answers == [(False, "es", True)]
    assert tasks.running == []


def test_a_refusal_of_long_work_reaches_who_asked(qtbot: QtBot) -> None:
    tasks = Tasks()
    told: list[SanadError] = []

    def refuse(_progress: Progress) -> None:
        raise Refused("rule", "No.")

    with qtbot.waitSignal(tasks.run("Working", refuse, lambda _n: None, told.append).ended):
        pass
    with qtbot.waitSignal(tasks.troubled) as troubled:
        tasks.run("Working", refuse, lambda _n: None)
    until(qtbot, lambda: not tasks.running)
    tasks.close()
    assert [str(error) for error in (*told, troubled.args[0])] == ["No.", "No."]


def test_a_bug_in_long_work_is_a_bug(qtbot: QtBot) -> None:
    tasks = Tasks()

    def work(_progress: Progress) -> None:
        fail()

    with qtbot.captureExceptions() as caught:
        task = tasks.run("Working", work, lambda _n: None)
        with qtbot.waitSignal(task.ended):
            pass
    tasks.close()
    assert [kind for kind, _error, _trace in caught] == [ValueError]


def test_closing_stops_what_runs(qtbot: QtBot) -> None:
    tasks = Tasks()
    begun = threading.Event()

    def forever(progress: Progress) -> None:
        while True:
            begun.set()
            progress(1, 2)

    task = tasks.run("Forever", forever, lambda _n: pytest.fail("not done"))
    assert begun.wait(20)
    tasks.close()
    until(qtbot, lambda: not task.is_running if task in tasks.running else True)
