"""Offices and partners: fixed when invited; and devices that reach for what is not theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.devices import device_named
from app.hq.exchange import exchange
from app.hq.invites import invite
from app.hq.scopes import Nature, scopes
from app.hq.verify import verify
from app.models.change import Change, encode, genesis
from app.models.ids import new_id
from app.models.merge import Run
from app.models.persons import PersonName
from app.models.store import Store
from app.models.training import Curriculum
from app.sync import frames
from app.sync.enrolment import enrol
from app.sync.frames import Answer, Identity, Request
from app.sync.state import enrolment_of
from app.sync.verifying import check_of
from tests.conftest import TODAY, Founder
from tests.hq.test_openings import Place

ME = uuid4().bytes
AUTHOR = bytes(16)


@pytest.fixture
def hq_database() -> str | None:
    """What is judged here is judged alike on every database; one will do."""
    return None


def test_the_first_invitation_fixes_what_a_scope_is(hq: Headquarters) -> None:
    invite(hq, "RAB")
    invite(hq, "CROSS", Nature(is_partner=True, parent="RAB", is_write_only=True))
    invite(hq, "CROSS")
    listed = [(s.code, s.kind, s.parent, s.is_write_only) for s in scopes(hq)]
    assert listed == [("CROSS", "partner", "RAB", True), ("RAB", "office", None, False)]


@pytest.mark.parametrize(
    "nature",
    [Nature(is_partner=True), Nature(parent="TNG"), Nature(is_write_only=True)],
    ids=["partner", "parent", "write-only"],
)
def test_an_invitation_that_contradicts_the_first_is_refused(
    hq: Headquarters, nature: Nature
) -> None:
    for code in ("TNG", "RAB"):
        invite(hq, code)
    with pytest.raises(Refused) as refused:
        invite(hq, "RAB", nature)
    assert refused.value.rule == "scope_fixed"


def test_a_parent_headquarters_does_not_know_is_refused(hq: Headquarters) -> None:
    with pytest.raises(Refused) as refused:
        invite(hq, "CROSS", Nature(is_partner=True, parent="RAB"))
    assert refused.value.rule == "parent_unknown"


def test_scopes_tell_how_much_they_have(found: Founder, hq: Headquarters, url: str) -> None:
    rab = Place(found, hq, url, "RAB")
    rab.sync()
    (scope,) = scopes(hq)
    assert (scope.devices, scope.changes > 0, scope.files > 0) == (1, True, True)


def test_a_write_only_device_submits_and_reads_nothing(
    found: Founder, hq: Headquarters, url: str
) -> None:
    kit, _user = found("kit", office="KIT", login="kit")
    place = enrol(
        kit, url, invite(hq, "KIT", Nature(is_partner=True, is_write_only=True)).code, waits_s=()
    )
    assert place.scopes == []
    hostile = asked(kit, [], cursors={place.office: 0})
    assert answered(hq, kit, hostile).feeds == []


# -- devices that do not play fair ---------------------------------------------------------------


def asked(store: Store, bodies: list[bytes], **more: Any) -> Request:
    made = {
        "protocol": frames.PROTOCOL,
        "cursors": {},
        "identities": [Identity(ME, 0, len(bodies))],
        "runs": [Run(ME, 1, genesis(ME), bodies)] if bodies else [],
        "want_bytes": frames.FRAME_BYTES,
        "holdings": {},
    }
    return Request(**{**made, **more})


def answered(hq: Headquarters, store: Store, request: Request) -> Answer:
    place = enrolment_of(store)
    assert place is not None
    device = device_named(hq, UUID(bytes=place.device))
    assert device is not None
    return exchange(hq, device, request)


def write(seq: int, kind: str, record: UUID, root: UUID | None = None, **fields: object) -> bytes:
    head = b"" if root is None or root == record else root.bytes
    return encode(Change(seq, seq, AUTHOR, seq, kind, record.bytes, head, dict(fields), []))


@pytest.fixture
def places(found: Founder, hq: Headquarters, url: str) -> tuple[Place, Place, UUID]:
    """Rabat with a person's file, and a laptop of Tangier that reaches for it."""
    rab, tng = Place(found, hq, url, "RAB"), Place(found, hq, url, "TNG")
    person = rab.person()
    rab.sync()
    tng.sync()
    return rab, tng, person


def refused_of(hq: Headquarters, tng: Place, *bodies: bytes) -> list[int]:
    """Push what is not fair with an honest change behind it, which passes; gives what does not."""
    honest = write(len(bodies) + 1, "person", new_id(), town="Asilah")
    answer = answered(hq, tng.store, asked(tng.store, [*bodies, honest]))
    assert answer.acknowledged[ME] == len(bodies) + 1
    assert all(reason for _device, _seq, reason in answer.refused)
    return [seq for _device, seq, _reason in answer.refused]


def test_another_scopes_cursor_is_answered_with_ones_own_feed_alone(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    rab, tng, _person = places
    assert rab.store.office is not None
    assert tng.store.office is not None
    request = asked(tng.store, [], cursors={rab.store.office.bytes: 0, tng.store.office.bytes: 0})
    assert [f.scope for f in answered(hq, tng.store, request).feeds] == [tng.store.office.bytes]


def test_another_offices_file_is_not_written(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    _rab, tng, person = places
    assert refused_of(hq, tng, write(1, "person", person, town="Fez")) == [1]


def test_a_record_is_not_moved_to_another_file(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    rab, tng, _person = places
    with rab.store.read() as db:
        name = db.query(PersonName).first()
        assert name is not None
        taken = name.id
    own = new_id()
    bodies = (
        write(1, "person", own, town="Asilah"),
        write(2, "person_name", taken, own, given_names="X"),
        write(3, "contact", new_id(), taken, number="+212600000000"),
    )
    assert refused_of(hq, tng, *bodies) == [2, 3]


def test_a_file_is_not_opened_by_those_who_do_not_own_it(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    _rab, tng, person = places
    share = write(
        1, "file_share", new_id(), person,
        person=person.bytes, to_scope="TNG", purpose="transfer", shared_on=TODAY.isoformat(),
    )  # fmt: skip
    assert refused_of(hq, tng, share) == [1]
    tng.sync()
    assert not tng.has(person)


def test_what_is_nobodys_file_is_not_opened(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    rab, tng, _person = places
    with rab.store.read() as db:
        curriculum = db.query(Curriculum).first()
        assert curriculum is not None
        course = curriculum.id
    share = write(1, "file_share", new_id(), course, to_scope="TNG", purpose="transfer")
    assert refused_of(hq, tng, share) == [1]


def test_an_office_and_its_users_are_written_by_that_office_alone(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    rab, tng, _person = places
    office = rab.store.office
    assert office is not None
    bodies = (
        write(1, "user", new_id(), office, login="spy", office=office.bytes, roles=["admin"]),
        write(2, "user", rab.user, office, roles=["protection"]),
        write(3, "office", office, name="Ours"),
        write(4, "person", new_id(), office, town="Fez"),
    )
    assert refused_of(hq, tng, *bodies) == [1, 2, 3, 4]


def test_another_offices_records_are_not_verified_for_strangers(
    places: tuple[Place, Place, UUID], hq: Headquarters
) -> None:
    rab, tng, _person = places
    place = enrolment_of(tng.store)
    assert place is not None
    assert rab.store.office is not None
    device = device_named(hq, UUID(bytes=place.device))
    assert device is not None
    with pytest.raises(Refused) as refused:
        verify(hq, device, check_of(rab.store.office.bytes))
    assert refused.value.rule == "other_scope"
