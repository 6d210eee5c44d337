"""The way of a fictitious person along the line of states, up to the one they are brought to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from app.casework.case_states import REGULAR
from app.casework.cases import open_case
from app.casework.consents import give_consent
from app.casework.demo_desk import File, Script, material
from app.casework.demo_people import come
from app.casework.demo_support import (
    approve_plan,
    ask_for_grant,
    assist,
    invest,
    pay_first,
    propose_expert,
    refer,
    survey,
    visit,
    work_out_business,
)
from app.casework.programmes import programme_of
from app.casework.protection import release_hold, seal_in
from app.casework.sessions import record_session, schedule
from app.models.officers import recipients
from app.models.programme_lists import REGULAR_STATES

SIDES: Final = {
    "protection_hold": "counselling",
    "released": "counselling",
    "withdrawn": "counselling",
    "ineligible": "registered",
    "referred_out": "counselling",
    "no_show": "booked",
    "lost_contact": "reintegration",
    "deceased": "counselling",
    "duplicate_merged": "draft",
    "reopened": "closed",
}
"""Where a case is before it ends beside the line, or comes back."""

SPANS: Final = {
    "draft": (-100, -84), "registered": (-99, -72), "screening": (-98, -80),
    "counselling": (-90, -30), "declared": (-74, -60), "docs_pending": (-72, -26),
    "cleared": (-20, -18), "booked": (-17, -4), "ready": (-2, -1), "departed": (0, 1),
    "arrived": (3, 8), "reintegration": (12, 130), "monitoring": (110, 360),
    "closed": (380, 700), "no_show": (1, 6),
}  # fmt: skip
"""Days from the departure to today for whoever stands in a state."""

_DAYS: Final = {
    "draft": -100, "registered": -100, "screening": -99, "counselling": -97, "declared": -75,
    "docs_pending": -74, "cleared": -20, "booked": -17, "ready": -2, "departed": 0,
    "arrived": 1, "reintegration": 8, "monitoring": 100, "closed": 372,
}  # fmt: skip


def live(file: File) -> Script:
    """Bring somebody from their first day to where they are wanted."""
    aim = SIDES.get(file.wanted, file.wanted)
    low, high = SPANS.get(file.wanted) or SPANS.get(aim, (-100, -40))
    departs = file.desk.today - timedelta(days=file.random.randint(low, high))
    file.day = departs + timedelta(days=_DAYS["registered"])
    file.resume()
    # The return of a child is for a protection officer to clear first.
    person = come(file, is_grown=aim in REGULAR[REGULAR.index("declared") :])
    if file.wanted == "unopened":
        return
    file.case = open_case(
        file.db, person.id, file.programme, return_country=file.country,
        return_place=file.home["city"], priority=file.random.choice(["normal", "normal", "high"]),
    ).id  # fmt: skip
    file.db.flush()
    if file.wanted == "draft" and file.chance(0.6):
        return
    _consent(file)
    used = programme_of(file.db, file.programme)
    for state in REGULAR_STATES[1 : REGULAR_STATES.index(aim) + 1]:
        if not used.uses(state):
            continue
        file.go_to(departs + timedelta(days=_DAYS[state]))
        if state in _BEFORE:
            yield from _BEFORE[state](file, departs) or ()
        if state == "closed":
            yield "supervisor"
            file.advance("closed", closure_reason="completed")
            yield "counsellor"
        else:
            file.advance(state)
        if state in _AFTER:
            yield from _AFTER[state](file, departs) or ()
    yield from _beside(file)
    _agenda(file)


def _consent(file: File) -> None:
    give_consent(
        file.db, file.person,
        scopes=["register", "services", "share_partner",
                *file.random.sample(["reporting", "share_iom_coo"], 1)],
        given_on=file.day, form=file.random.choice(["written", "written", "thumbprint"]),
        language=file.language, source="self", witness="Fatima Zahra El Idrissi",
    )  # fmt: skip


# -- before and after the states of the line ---------------------------------------------------


def _screened(file: File, _departs: date) -> None:
    random = file.random
    is_declined = file.chance(0.12)
    screening = file.of_case("screening", result="declined" if is_declined else "done")
    if is_declined:
        return
    screening.situations = frozenset(
        random.choice([[], [], ["destitute"], ["no_papers"], ["serious_illness"], ["no_shelter"]])
    )
    screening.risk = random.choice(["low", "low", "medium", "high"])
    screening.actions = "Suivi au prochain entretien"
    if file.chance(0.5):
        file.db.flush()
        for side in ("risk", "protective"):
            file.add(
                "vulnerability_factor", screening=screening.id, side=side,
                level=random.choice(["individual", "household", "community"]),
                factor=file.desk.words(f"factors_{side}"),
                severity=random.choice(["low", "medium", "high"]) if side == "risk" else None,
            )  # fmt: skip
    if file.chance(0.4):
        survey(file, "WG-SS")


def _counselled(file: File, departs: date) -> None:
    random = file.random
    topics = list(programme_of(file.db, file.programme).topics)
    first = "return" if file.wanted not in {"counselling", "withdrawn"} else "information"
    for number in range(random.randint(1, 3)):
        if number:
            file.wait(random.randint(2, 7))
        record_session(
            file.db, file.case, session_kind=first if not number else "reintegration",
            minutes=random.choice([30, 45, 60]), mode="office", language=file.language,
            interpreter="none", topics=random.sample(topics, min(len(topics), 3)),
            decision=random.choice(["undecided", "wants_return", "not_asked"]),
            leaflet=True, note=file.desk.words("notes"),
            questions_asked=file.desk.words("questions") if file.chance(0.3) else None,
        )  # fmt: skip
    file.db.flush()
    if file.chance(0.25):
        refer(file)
    if file.programme == "HUM-SSA" or file.chance(0.1):
        assist(file)
    if file.programme == "MEDMA2":
        invest(file)


def _declared(file: File, _departs: date) -> None:
    _declare(file, "return", cooling_off_until=file.day.isoformat())


def _declare(file: File, kind: str, **more: str) -> None:
    has_interpreter = file.chance(0.2)
    file.of_case(
        "declaration", declaration_kind=kind, language=file.language,
        explained=["voluntary", "no_guarantee", "asylum", "delays", "coming_back", "complaint"],
        is_understood_language=True, is_free_of_pressure=True, capacity="yes",
        interpreter="in_person" if has_interpreter else "none",
        interpreter_name=file.desk.words("interpreters") if has_interpreter else None,
        signed=file.random.choice(["signature", "signature", "thumb"]),
        witness="Fatima Zahra El Idrissi", **more,
    )  # fmt: skip


def _asked(file: File, departs: date) -> Script:
    """Ask for the papers; the plan and the business are worked out meanwhile."""
    waits = file.wanted in {"docs_pending", "withdrawn"}
    file.papers = [
        file.of_case("travel_document_request", paper=paper, consulate=office)
        for paper, office in (
            ("laissez_passer", file.home["consulate"]),
            ("exit_authorisation", "Ministère de l'Intérieur"),
        )
    ]
    file.db.flush()
    for paper in file.papers:
        if not waits or file.chance(0.8):
            file.act(paper, "send", answer_expected=file.day + timedelta(days=30))
    yield from approve_plan(file, departs)
    if file.chance(0.6):
        yield from work_out_business(file)


def _cleared(file: File, departs: date) -> None:
    pass_until = departs + timedelta(days=file.random.choice([9, 40, 90, 170]))
    number = file.random.randint(1000, 99999)
    paper, leave = file.papers
    file.act(paper, "issue", number=f"LP {number}", issued_on=file.day, expires_on=pass_until)
    file.act(leave, "issue", number=f"A {number % 997}", issued_on=file.day)


def _booked(file: File, departs: date) -> None:
    words, home = file.desk.words, file.home
    travel = file.of_case("travel", departs_on=departs, baggage_kg=30, meeting_point="Bureau")
    file.db.flush()
    file.travel = travel
    stop = file.random.choice([None, None, "IST", "ALG"])
    hour = file.random.randint(8, 20)
    for origin, destination, at in (
        [("CMN", stop, f"{hour:02}:10"), (stop, home["airport"], f"{hour + 3:02}:40")]
        if stop
        else [("CMN", home["airport"], f"{hour:02}:10")]
    ):
        file.add(
            "travel_leg", travel=travel.id, mode="air", origin=origin, destination=destination,
            departs_at=f"{departs}T{at}", flight=f"AT {file.random.randint(200, 990)}",
        )  # fmt: skip
    file.act(travel, "book", departs_on=departs, carrier=words("carriers"), booking=f"R{hour}K7")
    file.allowance = file.add(
        "travel_allowance", travel=travel.id, allowance_kind="pocket", amount="30 EUR"
    )
    file.db.flush()


def _ready(file: File, departs: date) -> None:
    needs_help = file.chance(0.1)
    file.of_case(
        "medical_assessment", doctor=file.desk.words("doctors"), is_file_passed_on=True,
        valid_until=f"{departs}T20:00", fitness="conditions" if needs_help else "fit",
        conditions=["wheelchair", "medication"] if needs_help else None,
    )  # fmt: skip
    _declare(file, "reconfirmed")
    file.act(file.allowance, "prepare")


def _leaves(file: File, _departs: date) -> None:
    file.act(file.allowance, "hand_out", receipt=f"R {file.random.randint(100, 999)}")
    file.act(file.travel, "confirm_boarding")


def _arrives(file: File, _departs: date) -> None:
    if file.travel is None:  # came home from abroad, received here
        file.travel = file.of_case("travel", departs_on=file.day)
    file.act(
        file.travel, "confirm_arrival", received_at=f"Aéroport de {file.home['city']}",
        received_by=f"OIM {file.home['city']}",
    )  # fmt: skip


def _resettles(file: File, departs: date) -> Script:
    if not file.papers:
        yield from approve_plan(file, departs)
        if file.programme in {"AVRR-TO", "VTLO"} and file.chance(0.6):
            yield from work_out_business(file)
    yield from ask_for_grant(file)
    if file.programme == "TRQN3":
        propose_expert(file)
    if file.wanted != "reintegration" or file.chance(0.7):
        assist(file, always=True)
    yield from pay_first(file)
    survey(file, "SATISFACTION" if file.chance(0.5) else "RSS")
    if file.wanted == "reintegration":
        yield from visit(file, file.desk.today)


def _ends(file: File, departs: date) -> Script:
    until = min(file.desk.today, departs + timedelta(days=371))
    yield from visit(file, file.desk.today if file.wanted == "monitoring" else until)


_Part = Callable[[File, date], Script | None]
_BEFORE: Final[dict[str, _Part]] = {
    "counselling": _screened, "declared": _declared, "cleared": _cleared, "booked": _booked,
    "ready": _ready, "departed": _leaves, "arrived": _arrives,
}  # fmt: skip
_AFTER: Final[dict[str, _Part]] = {
    "counselling": _counselled, "docs_pending": _asked, "reintegration": _resettles,
    "monitoring": _ends,
}  # fmt: skip


# -- beside the line ---------------------------------------------------------------------------


def _beside(file: File) -> Script:
    wanted = file.wanted
    if wanted not in SIDES:
        return
    file.wait(5)
    if wanted in {"protection_hold", "released"}:
        file.advance("protection_hold")
        if recipients(file.db):
            seal_in(file.db, file.person, _SEALED)
        if wanted == "released":
            yield "protection"
            release_hold(file.db, file.held_case())
            file.act(file.held_case(), "resume")
        return
    if wanted == "withdrawn":
        file.act(file.held_case(), "withdraw")
    elif wanted == "reopened":
        yield "supervisor"
        file.act(file.held_case(), "reopen", reason=_reason(file))
    else:
        if wanted == "no_show":
            if file.travel is None:
                return  # nobody departs in this programme
            file.act(file.travel, "miss")
        file.advance(wanted, reason=_reason(file))


def _reason(file: File) -> str:
    chosen: str = file.random.choice(material()["reasons"][file.wanted])
    return chosen


_SEALED: Final = {
    "concern": ["vot"], "status": "possible", "immediate_danger": False,
    "control": ["documents_kept", "wages_withheld"],
    "actions": "Entretien avec une spécialiste, hébergement proposé.",
}  # fmt: skip


def _agenda(file: File) -> None:
    """Note what is to do today and soon."""
    random, today = file.random, file.desk.today
    file.go_to(today)
    if file.chance(0.15):
        day = today + timedelta(days=random.randint(0, 14))
        at = f"{day}T{random.randint(9, 16):02}:30"
        schedule(file.db, file.person, at=at, purpose="counselling", minutes=45)
    if file.chance(0.2):
        task = file.add(
            "task", person=file.person, what=file.desk.words("tasks"),
            due_on=today + timedelta(days=random.randint(-6, 10)), priority="normal",
        )  # fmt: skip
        if file.chance(0.25):
            file.act(task, "done")
    if file.chance(0.08):
        feedback = file.add(
            "feedback", person=file.person, said=file.desk.words("complaints"),
            feedback_kind=random.choice(["complaint", "suggestion", "thanks", "question"]),
            received_on=today - timedelta(days=random.randint(0, 20)),
        )  # fmt: skip
        if file.chance(0.5):
            file.act(feedback, "answer", answer=file.desk.words("answers"))
