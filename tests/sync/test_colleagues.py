"""What a colleague's computer is given: all it has not said it holds, proven, and without a gap."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.tables import DEVICE
from app.models.contents import Content, content_of, keep_content
from app.models.log import heads
from app.models.persons import Person
from app.models.store import Store
from app.sync import relay
from app.sync.colleagues import colleague_named, colleagues_of
from app.sync.files import export_file, read_file
from app.sync.peers import keep_said
from app.sync.relay import HqWord
from tests.conftest import PASSPHRASE, TODAY, Founder, Office
from tests.sync.neighbourhood import hq, third, two
from tests.sync.running import answer, change, digest, enrolled, register, synced
from tests.sync.test_contents import name as attach

__all__ = ["hq", "third", "two"]
_LONG = "x" * 9_000


def give(one: Store, other: Store, path: Path, *, is_whole: bool = False) -> int:
    """Write a file from one for the other; gives how many changes are in it."""
    return export_file(one, path, [str(other.device)], is_whole=is_whole).changes


def pass_stick(one: Store, other: Store, folder: Path) -> int:
    """Carry a file from one to the other; gives how many changes were new there."""
    path = folder / "stick.sanad"
    give(one, other, path)
    return read_file(other, path).received


def scanned(store: Store, user: UUID, person: UUID) -> str:
    """Attach a paper; gives its digest."""
    content = Content(b"a paper of " + person.bytes, "application/pdf")
    attach(store, user, person, content, len(content.data))
    return keep_content(store, content)


def told_wrongly(store: Store, other: Store) -> None:
    """Let a copy believe that another holds all it holds itself, as after that was put back."""
    with store.control() as connection:
        keep_said(store, connection, other.device.bytes, heads(connection), [])


def test_a_stick_brings_a_colleagues_work(two: tuple[Office, Office], tmp_path: Path) -> None:
    (first, amina), (second, _omar) = two
    person = register(first, amina, "Fatou")
    assert pass_stick(first, second, tmp_path) == 2
    assert answer(second, person).sex == "F"


def test_sticks_both_ways_make_both_the_same(two: tuple[Office, Office], tmp_path: Path) -> None:
    (first, amina), (second, omar) = two
    person = register(first, amina, "Fatou")
    pass_stick(first, second, tmp_path)
    change(second, omar, person, town="Fez")
    pass_stick(second, first, tmp_path)
    assert digest(first) == digest(second)


def test_a_stick_read_twice_says_so(two: tuple[Office, Office], tmp_path: Path) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    path = tmp_path / "x.sanad"
    give(first, second, path)
    read_file(second, path)
    assert read_file(second, path).again is not None


def test_a_file_from_a_computer_nobody_knows_is_refused(
    found: Founder, hq: Headquarters, url: str, tmp_path: Path
) -> None:
    (first, _amina), (second, _omar) = found("one"), found("two", login="omar")
    enrolled(first, hq, url)
    enrolled(second, hq, url)
    synced(second)
    path = tmp_path / "x.sanad"
    give(second, first, path)
    with pytest.raises(Refused, match="a computer this one does not know"):
        read_file(first, path)


def test_who_has_met_no_line_is_given_what_headquarters_has_confirmed_too(
    two: tuple[Office, Office], tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    synced(first)
    register(first, amina, "Awa")
    pass_stick(first, second, tmp_path)
    assert digest(second) == digest(first)


def test_attachments_that_headquarters_has_confirmed_are_given_too(
    two: tuple[Office, Office], tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    paper = scanned(first, amina, register(first, amina, "Fatou"))
    synced(first)
    pass_stick(first, second, tmp_path)
    assert content_of(second, paper) is not None


def test_attachments_left_out_of_one_file_go_into_the_next(
    two: tuple[Office, Office], tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    paper = scanned(first, amina, register(first, amina, "Fatou"))
    path, to = tmp_path / "x.sanad", [str(second.device)]
    read_file(second, export_file(first, path, to, with_contents=False).path)
    assert content_of(second, paper) is None
    pass_stick(second, first, tmp_path)
    pass_stick(first, second, tmp_path)
    assert content_of(second, paper) is not None


def test_what_others_made_and_headquarters_brought_is_given_with_its_seal(
    two: tuple[Office, Office], third: Office, tmp_path: Path
) -> None:
    (first, _amina), (second, _omar) = two
    register(*third, "Moussa")
    synced(third[0])
    synced(first)
    pass_stick(first, second, tmp_path)
    assert digest(second) == digest(first)
    assert relay.waiting(second) == 0


def test_a_history_longer_than_a_frame_is_proven_by_the_seal_at_its_end(
    two: tuple[Office, Office], third: Office, tmp_path: Path
) -> None:
    (first, _amina), (second, _omar) = two
    store, user = third
    with store.write(user) as db:
        db.add_all(
            Person(sex="F", nationalities=frozenset({"SN"}), note=_LONG) for _number in range(100)
        )
    synced(third[0])
    synced(first)
    pass_stick(first, second, tmp_path)
    assert digest(second) == digest(first)


def test_a_seal_that_headquarters_did_not_make_proves_nothing(
    two: tuple[Office, Office], third: Office, tmp_path: Path
) -> None:
    (first, _amina), (second, _omar) = two
    register(*third, "Moussa")
    synced(third[0])
    synced(first)
    word = relay.word_of(first)
    forged = {
        identity: msgspec.structs.replace(seal, signature=bytes(64))
        for identity, seal in word.seals.items()
    }
    first.settings.put(hq_word=HqWord(forged))
    before = digest(second)
    with pytest.raises(Refused, match="did not sign"):
        pass_stick(first, second, tmp_path)
    assert digest(second) == before


def test_after_a_file_each_way_nothing_is_given_twice(
    two: tuple[Office, Office], third: Office, tmp_path: Path
) -> None:
    (first, amina), (second, omar) = two
    scanned(first, amina, register(first, amina, "Fatou"))
    synced(first)
    scanned(second, omar, register(second, omar, "Awa"))
    pass_stick(third[0], first, tmp_path)
    pass_stick(first, second, tmp_path)
    pass_stick(second, first, tmp_path)
    assert digest(first) == digest(second)
    for one, other in ((first, second), (second, first)):
        made = export_file(one, tmp_path / "x.sanad", [str(other.device)])
        assert (made.changes, made.contents) == (0, 0)
        read_file(other, made.path)


def test_what_headquarters_has_confirmed_is_not_passed_on_to_it(
    two: tuple[Office, Office], hq: Headquarters, tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    synced(first)
    register(first, amina, "Awa")
    pass_stick(first, second, tmp_path)
    assert relay.waiting(second) == 2
    assert synced(second).passed_on == 2
    assert digest(first) == digest(second) == digest(hq.store)


def test_three_in_a_row_bring_the_first_ones_work_to_headquarters_under_its_seal(
    two: tuple[Office, Office], third: Office, hq: Headquarters, tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    synced(first)
    register(first, amina, "Awa")
    pass_stick(first, second, tmp_path)
    pass_stick(second, third[0], tmp_path)
    report = synced(third[0])
    assert (report.passed_on, report.not_passed_on, report.is_verified) == (2, [], True)
    assert digest(first) == digest(second) == digest(third[0]) == digest(hq.store)


def test_a_file_that_begins_too_late_is_not_taken_and_says_what_to_do(
    two: tuple[Office, Office], tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    told_wrongly(first, second)
    register(first, amina, "Awa")
    before = digest(second)
    give(first, second, tmp_path / "late.sanad")
    read = read_file(second, tmp_path / "late.sanad")
    assert "begins after what this computer has of" in read.sentences[1]
    assert (read.received, len(read.gaps), digest(second)) == (0, 1, before)


@pytest.mark.parametrize("by", ["a whole one", "a file from there"])
def test_a_file_that_began_too_late_is_made_good(
    two: tuple[Office, Office], tmp_path: Path, by: str
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    told_wrongly(first, second)
    register(first, amina, "Awa")
    pass_stick(first, second, tmp_path)
    if by == "a file from there":
        pass_stick(second, first, tmp_path)
    give(first, second, tmp_path / "x.sanad", is_whole=by == "a whole one")
    assert read_file(second, tmp_path / "x.sanad").gaps == []
    assert digest(first) == digest(second)


def test_a_file_that_began_too_late_can_be_read_once_what_it_follows_is_here(
    two: tuple[Office, Office], tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    register(first, amina, "Fatou")
    give(first, second, tmp_path / "early.sanad")
    told_wrongly(first, second)
    register(first, amina, "Awa")
    give(first, second, tmp_path / "late.sanad")
    for name in ("late", "early", "late"):
        read = read_file(second, tmp_path / f"{name}.sanad")
    assert (read.gaps, read.received) == ([], 2)
    assert digest(first) == digest(second)


def test_computers_of_one_name_are_told_apart_by_their_ids(
    two: tuple[Office, Office], third: Office, hq: Headquarters
) -> None:
    first, second = two[0][0], two[1][0]
    ids = {str(store.device)[:8] for store in (second, third[0])}
    assert {one.name for one in colleagues_of(first)} == {f"a laptop ({one})" for one in ids}
    with hq.store.control() as connection:
        named = DEVICE.update().where(DEVICE.c.id == second.device.bytes)
        connection.execute(named.values(name="the tall one"))
    synced(first)
    assert {one.name for one in colleagues_of(first)} == {"a laptop", "the tall one"}
    assert colleague_named(first, "The tall one").device == second.device.bytes


def test_what_a_computer_made_before_it_was_put_back_is_given_back_to_it(
    two: tuple[Office, Office], tmp_path: Path
) -> None:
    (first, amina), (second, _omar) = two
    folder, backup = second.folder, tmp_path / "backup"
    second.close()
    shutil.copytree(folder, backup)
    store, omar = Store.unlock(folder, "omar", PASSPHRASE, today=lambda: TODAY)
    with store:
        store.renew_identity()
        register(store, omar, "Awa")
        pass_stick(store, first, tmp_path)
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    register(first, amina, "Fatou")
    store, _omar = Store.unlock(folder, "omar", PASSPHRASE, today=lambda: TODAY)
    with store:
        export_file(first, tmp_path / "x.sanad", [str(second.device)], is_whole=True)
        read_file(store, tmp_path / "x.sanad")
        assert digest(store) == digest(first)
