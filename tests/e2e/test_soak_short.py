"""A short soak: processes die, disks fill, and whatever was said to be saved is there."""

from __future__ import annotations

from pathlib import Path
from time import sleep

from tests.soak.soak import Soak


def test_what_was_said_to_be_saved_survives_every_death(tmp_path: Path) -> None:
    soak = Soak(tmp_path, seed=7)
    soak.run(3, sleep)
    assert len(soak.mishaps) == 3
    assert all(computer.saved for computer in soak.computers)
