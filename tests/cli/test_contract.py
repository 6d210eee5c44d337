"""The command line's contract: exit codes, and every refusal naming its field and rule."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.cli.run import run
from app.models.store import Store
from tests.conftest import PASSPHRASE, Office

Sanad = Callable[..., tuple[int, list[Any]]]


@pytest.fixture
def sanad(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sanad:
    store, _user = office
    store.close()
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SANAD_LANG", "en")

    def call(*arguments: str, given: Any = None) -> tuple[int, list[Any]]:
        text = given if isinstance(given, str) else json.dumps(given)
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        code = run(["--store", str(store.folder), "--json", *arguments], lambda _folder: 0)
        out = capsys.readouterr().out
        try:
            return code, [json.loads(out)]
        except json.JSONDecodeError:
            return code, [json.loads(line) for line in out.splitlines()]

    return call


def person(**more: Any) -> dict[str, Any]:
    return {"sex": "F", "nationalities": ["SN"], "names": [{"given_names": "Awa"}], **more}


NOBODY = "01a20355-4a1e-7299-b128-18bc71c96824"
REFUSED = [
    ("person", person(birth="2031-05-04"), "birth", "future_date"),
    ("person", person(birth="1990-02-30"), "birth", "impossible_date"),
    ("person", person(birth="soon"), "birth", "impossible_date"),
    ("person", person(birth=1990), "birth", "impossible_date"),
    ("person", person(birth="1790"), "birth", "impossible_date"),
    ("person", person(sex="female"), "sex", "not_in_list"),
    ("person", person(sex=7), "sex", "not_in_list"),
    ("person", person(sex=None), "sex", "required"),
    ("person", person(nationalities=["Congo"]), "nationalities", "ambiguous_country"),
    ("person", person(nationalities=["الكونغو"]), "nationalities", "ambiguous_country"),
    ("person", person(nationalities=["Atlantis"]), "nationalities", "unknown_country"),
    ("person", person(children=-1), "children", "out_of_range"),
    ("person", person(children="many"), "children", "type"),
    ("person", person(needs_interpreter="yes"), "needs_interpreter", "type"),
    ("person", person(shoe_size=42), "shoe_size", "unknown_field"),
    ("person", person(town="Ra\x07bat"), "town", "control_character"),
    ("person", person(town=["Rabat"]), "town", "type"),
    ("person", person(names=[]), "given_names", "name_required"),
    ("person", person(names=[{"given_names": "  "}]), "given_names", "name_required"),
    ("person", person(names=[{"given_names": "\u200f\u200e"}]), "given_names", "empty"),
    ("person", person(names=[{"given_names": "A" * 300}]), "given_names", "too_long"),
    ("person", person(names=[{"given_names": "1234"}]), "given_names", "name_without_letters"),
    ("person", person(contacts=[{"number": "12"}]), "number", "not_a_phone_number"),
    ("person", person(names=None), "names", "type"),
    ("person", person(names=[None]), "names", "type"),
    ("person", person(contacts=5), "contacts", "type"),
    ("person", person(identifiers="x"), "identifiers", "type"),
    ("person", person(names=[{"person": NOBODY, "given_names": "a"}]), "person", "unknown_field"),
    ("person", person(birth=[]), "birth", "impossible_date"),
    ("person", person(needs_interpreter=[]), "needs_interpreter", "type"),
    ("case", {"person": NOBODY, "programme": "FORAS"}, "person", "unknown_reference"),
    ("case", {"person": "not an id", "programme": "FORAS"}, "person", "not_an_id"),
    ("case", {"programme": "FORAS"}, "person", "required"),
    ("appointment", {"at": "2026-13-01T10:00"}, "person", "required"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "field", "rule"), REFUSED)
def test_bad_input_is_refused_at_its_field(
    sanad: Sanad, kind: str, given: dict[str, Any], field: str, rule: str
) -> None:
    code, [answer] = sanad("add", kind, given=given)
    assert code == 1
    assert (answer["field"], answer["rule"]) == (field, rule)
    assert answer["message"].endswith(".") or ":" in answer["message"]
    assert sanad("list", "person")[1] == []


def test_unknown_kind_names_the_known_ones(sanad: Sanad) -> None:
    code, [answer] = sanad("add", "unicorn", given={})
    assert (code, answer["rule"]) == (1, "unknown_kind")
    assert "counselling_session" in answer["message"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '"text"', "[" * 100_000, "9" * 5000, '{"children": ' + "9" * 5000 + "}"],
)
def test_what_is_not_json_is_refused(sanad: Sanad, text: str) -> None:
    assert sanad("add", "person", given=text)[0] == 1


def test_first_of_january_is_kept_and_questioned(sanad: Sanad) -> None:
    code, [answer] = sanad("add", "person", given=person(birth="1990-01-01"))
    assert code == 0
    assert [w["field"] for w in answer["warnings"]] == ["birth"]
    assert sanad("get", "person", answer["id"])[1][0]["birth"] == "1990-01-01"


def test_year_only_is_kept_as_a_year(sanad: Sanad) -> None:
    _code, [answer] = sanad("add", "person", given=person(birth="1990"))
    assert "warnings" not in answer
    assert sanad("get", "person", answer["id"])[1][0]["birth"] == "1990"


@pytest.mark.parametrize(
    ("number", "kept", "country"),
    [
        ("+213 37 65 28 81", "+21337652881", "Algeria"),
        ("+221 77 123 45 67", "+221771234567", "Senegal"),
        ("+212 (0) 537 65 28 81", "+212537652881", None),
        ("0537652881", "+212537652881", None),
    ],
)
def test_telephone_of_another_country_is_kept_and_questioned(
    sanad: Sanad, number: str, kept: str, country: str | None
) -> None:
    code, [answer] = sanad("add", "person", given=person(contacts=[{"number": number}]))
    assert code == 0
    warned = [w["message"] for w in answer.get("warnings", [])]
    assert warned == ([] if country is None else [f"This number is of {country}. Is that meant?"])
    assert sanad("list", "contact")[1][0]["number"] == kept


def test_bidi_marks_are_dropped_from_names(sanad: Sanad) -> None:
    _code, [answer] = sanad(
        "add", "person", given=person(names=[{"given_names": "\u202bمحمد\u202c"}])
    )
    assert sanad("list", "person_name")[1][0]["given_names"] == "محمد"
    assert answer["id"]


def test_single_name_is_a_name(sanad: Sanad) -> None:
    assert sanad("add", "person", given=person(names=[{"family_name": "Kossi"}]))[0] == 0


def test_second_open_case_in_a_programme_is_refused(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    case = {"person": added["id"], "programme": "FORAS"}
    assert sanad("add", "case", given=case)[0] == 0
    code, [answer] = sanad("add", "case", given=case)
    assert (code, answer["rule"], answer["field"]) == (1, "one_open_case", "programme")
    assert sanad("add", "case", given={**case, "programme": "RAISE"})[0] == 0


def test_one_refused_record_does_not_hold_back_the_others(sanad: Sanad) -> None:
    lines = "\n".join(json.dumps(p) for p in (person(), person(sex="?"), person()))
    code, answers = sanad("add", "person", given=lines)
    assert code == 1
    assert ["id" in a for a in answers[:3]] == [True, False, True]
    assert answers[1]["line"] == 2
    assert len(sanad("list", "person")[1]) == 2


def test_case_moves_only_by_its_steps_and_says_what_is_missing(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    _code, [case] = sanad("add", "case", given={"person": added["id"], "programme": "FORAS"})
    code, [answer] = sanad("set", "case", case["id"], given={"state": "registered"})
    assert (code, answer["rule"]) == (1, "use_advance")
    code, [answer] = sanad("case", "advance", case["id"], "registered")
    assert (code, answer["rule"]) == (1, "missing_for_state")
    assert "consent" in answer["message"].lower()
    code, [answer] = sanad("case", "advance", case["id"], "counselling")
    assert (code, answer["rule"]) == (1, "illegal_move")
    assert sanad("case", "advance", case["id"], "withdrawn")[0] == 0
    assert sanad("case", "states", case["id"])[1][0]["next"] == []


def test_steps_say_what_is_missing_and_by_whom(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    _code, [case] = sanad("add", "case", given={"person": added["id"], "programme": "FORAS"})
    _code, [answer] = sanad("case", "states", case["id"])
    [first, *others] = answer["next"]
    assert (first["state"], first["is_regular"]) == ("registered", True)
    assert first["missing_rules"] == ["consent_given"]
    assert len(first["missing"]) == 1
    [closing] = [step for step in others if step["state"] == "closed"]
    assert closing["needs_reason"]
    assert "supervisor" in closing["roles"]


def test_a_state_that_does_not_exist_is_refused(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    _code, [case] = sanad("add", "case", given={"person": added["id"], "programme": "FORAS"})
    code, [answer] = sanad("case", "advance", case["id"], "vanished")
    assert (code, answer["rule"], answer["field"]) == (1, "not_in_list", "state")


def test_closing_needs_a_reason_in_words_or_by_its_code(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    _code, [case] = sanad("add", "case", given={"person": added["id"], "programme": "FORAS"})
    code, [answer] = sanad("case", "advance", case["id"], "closed")
    assert (code, answer["rule"]) == (1, "reason_required")
    assert sanad("case", "advance", case["id"], "closed", "--closure-reason", "settled")[0] == 0
    assert sanad("get", "case", case["id"])[1][0]["closure_reason"] == "settled"
    assert sanad("case", "advance", case["id"], "reopened", "--reason", "is back")[0] == 0


def test_verbs_are_listed_and_done(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    _code, [case] = sanad("add", "case", given={"person": added["id"], "programme": "FORAS"})
    request = {"case": case["id"], "paper": "laissez_passer", "consulate": "Sénégal"}
    _code, [paper] = sanad("add", "travel_document_request", given=request)
    _code, listed = sanad("verbs", "travel_document_request", paper["id"])
    send = next(one for one in listed if one["verb"] == "send")
    assert send["is_step"]
    assert set(send["asks"]) == {"sent_on", "answer_expected"}
    code, [answer] = sanad("act", "travel_document_request", paper["id"], "send")
    assert (code, answer["record"]["state"]) == (0, "sent")
    code, [answer] = sanad(
        "act", "travel_document_request", paper["id"], "issue", "-",
        given={"number": "LP 1", "expires_on": "2027-05-01"},
    )  # fmt: skip
    assert (code, answer["record"]["state"]) == (0, "issued")
    code, [answer] = sanad("act", "travel_document_request", paper["id"], "send")
    assert (code, answer["rule"]) == (1, "not_possible")
    code, [answer] = sanad("act", "travel_document_request", paper["id"], "fly")
    assert (code, answer["rule"]) == (1, "unknown_verb")


def test_what_only_verbs_set_is_read_only_in_the_schema_and_refused(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    _code, [case] = sanad("add", "case", given={"person": added["id"], "programme": "FORAS"})
    _code, [schema] = sanad("schema", "travel")
    assert schema["properties"]["state"]["readOnly"]
    assert "state" not in schema["required"]
    given = {"case": case["id"], "escort": "none"}
    jsonschema.validate(given, schema)
    assert sanad("add", "travel", given=given)[0] == 0
    code, [answer] = sanad("add", "travel", given={**given, "state": "departed"})
    assert (code, answer["rule"], answer["field"]) == (1, "set_by_verbs", "state")


def test_voided_record_leaves_the_lists_and_stays_in_the_history(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    assert sanad("void", "person", added["id"], "--reason", "entered twice")[0] == 0
    assert sanad("list", "person")[1] == []
    _code, steps = sanad("history", "person", added["id"])
    assert steps[-1]["answers"] == {"voided": "entered twice"}


def test_void_is_said_once_and_can_be_undone(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    assert len(sanad("search", "Awa")[1]) == 1
    assert sanad("void", "person", added["id"], "--reason", "entered twice")[0] == 0
    assert sanad("search", "Awa")[1] == []
    code, [answer] = sanad("void", "person", added["id"], "--reason", "again")
    assert (code, answer["rule"]) == (1, "already_void")
    assert sanad("void", "person", added["id"], "--undo")[0] == 0
    assert len(sanad("search", "Awa")[1]) == 1
    assert sanad("void", "person", added["id"])[0] == 2


def test_set_takes_one_object(sanad: Sanad) -> None:
    _code, [added] = sanad("add", "person", given=person())
    code, [answer] = sanad("set", "person", added["id"], given=[{"town": "Fès"}, {"town": "Salé"}])
    assert (code, answer["rule"]) == (1, "one_object")
    assert "town" not in sanad("get", "person", added["id"])[1][0]


def test_no_output_replaces_the_stores_own_files(
    sanad: Sanad, office: Office, tmp_path: Path
) -> None:
    store, _user = office
    for name in ("sanad.db", "keys.json", "new.backup"):
        target = str(store.folder / name)
        for command in (
            ("store", "backup", target),
            ("print", "intake", "--blank", "-o", target),
        ):
            code, [answer] = sanad(*command)
            assert (code, answer["rule"]) == (1, "inside_store")
    assert sanad("store", "check")[1] == [{"ok": True, "faults": []}]
    assert sanad("store", "backup", str(tmp_path / "week.backup"))[0] == 0
    code, [answer] = sanad("store", "restore", str(tmp_path / "nothing"))
    assert code == 1  # a store is there already


def test_check_answers_one_document_and_three_for_a_store_that_is_not_sound(
    office: Office, sanad: Sanad
) -> None:
    assert sanad("add", "person", given=person())[0] == 0
    again, _who = Store.unlock(office[0].folder, "amina", PASSPHRASE)
    with again, again.control() as connection:
        connection.exec_driver_sql("UPDATE person SET town = 'elsewhere'")
    code, [answer] = sanad("store", "check")
    assert code == 3
    assert answer["ok"] is False
    assert len(answer["faults"]) == 1


def test_list_filters_by_answers(sanad: Sanad) -> None:
    sanad("add", "person", given=person(nationalities=["SN", "GN"], town="Oujda"))
    sanad("add", "person", given=person(nationalities=["ML"]))
    assert len(sanad("list", "person", "--where", "nationalities=GN")[1]) == 1
    assert len(sanad("list", "person", "--where", "town=Oujda", "--where", "sex=F")[1]) == 1
    assert sanad("list", "person", "--where", "colour=red")[0] == 1


def test_wrong_usage_is_two(sanad: Sanad) -> None:
    assert sanad("frobnicate")[0] == 2
    assert sanad("list")[0] == 2


def test_wrong_passphrase_is_one_and_a_missing_store_three(
    sanad: Sanad, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SANAD_PASSPHRASE", "something else")
    code, [answer] = sanad("list", "person")
    assert (code, answer["rule"], answer["field"]) == (1, "wrong_passphrase", "passphrase")
    assert run(["--store", str(tmp_path / "nowhere"), "list", "person"], lambda _f: 0) == 3


def test_bug_answers_seventy_and_writes_a_report_without_data(
    sanad: Sanad, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise KeyError("Awa")

    monkeypatch.setattr("app.cli.records.entry_schema", broken)
    code, [answer] = sanad("schema", "person")
    assert (code, answer["error"]) == (70, "bug")
    report = Path(answer["message"].split(" is in ")[1].rstrip("."))
    assert "KeyError" in report.read_text()
    assert "Awa" not in report.read_text()


def test_attachment_that_is_no_picture_is_refused(office: Office) -> None:
    from app.casework.attachments import attach_picture
    from app.errors import Refused

    store, user = office
    with pytest.raises(Refused) as refused:
        attach_picture(store, user, user, b"%PDF-1.4 not a picture", attachment_kind="photo")
    assert refused.value.rule == "not_a_picture"


def test_user_added_may_unlock_and_a_counsellor_may_not_add_users(
    sanad: Sanad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANAD_NEW_PASSPHRASE", "a second passphrase")
    assert sanad("user", "add", "karim", "--role", "counsellor")[0] == 0
    assert {u["login"] for u in sanad("user", "list")[1]} == {"amina", "karim"}
    monkeypatch.setenv("SANAD_PASSPHRASE", "a second passphrase")
    monkeypatch.setenv("SANAD_LOGIN", "karim")
    assert sanad("list", "person")[0] == 0
    code, [answer] = sanad("user", "add", "third", "--role", "counsellor")
    assert (code, answer["rule"]) == (1, "role")


def test_schema_describes_what_add_accepts(sanad: Sanad) -> None:
    _code, [schemas] = sanad("schema")
    given = person(contacts=[{"number": "+212661234567"}])
    jsonschema.validate(given, schemas["person"])
    _code, [added] = sanad("add", "person", given=given)
    case = {"person": added["id"], "programme": "FORAS"}
    jsonschema.validate(case, schemas["case"])
    assert sanad("add", "case", given=case)[0] == 0
    for wrong in ({**given, "names": []}, {**given, "sex": "?"}, {**given, "shoes": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schemas["person"])


def test_demo_fills_a_training_store_only(sanad: Sanad) -> None:
    assert sanad("demo", "--people", "12", "--no-open")[0] == 0
    assert len(sanad("list", "person")[1]) == 12


def test_no_command_opens_the_desktop_on_the_store_named(tmp_path: Path) -> None:
    opened: list[Path] = []

    def open_desktop(folder: Path) -> int:
        opened.append(folder)
        return 0

    assert run(["--store", str(tmp_path / "mine")], open_desktop) == 0
    assert run(["--store", str(tmp_path / "mine"), "documents"], open_desktop) == 0
    assert opened == [tmp_path / "mine"]
