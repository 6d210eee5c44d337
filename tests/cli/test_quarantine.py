"""The command that lists what was set aside and has it judged once more."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from app.cli.run import run
from app.models.change import Change, encode, genesis
from app.models.merge import Run
from app.models.store import Store
from tests.conftest import PASSPHRASE

MAKER = bytes(range(16))


def _sanad(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> list[object]:
    capsys.readouterr()
    assert run(["--store", str(folder), "--json", *arguments], lambda _folder: 0) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_set_aside_is_listed_and_judged_again(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    person = uuid4()
    held = Change(1, 1, MAKER, 1, "person", person.bytes, b"", {"sex": 5}, [])
    store.merge([Run(MAKER, 1, genesis(MAKER), [encode(held)])])
    store.close()
    [listed] = _sanad(capsys, store.folder, "quarantine")
    assert isinstance(listed, dict)
    assert (listed["by"], listed["seq"], listed["kind"]) == ("here", 1, "person")
    assert listed["record"] == str(person)
    assert "cannot be read" in listed["reason"]
    assert listed["since"]
    assert _sanad(capsys, store.folder, "quarantine", "retry") == [{"accepted": 0, "left": 1}]


def test_nothing_set_aside_lists_nothing(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    store.close()
    assert _sanad(capsys, store.folder, "quarantine") == []
    assert _sanad(capsys, store.folder, "quarantine", "retry") == [{"accepted": 0, "left": 0}]
