"""A program that types into a registration until somebody kills it. Run by a test.

Arguments: the store's folder, and the words to type. Each time the draft is on disk it prints what
has been typed so far.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.i18n import use_language
from app.models.drafts import draft_for
from app.models.store import Store
from app.ui.screens.registration import RegistrationScreen
from tests.conftest import PASSPHRASE
from tests.ui.work import make_desk


def main(folder: str, words: str) -> None:
    use_language("en")
    application = QApplication([])
    store, user = Store.unlock(Path(folder), "amina", PASSPHRASE)
    screen = RegistrationScreen(make_desk(store, user))
    screen.show()
    screen.arrive()
    edit = screen.forms.quick.questions["given_names"].control.target()
    for letter in words:
        QTest.keyClicks(edit, letter)
        # The debounce runs out on its own, as it does under a person's hands.
        while not _kept(store, user, edit.text()):  # type: ignore[attr-defined]
            application.processEvents()
        print(edit.text(), flush=True)  # type: ignore[attr-defined]
    application.exec()


def _kept(store: Store, user: object, text: str) -> bool:
    draft = draft_for(store, user, "registration", None)  # type: ignore[arg-type]
    return draft is not None and draft.answers.get("quick", {}).get("given_names") == text


if __name__ == "__main__":
    main(*sys.argv[1:])
