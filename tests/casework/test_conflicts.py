"""Conflicts are listed by file, laid side by side, and settled by whom the work lets."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.casework.cases import advance, open_case
from app.casework.conflicts import conflict_count, disputes, open_conflicts, settle, why_not
from app.casework.dispute_cards import DisputeCard, dispute_card, dispute_lines
from app.casework.history import history
from app.cli.run import run
from app.errors import Refused
from app.models.cases import Case
from app.models.consents import Consent
from app.models.grants import Grant
from app.models.persons import Person, PersonName
from app.models.record import Record
from tests.casework.disputing import Desks, disputed_grant
from tests.casework.disputing import desks as open_desks
from tests.conftest import PASSPHRASE, Founder
from tests.models.test_convergence import runs_of


@pytest.fixture
def desks(found: Founder) -> Desks:
    return open_desks(found)


def card_of(desks: Desks, record: Record | Any, kind: str = "person") -> DisputeCard:
    with desks.here.read() as db:
        card = dispute_card(db, kind, record, desks.amina)
    assert card is not None
    return card


def shown_of(card: DisputeCard, number: int = 0) -> list[str]:
    return [answer.shown for answer in card.asked[number].answers]


def test_both_answers_stand_side_by_side_with_who_and_where(desks: Desks) -> None:
    person = desks.person("Awa", "Diop")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    card = card_of(desks, person)
    [asked] = card.asked
    assert asked.field.name == "sex"
    assert [answer.value for answer in asked.answers] == ["M", "X"]
    assert [answer.is_shown for answer in asked.answers] == [False, True]
    said = [giving for answer in asked.answers for giving in answer.said]
    assert [one.author for one in said] == ["brahim", "amina"]
    assert [one.device for one in said] == [desks.there.device, desks.here.device]
    assert card.names == ["Awa Diop"]
    assert not card.refusal


def test_an_answer_two_people_gave_stands_once(found: Founder, desks: Desks) -> None:
    third, leila = found("third", login="leila")
    person = desks.person("Awa")
    desks.meet()
    third.merge(runs_of(desks.here))
    with third.write(leila) as db:
        db.get_one(Person, person).sex = "M"
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    desks.here.merge(runs_of(third))
    [asked] = card_of(desks, person).asked
    assert sorted(answer.value for answer in asked.answers) == ["M", "X"]
    both = next(answer for answer in asked.answers if answer.value == "M")
    assert {one.author for one in both.said} == {"brahim", "leila"}


def test_what_points_to_a_record_is_shown_by_its_name(desks: Desks) -> None:
    case = desks.case(desks.person("Awa"))
    desks.differ(Case, case, {"counsellor": desks.brahim}, {"counsellor": None})
    assert shown_of(card_of(desks, case, "case")) == ["No answer", "brahim"]


def test_those_of_one_file_come_together_and_in_the_same_order(desks: Desks) -> None:
    people = [desks.person(name) for name in ("Awa", "Binta", "Coumba")]
    for person in reversed(people):
        desks.differ(
            PersonName, desks.name_of(person), {"family_name": "Sy"}, {"family_name": "Ly"}
        )
        desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    for store in (desks.here, desks.there):
        with store.read() as db:
            listed = disputes(db)
            assert [(d.root, d.kind) for d in listed] == [
                (person, kind) for person in people for kind in ("person", "person_name")
            ]
            assert conflict_count(db) == 6
            assert [line.dispute for line in dispute_lines(db, listed)] == listed


def test_the_list_is_narrowed_to_a_kind_a_file_and_to_ones_own_cases(desks: Desks) -> None:
    mine, other = desks.person("Awa"), desks.person("Binta")
    desks.case(mine)
    for person in (mine, other):
        desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    desks.differ(PersonName, desks.name_of(other), {"family_name": "Sy"}, {"family_name": "Ly"})
    with desks.here.read() as db:
        assert {d.root for d in disputes(db, counsellor=desks.amina)} == {mine}
        assert {d.root for d in disputes(db, root=other)} == {other}
        assert [d.kind for d in disputes(db, kind="person_name")] == ["person_name"]


def test_several_questions_of_a_record_are_settled_together_for_one_reason(desks: Desks) -> None:
    name = desks.name_of(desks.person("Awa", "Diop"))
    desks.differ(
        PersonName, name,
        {"given_names": "Ava", "family_name": "Diouf"},
        {"given_names": "Aoua", "family_name": "Diope"},
    )  # fmt: skip
    card = card_of(desks, name, "person_name")
    assert [asked.field.name for asked in card.asked] == ["given_names", "family_name"]
    with desks.here.write(desks.amina, seen=card.position) as db:
        answers = {"given_names": "Aoua", "family_name": "Diouf"}
        settle(db, db.get_one(PersonName, name), answers, "passport seen")
    desks.meet()
    for store in (desks.here, desks.there):
        with store.read() as db:
            assert conflict_count(db) == 0
            found = db.get_one(PersonName, name)
            assert (found.given_names, found.family_name) == ("Aoua", "Diouf")
            last = history(db, "person_name", name)[-1]
            assert last.answers["_reason"] == "passport seen"


def test_an_answer_that_arrived_since_is_not_taken_for_seen(found: Founder, desks: Desks) -> None:
    third, leila = found("third", login="leila")
    person = desks.person("Awa", children=1)
    desks.meet()
    third.merge(runs_of(desks.here))
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    card = card_of(desks, person)
    with third.write(leila) as db:
        db.get_one(Person, person).sex = "U"
    desks.here.merge(runs_of(third))
    with desks.here.write(desks.amina, seen=card.position) as db:
        settle(db, db.get_one(Person, person), {"sex": "M"}, "asked again")
    assert {a.value for a in card_of(desks, person).asked[0].answers} == {"M", "U"}


def test_two_settlements_at_once_are_a_conflict_that_ends(desks: Desks) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    for store, user, answer in ((desks.here, desks.amina, "X"), (desks.there, desks.brahim, "M")):
        with store.write(user) as db:
            settle(db, db.get_one(Person, person), {"sex": answer}, "sure")
    desks.meet()
    assert len(card_of(desks, person).asked[0].answers) == 2
    with desks.here.write(desks.amina) as db:
        settle(db, db.get_one(Person, person), {"sex": "F"}, "asked the person")
    desks.meet()
    for store in (desks.here, desks.there):
        with store.read() as db:
            assert (conflict_count(db), db.get_one(Person, person).sex) == (0, "F")


def test_a_state_is_settled_with_what_follows_from_it(desks: Desks) -> None:
    case = desks.case(desks.person("Awa"))
    desks.meet()
    with desks.here.write(desks.amina) as db:
        advance(db, db.get_one(Case, case), "withdrawn")
    with desks.there.write(desks.brahim) as db:
        advance(db, db.get_one(Case, case), "protection_hold")
    desks.meet()
    card = card_of(desks, case, "case")
    assert [asked.field.name for asked in card.asked] == ["state"]
    with desks.here.write(desks.amina) as db:
        settle(db, db.get_one(Case, case), {"state": "withdrawn"}, "asked the person")
    desks.meet()
    with desks.there.read() as db:
        assert conflict_count(db) == 0
        assert db.get_one(Case, case).state == "withdrawn"


def test_without_a_reason_nothing_is_settled(desks: Desks) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    with pytest.raises(Refused) as refused, desks.here.write(desks.amina) as db:
        settle(db, db.get_one(Person, person), {"sex": "M"}, " ")
    assert (refused.value.rule, refused.value.field) == ("reason_required", "sex")


def test_what_is_not_disputed_is_not_settled(desks: Desks) -> None:
    person = desks.person("Awa")
    with pytest.raises(Refused) as refused, desks.here.write(desks.amina) as db:
        settle(db, db.get_one(Person, person), {"sex": "M"}, "sure")
    assert refused.value.rule == "no_conflict"


def test_money_is_settled_by_those_who_pay_and_the_others_are_told_who(desks: Desks) -> None:
    grant = disputed_grant(desks)
    desks.becomes("counsellor")
    card = card_of(desks, grant, "grant")
    assert "Finance officer" in card.refusal
    with pytest.raises(Refused) as refused, desks.here.write(desks.amina) as db:
        settle(db, db.get_one(Grant, grant), {"requested": "850 EUR"}, "sure")
    assert refused.value.rule == "role"
    assert refused.value.message == card.refusal
    desks.becomes("finance")
    assert not card_of(desks, grant, "grant").refusal
    with desks.here.write(desks.amina) as db:
        settle(db, db.get_one(Grant, grant), {"requested": "850 EUR"}, "the quote says so")
    with desks.here.read() as db:
        assert str(db.get_one(Grant, grant).requested) == "850.00 EUR"


def test_a_consent_is_settled_by_a_supervisor(desks: Desks) -> None:
    consent = desks.consent(desks.person("Awa"), "register")
    desks.differ(
        Consent, consent,
        {"scopes": ["register", "services"]},
        {"scopes": ["register", "photo"]},
    )  # fmt: skip
    desks.becomes("counsellor")
    with desks.here.read() as db:
        assert "Supervisor" in why_not(db, desks.amina, "consent", ("scopes",))
    desks.becomes("supervisor")
    with desks.here.read() as db:
        assert not why_not(db, desks.amina, "consent", ("scopes",))


# -- the command line --------------------------------------------------------------------------

Sanad = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def sanad(
    desks: Desks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sanad:
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SANAD_LANG", "en")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    def call(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
        desks.here.close()
        code = run(["--store", str(desks.here.folder), "--json", *arguments], lambda _folder: 0)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return call


def test_the_command_line_tells_label_file_and_computers(desks: Desks, sanad: Sanad) -> None:
    person = desks.person("Awa", "Diop")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    code, [told] = sanad("conflicts")
    assert code == 0
    assert told["id"] == f"{person}/sex"
    assert (told["label"], told["file"], told["names"]) == ("Sex", str(person), ["Awa Diop"])
    assert [a["value"] for a in told["answers"]] == ["M", "X"]
    assert [a["here"] for a in told["answers"]] == [False, True]
    assert [a["computer"] for a in told["answers"]] == ["another computer", "this computer"]
    assert [a["shown"] for a in told["answers"]] == [False, True]


def test_the_command_line_narrows_to_a_kind_and_a_person(desks: Desks, sanad: Sanad) -> None:
    first, second = desks.person("Awa"), desks.person("Binta")
    for person in (first, second):
        desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    name = desks.name_of(second)
    desks.differ(PersonName, name, {"family_name": "Sy"}, {"family_name": "Ly"})
    assert [c["kind"] for c in sanad("conflicts", "--kind", "person")[1]] == ["person", "person"]
    told = sanad("conflicts", "--person", str(name))[1]
    assert {c["file"] for c in told} == {str(second)}
    assert {c["kind"] for c in told} == {"person", "person_name"}


def test_the_command_line_settles_and_refuses_twice(desks: Desks, sanad: Sanad) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    settle_it = ("resolve", f"{person}/sex", "--value", '"M"', "--reason", "passport seen")
    assert sanad(*settle_it) == (0, [{"id": f"{person}/sex", "value": "M"}])
    assert sanad("conflicts") == (0, [])
    assert sanad(*settle_it)[0] == 1


def test_the_command_line_lists_what_no_longer_adds_up(desks: Desks, sanad: Sanad) -> None:
    person = desks.person("Awa")
    desks.meet()
    for store, user in ((desks.here, desks.amina), (desks.there, desks.brahim)):
        with store.write(user) as db:
            open_case(db, person, "FORAS")
    desks.meet()
    code, told = sanad("review")
    assert code == 0
    assert {(f["rule"], f["file"]) for f in told} == {("one_open_case", str(person))}
    assert all(f["message"] and f["line"] for f in told)


def test_every_conflict_keeps_its_name_on_the_command_line(desks: Desks) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    with desks.here.read() as db:
        assert [c.id for c in open_conflicts(db)] == [f"{person}/sex"]
