"""Headquarters' folder: made, opened again, beside itself, and what it is not."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import Refused, Unavailable
from app.hq.base import HQ_KEY, Headquarters
from app.hq.devices import devices
from app.hq.invites import invite
from app.hq.serve import serve
from tests.conftest import Founder
from tests.sync.running import enrolled, synced


def test_it_opens_again_without_being_told_its_nature(tmp_path: Path) -> None:
    with Headquarters.open(tmp_path, is_training=True) as first:
        number = first.id
    with Headquarters.open(tmp_path) as again:
        assert again.id == number
        assert again.is_training


def test_its_key_is_for_its_account_only_and_its_file_is_encrypted(tmp_path: Path) -> None:
    with Headquarters.open(tmp_path, is_training=False):
        pass
    assert stat.S_IMODE((tmp_path / HQ_KEY).stat().st_mode) == 0o600
    assert not (tmp_path / "sanad.db").read_bytes().startswith(b"SQLite format 3")


def test_commands_work_beside_the_service(tmp_path: Path) -> None:
    with (
        Headquarters.open(tmp_path, is_training=True) as service,
        Headquarters.open(tmp_path) as command,
    ):
        invite(command, "RAB")
        assert devices(service) == devices(command) == []


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Headquarters.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_an_offices_store_is_not_a_headquarters(found: Founder, tmp_path: Path) -> None:
    store, _user = found()
    with pytest.raises(Refused) as refused:
        Headquarters.open(store.folder, is_training=True)
    assert refused.value.rule == "not_hq"


@pytest.mark.parametrize("is_training", [True, False])
def test_training_is_for_good(tmp_path: Path, *, is_training: bool) -> None:
    with Headquarters.open(tmp_path, is_training=is_training):
        pass
    with pytest.raises(Refused) as refused:
        Headquarters.open(tmp_path, is_training=not is_training)
    assert refused.value.rule == "training"


def test_a_lost_key_is_said(tmp_path: Path) -> None:
    with Headquarters.open(tmp_path, is_training=True):
        pass
    (tmp_path / HQ_KEY).write_text("garbage")
    with pytest.raises(Unavailable):
        Headquarters.open(tmp_path)


def test_the_office_of_an_invitation_must_be_one(tmp_path: Path) -> None:
    with Headquarters.open(tmp_path, is_training=True) as hq, pytest.raises(Refused) as refused:
        invite(hq, "not an office")
    assert refused.value.rule == "office_code"


SERVE = """
import sys
from pathlib import Path
from app.hq.base import Headquarters
from app.hq.serve import serve
with Headquarters.open(Path(sys.argv[1]), is_training=True) as hq:
    serve(hq, "127.0.0.1", 0)
print("stopped")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_prints_its_address_and_stops_when_told(
    found: Founder, tmp_path: Path, number: int
) -> None:
    store, _user = found()
    folder = tmp_path / "hq"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert process.stdout is not None
    try:
        match = re.fullmatch(r"Listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert match is not None
        with Headquarters.open(folder) as beside:
            enrolled(store, beside, match[1])
        assert synced(store).is_verified
    finally:
        process.send_signal(number)
        said, _errors = process.communicate(timeout=60)
    assert said == "stopped\n"
    assert process.returncode == 0


def test_an_address_in_use_is_said(tmp_path: Path) -> None:

    with (
        Headquarters.open(tmp_path, is_training=True) as hq,
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(Unavailable),
    ):
        serve(hq, "127.0.0.1", taken.getsockname()[1])
