"""Papers offered from a person's file, and shown as they will print."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from app.casework.cases import open_case
from app.casework.consents import give_consent
from app.casework.sessions import record_session
from app.ui.desk import Desk
from app.ui.screens.paper_preview import PaperScreen
from app.ui.screens.person import PersonScreen
from tests.conftest import TODAY
from tests.ui.work import add_person, show, until


@pytest.fixture
def person(desk: Desk) -> UUID:
    return add_person(desk.store, desk.user, "Mamadou", "N'Diaye", about={"main_language": "ar"})


@pytest.fixture
def case(desk: Desk, person: UUID) -> UUID:
    with desk.store.write(desk.user) as db:
        return open_case(db, person, "AVRR-FROM").id


def _menus(qtbot: QtBot, desk: Desk, person: UUID) -> dict[str, QMenu]:
    """Open the menu of papers in a person's file; gives its parts by their titles."""
    screen = PersonScreen(desk)
    show(qtbot, screen, 1366, 768)
    screen.arrive(person=person, section="papers")
    until(qtbot, screen.papers.more.isVisible)
    screen.papers.more.click()
    until(qtbot, lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    parts = [(action.text(), action.menu()) for action in menu.actions()]
    return {title: part for title, part in parts if isinstance(part, QMenu)}


def _session(desk: Desk, case: UUID) -> UUID:
    with desk.store.write(desk.user) as db:
        return record_session(db, case, session_kind="information", language="fr").id


def _words(screen: PaperScreen) -> str:
    labels = [one.text() for one in screen.findChildren(QLabel) if one.isVisibleTo(screen)]
    return "\n".join(labels)


def test_papers_are_offered_by_section_and_shown_when_chosen(
    qtbot: QtBot, desk: Desk, person: UUID, case: UUID
) -> None:
    session = _session(desk, case)
    asked: list[tuple[str, dict[str, Any]]] = []
    desk.screen_asked.connect(lambda name, arguments: asked.append((name, arguments)))
    menus = _menus(qtbot, desk, person)
    assert list(menus) == ["Cases", "Counselling"]
    (entry,) = menus["Counselling"].actions()
    assert entry.text().startswith("Record of a counselling session: ")
    entry.trigger()
    assert asked == [("paper", {"document": "session", "record": session})]


def test_file_without_records_says_there_is_nothing_to_print(
    qtbot: QtBot, desk: Desk, person: UUID
) -> None:
    assert _menus(qtbot, desk, person) == {}
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["There is nothing to print yet."]


def test_paper_about_a_record_says_whose_it_is(
    qtbot: QtBot, desk: Desk, person: UUID, case: UUID
) -> None:
    paper = PaperScreen(desk)
    show(qtbot, paper)
    paper.arrive(document="session", record=_session(desk, case))
    until(qtbot, lambda: paper.printed is not None)
    assert "Mamadou N'Diaye" in _words(paper)
    assert paper.second.code == "ar"


def test_paper_that_may_not_be_printed_says_why_and_shows_none(
    qtbot: QtBot, desk: Desk, person: UUID, case: UUID
) -> None:
    paper = PaperScreen(desk)
    show(qtbot, paper)
    paper.arrive(document="session", record=_session(desk, case))
    until(qtbot, lambda: paper.printed is not None)
    paper.arrive(document="case_file", record=case)
    until(qtbot, lambda: paper.printed is None)
    assert "There is no consent to share the file" in _words(paper)
    assert not paper.print_button.isEnabled()
    assert paper.document.pageCount() == 0
    with desk.store.write(desk.user) as db:
        give_consent(db, person, scopes=["share_iom_coo"], given_on=TODAY, form="written")
    paper.arrive(document="case_file", record=case)
    until(qtbot, lambda: paper.printed is not None)
    assert paper.print_button.isEnabled()
