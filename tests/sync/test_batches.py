"""The weekly batch: an office without internet, its control totals, and the receipts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app.casework.users import add_user
from app.cli.run import run as run_line
from app.errors import Refused
from app.hq import files as hq_files
from app.hq.base import Headquarters
from app.models.persons import Person
from app.sync.batches import batches, export_batch
from app.sync.carried import FileMade
from app.sync.files import export_file, read_file
from app.sync.status import sync_status
from app.sync.totals import Week, week_at, week_named
from tests.conftest import PASSPHRASE, Founder, Office
from tests.sync.running import change, digest, enrolled, register, synced


def this_week() -> str:
    """Give the week it is: asked when it is needed, for a run may last past a Sunday's midnight."""
    return week_at(datetime.now(UTC)).name


@pytest.fixture
def laptop(office: Office, hq: Headquarters, url: str) -> Office:
    enrolled(office[0], hq, url)
    return office


def batch(office: Office, path: Path, week: str | None = None) -> FileMade:
    return export_batch(*office, week or this_week(), path)


def test_an_office_without_internet_is_confirmed_by_one_stick(
    found: Founder, hq: Headquarters, url: str, tmp_path: Path
) -> None:
    names = ["amina", "bilal", "salma"]
    offices = [found(name, login=name) for name in names]
    for store, _user in offices:
        enrolled(store, hq, url)
    for store, _user in offices:
        synced(store)
    (first, _a), (second, _b), (third, _s) = offices
    for number, (store, user) in enumerate(offices):
        register(store, user, f"Fatou {number}")
    waiting = sum(sync_status(store).waiting for store, _user in offices)
    for store in (first, second):
        to_third = export_file(store, tmp_path / f"{store.device}.sanad", [str(third.device)])
        read_file(third, to_third.path)
    carried = batch(offices[2], tmp_path / "week.sanad")
    assert carried.changes >= waiting
    receipt = tmp_path / "receipt.sanad"
    assert hq_files.read_file(hq, carried.path, receipt).received == waiting
    read_file(third, receipt)
    for store in (first, second):
        back = export_file(third, tmp_path / "back.sanad", [str(store.device)])
        read_file(store, back.path)
    assert [sync_status(store).waiting for store, _user in offices] == [0, 0, 0]
    for store, _user in offices:
        report = synced(store)
        assert (report.sent, report.passed_on, report.is_verified) == (0, 0, True)
    assert all(digest(store) == digest(hq.store) for store, _user in offices)


def test_both_sides_count_the_same(laptop: Office, hq: Headquarters, tmp_path: Path) -> None:
    person = register(*laptop, "Fatou")
    change(*laptop, person, town="Fez")
    made = batch(laptop, tmp_path / "week.sanad")
    read = hq_files.read_file(hq, made.path, tmp_path / "receipt.sanad")
    assert "The control totals of the week agree." in read.findings
    back = read_file(laptop[0], tmp_path / "receipt.sanad")
    assert any("counted the same" in said for said in back.findings)
    only = batches(laptop[0])[0]
    assert only.receipt_at is not None
    persons = only.totals.kinds["person"]
    assert (persons.added, persons.changed, persons.voided, persons.changes) == (1, 0, 0, 2)


def test_the_same_week_twice_says_so_and_both_can_be_read(
    laptop: Office, hq: Headquarters, tmp_path: Path
) -> None:
    first = batch(laptop, tmp_path / "1.sanad")
    register(*laptop, "Fatou")
    second = batch(laptop, tmp_path / "2.sanad")
    assert (first.number, second.number) == (1, 2)
    assert any("this is number 2" in said for said in second.findings)
    for made in (second, first):
        assert hq_files.read_file(hq, made.path, tmp_path / f"r{made.number}.sanad").gaps == []
        read_file(laptop[0], tmp_path / f"r{made.number}.sanad")
    assert digest(laptop[0]) == digest(hq.store)
    assert [one.number for one in hq_files.files_read(hq, "batch")] == [1, 2]


def test_a_week_that_is_not_over_is_said_to_be_so(laptop: Office, tmp_path: Path) -> None:
    made = batch(laptop, tmp_path / "week.sanad")
    assert any("is not over" in said for said in made.findings)


def test_earlier_unconfirmed_work_goes_along_and_is_said(
    laptop: Office, hq: Headquarters, tmp_path: Path
) -> None:
    register(*laptop, "Fatou")
    later = week_at(datetime(2027, 3, 1, 12, tzinfo=UTC))
    made = export_batch(
        *laptop,
        later.name,
        tmp_path / "week.sanad",
        now=lambda: datetime(2027, 3, 10, tzinfo=UTC),
    )
    assert made.changes == sync_status(laptop[0]).waiting
    assert any("changes of other weeks" in said for said in made.findings)
    assert any("Nothing was done" in said for said in made.findings)
    assert hq_files.read_file(hq, made.path).received == made.changes


def test_work_after_the_week_stays_for_the_next(
    found: Founder, hq: Headquarters, url: str, tmp_path: Path
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    made = export_batch(store, user, "2020-W10", tmp_path / "week.sanad")
    assert made.changes == 0
    assert sync_status(store).waiting > 0


def test_late_edits_are_counted(laptop: Office, tmp_path: Path) -> None:
    store, user = laptop
    with store.write(user) as db:
        old = UUID("01700000-0000-7000-8000-000000000001")  # made in 2020
        db.add(Person(id=old, sex="F", nationalities=frozenset({"SN"})))
    batch(laptop, tmp_path / "week.sanad")
    totals = batches(store)[0].totals
    assert (totals.late, totals.late_records) >= (1, 1)
    assert totals.kinds["person"].changed == 1


def test_a_week_confirmed_over_the_network_is_still_whole_in_its_batch(
    laptop: Office, hq: Headquarters, tmp_path: Path
) -> None:
    register(*laptop, "Fatou")
    changes = sync_status(laptop[0]).waiting
    synced(laptop[0])
    made = batch(laptop, tmp_path / "week.sanad")
    assert made.changes == changes
    read = hq_files.read_file(hq, made.path)
    assert read.received == 0
    assert "The control totals of the week agree." in read.findings


def test_a_week_to_come_is_refused(laptop: Office, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="has not begun"):
        batch(laptop, tmp_path / "week.sanad", "2099-W01")


@pytest.mark.parametrize("name", ["2026-W54", "2026-47", "week", "2025-W00", ""])
def test_what_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="Write it like 2026-W47"):
        week_named(name)


def test_a_week_runs_from_monday_to_monday() -> None:
    week = week_named("2026-W47")
    assert isinstance(week, Week)
    monday = datetime.fromtimestamp(week.start_ms / 1000).astimezone()
    assert (monday.isoformat()[:16], monday.weekday()) == ("2026-11-16T00:00", 0)
    assert week_at(monday) == week


def test_a_counsellor_makes_no_batch(laptop: Office, tmp_path: Path) -> None:
    store, user = laptop
    other = add_user(store, user, login="omar", passphrase=PASSPHRASE, role="counsellor")
    with pytest.raises(Refused, match="Your role"):
        export_batch(store, other, this_week(), tmp_path / "week.sanad")


Run = Callable[..., dict[str, object]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give the command line: the code is checked, the answer read."""
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SANAD_LANG", "en")

    def command(folder: Path, *arguments: str, code: int = 0) -> dict[str, object]:
        asked = ["--store", str(folder), "--json", *arguments]
        assert run_line(asked, lambda _folder: 0) == code
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    return command


@pytest.mark.parametrize("hq_database", ["sqlite"], indirect=True)
def test_the_command_line_carries_a_batch_there_and_back(
    laptop: Office, hq: Headquarters, tmp_path: Path, run: Run
) -> None:
    store, user = laptop
    register(store, user, "Fatou")
    store.close()
    path = str(tmp_path / "week.sanad")
    office, there = store.folder, hq.store.folder
    week = this_week()
    assert run(office, "batch", "export", "--week", week, "-o", path)["number"] == 1
    assert run(office, "batch", "read", path, code=1)["rule"] == "not_hq"
    assert run(there, "batch", "read", path)["receipt"] == str(tmp_path / "week.receipt.sanad")
    assert run(there, "batch", "read", path)["read_before"] is not None
    again = str(tmp_path / "again.sanad")
    assert run(there, "batch", "receipt", path, "-o", again)["receipt"] == again
    assert run(there, "batch", "list")["week"] == week
    assert run(office, "batch", "receipt", again)["acknowledged"] != 0
    assert run(office, "batch", "list")["receipt_at"] is not None
    assert run(there, "file", "export", "--to", str(store.device), "-o", path)["purpose"] == "news"
    assert run(office, "file", "read", path)["purpose"] == "news"
    damaged = tmp_path / "damaged.sanad"
    damaged.write_bytes(Path(path).read_bytes()[:-1])
    assert run(office, "file", "read", str(damaged), code=3)["error"] == "unavailable"
