"""A later version of the program, as a real process: one kind, one question and one choice more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.paths import ROOT
from tests.conftest import PASSPHRASE

_VISIT_CARD = '''"""Visit cards."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.fields import P2, reference, text
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record


class VisitCard(Record):
    """A card handed out."""

    title = N_("Visit card")
    filed = Filed("follow_up", 90, N_("Visit cards"), N_("Add a visit card"))

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    colour: Mapped[str | None] = text(N_("Colour"), personal=P2, required=True)

    sections: ClassVar = (Section(N_("Visit card"), (("colour",),)),)
'''
# Run before each script: what every one of them needs.
_BEGINNING = """
import json, sys
from datetime import date
from pathlib import Path
from uuid import UUID
import app.models.keys
app.models.keys.COST = app.models.keys.Cost(memory_kib=64, passes=1, lanes=1)
from app.casework.founding import found_store
from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.persons import Person, PersonName
from app.models.store import Store
from app.models.tasks import Task
from app.models.visit_cards import VisitCard
from app.sync.engine import sync
from app.sync.enrolment import enrol
given = json.loads(sys.argv[1])
folder = Path(given["folder"])
def opened():
    return Store.unlock(folder, given["login"], given["passphrase"])
def tell(**said):
    print(json.dumps(said, default=str), flush=True)
"""


class LaterProgram:
    """A copy of the program that knows more, run script by script.

    Args:
        folder: Where the copy is made, and what its machine remembers is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder / "program"
        self._state = folder / "state"
        for part in ("app", "resources", "translations"):
            shutil.copytree(ROOT / part, self._root / part)
        models = self._root / "app/models"
        (models / "visit_cards.py").write_text(_VISIT_CARD, "utf-8")
        _change(models / "catalogue.py", "", "\nfrom app.models import visit_cards\n")
        _change(
            models / "tasks.py",
            "    note: Mapped[str | None] = long_text(",
            '    shoes: Mapped[str | None] = text(N_("Size of the shoes"), personal=P2)\n'
            "    note: Mapped[str | None] = long_text(",
        )
        _change(models / "tasks.py", '("note",)', '("note",), ("shoes",)')
        _change(models / "cases.py", '"urgent": N_("Urgent")', '"urgent": "Urgent", "dire": "Dire"')

    def run(self, folder: Path, script: str, **given: Any) -> dict[str, Any]:
        """Run a script on a store; gives what it tells."""
        done = subprocess.run(
            self._command(folder, script, given),
            cwd=self._root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    @contextmanager
    def headquarters(self, folder: Path, codes: int) -> Iterator[dict[str, Any]]:
        """Answer for a headquarters; gives its ``url`` and ``codes`` to enrol with."""
        script = f"""
from threading import Thread
from app.hq.serve import serve
hq = Headquarters.open(folder, is_training=True)
codes = [invite(hq, "RAB").code for _ in range({codes})]
listening = []
def ready(there):
    listening.append(there)
    tell(url=there.url, codes=codes)
thread = Thread(target=serve, args=(hq,), kwargs=dict(port=0, ready=ready))
thread.start()
sys.stdin.read()
listening[0].stop()
thread.join()
hq.close()
"""
        with subprocess.Popen(
            self._command(folder, script, {}),
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
            process.communicate()
        assert process.returncode == 0

    def _command(self, folder: Path, script: str, given: dict[str, Any]) -> list[str]:
        asked = {"folder": str(folder), "login": "amina", "passphrase": PASSPHRASE, **given}
        text = json.dumps(asked, default=str)
        return [sys.executable, "-W", "error", "-c", _BEGINNING + script, text]

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "SANAD_STATE": str(self._state), "SANAD_LANG": "en"}


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")
