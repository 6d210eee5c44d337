"""Attachments follow their records, by digest and in chunks, in their own lane."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from app.casework.attachments import attach_picture
from app.casework.cases import open_case
from app.errors import Refused, Unavailable
from app.hq.base import Headquarters
from app.hq.contents import lacking
from app.hq.devices import device_named
from app.models.attachments import Attachment
from app.models.cases import Case
from app.models.contents import (
    CONTENT,
    CONTENT_PART,
    Content,
    add_part,
    bytes_arrived,
    content_of,
    keep_content,
)
from app.models.persons import Person
from app.models.store import Store
from app.sync.contents import CHUNK_BYTES, fetch_content
from app.sync.engine import sync
from app.sync.wanted import SMALL_BYTES, to_fetch
from tests.conftest import Founder
from tests.sync.running import (
    Relay,
    carry,
    digest,
    enrolled,
    headquarters,
    register,
    serving,
    synced,
)

TEN_MB = 10_000_000


def photograph(store: Store, user: UUID, person: UUID, colour: str) -> str:
    encoded = BytesIO()
    Image.new("RGB", (60, 40), colour).save(encoded, "PNG")
    attached = attach_picture(store, user, person, encoded.getvalue(), attachment_kind="photo")
    assert attached.digest is not None
    return attached.digest


def scan(store: Store, user: UUID, person: UUID, size: int) -> str:
    """Attach so many bytes that do not compress."""
    content = Content(os.urandom(size), "application/pdf")
    name(store, user, person, content, size)
    return keep_content(store, content)


def name(store: Store, user: UUID, person: UUID, content: Content, size: int) -> None:
    with store.write(user) as db:
        db.add(
            Attachment(
                person=person,
                attachment_kind="document",
                digest=content.digest,
                media_type=content.media_type,
                size=size,
            )
        )


def arrived(store: Store, wanted: str) -> int:
    with store.engine.connect() as connection:
        return bytes_arrived(connection, [wanted]).get(wanted, 0)


def damage(store: Store, wanted: str) -> None:
    """Change bytes behind the program's back."""
    with store.control() as connection:
        connection.execute(
            CONTENT.update().where(CONTENT.c.hash == wanted).values(data=b"something else")
        )


@pytest.fixture
def pair(found: Founder, hq: Headquarters, url: str) -> tuple[Store, UUID, Store]:
    """Two enrolled copies of one office, the first with its user."""
    one, amina = found("one", login="amina")
    two, _brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    return one, amina, two


def test_a_photograph_reaches_the_other_device(
    pair: tuple[Store, UUID, Store], hq: Headquarters
) -> None:
    one, amina, two = pair
    wanted = photograph(one, amina, register(one, amina, "Fatou"), "red")

    assert synced(one).contents_sent == 1
    assert synced(two).contents_received == 1

    assert content_of(two, wanted) == content_of(one, wanted) == content_of(hq.store, wanted)
    assert digest(one) != {}
    for store in (one, two):
        with carry(store) as carrier:
            again = sync(store, carrier)
            assert carrier.traffic.trips == 1
        assert (again.contents_sent, again.contents_received) == (0, 0)


def test_content_that_does_not_fit_its_name_is_not_taken(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    wanted = photograph(store, user, register(store, user, "Fatou"), "red")
    synced(store, with_contents=False)
    with carry(store) as carrier, pytest.raises(Refused) as refused:
        carrier.put_content(wanted, 0, 14, b"something else", "image/jpeg")
    assert refused.value.rule == "digest"
    assert content_of(hq.store, wanted) is None
    assert arrived(hq.store, wanted) == 0
    assert synced(store).contents_sent == 1


def test_content_no_record_names_is_neither_taken_nor_given(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rabat, amina = found("rabat", office="RAB", login="amina")
    agadir, _brahim = found("agadir", office="AGA", login="brahim")
    enrolled(rabat, hq, url, "RAB")
    enrolled(agadir, hq, url, "AGA")
    wanted = photograph(rabat, amina, register(rabat, amina, "Fatou"), "red")
    synced(rabat)
    stray = Content(b"nobody named this", "text/plain")
    keep_content(hq.store, stray)
    with carry(agadir) as carrier:
        assert carrier.get_content(wanted, 0, 10) is None
        assert carrier.get_content(stray.digest, 0, 10) is None
        assert carrier.missing_contents([wanted, stray.digest]).unknown == [wanted, stray.digest]
        with pytest.raises(Refused) as refused:
            carrier.put_content(stray.digest, 0, len(stray.data), stray.data, stray.media_type)
    assert refused.value.rule == "unknown_content"
    with carry(rabat) as carrier:
        assert carrier.get_content(wanted, 0, 10) is not None


def test_too_large_a_content_is_refused(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    enrolled(store, hq, url)
    with carry(store) as carrier, pytest.raises(Refused) as refused:
        carrier.put_content("0" * 64, TEN_MB, TEN_MB, bytes(1), "image/jpeg")
    assert refused.value.rule == "too_large"


@pytest.mark.parametrize("cut_at", [0.01, 0.5, 0.99])
def test_upload_of_ten_megabytes_goes_on_where_the_line_was_cut(
    found: Founder, hq: Headquarters, url: str, cut_at: float
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    wanted = scan(store, user, register(store, user, "Fatou"), TEN_MB)
    synced(store, with_contents=False)
    with Relay(url, each_bears=int(cut_at * TEN_MB)) as relay:
        report = synced(store, relay.url)
    assert report.contents_to_send == 1
    with Relay(url) as rest:
        assert synced(store, rest.url).contents_sent == 1
    assert content_of(hq.store, wanted) == content_of(store, wanted)
    assert relay.sent + rest.sent <= 1.05 * TEN_MB


@pytest.mark.parametrize("cut_at", [0.01, 0.5, 0.99])
def test_download_of_ten_megabytes_goes_on_where_the_line_was_cut(
    pair: tuple[Store, UUID, Store], url: str, cut_at: float
) -> None:
    one, amina, two = pair
    wanted = scan(one, amina, register(one, amina, "Fatou"), TEN_MB)
    synced(one)
    synced(two)
    with (
        Relay(url, bytes_back=int(cut_at * TEN_MB), cuts=1) as relay,
        carry(two, relay.url) as carrier,
        pytest.raises(Unavailable) as cut,
    ):
        fetch_content(two, wanted, carrier=carrier)
    assert "next sync" in str(cut.value)
    with Relay(url) as rest:
        assert synced(two, rest.url).contents_received == 1
    assert content_of(two, wanted) == content_of(one, wanted)
    assert relay.passed + rest.passed <= 1.05 * TEN_MB
    assert arrived(two, wanted) == 0


def test_a_line_cut_again_and_again_still_carries_it(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    wanted = scan(store, user, register(store, user, "Fatou"), 300_000)
    synced(store, with_contents=False)
    with Relay(url, each_bears=40_000) as relay:
        syncs = 0
        while content_of(hq.store, wanted) is None:
            before = arrived(hq.store, wanted)
            with carry(store, relay.url) as carrier:
                carrier.waits_s = (0.0,) * 3
                sync(store, carrier)
            syncs += 1
            assert arrived(hq.store, wanted) > before or content_of(hq.store, wanted)
        assert relay.connections > 8
    assert content_of(hq.store, wanted) == content_of(store, wanted)


def test_wrong_place_is_answered_with_where_to_go_on(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    wanted = scan(store, user, register(store, user, "Fatou"), 1000)
    synced(store, with_contents=False)
    content = content_of(store, wanted)
    assert content is not None
    with carry(store) as carrier:
        first = content.data[:400]
        assert carrier.put_content(wanted, 0, 1000, first, "image/jpeg") == 400
        assert carrier.put_content(wanted, 0, 1000, first, "image/jpeg") == 400
        assert carrier.put_content(wanted, 700, 1000, content.data[700:], "image/jpeg") == 400
        assert carrier.missing_contents([wanted]).arrived == {wanted: 400}
        assert carrier.put_content(wanted, 400, 1000, content.data[400:], "image/jpeg") == 1000
        assert carrier.missing_contents([wanted]).missing == []
    assert content_of(hq.store, wanted) is not None


def test_two_devices_may_send_the_same_content_at_once(
    found: Founder, hq: Headquarters, url: str
) -> None:
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    content = Content(os.urandom(3000), "application/pdf")
    for store, user in ((one, amina), (two, brahim)):
        enrolled(store, hq, url)
        keep_content(store, content)
        name(store, user, register(store, user, "Fatou"), content, 3000)
        synced(store, with_contents=False)
    with carry(one) as first, carry(two) as second:
        asked = content.digest, content.media_type
        assert first.put_content(asked[0], 0, 3000, content.data[:1000], asked[1]) == 1000
        assert second.put_content(asked[0], 0, 3000, content.data[:2000], asked[1]) == 1000
        assert second.put_content(asked[0], 1000, 3000, content.data[1000:2000], asked[1]) == 2000
        assert first.put_content(asked[0], 1000, 3000, content.data[1000:2500], asked[1]) == 2000
    for store in (one, two):
        synced(store)
    assert content_of(hq.store, content.digest) == content


def test_empty_content_goes_too(pair: tuple[Store, UUID, Store], hq: Headquarters) -> None:
    one, amina, two = pair
    wanted = scan(one, amina, register(one, amina, "Fatou"), 0)
    assert synced(one).contents_sent == 1
    assert synced(two).contents_received == 1
    assert content_of(two, wanted) == content_of(hq.store, wanted) != None  # noqa: E711


def test_damaged_content_is_told_and_keeps_no_other_back(
    pair: tuple[Store, UUID, Store], hq: Headquarters
) -> None:
    one, amina, _two = pair
    person = register(one, amina, "Fatou")
    poisoned = scan(one, amina, person, 100)
    sound = scan(one, amina, person, 2000)
    damage(one, poisoned)
    report = synced(one)
    assert report.contents_sent == 1
    assert [failed for failed, _reason in report.contents_failed] == [poisoned]
    assert any("damaged" in finding for finding in report.findings)
    assert report.is_verified
    assert content_of(hq.store, sound) is not None


def test_content_damaged_at_headquarters_is_not_kept_and_others_come(
    pair: tuple[Store, UUID, Store], hq: Headquarters
) -> None:
    one, amina, two = pair
    person = register(one, amina, "Fatou")
    poisoned, sound = scan(one, amina, person, 100), scan(one, amina, person, 2000)
    synced(one)
    damage(hq.store, poisoned)
    report = synced(two)
    assert (report.contents_received, report.contents_to_fetch) == (1, 1)
    assert content_of(two, sound) is not None
    assert content_of(two, poisoned) is None
    assert arrived(two, poisoned) == 0


def test_failing_attachments_leave_the_records_in_step(
    pair: tuple[Store, UUID, Store], url: str
) -> None:
    one, amina, two = pair
    person = register(one, amina, "Fatou")
    scan(one, amina, person, TEN_MB)
    with Relay(url, each_bears=100_000) as relay:
        report = synced(one, relay.url)
    assert report.sent > 0
    assert report.is_verified
    assert report.contents_to_send == 1
    assert any("still to go" in finding for finding in report.findings)
    assert synced(two).is_verified
    with two.read() as db:
        assert db.get(Person, person) is not None


def test_smallest_goes_first(found: Founder, hq: Headquarters, url: str) -> None:
    store, user = found()
    enrolled(store, hq, url)
    person = register(store, user, "Fatou")
    large = scan(store, user, person, 900_000)
    small = scan(store, user, person, 1000)
    with Relay(url, each_bears=100_000) as relay:
        synced(store, relay.url)
    assert content_of(hq.store, small) is not None
    assert content_of(hq.store, large) is None


def test_large_content_of_others_waits_until_it_is_wanted(
    pair: tuple[Store, UUID, Store],
) -> None:
    one, amina, two = pair
    wanted = scan(one, amina, register(one, amina, "Fatou"), SMALL_BYTES + 1)
    synced(one)
    assert synced(two).contents_received == 0
    told: list[tuple[int, int]] = []
    with carry(two) as carrier:
        content = fetch_content(two, wanted, lambda *step: told.append(step), carrier)
    assert content == content_of(one, wanted)
    assert told == [(SMALL_BYTES, SMALL_BYTES + 1)]


def test_what_could_not_be_fetched_comes_with_the_next_sync(
    pair: tuple[Store, UUID, Store],
) -> None:
    one, amina, two = pair
    wanted = scan(one, amina, register(one, amina, "Fatou"), SMALL_BYTES + 1)
    synced(one, with_contents=False)
    synced(two)
    with carry(two) as carrier, pytest.raises(Refused) as refused:
        fetch_content(two, wanted, carrier=carrier)
    assert refused.value.rule == "unknown_content"
    synced(one)
    assert synced(two).contents_received == 1


def test_contents_of_a_case_of_ones_own_come_by_themselves(found: Founder, hq: Headquarters,
    url: str) -> None:  # fmt: skip
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    person = register(one, amina, "Fatou")
    with one.write(amina) as db:
        case = open_case(db, person, "AVRR-FROM").id
    wanted = scan(one, amina, person, SMALL_BYTES + 1)
    synced(two)
    synced(one)
    synced(two)
    assert content_of(two, wanted) is None
    with two.write(brahim) as db:
        db.get_one(Case, case).counsellor = brahim
    assert to_fetch(two) == [wanted]
    assert synced(two).contents_received == 1


def test_a_contents_record_that_was_refused_is_not_offered_again_and_again(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    wanted = scan(store, user, register(store, user, "Fatou"), 10)
    device = device_named(hq, store.device)
    assert device is not None
    lack = lacking(hq, device, [wanted])
    assert (lack.missing, lack.unknown) == ([], [wanted])


def test_headquarters_set_back_is_sent_what_it_lost(found: Founder, tmp_path: Path) -> None:
    store, user = found()
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        enrolled(store, hq, url)
        person = register(store, user, "Fatou")
        synced(store)
    shutil.copytree(tmp_path / "hq", tmp_path / "backup")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        wanted = scan(store, user, person, 1000)
        assert synced(store, url).contents_sent == 1
    with headquarters(tmp_path / "backup") as hq, serving(hq) as url:
        assert content_of(hq.store, wanted) is None
        synced(store, url)
        synced(store, url)
        assert content_of(hq.store, wanted) is not None


def test_parts_nobody_goes_on_with_are_dropped(store: Store) -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    with store.control() as connection:
        add_part(connection, "a" * 64, 0, b"old", then)
        add_part(connection, "b" * 64, 0, b"recent", then + timedelta(days=20))
        add_part(connection, "c" * 64, 0, b"begun", then + timedelta(days=31))
        left = set(connection.scalars(sa.select(CONTENT_PART.c.hash)))
    assert left == {"b" * 64, "c" * 64}


def test_chunks_are_of_a_size_a_thin_line_bears() -> None:
    assert CHUNK_BYTES == 262_144
