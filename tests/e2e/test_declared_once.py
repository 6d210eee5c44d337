"""A record, a question and a programme are added in one place each, and appear everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.paths import ROOT

VISIT_CARD = '''"""Visit cards: a kind nobody knows of yet."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.fields import P2, day, money, reference, text
from app.models.filing import Filed
from app.models.layout import Section
from app.models.money import Money
from app.models.record import Record


class VisitCard(Record):
    """A card handed out."""

    title = N_("Visit card")
    filed = Filed("follow_up", 90, N_("Visit cards"), N_("Add a visit card"), day="given_on")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    given_on: Mapped[date | None] = day(N_("Given on"), personal=P2, required=True)
    colour: Mapped[str | None] = text(N_("Colour of the card"), personal=P2, required=True)
    price: Mapped[Money | None] = money(N_("Price of the card"), personal=P2)

    sections: ClassVar = (Section(N_("Visit card"), (("given_on", "colour"), ("price",))),)
'''


class Tree:
    """A copy of the program one may add to, with a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "program"
        for part in ("app", "resources", "translations"):
            shutil.copytree(
                ROOT / part, self.root / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        self._store = folder / "store"
        self._environment = {
            **os.environ,
            "SANAD_STATE": str(folder / "state"),
            "SANAD_PASSPHRASE": "a passphrase of tests",
            "SANAD_LANG": "en",
        }

    def sanad(self, *arguments: str, given: Any = None) -> list[Any]:
        """Run a command of this program; gives the JSON documents it answers."""
        done = subprocess.run(
            [sys.executable, "-m", "app", "--store", str(self._store), "--json", *arguments],
            cwd=self.root,
            env=self._environment,
            input=None if given is None else json.dumps(given),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def _person(tree: Tree) -> str:
    tree.sanad("store", "create", "--training", "--office", "RAB", "--user", "amina")
    person = {"sex": "F", "nationalities": ["SN"], "names": [{"given_names": "Awa"}]}
    [added] = tree.sanad("add", "person", given=person)
    return str(added["id"])


def test_a_record_is_one_file_and_one_line(tree: Tree, tmp_path: Path) -> None:
    (tree.root / "app/models/visit_cards.py").write_text(VISIT_CARD, "utf-8")
    catalogue = tree.root / "app/models/catalogue.py"
    catalogue.write_text(catalogue.read_text("utf-8") + "from app.models import visit_cards\n")
    person = _person(tree)
    [schema] = tree.sanad("schema", "visit_card")
    assert schema["required"] == ["person", "given_on", "colour"]
    card = {"person": person, "given_on": "2026-01-05", "colour": "Green", "price": "1500 XOF"}
    [added] = tree.sanad("add", "visit_card", given=card)
    [kept] = tree.sanad("get", "visit_card", added["id"])
    assert kept["price"] == {"amount": "1500", "currency": "XOF"}
    assert tree.sanad("history", "visit_card", added["id"])
    paper = tmp_path / "card.pdf"
    tree.sanad("print", "record.visit_card", "--record", added["id"], "-o", str(paper))
    printed = pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
    assert "Colour of the card" in printed
    assert "Green" in printed
    [checked] = tree.sanad("store", "check")
    assert checked["ok"]


def test_a_question_is_one_line_and_its_place(tree: Tree) -> None:
    person = _person(tree)
    [before] = tree.sanad("add", "task", given=_task(person))
    tasks = tree.root / "app/models/tasks.py"
    declared = tasks.read_text("utf-8")
    line = "    note: Mapped[str | None] = long_text("
    shoes = '    shoes: Mapped[str | None] = text(N_("Size of the shoes"), personal=P2)\n'
    assert line in declared
    declared = declared.replace(line, shoes + line).replace('("note",)', '("note",), ("shoes",)')
    tasks.write_text(declared, "utf-8")
    [added] = tree.sanad("add", "task", given={**_task(person), "shoes": "42"})
    [kept] = tree.sanad("get", "task", added["id"])
    assert kept["shoes"] == "42"
    # What was there before is there still, the question unanswered.
    [old] = tree.sanad("get", "task", before["id"])
    assert old["what"] == "Call"
    assert "shoes" not in old


def _task(person: str) -> dict[str, str]:
    return {"person": person, "what": "Call", "due_on": "2026-01-05"}


def test_a_programme_is_one_file(tree: Tree) -> None:
    shipped = (tree.root / "resources/programmes/vtlo.toml").read_text("utf-8")
    added = shipped.replace('code = "VTLO"', 'code = "NEW-ONE"', 1)
    added = "\n".join(
        f'{key} = "Nouveau programme ({key})"' if key in {"fr", "en", "ar", "es"} else line
        for line, key in _named(added)
    )
    (tree.root / "resources/programmes/new-one.toml").write_text(added, "utf-8")
    person = _person(tree)
    [schema] = tree.sanad("schema", "case")
    assert "NEW-ONE" in schema["properties"]["programme"]["enum"]
    [case] = tree.sanad("add", "case", given={"person": person, "programme": "NEW-ONE"})
    [states] = tree.sanad("case", "states", case["id"])
    assert any(step["state"] == "registered" for step in states["next"])


def _named(text: str) -> list[tuple[str, str]]:
    """Give each line, with the language it names the programme in, if it does."""
    given, is_named = [], False
    for line in text.splitlines():
        is_named = line == "[names]" or (is_named and not line.startswith("["))
        given.append((line, line.partition(" ")[0] if is_named else ""))
    return given
