"""An attachment that is not on this computer shows its size and is fetched when asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.models.attachments import Attachment
from app.models.contents import Content, content_of, keep_content
from app.models.store import Store
from app.sync.wanted import to_fetch
from app.ui.desk import Desk
from app.ui.screens.person import PersonScreen
from tests.conftest import Founder
from tests.sync.running import enrolled, headquarters, register, serving, synced
from tests.ui.work import make_desk, show, until


@pytest.fixture
def url_and_file(found: Founder, tmp_path: Path) -> Iterator[tuple[str, Store, UUID, UUID, str]]:
    """A copy that knows of a colleague's large scan and has not got it."""
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        for store in (one, two):
            enrolled(store, hq, url)
        person = register(one, amina, "Fatou")
        encoded = BytesIO()
        Image.frombytes("RGB", (300, 300), os.urandom(270_000)).save(encoded, "PNG")
        content = Content(encoded.getvalue(), "image/png")
        keep_content(one, content)
        with one.write(amina) as db:
            db.add(
                Attachment(
                    person=person,
                    attachment_kind="document",
                    caption="Passport",
                    digest=content.digest,
                    media_type=content.media_type,
                    size=len(content.data),
                )
            )
        synced(one)
        synced(two)
        assert content_of(two, content.digest) is None
        yield url, two, brahim, person, content.digest


def opened(qtbot: QtBot, desk: Desk, person: UUID) -> tuple[PersonScreen, QPushButton]:
    screen = PersonScreen(desk)
    show(qtbot, screen, 1366, 768)
    screen.arrive(person=person, section="papers")

    def fetching() -> list[QPushButton]:
        return [b for b in screen.papers.findChildren(QPushButton) if b.text() == "Fetch"]

    until(qtbot, lambda: bool(fetching()))
    return screen, fetching()[0]


def test_it_shows_its_size_and_comes_when_asked_for(
    qtbot: QtBot, url_and_file: tuple[str, Store, UUID, UUID, str]
) -> None:
    _url, store, user, person, digest = url_and_file
    desk = make_desk(store, user)
    screen, button = opened(qtbot, desk, person)
    words = "\n".join(one.text() for one in screen.papers.findChildren(QLabel))
    assert "Not on this computer yet" in words
    assert "kB" in words
    assert button.accessibleName() == "Fetch Passport"
    button.click()
    until(qtbot, lambda: content_of(store, digest) is not None)
    until(
        qtbot,
        lambda: not any(b.text() == "Fetch" for b in screen.papers.findChildren(QPushButton)),
    )
    desk.close()


def test_without_a_line_it_is_said_plainly_and_comes_with_the_next_sync(
    qtbot: QtBot, url_and_file: tuple[str, Store, UUID, UUID, str]
) -> None:
    _url, store, user, person, digest = url_and_file
    place = store.settings.get("enrolment", dict)
    assert place is not None
    store.settings.put(enrolment={**place, "url": "http://127.0.0.1:9"})
    desk = make_desk(store, user)
    said: list[str] = []
    desk.said.connect(lambda sentence, _tone: said.append(sentence))
    _screen, button = opened(qtbot, desk, person)
    button.click()
    until(qtbot, lambda: bool(said))
    assert said[0].startswith("Headquarters cannot be reached; it will come with the next sync.")
    until(qtbot, button.isEnabled)
    assert to_fetch(store) == [digest]
    desk.close()
