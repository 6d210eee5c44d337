"""The proofs see a program with a fault in it; otherwise they would prove nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.sync.mutations import MUTATIONS


@pytest.fixture(scope="module")
def said() -> dict[str, str | None]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sync.mutations"], stdout=subprocess.PIPE, check=True
    )
    answers: dict[str, str | None] = json.loads(done.stdout)
    return answers


def test_the_program_as_it_is_passes(said: dict[str, str | None]) -> None:
    assert said["none"] == ""


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_a_fault_is_seen(said: dict[str, str | None], mutation: str) -> None:
    assert said[mutation]
