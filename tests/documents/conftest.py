"""What tests of printed paper share: one chain of fonts, and one whole file that is only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.documents.fonts import FontChain
from app.i18n import in_language
from tests.casework.returning import own_store

from .whole_file import WholeFile, make_whole_file


@pytest.fixture(scope="session")
def fonts() -> FontChain:
    return FontChain()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, cheap_passphrases: None) -> Iterator[WholeFile]:
    """Somebody with a whole file. No test changes it."""
    store, user = own_store(tmp_path_factory.mktemp("whole"))
    with in_language("en"):
        yield make_whole_file(store, user)
    store.close()
