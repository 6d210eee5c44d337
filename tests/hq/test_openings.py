"""Files opened to others: what travels then, what may be written, what stays where it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.casework.consents import give_consent
from app.hq.base import Headquarters
from app.hq.invites import invite
from app.hq.openings import Opening, Share, derive
from app.hq.scopes import Nature
from app.models.choices import COUNTRIES  # noqa: F401  lists are read once
from app.models.persons import Contact, PersonName
from app.models.protection import ProtectionRecord
from app.models.record import kinds
from app.models.sharing import ALWAYS, PARTS, FileShare, is_in_files, kinds_in, part_of
from app.models.users import User
from app.sync.enrolment import enrol
from tests.conftest import TODAY, Founder
from tests.sync.running import answer, change, register, synced

DAY = timedelta(days=1)


class Place:
    """An office with its store, enrolled."""

    def __init__(
        self, found: Founder, hq: Headquarters, url: str, code: str, **nature: Any
    ) -> None:
        self.code = code
        self.store, self.user = found(code, office=code, login=f"one{code.lower()}")
        enrol(self.store, url, invite(hq, code, Nature(**nature)).code, "laptop", waits_s=())

    def sync(self) -> Any:
        report = synced(self.store)
        assert report.is_verified
        return report

    def person(self, name: str = "Fatou") -> UUID:
        person = register(self.store, self.user, name)
        with self.store.write(self.user) as db:
            give_consent(
                db, person, scopes=frozenset({"share_partner"}), given_on=TODAY, form="written"
            )
        return person

    def share(self, person: UUID, to: str, *parts: str, purpose: str = "referral") -> UUID:
        with self.store.write(self.user) as db:
            share = FileShare(
                person=person, to_scope=to, purpose=purpose, parts=frozenset(parts) or None,
                shared_on=TODAY,
            )  # fmt: skip
            db.add(share)
        return share.id

    def close(self, share: UUID) -> None:
        with self.store.write(self.user) as db:
            db.get_one(FileShare, share).closed_on = TODAY

    def count(self, kind: str, **where: Any) -> int:
        with self.store.read() as db:
            return db.query(kinds()[kind]).filter_by(**where).count()

    def has(self, person: UUID) -> bool:
        return self.count("person", id=person) == 1


@pytest.fixture
def places(found: Founder, hq: Headquarters, url: str) -> tuple[Place, Place]:
    return Place(found, hq, url, "RAB"), Place(found, hq, url, "TNG")


def exchange(*order: Place) -> None:
    for place in order:
        place.sync()


# -- the pure function ---------------------------------------------------------------------------

A, B, C = b"a" * 16, b"b" * 16, b"c" * 16


def share(at: int, to: bytes, *parts: str, transfer: bool = False, closed: bool = False) -> Share:
    return Share((at, b""), to, transfer, closed, frozenset(parts))


def test_a_file_is_at_home_where_it_began() -> None:
    assert derive([A], [], {A: None}) == {A: Opening(is_home=True)}


def test_what_a_partner_registers_is_at_home_with_its_parent_too() -> None:
    home = Opening(is_home=True)
    assert derive([B], [], {A: None, B: A}) == {A: home, B: home}


def test_two_openings_to_one_scope_add_up() -> None:
    shares = [share(1, B, "contact"), share(2, B, "family")]
    assert derive([A], shares, {A: None, B: None})[B].kinds == kinds_in(
        frozenset({"contact", "family"})
    )


def test_the_last_transfer_decides_the_home_whatever_the_order_of_reading() -> None:
    shares = [share(2, A, transfer=True), share(1, B, transfer=True)]
    assert derive([A], shares, {A: None, B: None}) == {A: Opening(is_home=True)}


def test_what_is_shared_with_an_unknown_scope_waits() -> None:
    assert set(derive([A], [share(1, C)], {A: None, B: None})) == {A}


def test_the_records_of_a_file_go_with_its_parts() -> None:
    parts = {kind: part_of(kind) for kind in kinds() if is_in_files(kind)}
    assert {kind for kind, part in parts.items() if part is None} == ALWAYS
    assert set(parts.values()) - {None} == set(PARTS.codes())
    assert parts["payment"] == "grants"
    assert parts["attendance"] == "training"
    assert parts["sealed_view"] == "protection"
    assert not is_in_files("curriculum")


# -- opening -------------------------------------------------------------------------------------


def test_an_unopened_file_stays_at_home(places: tuple[Place, Place]) -> None:
    rab, tng = places
    person = rab.person()
    exchange(rab, tng)
    assert not tng.has(person)


def test_an_opened_file_arrives_with_its_history(places: tuple[Place, Place]) -> None:
    rab, tng = places
    person = rab.person()
    change(rab.store, rab.user, person, town="Kenitra")
    rab.sync()
    rab.share(person, "TNG")
    exchange(rab, tng)
    assert answer(tng.store, person).town == "Kenitra"
    assert tng.count("person_name") == 1


def test_later_changes_flow_both_ways(places: tuple[Place, Place]) -> None:
    rab, tng = places
    person = rab.person()
    rab.share(person, "TNG")
    exchange(rab, tng)
    change(rab.store, rab.user, person, town="Kenitra")
    exchange(rab, tng)
    change(tng.store, tng.user, person, town="Asilah")
    exchange(tng, rab)
    assert answer(rab.store, person).town == answer(tng.store, person).town == "Asilah"


def test_no_other_persons_file_comes_along(places: tuple[Place, Place]) -> None:
    rab, tng = places
    rab.person("Aminata")
    rab.share(rab.person(), "TNG")
    exchange(rab, tng)
    assert tng.count("person") == 1


def test_only_the_parts_chosen_travel(places: tuple[Place, Place]) -> None:
    rab, tng = places
    person = rab.person()
    with rab.store.write(rab.user) as db:
        db.add(Contact(person=person, contact_kind="own", number="+212600000000"))
    rab.share(person, "TNG", "identity")
    exchange(rab, tng)
    assert (tng.count("person_name"), tng.count("contact")) == (1, 0)


def test_widened_parts_bring_their_history(places: tuple[Place, Place]) -> None:
    rab, tng = places
    person = rab.person()
    share_ = rab.share(person, "TNG", "family")
    exchange(rab, tng)
    assert tng.count("person_name") == 0
    with rab.store.write(rab.user) as db:
        db.get_one(FileShare, share_).parts = frozenset({"family", "identity"})
    exchange(rab, tng)
    assert tng.count("person_name") == 1


def test_the_author_and_the_home_office_come_along_and_nobody_else(
    places: tuple[Place, Place],
) -> None:
    rab, tng = places
    with rab.store.write(rab.user) as db:
        db.add(User(login="other", roles=frozenset({"counsellor"}), office=rab.store.office))
    rab.share(rab.person(), "TNG")
    exchange(rab, tng)
    assert tng.count("user", id=rab.user) == 1
    assert tng.count("office", code="RAB") == 1
    assert tng.count("user", login="other") == 0


def test_those_who_write_in_an_opened_file_are_known_at_its_home(
    places: tuple[Place, Place],
) -> None:
    rab, tng = places
    person = rab.person()
    rab.share(person, "TNG")
    exchange(rab, tng)
    change(tng.store, tng.user, person, town="Asilah")
    exchange(tng, rab)
    assert rab.count("user", id=tng.user) == 1


def test_an_opening_waits_for_a_scope_that_is_invited_later(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rab = Place(found, hq, url, "RAB")
    person = rab.person()
    rab.share(person, "TNG")
    rab.sync()
    tng = Place(found, hq, url, "TNG")
    tng.sync()
    assert tng.has(person)


# -- writing in an opened file -------------------------------------------------------------------


def test_parts_not_opened_are_not_written_from_there(places: tuple[Place, Place]) -> None:
    rab, tng = places
    person = rab.person()
    rab.share(person, "TNG", "identity")
    exchange(rab, tng)
    with tng.store.write(tng.user) as db:
        db.add(Contact(person=person, contact_kind="own", number="+212600000000"))
        db.add(PersonName(person=person, name_kind="alias", given_names="Fa"))
    report = tng.sync()
    assert [reason for _d, _s, reason in report.refused] == [
        "This part of the file is not open to your office for writing."
    ]
    rab.sync()
    assert (rab.count("person_name"), rab.count("contact")) == (2, 0)


def test_the_receiver_cannot_open_the_file_further(
    places: tuple[Place, Place], found: Founder, hq: Headquarters, url: str
) -> None:
    rab, tng = places
    fes = Place(found, hq, url, "FES")
    person = rab.person()
    rab.share(person, "TNG")
    exchange(rab, tng)
    tng.share(person, "FES")
    report = tng.sync()
    assert len(report.refused) == 1
    assert "Only the office whose file" in report.refused[0][2]
    fes.sync()
    assert not fes.has(person)


# -- closing -------------------------------------------------------------------------------------


@pytest.fixture
def shared(places: tuple[Place, Place]) -> tuple[Place, Place, UUID, UUID]:
    rab, tng = places
    person = rab.person()
    share_ = rab.share(person, "TNG")
    exchange(rab, tng)
    return rab, tng, person, share_


def test_after_closing_nothing_more_goes(shared: tuple[Place, Place, UUID, UUID]) -> None:
    rab, tng, person, share_ = shared
    rab.close(share_)
    change(rab.store, rab.user, person, town="Kenitra")
    exchange(rab, tng)
    assert tng.count("file_share", closed_on=TODAY) == 1
    assert answer(tng.store, person).town is None


def test_the_receiver_may_close(shared: tuple[Place, Place, UUID, UUID]) -> None:
    rab, tng, person, share_ = shared
    tng.close(share_)
    exchange(tng, rab)
    change(rab.store, rab.user, person, town="Kenitra")
    exchange(rab, tng)
    assert answer(tng.store, person).town is None


def test_what_was_written_before_the_closing_was_seen_is_taken(
    shared: tuple[Place, Place, UUID, UUID],
) -> None:
    rab, tng, person, share_ = shared
    change(tng.store, tng.user, person, town="Asilah")
    rab.close(share_)
    rab.sync()
    report = tng.sync()
    assert not report.refused
    rab.sync()
    assert answer(rab.store, person).town == "Asilah"


def test_a_long_push_is_judged_by_what_was_seen_when_it_was_written(
    shared: tuple[Place, Place, UUID, UUID],
) -> None:
    rab, tng, person, share_ = shared
    for number in range(8):
        change(tng.store, tng.user, person, town=f"Asilah {number}")
    rab.close(share_)
    rab.sync()
    report = synced(tng.store, frame_bytes=400)
    assert not report.refused
    rab.sync()
    assert answer(rab.store, person).town == "Asilah 7"


def test_what_is_written_after_the_closing_was_seen_is_refused(
    shared: tuple[Place, Place, UUID, UUID],
) -> None:
    rab, tng, person, share_ = shared
    rab.close(share_)
    exchange(rab, tng)
    change(tng.store, tng.user, person, town="Asilah")
    report = tng.sync()
    assert "no longer open to your office" in report.refused[0][2]


def test_reopening_brings_what_was_missed(shared: tuple[Place, Place, UUID, UUID]) -> None:
    rab, tng, person, share_ = shared
    rab.close(share_)
    change(rab.store, rab.user, person, town="Kenitra")
    exchange(rab, tng)
    rab.share(person, "TNG")
    exchange(rab, tng)
    assert answer(tng.store, person).town == "Kenitra"


# -- transfer ------------------------------------------------------------------------------------


@pytest.fixture
def handed_over(places: tuple[Place, Place]) -> tuple[Place, Place, UUID]:
    rab, tng = places
    person = rab.person()
    rab.sync()
    rab.share(person, "TNG", purpose="transfer")
    exchange(rab, tng)
    return rab, tng, person


def test_a_transferred_file_is_at_home_there(handed_over: tuple[Place, Place, UUID]) -> None:
    _rab, tng, person = handed_over
    change(tng.store, tng.user, person, town="Asilah")
    assert not tng.sync().refused
    tng.share(person, "FES", "identity")
    assert not tng.sync().refused


def test_a_transferred_file_leaves_its_old_home(handed_over: tuple[Place, Place, UUID]) -> None:
    rab, tng, person = handed_over
    change(tng.store, tng.user, person, town="Asilah")
    exchange(tng, rab)
    assert answer(rab.store, person).town is None
    change(rab.store, rab.user, person, town="Kenitra")
    assert ["no longer open" in reason for _d, _s, reason in rab.sync().refused] == [True]


def test_a_file_transferred_back_is_at_home_again(
    handed_over: tuple[Place, Place, UUID],
) -> None:
    rab, tng, person = handed_over
    change(tng.store, tng.user, person, town="Asilah")
    tng.share(person, "RAB", purpose="transfer")
    exchange(tng, rab)
    assert answer(rab.store, person).town == "Asilah"
    change(rab.store, rab.user, person, town="Salé")
    assert not rab.sync().refused


# -- partners ------------------------------------------------------------------------------------


def test_what_a_partner_registers_reaches_its_parent_and_no_other(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rab, tng = Place(found, hq, url, "RAB"), Place(found, hq, url, "TNG")
    kit = Place(found, hq, url, "CROSS", is_partner=True, parent="RAB", is_write_only=True)
    person = kit.person()
    other = rab.person()
    exchange(kit, rab, tng, kit)
    assert rab.has(person)
    assert not tng.has(person)
    assert not kit.has(other)
    assert rab.count("user", id=kit.user) == 1


# -- confidential records ------------------------------------------------------------------------


def sealed_for(place: Place, person: UUID) -> None:
    with place.store.write(place.user) as db:
        db.add(ProtectionRecord(person=person, content=b"age-encryption.org/v1\n" + b"x"))


def an_officer(place: Place) -> None:
    with place.store.write(place.user) as db:
        db.add(User(login="nour", roles=frozenset({"protection"}), office=place.store.office))


def test_confidential_records_go_only_where_protection_officers_work(
    places: tuple[Place, Place],
) -> None:
    rab, tng = places
    person = rab.person()
    sealed_for(rab, person)
    rab.share(person, "TNG")
    exchange(rab, tng)
    assert (tng.count("protection_record"), rab.count("protection_record")) == (0, 1)
    an_officer(tng)
    exchange(tng)
    assert tng.count("protection_record") == 1


def test_confidential_records_come_at_once_where_officers_work_already(
    places: tuple[Place, Place],
) -> None:
    rab, tng = places
    an_officer(tng)
    tng.sync()
    person = rab.person()
    rab.share(person, "TNG")
    exchange(rab, tng)
    sealed_for(rab, person)
    exchange(rab, tng)
    assert tng.count("protection_record") == 1


def test_an_officers_leaving_stops_what_comes_after(places: tuple[Place, Place]) -> None:
    rab, tng = places
    an_officer(tng)
    tng.sync()
    with tng.store.write(tng.user) as db:
        db.query(User).filter_by(login="nour").one().is_retired = True
    tng.sync()
    person = rab.person()
    sealed_for(rab, person)
    rab.share(person, "TNG")
    exchange(rab, tng)
    assert tng.count("protection_record") == 0
