"""What passes between two computers of one office reaches headquarters, with its proofs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import Refused
from app.hq import files as hq_files
from app.hq.base import Headquarters
from app.hq.devices import revoke
from app.hq.tables import DEVICE
from app.models.change import links
from app.models.merge import Run
from app.models.store import Store
from app.sync import frames, relay
from app.sync.colleagues import colleagues_of, export_for_colleagues
from app.sync.files import export_file, read_file
from app.sync.frames import PROTOCOL, Identity, Request, Seal
from app.sync.parcel import Closed, Header
from app.sync.parcel_writing import write_parcel
from app.sync.peers import peers_of
from app.sync.signing import seal
from app.sync.state import enrolment_of
from app.sync.status import sync_status
from tests.conftest import Founder, Office
from tests.sync.running import answer, carry, digest, enrolled, register, synced


@pytest.fixture
def two(found: Founder, hq: Headquarters, url: str) -> tuple[Office, Office]:
    """Give two laptops of one office that know each other."""
    offices = found("one"), found("two", login="omar")
    for store, _user in offices:
        enrolled(store, hq, url)
    for store, _user in offices:
        synced(store)
    for store, _user in offices:
        synced(store)
    return offices


def give(one: Store, other: Store, folder: Path, name: str = "stick") -> Path:
    return export_file(one, folder / f"{name}.sanad", [str(other.device)]).path


def pass_stick(one: Store, other: Store, folder: Path) -> int:
    """Carry a file from one to the other; gives how many changes were new there."""
    return read_file(other, give(one, other, folder)).received


def test_the_first_with_a_line_brings_all_to_headquarters(
    two: tuple[Office, Office], hq: Headquarters, tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    pass_stick(first, second, tmp_path)
    report = synced(second)
    assert (report.passed_on, report.not_passed_on, report.is_verified) == (2, [], True)
    assert relay.waiting(second) == 0
    assert digest(first) == digest(second) == digest(hq.store)
    late = synced(first)
    assert late.is_verified
    assert len(first.identities) == 1
    assert sync_status(first).waiting == 0


def test_a_file_for_two_is_read_by_both(
    found: Founder, two: tuple[Office, Office], hq: Headquarters, url: str, tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    third, _salma = found("three", login="salma")
    enrolled(third, hq, url)
    synced(third)
    synced(first)
    person = register(first, amina, "Fatou")
    made = export_for_colleagues(first, tmp_path / "both.sanad", colleagues_of(first))
    for store in (second, third):
        read_file(store, made.path)
        assert answer(store, person).sex == "F"
    for store in (second, third):
        assert synced(store).is_verified
    assert digest(first) == digest(second) == digest(third) == digest(hq.store)


def test_work_passes_through_several_hands(
    found: Founder, two: tuple[Office, Office], hq: Headquarters, url: str, tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    third, _salma = found("three", login="salma")
    enrolled(third, hq, url)
    for store in (third, second, first, third):
        synced(store)
    register(first, amina, "Fatou")
    pass_stick(first, second, tmp_path)
    assert pass_stick(second, third, tmp_path) == 2
    made = export_file(third, tmp_path / "hq.sanad")
    assert hq_files.read_file(hq, made.path).received >= 2
    assert digest(first) == digest(hq.store)


def made_up(first: Office, second: Store, folder: Path) -> tuple[Run, Run, Seal]:
    """Give what the second laptop holds of the first: as made, as forged, and the maker's seal."""
    register(*first, "Fatou")
    pass_stick(first[0], second, folder)
    with second.engine.connect() as connection:
        run, real = next(relay.sealed_runs(connection, relay.relayed(connection)[0]))
    bodies = [*run.bodies[:-1], run.bodies[-1].replace(b"Fatou", b"Fatma")]
    assert bodies != run.bodies
    return run, Run(run.device, run.first, run.previous, bodies), real


@pytest.mark.parametrize("by", ["nobody", "itself", "its maker"])
def test_headquarters_takes_no_change_that_its_maker_did_not_seal(
    two: tuple[Office, Office], hq: Headquarters, tmp_path: Path, by: str
) -> None:
    first, (second, _omar) = two
    place = enrolment_of(second)
    assert place is not None
    _run, forged, real = made_up(first, second, tmp_path)
    signer = {"itself": place.device, "its maker": first[0].device.bytes}.get(by)
    seals = [real]
    if signer is not None:
        chain = links(forged.previous, forged.bodies)[-1]
        seals = [seal(place.private_key, signer, forged.device, real.seq, chain)]
    asked = [Identity(forged.device, 0, 0)]
    before = digest(hq.store)
    with carry(second) as carrier, pytest.raises(Refused) as caught:
        carrier.exchange(Request(PROTOCOL, {}, asked, [forged], 1, {}, b"", seals))
    assert caught.value.rule == "not_sealed"
    assert digest(hq.store) == before


def test_a_file_passes_though_headquarters_does_not_know_one_maker_in_it(
    two: tuple[Office, Office], hq: Headquarters, tmp_path: Path
) -> None:
    (first, amina), (second, omar) = two
    register(first, amina, "Fatou")
    pass_stick(first, second, tmp_path)
    register(second, omar, "Moussa")
    with hq.store.control() as connection:  # as after going back to a backup of before it enrolled
        connection.execute(DEVICE.delete().where(DEVICE.c.id == first.device.bytes))
    made, receipt = export_file(second, tmp_path / "hq.sanad"), tmp_path / "receipt.sanad"
    read = hq_files.read_file(hq, made.path, receipt)
    assert read.received == 2
    assert any("its signature does not fit" in finding for finding in read.findings)
    read_file(second, receipt)
    assert (sync_status(second).waiting, relay.waiting(second)) == (0, 2)


def test_a_device_takes_no_change_that_its_maker_did_not_seal(
    found: Founder, two: tuple[Office, Office], hq: Headquarters, url: str, tmp_path: Path
) -> None:
    first, (second, _omar) = two
    third, _salma = found("three", login="salma")
    enrolled(third, hq, url)
    for store in (third, second, third):
        synced(store)
    place = enrolment_of(second)
    assert place is not None
    _run, forged, real = made_up(first, second, tmp_path)
    frame = frames.encode(Request(PROTOCOL, {}, [], [forged], 1, {}, b"", [real]))
    readers = [third.device.bytes]
    header = Header(bytes(16), "colleague", place.hq, True, place.device, readers, 0, 1, [])
    path = tmp_path / "forged.sanad"
    recipients = [one.recipient for one in peers_of(second) if one.device in readers]
    write_parcel(path, recipients, place.private_key, header, [frame], [], lambda: Closed(2))
    before = digest(third)
    with pytest.raises(Refused, match="did not sign"):
        read_file(third, path)
    assert digest(third) == before


def test_what_a_revoked_computer_made_is_passed_over_and_the_rest_taken(
    two: tuple[Office, Office], hq: Headquarters, tmp_path: Path
) -> None:
    (first, amina), (second, omar) = two
    register(first, amina, "Fatou")
    register(second, omar, "Awa")
    pass_stick(first, second, tmp_path)
    revoke(hq, first.device)
    report = synced(second)
    assert report.sent == 2
    assert report.passed_on == 0
    assert "revoked" in report.not_passed_on[0]
    assert relay.waiting(second) == 0
