"""One believable person or organisation walks through each programme to its end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from app.casework.activities import participants_of
from app.casework.follow_up import visits_of
from app.casework.investments import enterprises_of
from app.casework.programmes import programme_of
from app.casework.review import findings
from app.casework.timeline import timeline
from app.models.activities import Activity
from app.models.cases import Case
from app.models.experts import Assignment, ExpertNeed
from app.models.programmes import programmes
from tests.casework.walking import (
    Step,
    Walker,
    answers_the_survey,
    comes,
    declares,
    departs,
    ends,
    gets_papers,
    holds,
    invests_in,
    is_assigned_to,
    is_granted,
    is_helped,
    is_paid,
    is_received,
    is_referred,
    is_screened_and_counselled,
    is_trained,
    is_visited,
    moves_on_to,
    plans,
    walker,
    works_with,
)
from tests.models.test_convergence import runs_of


@dataclass(frozen=True)
class Walk:
    """Who walks, in a sentence, and the steps.

    Attributes:
        came: People counted in the activities, for a programme of activities.
    """

    who: str
    steps: tuple[Step, ...]
    came: int = 0


WALKS = {
    "AVRR-FROM": Walk(
        "Mamadou, a Guinean stranded in Rabat, returns and opens a workshop in two instalments.",
        (
            comes("Mamadou", nationalities=["GN"], legal_status="irregular"),
            is_screened_and_counselled(situations=["destitute"], risk="medium"),
            declares("voluntary", "amounts", "no_guarantee"),
            is_trained("BUSINESS-IDEA"),
            plans("A repair workshop in Labé"),
            gets_papers,
            departs,
            is_received,
            moves_on_to("reintegration"),
            is_granted("1200 EUR"),
            is_paid(1),
            is_visited(1, "not_started"),
            moves_on_to("monitoring"),
            is_visited(2),
            is_paid(2),
            answers_the_survey,
            is_visited(3),
            ends("completed"),
        ),
    ),
    "AVRR-TO": Walk(
        "Hicham comes home to Morocco from Belgium and is set up with equipment.",
        (
            comes("Hicham", nationalities=["MA"], legal_status="national"),
            is_screened_and_counselled("reintegration"),
            is_received,
            moves_on_to("reintegration"),
            plans("A bakery in Berkane", mission=False),
            is_granted("1500 EUR"),
            is_paid(1),
            moves_on_to("monitoring"),
            is_visited(1),
            is_visited(2, "running_growing"),
            is_visited(3),
            ends("completed"),
        ),
    ),
    "RAISE": Walk(
        "Adama, who asked for asylum, knows what the return does to the claim and goes home.",
        (
            comes("Adama", nationalities=["SL"], legal_status="asylum_seeker"),
            is_screened_and_counselled(result="declined"),
            declares("voluntary", "asylum"),
            gets_papers,
            departs,
            is_received,
            moves_on_to("reintegration"),
            is_granted("12000 NOK"),
            is_paid(1),
            moves_on_to("monitoring"),
            is_visited(1),
            is_visited(2),
            is_paid(2),
            is_visited(3),
            ends("completed"),
        ),
    ),
    "RRASM-CH": Walk(
        "Serge, of Congo-Kinshasa, returns with the whole ceiling paid on arrival.",
        (
            comes("Serge", nationalities=["CD"], legal_status="irregular"),
            is_screened_and_counselled(),
            declares(),
            is_trained("RETURN-SENSITISATION"),
            gets_papers,
            departs,
            is_received,
            moves_on_to("reintegration"),
            is_granted("600 USD"),
            is_paid(1),
            moves_on_to("monitoring"),
            is_visited(1),
            is_visited(2),
            ends("completed"),
        ),
    ),
    "FORAS": Walk(
        "Fatou learns life skills and enterprise before she returns to Senegal.",
        (
            comes("Fatou", sex="F", nationalities=["SN"], legal_status="irregular"),
            is_screened_and_counselled(situations=["single_parent"], risk="low"),
            declares(),
            is_trained("LIFE-SKILLS"),
            is_trained("ENTREPRENEURSHIP"),
            plans("A stall in Thiès"),
            gets_papers,
            departs,
            is_received,
            moves_on_to("reintegration"),
            is_helped("microbusiness", "Stall and first stock"),
            moves_on_to("monitoring"),
            is_visited(1),
            is_visited(2),
            is_visited(3, "running_growing"),
            ends("completed"),
        ),
    ),
    "HUM-SSA": Walk(
        "Ousmane, ill in Oujda, is taken to a health centre and given blankets.",
        (
            comes("Ousmane", nationalities=["CM"], legal_status="irregular", town="Oujda"),
            is_screened_and_counselled("information", situations=["serious_illness", "no_shelter"]),
            is_referred("medical", "Health centre of Oujda"),
            is_helped("health_accompaniment", "Consultation"),
            is_helped("nfi", "Blankets", quantity="2"),
            is_trained("HYGIENE-HEALTH"),
            ends("completed"),
        ),
    ),
    "E-BOSLA": Walk(
        "Khadija learns Italian and how things work there before she joins her husband.",
        (
            comes("Khadija", sex="F", nationalities=["MA"], legal_status="national"),
            is_screened_and_counselled("information"),
            is_trained("ITALIAN-LANGUAGE", score=72),
            is_trained("ITALY-ORIENTATION"),
            ends("completed"),
        ),
    ),
    "VTLO": Walk(
        "Aminata, regularised in 2014, trains and opens a hairdresser's in Salé.",
        (
            comes("Aminata", sex="F", nationalities=["CI"], legal_status="regularised_2014"),
            is_screened_and_counselled("reintegration"),
            moves_on_to("reintegration"),
            plans("A hairdresser's in Salé", mission=False),
            is_granted("900 USD"),
            is_trained("BUSINESS-IDEA", score=88),
            is_paid(1),
            moves_on_to("monitoring"),
            is_visited(1),
            is_visited(2),
            is_visited(3),
            ends("completed"),
        ),
    ),
    "FORSATY": Walk(
        "Youssef, 19, out of school in Tangier, prepares for work.",
        (
            comes("Youssef", birth="2007-02", nationalities=["MA"], legal_status="national"),
            is_screened_and_counselled("information"),
            is_trained("YOUTH-EMPLOYABILITY"),
            moves_on_to("reintegration"),
            is_helped("job_placement", "Apprenticeship in a garage"),
            moves_on_to("monitoring"),
            is_visited(1, "none"),
            is_visited(2, "none"),
            ends("completed"),
        ),
    ),
    "SALEMM": Walk(
        "Salma, 13, of Khouribga, finds her way back to school with her family.",
        (
            comes("Salma", sex="F", birth="2013", nationalities=["MA"], legal_status="national"),
            is_screened_and_counselled("family", situations=["child"]),
            is_trained("VOCATIONAL-ORIENTATION"),
            moves_on_to("reintegration"),
            is_helped("educational_orientation", "School year enrolment"),
            moves_on_to("monitoring"),
            is_visited(1, "none"),
            ends("completed"),
        ),
    ),
    "MEDMA2": Walk(
        "Nadia, of Brussels, invests in an olive press near Taounate.",
        (
            comes("Nadia", sex="F", nationalities=["BE", "MA"], legal_status="national"),
            is_screened_and_counselled("information"),
            moves_on_to("reintegration"),
            invests_in(
                "Olive press",
                ("advise", {}),
                ("plan", {"jobs": 6, "amount": "180000 EUR"}),
                ("finance", {}),
                ("register", {"registration": "RC 4417"}),
                ("operate", {"jobs": 7}),
            ),
            is_helped("legal", "Statutes of the company"),
            moves_on_to("monitoring"),
            is_visited(1),
            is_visited(2, "running_growing"),
            ends("completed"),
        ),
    ),
    "TRQN3": Walk(
        "Driss, a water engineer in Utrecht, teaches in Agadir for twelve weeks.",
        (
            comes("Driss", nationalities=["NL", "MA"], legal_status="national"),
            is_screened_and_counselled("information"),
            moves_on_to("reintegration"),
            is_helped("travel", "Return ticket"),
            is_assigned_to("University of Agadir", "Water engineer", weeks=12),
            moves_on_to("monitoring"),
            is_visited(1, "none"),
            ends("completed"),
        ),
    ),
    "JMDI": Walk(
        "A cooperative of returnees and the commune build a small project.",
        (
            works_with("Coopérative Amal", "cooperative"),
            holds("workshop", "Writing the project", 2, ("F", "30-44", "civil_society", 9)),
            holds(
                "small_project", "Forty hives", 300,
                ("F", "30-44", "migrants", 12), ("M", "15-29", "migrants", 8),
                ("U", "unknown", "other", 3),
            ),
        ),
        came=32,
    ),
    "MMNDP": Walk(
        "A ministry writes migration into the national plan.",
        (
            works_with("Ministry of Planning", "central_government"),
            holds("study", "What migration brings", 90),
            holds("policy", "A chapter of the plan", 60, ("M", "45-59", "officials", 14)),
        ),
        came=14,
    ),
    "GUIDE-ENT": Walk(
        "A promoter asks the help desk how to find funds.",
        (
            works_with("Fondation Abeo", "ngo"),
            holds("enquiry", "Funds for a tannery", 1, ("M", "30-44", "need_funds", 1)),
        ),
        came=1,
    ),
    "MIXED-NA": Walk(
        "Border officials learn to recognise who needs protection.",
        (
            works_with("Directorate of Migration", "central_government"),
            holds(
                "training", "Mixed flows", 3,
                ("M", "30-44", "law_enforcement", 15), ("F", "30-44", "officials", 10),
            ),
        ),
        came=25,
    ),
    "EUIOM-JI-NA": Walk(
        "A commune and returnees dig a well together.",
        (
            works_with("Commune of Aït Melloul", "local_government"),
            holds("meeting", "What the commune needs", 1, ("F", "18-59", "communities", 20)),
            holds(
                "small_project", "A well", 120,
                ("M", "18-59", "returnees", 6), ("F", "60+", "communities", 2),
            ),
        ),
        came=28,
    ),
}  # fmt: skip


def test_every_programme_is_walked() -> None:
    assert set(WALKS) == set(programmes())


@pytest.mark.parametrize("programme", WALKS)
def test_a_walk_through_the_programme_ends_well(programme: str, tmp_path: Path) -> None:
    with walker(tmp_path / "store", programme) as w:
        for step in WALKS[programme].steps:
            step(w)
        if programmes()[programme].keeps_cases:
            _assert_case_is_over(w)
        else:
            _assert_activities_are_over(w, WALKS[programme].came)
        assert _broken_elsewhere(w, tmp_path / "elsewhere") == []


def _broken_elsewhere(w: Walker, folder: Path) -> list[str]:
    """List the rules that do not hold once another office has read the whole walk."""
    with walker(folder, w.programme) as elsewhere:
        elsewhere.wait_until(w.today)
        elsewhere.store.merge(runs_of(w.store))
        # The two offices have users of the same logins, which is rightly told.
        return [one.rule for one in findings(elsewhere.store) if one.kind != "user"]


def _assert_case_is_over(w: Walker) -> None:
    with w.reading() as db:
        case = db.get_one(Case, w.case)
        assert (case.state, case.closure_reason) == ("closed", "completed")
        schedule = programme_of(db, w.programme).follow_up_days
        visits = visits_of(db, case.id)
        goes_home = programme_of(db, w.programme).uses("reintegration")
        assert len(visits) == (len(schedule) if goes_home else 0)
        assert {visit.state for visit in visits} <= {"done"}
        told = [happening.what for happening in timeline(db, case.person)]
        assert {"registered", "consent", "case", "session", "screening"} <= set(told)


def _assert_activities_are_over(w: Walker, came: int) -> None:
    with w.reading() as db:
        activities = db.scalars(select(Activity)).all()
        assert {activity.state for activity in activities} == {"done"}
        assert participants_of(db, [activity.id for activity in activities]).total == came
        assert db.scalars(select(Case)).all() == []


def test_an_investors_walk_counts_as_an_enterprise(tmp_path: Path) -> None:
    with walker(tmp_path / "store", "MEDMA2") as w:
        for step in WALKS["MEDMA2"].steps:
            step(w)
        with w.reading() as db:
            assert enterprises_of(db, "MEDMA2") == 1


def test_an_experts_walk_fills_the_need(tmp_path: Path) -> None:
    with walker(tmp_path / "store", "TRQN3") as w:
        for step in WALKS["TRQN3"].steps:
            step(w)
        with w.reading() as db:
            assert db.scalars(select(ExpertNeed.state)).all() == ["filled"]
            assert db.scalars(select(Assignment.trained)).all() == [18]
