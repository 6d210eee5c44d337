"""What is typed is kept: over leaving, over saving beside others, over a sudden death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.casework.corrections import correct
from app.models.drafts import draft_for, drafts_of
from app.models.persons import Person
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.registration import RegistrationScreen
from tests.conftest import PASSPHRASE
from tests.ui.work import add_person, show, until


def test_typing_is_kept_without_leaving(qtbot: QtBot, desk: Desk) -> None:
    screen = RegistrationScreen(desk)
    keyboard = show(qtbot, screen)
    screen.arrive()
    keyboard.text("Awa")
    until(qtbot, lambda: draft_for(desk.store, desk.user, "registration", None) is not None)


def test_leaving_keeps_at_once(qtbot: QtBot, desk: Desk) -> None:
    screen = RegistrationScreen(desk)
    keyboard = show(qtbot, screen)
    screen.arrive()
    keyboard.text("Awa")
    screen.leave()
    draft = draft_for(desk.store, desk.user, "registration", None)
    assert draft is not None
    assert draft.answers == {"quick": {"given_names": "Awa"}}


def test_looking_without_typing_keeps_nothing(qtbot: QtBot, desk: Desk) -> None:
    screen = RegistrationScreen(desk)
    show(qtbot, screen)
    screen.arrive()
    screen.leave()
    assert drafts_of(desk.store, desk.user) == []


def test_a_draft_is_resumed_and_can_be_given_up(qtbot: QtBot, desk: Desk) -> None:
    first = RegistrationScreen(desk)
    keyboard = show(qtbot, first)
    first.arrive()
    keyboard.text("Awa")
    first.leave()
    first.hide()
    second = RegistrationScreen(desk)
    show(qtbot, second)
    second.arrive()
    assert second.forms.answers() == {"quick": {"given_names": "Awa"}}
    assert second._draft_line.isVisible()
    second._draft_line.discard.emit()
    assert second.forms.answers() == {}
    assert drafts_of(desk.store, desk.user) == []


def test_clearing_everything_forgets_the_draft(qtbot: QtBot, desk: Desk) -> None:
    screen = RegistrationScreen(desk)
    keyboard = show(qtbot, screen)
    screen.arrive()
    keyboard.text("A")
    screen.leave()
    keyboard.press(Qt.Key.Key_Backspace)
    screen.leave()
    assert drafts_of(desk.store, desk.user) == []


def _correction(qtbot: QtBot, desk: Desk, person: UUID) -> InlineForm:
    form = InlineForm(
        desk, "person.intake", Form.of(desk, Person), title="Intake", save_label="Save",
        save=lambda db, answers: correct(db, Person, person, answers), is_correction=True,
    )  # fmt: skip
    show(qtbot, form)
    return form


def _open(desk: Desk, form: InlineForm, person: UUID, focus: str) -> None:
    with desk.store.read() as db:
        form.open(person, db.get_one(Person, person).as_json(), focus)


def test_a_correction_leaves_alone_what_it_did_not_touch(qtbot: QtBot, desk: Desk) -> None:
    person = add_person(desk.store, desk.user, "Awa", about={"town": "Rabat"})
    form = _correction(qtbot, desk, person)
    _open(desk, form, person, "occupation")
    # Somebody else changes the town while this form is open and shows the old one.
    with desk.store.write(desk.user) as db:
        correct(db, Person, person, {"town": "Salé"})
    form.form.questions["occupation"].control.target().insert("Tailor")  # type: ignore[attr-defined]
    form.form.questions["occupation"].edited.emit()
    form.save()
    with desk.store.read() as db:
        kept = db.get_one(Person, person)
    assert (kept.town, kept.occupation) == ("Salé", "Tailor")


def test_a_correction_survives_leaving_and_knows_what_its_writer_saw(
    qtbot: QtBot, desk: Desk
) -> None:
    person = add_person(desk.store, desk.user, "Awa", about={"town": "Rabat"})
    form = _correction(qtbot, desk, person)
    _open(desk, form, person, "occupation")
    form.form.questions["occupation"].control.target().insert("Tailor")  # type: ignore[attr-defined]
    form.keeper.touch()
    form.leave()
    form.hide()
    with desk.store.write(desk.user) as db:
        correct(db, Person, person, {"town": "Salé"})
    again = _correction(qtbot, desk, person)
    _open(desk, again, person, "occupation")
    assert again.form.answers()["occupation"] == "Tailor"
    again.save()
    with desk.store.read() as db:
        kept = db.get_one(Person, person)
    assert (kept.town, kept.occupation) == ("Salé", "Tailor")


def test_typing_survives_a_kill(found: Callable[..., tuple[Store, UUID]], tmp_path: Path) -> None:
    store, user = found("killed")
    store.close()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    program = Path(__file__).with_name("typing_until_killed.py")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ui.typing_until_killed", str(tmp_path / "killed"), "Mamadou"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
        cwd=program.parents[2],
    ) as typing:  # fmt: skip
        assert typing.stdout is not None
        seen = ""
        while seen != "Mama":
            seen = typing.stdout.readline().strip()
            assert typing.poll() is None, "it ended before it was killed"
        typing.send_signal(signal.SIGKILL)
        typing.wait()
    with Store.unlock(tmp_path / "killed", "amina", PASSPHRASE)[0] as reopened:
        draft = draft_for(reopened, user, "registration", None)
        assert draft is not None
        # It may have gone on typing before the signal came; what it had said was kept, is.
        assert str(draft.answers["quick"]["given_names"]).startswith("Mama")
