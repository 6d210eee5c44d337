"""The whole line with real processes: two stores, headquarters, a printed form, equal digests."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pypdfium2

from tests.e2e.processes import Computer


def counsel(desk: Computer) -> tuple[str, str]:
    """A morning's work at one desk; gives the person and the case."""
    person = desk.sanad(
        "add",
        "person",
        given={
            "sex": "M",
            "birth": "1990",
            "nationalities": ["SN"],
            "main_language": "wo",
            "town": "Rabat",
            "names": [
                {"given_names": "Mamadou", "family_name": "N’Diaye"},
                {"given_names": "محمد بن عبد الرحمن", "name_kind": "used"},
            ],
            "contacts": [{"number": "0661 23 45 67", "contact_kind": "own"}],
        },
    ).json["id"]
    desk.sanad(
        "add",
        "consent",
        given={
            "person": person,
            "scopes": ["register", "services"],
            "given_on": "2026-01-15",
            "form": "written",
        },
    )
    case = desk.sanad("add", "case", given={"person": person, "programme": "AVRR-FROM"}).json["id"]
    desk.sanad("case", "advance", case, "registered")
    desk.sanad("case", "advance", case, "screening")
    desk.sanad(
        "add", "screening", given={"case": case, "screening_kind": "rapid", "result": "done"}
    )
    desk.sanad(
        "add",
        "counselling_session",
        given={
            "case": case,
            "session_kind": "return",
            "held_on": "2026-01-15",
            "language": "wo",
            "topics": ["voluntary", "scheme"],
            "decision": "undecided",
            "next_appointment": "2026-02-01T10:00",
        },
    )
    desk.sanad("case", "advance", case, "counselling")
    return person, case


def train(desk: Computer, person: str) -> str:
    """A short training with its roll call; gives the enrolment."""
    curriculum = desk.sanad("list", "curriculum", "--where", "code=BUSINESS-IDEA").json["id"]
    group = desk.sanad(
        "add",
        "training_group",
        given={"name": "Rabat 1", "curriculum": curriculum, "starts": "2026-01-19"},
    ).json["id"]
    enrolment = desk.sanad("add", "enrolment", given={"group": group, "person": person}).json["id"]
    marks = [
        {"enrolment": enrolment, "held_on": f"2026-01-{day}", "half_day": half, "mark": "present"}
        for day in (19, 20, 21)
        for half in ("am", "pm")
    ]
    desk.sanad("add", "attendance", given=marks)
    return enrolment


def test_two_desks_and_headquarters_end_alike_and_the_form_holds_every_value(
    tmp_path: Path,
) -> None:
    first, second, hq = (Computer(tmp_path / name) for name in ("first", "second", "hq"))
    for desk, login in ((first, "amina"), (second, "karim")):
        desk.sanad("store", "create", "--training", "--office", "RAB", "--user", login)
    person, case = counsel(first)
    train(first, person)
    other_person, other_case = counsel(second)
    with hq.headquarters("--training") as address:
        for desk in (first, second):
            code = hq.sanad("hq", "invite", "--office", "RAB").json["code"]
            desk.sanad("enrol", "--hq", address, "--code", code)
        for desk in (first, second, first):
            assert desk.sanad("sync").json["verified"] is True
        digests = [
            first.sanad("store", "digest").json,
            second.sanad("store", "digest").json,
            hq.sanad("hq", "digest").json,
        ]
        nothing = first.sanad("sync").json
    assert digests[0] == digests[1] == digests[2]
    assert (nothing["sent"], nothing["received"]) == (0, 0)
    assert digests[0]["person"]["count"] == 2
    # Stores created apart: one office, both users, two case numbers.
    assert [o["code"] for o in first.sanad("list", "office").lines] == ["RAB"]
    assert {u["login"] for u in second.sanad("list", "user").lines} == {"amina", "karim"}
    numbers = {c["id"]: c["number"] for c in second.sanad("list", "case").lines}
    assert set(numbers) == {case, other_case}
    assert len(set(numbers.values())) == 2
    assert {f["id"] for f in second.sanad("search", "محمد").lines} == {person, other_person}
    for desk in (first, second):
        assert desk.sanad("store", "check").json["ok"] is True
    assert hq.sanad("hq", "check").json["ok"] is True
    # The form, printed on the computer that did not write it.
    paper = tmp_path / "form.pdf"
    printed = second.sanad(
        "print", "intake", "--record", person, "--lang", "fr,ar", "-o", str(paper)
    ).json
    assert printed["unprintable"] == []
    with pypdfium2.PdfDocument(paper) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    plain = unicodedata.normalize("NFKC", text)
    for value in ("Mamadou", "N’Diaye", "Rabat", "1990", numbers[case]):
        assert value in plain
    for word in ["محمد", "بن", "عبد", "الرحمن"]:
        assert word in plain or word[::-1] in plain


def test_unsynced_conflict_is_shown_alike_and_its_settlement_travels(tmp_path: Path) -> None:
    first, second, hq = (Computer(tmp_path / name) for name in ("first", "second", "hq"))
    for desk, login in ((first, "amina"), (second, "karim")):
        desk.sanad("store", "create", "--training", "--office", "RAB", "--user", login)
    person = first.sanad(
        "add", "person",
        given={"sex": "M", "nationalities": ["GN"], "names": [{"given_names": "Ɓah Ƴero"}]},
    ).json["id"]  # fmt: skip
    with hq.headquarters("--training") as address:
        for desk in (first, second):
            code = hq.sanad("hq", "invite", "--office", "RAB").json["code"]
            desk.sanad("enrol", "--hq", address, "--code", code)
            desk.sanad("sync")
        first.sanad("set", "person", person, given={"sex": "X", "town": "Fès"})
        second.sanad("set", "person", person, given={"sex": "F", "occupation": "Maçon"})
        for desk in (first, second, first):
            desk.sanad("sync")
        shown = [desk.sanad("conflicts").json for desk in (first, second)]
        assert {a["value"] for a in shown[0]["answers"]} == {"X", "F"}
        assert [a["at"] for a in shown[0]["answers"]] == [a["at"] for a in shown[1]["answers"]]
        record = first.sanad("get", "person", person).json
        assert (record["town"], record["occupation"]) == ("Fès", "Maçon")
        first.sanad("resolve", shown[0]["id"], "--value", '"F"', "--reason", "passport seen")
        for desk in (first, second):
            desk.sanad("sync")
        assert second.sanad("conflicts").out == ""
        assert second.sanad("get", "person", person).json["sex"] == "F"
        assert second.sanad("store", "digest").json == hq.sanad("hq", "digest").json
