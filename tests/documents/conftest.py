"""One chain of fonts for all tests of printed paper, as for all papers of a process."""

from __future__ import annotations

import pytest

from app.documents.fonts import FontChain


@pytest.fixture(scope="session")
def fonts() -> FontChain:
    return FontChain()
