"""Files between an office and headquarters: what is carried, what bad files come to."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import msgspec
import pyrage
import pytest
from PIL import Image

from app.casework.attachments import attach_picture
from app.errors import Cancelled, Refused, SanadError, Unavailable
from app.hq import files as hq_files
from app.hq.base import Headquarters
from app.hq.devices import revoke
from app.models.store import Store
from app.sync import parcel_writing
from app.sync.carried import FileRead
from app.sync.files import export_file, read_file
from app.sync.parcel import Closed, Header
from app.sync.parcel_reading import open_parcel
from app.sync.parcel_writing import write_parcel
from app.sync.signing import new_private_key
from app.sync.state import Enrolment, enrolment_of, progress_of
from app.sync.status import sync_status
from tests.conftest import Founder, Office
from tests.sync.running import change, digest, enrolled, headquarters, register, serving, synced

HQ = Headquarters


def place_of(store: Store) -> Enrolment:
    place = enrolment_of(store)
    assert place is not None
    return place


@pytest.fixture
def laptop(office: Office, hq: HQ, url: str) -> Office:
    enrolled(office[0], hq, url)
    return office


def there_and_back(store: Store, hq: HQ, folder: Path) -> tuple[FileRead, FileRead]:
    """Carry a file to headquarters and its receipt back."""
    name = uuid4().hex
    made = export_file(store, folder / f"{name}.sanad")
    receipt = hq_files.receipt_path(made.path)
    there = hq_files.read_file(hq, made.path, receipt)
    return there, read_file(store, receipt)


def test_a_file_and_its_receipt_bring_both_in_step(laptop: Office, hq: HQ, tmp_path: Path) -> None:
    store, user = laptop
    register(store, user, "Fatou")
    waiting = sync_status(store).waiting
    there, back = there_and_back(store, hq, tmp_path)
    assert there.received == back.acknowledged == waiting
    assert sync_status(store).waiting == 0
    assert digest(store) == digest(hq.store)
    assert synced(store).is_verified


def test_a_file_asks_for_what_others_sent(found: Founder, hq: HQ, url: str, tmp_path: Path) -> None:
    (first, amina), (second, _omar) = found("one"), found("two", login="omar")
    enrolled(first, hq, url)
    enrolled(second, hq, url)
    register(first, amina, "Fatou")
    there_and_back(first, hq, tmp_path)
    there_and_back(second, hq, tmp_path)
    there_and_back(first, hq, tmp_path)
    assert digest(first) == digest(second) == digest(hq.store)
    for store in (first, second):
        report = synced(store)
        assert (report.sent, report.received, report.is_verified) == (0, 0, True)


def test_the_second_file_holds_only_what_is_not_confirmed(
    laptop: Office, hq: HQ, tmp_path: Path
) -> None:
    store, user = laptop
    there_and_back(store, hq, tmp_path)
    person = register(store, user, "Fatou")
    change(store, user, person, town="Fez")
    assert export_file(store, tmp_path / "b.sanad").changes == 3


def test_attachments_go_in_the_same_file_and_only_until_confirmed(
    laptop: Office, hq: HQ, tmp_path: Path
) -> None:
    store, user = laptop
    person = register(store, user, "Fatou")
    encoded = BytesIO()
    Image.new("RGB", (60, 40), "red").save(encoded, "PNG")
    attach_picture(store, user, person, encoded.getvalue(), attachment_kind="photo")
    there, _back = there_and_back(store, hq, tmp_path)
    assert there.contents == 1
    assert export_file(store, tmp_path / "next.sanad").contents == 0


def test_a_file_read_twice_says_so_and_does_nothing(laptop: Office, hq: HQ, tmp_path: Path) -> None:
    store, user = laptop
    register(store, user, "Fatou")
    path = export_file(store, tmp_path / "a.sanad").path
    receipt = tmp_path / "receipt.sanad"
    hq_files.read_file(hq, path, receipt)
    before = digest(hq.store)
    again = hq_files.read_file(hq, path)
    assert again.again is not None
    assert "already" in again.sentences[0]
    assert digest(hq.store) == before
    read_file(store, receipt)
    assert read_file(store, receipt).again is not None


def test_a_receipt_can_be_written_again(laptop: Office, hq: HQ, tmp_path: Path) -> None:
    store, user = laptop
    register(store, user, "Fatou")
    path = export_file(store, tmp_path / "a.sanad").path
    hq_files.read_file(hq, path)
    hq_files.read_file(hq, path, tmp_path / "r.sanad", again=True)
    assert read_file(store, tmp_path / "r.sanad").acknowledged > 0
    assert sync_status(store).waiting == 0


def test_headquarters_may_write_a_file_unasked(
    found: Founder, hq: HQ, url: str, tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = found("one"), found("two", login="omar")
    enrolled(first, hq, url)
    enrolled(second, hq, url)
    register(first, amina, "Fatou")
    synced(first)
    hq_files.write_news(hq, second.device, tmp_path / "news.sanad")
    assert read_file(second, tmp_path / "news.sanad").received > 0
    report = synced(second)
    assert report.is_verified
    assert report.received == 0


@pytest.mark.parametrize("order", range(3))
def test_network_and_stick_mixed_in_any_order_end_the_same(
    found: Founder, hq: HQ, url: str, tmp_path: Path, order: int
) -> None:
    chance = random.Random(order)
    offices = [found("one"), found("two", login="omar")]
    for store, _user in offices:
        enrolled(store, hq, url)
    written: list[tuple[int, Path]] = []
    receipts: list[tuple[int, Path]] = []
    for step in range(14):
        which = chance.randrange(2)
        store, user = offices[which]
        register(store, user, f"Fatou {step}")
        act = chance.choice(["sync", "export", "read", "receipt"])
        if act == "sync":
            synced(store)
        elif act == "export":
            written.append((which, export_file(store, tmp_path / f"{step}.sanad").path))
        elif act == "read" and written:
            which, path = chance.choice(written)
            receipts.append((which, tmp_path / f"{step}.receipt.sanad"))
            hq_files.read_file(hq, path, receipts[-1][1], again=True)
        elif act == "receipt" and receipts:
            which, path = chance.choice(receipts)
            read = read_file(offices[which][0], path)
            assert not read.refused
    identities = [len(store.identities) for store, _user in offices]
    for store, _user in [*offices, *offices]:
        assert synced(store).is_verified
    assert identities == [1, 1]
    assert digest(offices[0][0]) == digest(offices[1][0]) == digest(hq.store)


def test_a_late_receipt_takes_nothing_back(laptop: Office, hq: HQ, tmp_path: Path) -> None:
    store, user = laptop
    register(store, user, "Fatou")
    path = export_file(store, tmp_path / "a.sanad").path
    hq_files.read_file(hq, path, tmp_path / "r.sanad")
    register(store, user, "Awa")
    synced(store)
    before = progress_of(store)
    read_file(store, tmp_path / "r.sanad")
    after = progress_of(store)
    assert (after.cursors, after.acknowledged, after.holdings) == (
        before.cursors,
        before.acknowledged,
        before.holdings,
    )
    assert after.confirmed_ms == before.confirmed_ms


def test_a_file_sent_before_a_sync_and_read_after_it_makes_no_twin(
    laptop: Office, hq: HQ, tmp_path: Path
) -> None:
    store, user = laptop
    path = export_file(store, tmp_path / "a.sanad").path
    register(store, user, "Fatou")
    synced(store)
    hq_files.read_file(hq, path, tmp_path / "r.sanad")
    read = read_file(store, tmp_path / "r.sanad")
    assert read.findings == []
    assert len(store.identities) == 1
    assert synced(store).is_verified


# -- bad files -----------------------------------------------------------------------------------


@pytest.fixture
def carried(laptop: Office, hq: HQ, tmp_path: Path) -> Path:
    """Give a file for headquarters that is as it should be."""
    return export_file(laptop[0], tmp_path / "good.sanad").path


def says(hq: HQ, *paths: Path) -> str:
    """Give what reading each of some bad files says; none changes anything."""
    before = digest(hq.store), len(hq_files.files_read(hq))
    for path in paths:
        with pytest.raises(SanadError) as caught:
            hq_files.read_file(hq, path)
        assert str(path) in caught.value.message
        said = str(caught.value)
    assert (digest(hq.store), len(hq_files.files_read(hq))) == before
    return said


def test_any_flipped_byte_is_found(carried: Path, hq: HQ) -> None:
    good = carried.read_bytes()
    places = {*range(0, 400, 7), *range(400, len(good), len(good) // 40), len(good) - 1}
    bad = []
    for place in sorted(places):
        damaged = bytearray(good)
        damaged[place] ^= 1 << (place % 8)
        bad.append(carried.with_name(f"bad{place}.sanad"))
        bad[-1].write_bytes(bytes(damaged))
    assert says(hq, *bad)


def test_a_file_cut_anywhere_is_found(carried: Path, hq: HQ) -> None:
    good = carried.read_bytes()
    bad = []
    for size in [0, 1, 10, 22, 100, 200, *range(300, len(good), len(good) // 20), len(good) - 1]:
        bad.append(carried.with_name(f"cut{size}.sanad"))
        bad[-1].write_bytes(good[:size])
    assert says(hq, *bad)


def test_an_empty_file_is_called_empty(hq: HQ, tmp_path: Path) -> None:
    (tmp_path / "empty.sanad").touch()
    assert "is empty" in says(hq, tmp_path / "empty.sanad")


def test_another_kind_of_file_is_called_so(hq: HQ, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(bytes(1000))
    assert "is not a Sanad file" in says(hq, tmp_path / "photo.jpg")


def test_a_missing_file_is_called_so(hq: HQ, tmp_path: Path) -> None:
    assert "cannot be read" in says(hq, tmp_path / "none.sanad")


def test_a_file_for_another_reader_is_called_so(laptop: Office, carried: Path) -> None:
    with pytest.raises(Refused, match="another reader") as caught:
        read_file(laptop[0], carried)
    assert caught.value.rule == "other_reader"


def made(path: Path, store: Store, at: HQ, **other: object) -> Path:
    """Write a file for headquarters with something about it changed."""
    place = place_of(store)
    header = Header(
        id=uuid4().bytes,
        purpose="changes",
        hq=place.hq,
        is_training=True,
        sender=place.device,
        readers=[place.hq],
        made_ms=0,
        protocol=1,
        spans=[],
    )
    key = other.pop("key", place.private_key)
    assert isinstance(key, bytes)
    header = msgspec.structs.replace(header, **other)
    write_parcel(path, [at.secrets.recipient], key, header, [], [], lambda: Closed(0))
    return path


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"hq": bytes(16)}, "belongs to another headquarters"),
        ({"is_training": False}, "holds real records"),
        ({"sender": bytes(16)}, "a computer headquarters does not know"),
        ({"key": new_private_key()}, "was not signed by the computer it names"),
        ({"purpose": "receipt"}, "is not for this computer"),
        ({"readers": [bytes(16)]}, "is not for this computer"),
        ({"protocol": 2}, "a later version of Sanad"),
        ({"protocol": 0}, "a version of Sanad that is too old"),
    ],
)
def test_a_file_that_does_not_belong_here_is_called_so(
    laptop: Office, hq: HQ, tmp_path: Path, other: dict[str, object], said: str
) -> None:
    assert said in says(hq, made(tmp_path / "other.sanad", laptop[0], hq, **other))


@pytest.mark.parametrize(("number", "said"), [(2, "a later version"), (0, "too old")])
def test_a_file_of_another_format_is_called_so(
    laptop: Office,
    hq: HQ,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    said: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(parcel_writing, "FORMAT", number)
        path = made(tmp_path / "other.sanad", laptop[0], hq)
    assert said in says(hq, path)


def test_a_revoked_computer_is_not_read(laptop: Office, hq: HQ, carried: Path) -> None:
    revoke(hq, laptop[0].device)
    assert "was revoked" in says(hq, carried)


def test_a_file_of_another_headquarters_is_not_read_by_a_device(
    laptop: Office, hq: HQ, tmp_path: Path
) -> None:
    store = laptop[0]
    path = export_file(store, tmp_path / "a.sanad").path
    hq_files.read_file(hq, path, tmp_path / "r.sanad")
    place = place_of(store)
    store.settings.put(enrolment=msgspec.structs.replace(place, hq_key=bytes(32)))
    with pytest.raises(SanadError):
        read_file(store, tmp_path / "r.sanad")
    assert sync_status(store).waiting > 0


def test_a_receipt_of_another_computer_is_not_read(
    found: Founder, hq: HQ, url: str, tmp_path: Path
) -> None:
    (first, _amina), (second, _omar) = found("one"), found("two", login="omar")
    enrolled(first, hq, url)
    enrolled(second, hq, url)
    path = export_file(first, tmp_path / "a.sanad").path
    hq_files.read_file(hq, path, tmp_path / "r.sanad")
    with pytest.raises(Refused, match="another reader"):
        read_file(second, tmp_path / "r.sanad")


def test_what_is_missing_in_between_is_named_and_nothing_after_it_taken(
    laptop: Office, hq: HQ, tmp_path: Path
) -> None:
    store, user = laptop
    first = export_file(store, tmp_path / "1.sanad").path
    progress = progress_of(store)
    identity = store.device.bytes
    progress.acknowledged[identity] = sync_status(store).waiting  # as a lost backup would leave it
    store.settings.put(sync_progress=progress)
    register(store, user, "Fatou")
    second = export_file(store, tmp_path / "2.sanad").path
    early = hq_files.read_file(hq, second, tmp_path / "2r.sanad")
    assert [(gap.first, gap.last, gap.name) for gap in early.gaps] == [
        (1, progress.acknowledged[identity], "a laptop")
    ]
    assert early.received == 0
    assert "are missing in between" in early.sentences[1]
    hq_files.read_file(hq, first)
    late = hq_files.read_file(hq, second, tmp_path / "2r.sanad")
    assert late.again is None
    assert not late.gaps
    read_file(store, tmp_path / "2r.sanad")
    assert digest(store) == digest(hq.store)


# -- writing -------------------------------------------------------------------------------------


def test_a_full_stick_is_told_and_leaves_no_file(
    laptop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = Path.open

    def full(path: Path, mode: str = "r") -> IO[Any]:
        """Let what is written go to the device that is always full."""
        return open_(path, mode) if mode != "xb" else open_(Path("/dev/full"), "wb")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(Unavailable, match="No space left") as caught:
        export_file(laptop[0], tmp_path / "stick.sanad")
    assert "has space" in caught.value.remedy
    assert [p for p in tmp_path.iterdir() if "stick" in p.name] == []


def test_a_folder_that_is_gone_is_told(laptop: Office, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        export_file(laptop[0], tmp_path / "gone" / "stick.sanad")


def test_cancelling_leaves_no_file_and_the_one_before_stands(
    laptop: Office, tmp_path: Path
) -> None:
    path = export_file(laptop[0], tmp_path / "stick.sanad").path
    before = path.read_bytes()

    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        export_file(laptop[0], path, progress=stop)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "stick" in p.name] == ["stick.sanad"]


def test_a_file_is_not_written_among_the_stores_own(laptop: Office) -> None:
    with pytest.raises(Refused, match="inside the store"):
        export_file(laptop[0], laptop[0].folder / "stick.sanad")


def test_a_stick_that_reads_back_otherwise_is_told(
    laptop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypt = pyrage.encrypt_io

    def lying(reader: object, writer: parcel_writing._Sink, keys: object) -> None:
        encrypt(reader, writer, keys)
        writer._file.write(b"x")

    monkeypatch.setattr(pyrage, "encrypt_io", lying)
    with pytest.raises(Unavailable, match="does not read back"):
        export_file(laptop[0], tmp_path / "stick.sanad")
    assert not (tmp_path / "stick.sanad").exists()


def test_several_readers_can_open_one_file(tmp_path: Path) -> None:
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    header = Header(bytes(16), "changes", bytes(16), True, bytes(16), [], 0, 1, [])
    path = tmp_path / "two.sanad"
    recipients = [str(key.to_public()) for key in keys]
    write_parcel(path, recipients, new_private_key(), header, [b"a"], [], lambda: Closed(0))
    assert [open_parcel(path, str(key)).header for key in keys] == [header, header]


def test_a_store_that_is_not_enrolled_writes_no_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not enrolled"):
        export_file(store, tmp_path / "a.sanad")


def test_a_training_file_is_not_read_by_a_real_headquarters(
    laptop: Office, tmp_path: Path, carried: Path
) -> None:
    with headquarters(tmp_path / "real", is_training=False) as real, serving(real):
        assert "made for another reader" in says(real, carried)
