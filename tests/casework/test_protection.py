"""Protection records: anybody seals, protection officers open, nothing shows elsewhere."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import jsonschema
import pytest

from app.casework import protection
from app.casework.cases import advance, open_case
from app.casework.conflicts import conflict_count, open_conflicts
from app.casework.entry import entry_schema
from app.casework.history import history
from app.casework.people import register
from app.casework.protection import (
    clear_child_return,
    has_clearance,
    may_open,
    open_sealed,
    open_versions,
    release_hold,
    reseal,
    seal,
    sealed_of,
    views_of,
)
from app.casework.review import findings
from app.casework.timeline import timeline
from app.casework.users import add_user
from app.casework.voids import void
from app.cli.run import run
from app.errors import Refused, RefusedMany
from app.models.backup import back_up, restore
from app.models.cases import Case
from app.models.change import Change, encode, genesis
from app.models.check import faults
from app.models.ids import new_id
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.officers import officers
from app.models.protection import ProtectionClearance, ProtectionRecord, SealedView
from app.models.record import kinds
from app.models.store import Store
from app.models.users import User
from tests.conftest import PASSPHRASE, TODAY, Founder, Office
from tests.models.test_convergence import digest_of, runs_of

SECRET = "Unmistakable workshop in Tanger"
ANSWERS = {"concern": ["vot"], "control": ["debt", "documents_kept"], "note": SECRET}
CHILD = {
    "concern": ["uasc"],
    "bip_outcome": "return",
    "bip_on": "2026-11-02",
    "guardian_name": "Mariama Bah",
    "guardian_consents": True,
    "child_heard": True,
    "child_view": "Wants to live with an aunt.",
    "family_consents": True,
}


class Team(NamedTuple):
    """An office with a supervisor who counsels and a protection officer.

    Attributes:
        folder: Of the store, to open it as somebody else.
    """

    store: Store
    counsellor: UUID
    officer: UUID
    person: UUID

    def opened_as(self, login: str) -> Store:
        """Close the store and open it as somebody else; the caller closes it."""
        self.store.close()
        return Store.unlock(self.store.folder, login, PASSPHRASE, today=lambda: TODAY)[0]


def new_person(store: Store, user: UUID) -> UUID:
    with store.write(user) as db:
        return register(
            db, {"sex": "F", "nationalities": ["GN"]}, names=[{"given_names": "Awa"}]
        ).id


def new_user(store: Store, author: UUID, login: str, role: str = "protection") -> UUID:
    return add_user(store, author, login=login, passphrase=PASSPHRASE, role=role)


@pytest.fixture
def team(office: Office) -> Team:
    store, supervisor = office
    officer = new_user(store, supervisor, "salma")
    counsellor = new_user(store, supervisor, "karim", "counsellor")
    return Team(store, counsellor, officer, new_person(store, supervisor))


def refused_rule(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.rule


# -- sealing and opening -----------------------------------------------------------------------


def test_a_counsellor_seals_and_cannot_open(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("karim") as store:
        assert not may_open(store, team.counsellor)
        assert refused_rule(lambda: open_sealed(store, team.counsellor, record)) == "role"


def test_a_protection_officer_opens_what_a_counsellor_sealed(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, {**ANSWERS, "decided_on": TODAY})
    with team.opened_as("salma") as store:
        assert may_open(store, team.officer)
        assert open_sealed(store, team.officer, record) == {
            "concern": {"vot"},
            "control": {"debt", "documents_kept"},
            "note": SECRET,
            "decided_on": TODAY,
        }


def test_an_officers_name_alone_opens_nothing(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("karim") as store:
        rule = refused_rule(lambda: open_sealed(store, team.officer, record))
    assert rule == "key_not_held"


def test_a_role_without_the_key_it_was_sealed_to_opens_nothing(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    late = new_user(team.store, supervisor_of(team.store), "nora")
    with team.opened_as("nora") as store:
        assert refused_rule(lambda: open_sealed(store, late, record)) == "not_sealed_to_you"


def supervisor_of(store: Store) -> UUID:
    return store.keys.read().slots["amina"].user


def test_without_an_officer_nothing_is_sealed(office: Office) -> None:
    store, user = office
    person = new_person(store, user)
    assert refused_rule(lambda: seal(store, user, person, ANSWERS)) == "no_officer"


def test_an_officer_who_left_is_sealed_to_no_longer(team: Team) -> None:
    with team.store.write(supervisor_of(team.store)) as db:
        db.get_one(User, team.officer).is_retired = True
    rule = refused_rule(lambda: seal(team.store, team.counsellor, team.person, ANSWERS))
    assert rule == "no_officer"


def test_every_wrong_answer_is_told_at_its_question(team: Team) -> None:
    wrong = {"status": "sure", "bip_on": "2031-01-01", "colour": "red"}
    with pytest.raises(RefusedMany) as many:
        seal(team.store, team.counsellor, team.person, wrong)
    told = {(r.field, r.rule, r.kind) for r in many.value.refusals}
    assert told == {
        ("colour", "unknown_field", "protection_record"),
        ("concern", "required", "protection_record"),
        ("status", "not_in_list", "protection_record"),
        ("bip_on", "future_date", "protection_record"),
    }


def test_the_key_is_given_up_when_the_work_is_covered(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("salma") as store:
        store.forget_identity()
        assert not may_open(store, team.officer)
        assert store.admit("salma", PASSPHRASE)[0] == team.officer
        assert open_sealed(store, team.officer, record)["note"] == SECRET


def test_the_key_is_given_up_when_the_store_is_closed(team: Team) -> None:
    store = team.opened_as("salma")
    store.close()
    assert store.identity_of(team.officer) is None


def test_a_new_passphrase_opens_what_was_sealed_before(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    team.store.keys.change("salma", PASSPHRASE, "another good one")
    team.store.close()
    with Store.unlock(team.store.folder, "salma", "another good one")[0] as store:
        assert open_sealed(store, team.officer, record)["note"] == SECRET


def test_a_restored_backup_opens_what_was_sealed(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    saved = back_up(team.store, team.store.folder.parent / "week.backup")
    restore(saved, team.store.folder.parent / "again")
    with Store.unlock(team.store.folder.parent / "again", "salma", PASSPHRASE)[0] as store:
        assert open_sealed(store, team.officer, record)["note"] == SECRET


def test_the_role_given_later_brings_a_key_at_the_next_unlock(team: Team) -> None:
    with team.store.write(supervisor_of(team.store)) as db:
        db.get_one(User, team.counsellor).roles = frozenset({"counsellor", "protection"})
    with team.opened_as("karim") as store:
        with store.read() as db:
            assert {officer.login for officer in officers(db)} == {"salma", "karim"}
        record = seal(store, team.counsellor, team.person, ANSWERS)
        assert open_sealed(store, team.counsellor, record)["note"] == SECRET


def test_the_role_taken_away_opens_nothing_more(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.store.write(supervisor_of(team.store)) as db:
        db.get_one(User, team.officer).roles = frozenset({"counsellor"})
    with team.opened_as("salma") as store:
        assert refused_rule(lambda: open_sealed(store, team.officer, record)) == "role"


def test_a_store_founded_by_an_officer_seals_to_them(found: Founder) -> None:
    from app.casework.founding import found_store

    there, _user = found("elsewhere")
    store, user = found_store(
        there.folder.parent / "own", office="OUJ", login="salma", passphrase=PASSPHRASE,
        is_training=True, role="protection",
    )  # fmt: skip
    with store:
        record = seal(store, user, new_person(store, user), ANSWERS)
        assert open_sealed(store, user, record)["note"] == SECRET


def test_content_moved_to_another_record_is_told(team: Team) -> None:
    mine = seal(team.store, team.counsellor, team.person, ANSWERS)
    other = seal(team.store, team.counsellor, team.person, CHILD)
    with team.opened_as("salma") as store:
        with store.write(team.officer) as db:
            stolen = db.get_one(ProtectionRecord, other).content
            db.get_one(ProtectionRecord, mine).content = stolen
        assert refused_rule(lambda: open_sealed(store, team.officer, mine)) == "not_its_own"


# -- every view is noted -----------------------------------------------------------------------


def test_each_view_is_noted_with_who(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("salma") as store:
        open_sealed(store, team.officer, record)
        open_versions(store, team.officer, record)
        with store.read() as db:
            assert [view.user for view in views_of(db, record)] == [team.officer] * 2


def test_a_view_stays_noted(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("salma") as store:
        open_sealed(store, team.officer, record)

        def hide() -> None:
            with store.write(team.officer) as db:
                void(db.query(SealedView).one(), "a mistake")

        assert refused_rule(hide) == "view_stands"


# -- changing and sealing again ----------------------------------------------------------------


def test_only_an_officer_replaces_or_voids_what_is_sealed(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    store, user = team.store, team.counsellor

    def voided() -> None:
        with store.write(user) as db:
            void(db.get_one(ProtectionRecord, record), "not needed")

    assert refused_rule(lambda: seal(store, user, team.person, CHILD, record)) == "role"
    assert refused_rule(voided) == "role"


def test_what_was_replaced_is_still_among_the_versions(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("salma") as store:
        assert seal(store, team.officer, team.person, CHILD, record) == record
        versions = open_versions(store, team.officer, record)
    assert [(v.author, v.is_current) for v in versions] == [("karim", False), ("salma", True)]
    assert [(v.answers or {}).get("note") for v in versions] == [SECRET, None]


def test_an_officer_added_later_opens_after_it_is_sealed_again(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    late = new_user(team.store, supervisor_of(team.store), "nora")
    with team.opened_as("salma") as store:
        assert reseal(store, team.officer) == protection.Resealed(done=1, left=0)
        assert reseal(store, team.officer) == protection.Resealed(done=0, left=0)
    with Store.unlock(store.folder, "nora", PASSPHRASE)[0] as store:
        assert open_sealed(store, late, record)["note"] == SECRET


def test_what_cannot_be_opened_is_left_as_it_is(team: Team) -> None:
    seal(team.store, team.counsellor, team.person, ANSWERS)
    late = new_user(team.store, supervisor_of(team.store), "nora")
    with team.opened_as("nora") as store:
        assert reseal(store, late) == protection.Resealed(done=0, left=1)


# -- carried to another copy -------------------------------------------------------------------


def copy_of(team: Team, name: str = "copy") -> Store:
    """A second computer of the office, with the same ways in."""
    saved = back_up(team.store, team.store.folder.parent / f"{name}.backup")
    folder = team.store.folder.parent / name
    restore(saved, folder)
    return Store.unlock(folder, "salma", PASSPHRASE, today=lambda: TODAY)[0]


def exchange(one: Store, two: Store) -> None:
    one.merge(runs_of(two))
    two.merge(runs_of(one))


def test_a_merge_carries_what_is_sealed_as_it_is(team: Team, found: Founder) -> None:
    there, _user = found("there", login="zineb")
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    exchange(team.store, there)
    assert digest_of(there) == digest_of(team.store)
    with there.read() as db:
        assert list(faults(db.connection())) == []
        assert db.get_one(ProtectionRecord, record).root == team.person


def test_what_another_copy_sealed_opens_here(team: Team, found: Founder) -> None:
    there, zineb = found("there", login="zineb")
    exchange(team.store, there)
    record = seal(there, zineb, team.person, ANSWERS)
    exchange(team.store, there)
    with team.opened_as("salma") as store:
        assert open_sealed(store, team.officer, record)["note"] == SECRET


def test_two_versions_sealed_at_once_are_both_read_and_settled_by_an_officer(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with copy_of(team) as there, team.opened_as("salma") as here:
        for store, note in ((here, "here"), (there, "there")):
            seal(store, team.officer, team.person, {**ANSWERS, "note": note}, record)
        exchange(here, there)
        with here.read() as db:
            assert db.get_one(ProtectionRecord, record).conflicts == "content"
        current = [v for v in open_versions(here, team.officer, record) if v.is_current]
        assert {(v.answers or {})["note"] for v in current} == {"here", "there"}
        assert reseal(here, team.officer) == protection.Resealed(done=0, left=1)
        seal(here, team.officer, team.person, {**ANSWERS, "note": "both"}, record)
        exchange(here, there)
        with there.read() as db:
            assert db.get_one(ProtectionRecord, record).conflicts is None
        assert open_sealed(there, team.officer, record)["note"] == "both"
        exchange(here, there)
        assert digest_of(here) == digest_of(there)


def test_the_same_answers_sealed_again_on_two_copies_settle_by_themselves(team: Team) -> None:
    seal(team.store, team.counsellor, team.person, ANSWERS)
    new_user(team.store, supervisor_of(team.store), "nora")
    with copy_of(team) as there, team.opened_as("salma") as here:
        for store in (here, there):
            assert reseal(store, team.officer).done == 1
        exchange(here, there)
        assert reseal(here, team.officer) == protection.Resealed(done=1, left=0)
        exchange(here, there)
        with there.read() as db:
            assert db.query(ProtectionRecord).one().conflicts is None


# -- nothing shows elsewhere -------------------------------------------------------------------


def test_the_words_are_nowhere_in_the_open_store(team: Team) -> None:
    seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.opened_as("salma") as store:
        open_sealed(store, team.officer, seal(store, team.officer, team.person, CHILD))
        with store.engine.connect() as connection:
            tables = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).scalars()
            held = [
                repr(tuple(row))
                for table in list(tables)
                for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            ]
            held += [repr(row.body) for row in connection.execute(CHANGE.select())]
    everything = "\n".join(held)
    assert "sealed_view" in everything
    for word in ("Unmistakable", "documents_kept", "vot", "Mariama", "aunt", "uasc", "bip_outcome"):
        assert word not in everything, word


def test_history_timeline_and_search_say_nothing(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with team.store.read() as db:
        [step] = history(db, "protection_record", record)
        content = ProtectionRecord.fields["content"].type
        assert content.shown(step.answers["content"]) == "Sealed"
        before = {happening.record for happening in timeline(db, team.person)}
    assert record not in before
    assert team.store.finder.find("Unmistakable", 10) == []


def test_a_conflict_in_what_is_sealed_is_listed_to_nobody(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, ANSWERS)
    with copy_of(team) as there, team.opened_as("salma") as here:
        for store in (here, there):
            seal(store, team.officer, team.person, CHILD, record)
        exchange(here, there)
        with here.read() as db:
            assert open_conflicts(db) == []
            assert conflict_count(db) == 0
        assert findings(here) == []


def test_confidential_kinds_are_searched_listed_and_filed_nowhere() -> None:
    confidential = {kind for kind, record in kinds().items() if record.is_confidential}
    assert confidential == {"protection_record", "sealed_view"}
    for kind in confidential:
        assert kinds()[kind].filed is None
        assert not any(f.search or f.table for f in kinds()[kind].fields.values())


# -- roles and keys are not taken --------------------------------------------------------------


def test_nobody_gives_themselves_the_protection_role(team: Team) -> None:
    def rise() -> None:
        with team.store.write(team.counsellor) as db:
            db.get_one(User, team.counsellor).roles = frozenset({"protection"})

    assert refused_rule(rise) == "role"


def test_nobody_puts_a_key_in_the_place_of_an_officers(team: Team) -> None:
    supervisor = supervisor_of(team.store)
    other = new_user(team.store, supervisor, "nora")

    def replace(author: UUID) -> None:
        with team.store.write(author) as db:
            theirs = db.get_one(User, other).protection_key
            db.get_one(User, team.officer).protection_key = theirs

    assert refused_rule(lambda: replace(team.counsellor)) == "protection_key"
    assert refused_rule(lambda: replace(supervisor)) == "protection_key"


# -- clearances --------------------------------------------------------------------------------


@pytest.fixture
def case(team: Team) -> UUID:
    with team.store.write(team.counsellor) as db:
        held = open_case(db, team.person, "AVRR-FROM")
        advance(db, held, "protection_hold")
        return held.id


def test_an_officer_releases_a_hold(team: Team, case: UUID) -> None:
    with team.store.read() as db:
        assert not has_clearance(db, case, "release_hold", TODAY)
    with team.store.write(team.officer) as db:
        release_hold(db, db.get_one(Case, case))
    with team.store.read() as db:
        assert has_clearance(db, case, "release_hold", TODAY)
        assert not has_clearance(db, case, "child_return", TODAY)


def test_a_counsellor_releases_nothing(team: Team, case: UUID) -> None:
    def release() -> None:
        with team.store.write(team.counsellor) as db:
            release_hold(db, db.get_one(Case, case))

    def forge() -> None:
        with team.store.write(team.counsellor) as db:
            db.add(
                ProtectionClearance(
                    case=case, covers="release_hold", given_on=TODAY, given_by=team.officer
                )
            )

    assert refused_rule(release) == "role"
    assert refused_rule(forge) == "role"


def test_a_case_that_is_not_on_hold_is_not_released(team: Team) -> None:
    with team.store.write(team.counsellor) as db:
        case = open_case(db, team.person, "AVRR-FROM").id

    def release() -> None:
        with team.store.write(team.officer) as db:
            release_hold(db, db.get_one(Case, case))

    assert refused_rule(release) == "not_on_hold"


def test_a_clearance_counts_from_its_day_to_its_last(team: Team, case: UUID) -> None:
    with team.store.write(team.officer) as db:
        release_hold(db, db.get_one(Case, case), valid_until=TODAY + timedelta(days=3))
    with team.store.read() as db:
        counts = [
            has_clearance(db, case, "release_hold", TODAY + timedelta(days=days))
            for days in (-1, 0, 3, 4)
        ]
    assert counts == [False, True, True, False]


def test_what_ended_an_earlier_hold_does_not_end_a_later_one(team: Team, case: UUID) -> None:
    with team.store.write(team.officer) as db:
        released = release_hold(db, db.get_one(Case, case))
    with team.store.read() as db:
        since = released.created_at
        assert has_clearance(db, case, "release_hold", TODAY, after=since)
        assert not has_clearance(db, case, "release_hold", TODAY, after=since + 1)


def test_a_voided_clearance_no_longer_counts(team: Team, case: UUID) -> None:
    with team.store.write(team.officer) as db:
        release_hold(db, db.get_one(Case, case))
    with team.store.write(team.officer) as db:
        void(db.query(ProtectionClearance).one(), "given for another case")
    with team.store.read() as db:
        assert not has_clearance(db, case, "release_hold", TODAY)


def test_a_clearance_is_not_rewritten(team: Team, case: UUID) -> None:
    with team.store.write(team.officer) as db:
        release_hold(db, db.get_one(Case, case))

    def widen() -> None:
        with team.store.write(team.officer) as db:
            db.query(ProtectionClearance).one().covers = "child_return"

    assert refused_rule(widen) == "clearance_stands"


def test_what_an_officer_cleared_stays_cleared_when_they_move_on(team: Team, case: UUID) -> None:
    with team.store.write(team.officer) as db:
        release_hold(db, db.get_one(Case, case))
    with team.store.write(supervisor_of(team.store)) as db:
        db.get_one(User, team.officer).roles = frozenset({"counsellor"})
    with team.store.read() as db:
        assert has_clearance(db, case, "release_hold", TODAY)


def test_a_clearance_brought_from_elsewhere_counts_only_from_an_officer(
    team: Team, case: UUID
) -> None:
    device, clearance = uuid4().bytes, new_id().bytes
    fields = {
        "case": case.bytes, "covers": "release_hold", "given_on": TODAY.isoformat(),
        "given_by": team.officer.bytes,
    }  # fmt: skip
    change = Change(
        1, 1 << 40, team.counsellor.bytes, 1, "protection_clearance", clearance,
        team.person.bytes, fields, [],
    )  # fmt: skip
    team.store.merge([Run(device, 1, genesis(device), [encode(change)])])
    with team.store.read() as db:
        assert db.get(ProtectionClearance, UUID(bytes=clearance)) is not None
        assert not has_clearance(db, case, "release_hold", TODAY)
    assert [finding.rule for finding in findings(team.store)] == ["clearance_not_lawful"]


def test_a_childs_return_is_cleared_when_all_is_there(team: Team, case: UUID) -> None:
    record = seal(team.store, team.counsellor, team.person, CHILD)
    with team.opened_as("salma") as store:
        clear_child_return(store, team.officer, record, case)
        with store.read() as db:
            assert has_clearance(db, case, "child_return", TODAY)
            assert len(views_of(db, record)) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"bip_outcome": "pending"}, "No best-interests decision says"),
        ({"guardian_name": None}, "The legal guardian is not named."),
        ({"guardian_consents": False}, "The guardian's agreement is missing."),
        ({"child_heard": None}, "What the child wants is not written down."),
        ({"child_view": None}, "What the child wants is not written down."),
        ({"family_consents": None}, "The agreement of the family"),
    ],
)
def test_a_childs_return_names_what_is_missing(
    team: Team, case: UUID, change: dict[str, Any], told: str
) -> None:
    record = seal(team.store, team.counsellor, team.person, {**CHILD, **change})
    with team.opened_as("salma") as store:
        with pytest.raises(Refused) as refused:
            clear_child_return(store, team.officer, record, case)
        assert refused.value.rule == "missing_for_return"
        assert told in refused.value.message
        with store.read() as db:
            assert not has_clearance(db, case, "child_return", TODAY)
            assert len(views_of(db, record)) == 1


def test_one_childs_papers_do_not_clear_anothers_return(team: Team, case: UUID) -> None:
    other = new_person(team.store, team.counsellor)
    record = seal(team.store, team.counsellor, other, CHILD)
    with team.opened_as("salma") as store:
        rule = refused_rule(lambda: clear_child_return(store, team.officer, record, case))
    assert rule == "another_person"


# -- the command line --------------------------------------------------------------------------

Sanad = Callable[..., tuple[int, Any]]


@pytest.fixture
def sanad(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sanad:
    team.store.close()
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SANAD_LANG", "en")

    def call(login: str, *arguments: str, given: Any = None) -> tuple[int, Any]:
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(given)))
        folder = str(team.store.folder)
        code = run(["--store", folder, "--as", login, "--json", *arguments], lambda _folder: 0)
        out = capsys.readouterr().out
        documents = [json.loads(line) for line in out.splitlines()]
        return code, documents[0] if len(documents) == 1 else documents

    return call


def test_commands_seal_and_open(sanad: Sanad, team: Team) -> None:
    person = str(team.person)
    code, made = sanad("karim", "protection", "seal", person, given=ANSWERS)
    assert code == 0
    code, refused = sanad("karim", "protection", "open", made["id"])
    assert (code, refused["rule"]) == (1, "role")
    code, opened = sanad("salma", "protection", "open", made["id"])
    assert code == 0
    assert opened == {
        "id": made["id"],
        "person": person,
        "is_disputed": False,
        "answers": {**ANSWERS, "control": ["debt", "documents_kept"]},
    }
    code, view = sanad("salma", "protection", "views", made["id"])
    assert view["name"] == "salma"


def test_lists_tell_officers_that_it_is_sealed_and_others_nothing(sanad: Sanad, team: Team) -> None:
    person = str(team.person)
    _code, made = sanad("karim", "protection", "seal", person, given=ANSWERS)
    sealed = {
        "id": made["id"], "kind": "protection_record", "person": person,
        "content": {"sealed": True},
    }  # fmt: skip
    assert sanad("salma", "list", "protection_record") == (0, sealed)
    assert sanad("salma", "get", "protection_record", made["id"]) == (0, sealed)
    for command in (
        ("list", "protection_record"),
        ("get", "protection_record", made["id"]),
        ("history", "protection_record", made["id"]),
        ("list", "sealed_view"),
    ):
        code, answer = sanad("karim", *command)
        assert (code, answer["rule"]) == (1, "role")


def test_schema_describes_what_is_sealed_and_add_accepts_it(sanad: Sanad, team: Team) -> None:
    _code, schema = sanad("karim", "schema", "protection_record")
    given = {"person": str(team.person), **ANSWERS}
    jsonschema.validate(given, schema)
    assert {p["x-sensitivity"] for n, p in schema["properties"].items() if n != "person"} == {"P4"}
    code, made = sanad("karim", "add", "protection_record", given=given)
    assert code == 0
    assert sanad("salma", "protection", "open", made["id"])[1]["answers"]["note"] == SECRET


def test_the_generic_commands_go_round_no_rule(sanad: Sanad, team: Team) -> None:
    person = str(team.person)
    _code, made = sanad("karim", "protection", "seal", person, given=ANSWERS)
    content = {"person": person, "content": "in clear"}
    for command, given, rule in (
        (("add", "protection_record"), content, "unknown_field"),
        (("set", "protection_record", made["id"]), {"content": "x"}, "sealed"),
        (("void", "protection_record", made["id"], "--reason", "gone"), None, "role"),
        (("add", "protection_clearance"), {}, "use_protection"),
    ):
        code, answer = sanad("karim", *command, given=given)
        assert (code, answer["rule"]) == (1, rule), command


def test_every_kind_has_a_schema() -> None:
    for record in (ProtectionRecord, SealedView, ProtectionClearance):
        jsonschema.Draft202012Validator.check_schema(entry_schema(record))


def test_reseal_says_for_whom_it_opens(sanad: Sanad, team: Team) -> None:
    sanad("karim", "protection", "seal", str(team.person), given=ANSWERS)
    sanad("amina", "user", "add", "nora", "--role", "protection")
    code, came = sanad("salma", "protection", "reseal")
    assert code == 0
    assert came == {"resealed": 1, "left": 0, "officers": ["salma", "nora"]}


def test_dates_come_back_as_days(team: Team) -> None:
    record = seal(team.store, team.counsellor, team.person, CHILD)
    with team.opened_as("salma") as store:
        assert open_sealed(store, team.officer, record)["bip_on"] == date(2026, 11, 2)


def test_sealed_records_of_a_person_are_listed_while_they_count(team: Team) -> None:
    first = seal(team.store, team.counsellor, team.person, ANSWERS)
    second = seal(team.store, team.counsellor, team.person, CHILD)
    with team.store.write(team.officer) as db:
        void(db.get_one(ProtectionRecord, first), "entered twice")
    with team.store.read() as db:
        assert [record.id for record in sealed_of(db, team.person)] == [second]
