"""Fixtures of all tests: real encrypted stores in folders of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from app.casework.founding import found_store
from app.i18n import in_language
from app.models.keys import Cost
from app.models.store import Store
from tests.hq.servers import Server, running

PASSPHRASE = "correct horse battery"
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what the machine remembers apart from the machine that tests."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("SANAD_STATE", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def cheap_passphrases() -> Iterator[None]:
    """Derive keys cheaply: hundreds of stores are made. One test holds the real cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.models.keys.COST", Cost(memory_kib=64, passes=1, lanes=1))
        yield


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with in_language("en"):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server for all tests that ask for one."""
    with running() as server:
        yield server


Office = tuple[Store, UUID]
Founder = Callable[..., Office]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Founder]:
    """Found any number of training stores; they are closed at the end."""
    opened: list[Store] = []

    def make(name: str = "store", office: str = "RAB", login: str = "amina") -> Office:
        store, user = found_store(
            tmp_path / name,
            office=office,
            login=login,
            passphrase=PASSPHRASE,
            is_training=True,
            today=lambda: TODAY,
        )
        opened.append(store)
        return store, user

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def office(found: Founder) -> Office:
    """One store and its first user."""
    return found()


@pytest.fixture
def store(office: Office) -> Store:
    return office[0]


@pytest.fixture
def user(office: Office) -> UUID:
    return office[1]
