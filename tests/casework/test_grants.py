"""Grants: who decides, what may be promised and paid, and that the sums always agree."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from app.casework.attendance import mark
from app.casework.cases import open_case
from app.casework.entry import add_record, set_record
from app.casework.founding import found_store
from app.casework.grant_board import board, tranches_due
from app.casework.grant_sums import GrantSums, live, sums
from app.casework.grants import reversal_id
from app.casework.people import register
from app.casework.programmes import change_programme
from app.casework.review import findings
from app.casework.training import complete, enrol
from app.casework.verbs import usual_answers, verbs_of
from app.casework.voids import void
from app.errors import Refused
from app.models.cases import Case
from app.models.follow_up import FollowUp
from app.models.grants import (
    Commitment,
    ExchangeRate,
    Grant,
    Invoice,
    Payment,
    Quote,
    Tranche,
)
from app.models.household import HouseholdMember
from app.models.money import Money, total
from app.models.persons import Person
from app.models.store import Store
from app.models.training import Curriculum, Enrolment, TrainingGroup
from app.models.values import PartialDate
from tests.casework.granting import RULES, Granting, euros, make_granting
from tests.conftest import PASSPHRASE, TODAY, Founder, Office
from tests.models.test_convergence import runs_of


@pytest.fixture
def g(office: Office) -> Granting:
    return make_granting(*office)


def refused(work: Callable[..., Any], *given_: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        work(*given_, **named)
    return caught.value


def sums_now(g: Granting, grant: UUID) -> GrantSums:
    with g.store.read() as db:
        return sums(db, db.get_one(Grant, grant))


def state_of(g: Granting, grant: UUID) -> str | None:
    with g.store.read() as db:
        return db.get_one(Grant, grant).state


# -- requesting --------------------------------------------------------------------------------


def test_a_request_starts_with_the_day_the_state_and_the_class_of_the_person(g: Granting) -> None:
    with g.store.write(g.amina) as db:
        started = usual_answers(db, Grant, db.get_one(Case, g.case))
    assert started == {
        "state": "requested", "requested_on": TODAY.isoformat(), "person_class": "adult",
    }  # fmt: skip


def test_a_request_of_nothing_is_refused(g: Granting) -> None:
    assert refused(g.request, "0 EUR").rule == "out_of_range"


# -- approving ---------------------------------------------------------------------------------


def test_up_to_the_threshold_one_approval_is_enough(g: Granting) -> None:
    grant = g.request("1000 EUR")
    g.do(g.karim, Grant, grant, "approve")
    with g.store.read() as db:
        kept = db.get_one(Grant, grant)
    assert (kept.state, kept.approved, kept.approved_by) == ("approved", euros(1000), g.karim)
    assert kept.approved_on == TODAY


def test_above_the_threshold_a_second_person_has_to_agree(g: Granting) -> None:
    grant = g.request("1000.01 EUR")
    g.do(g.karim, Grant, grant, "approve")
    assert state_of(g, grant) == "first_approval"
    assert g.tranches(grant) == []
    assert refused(g.do, g.karim, Grant, grant, "agree").rule == "two_people"
    assert refused(g.do, g.amina, Grant, grant, "agree").rule == "two_people"
    g.do(g.leila, Grant, grant, "agree")
    assert state_of(g, grant) == "approved"


def test_nobody_approves_what_they_requested(g: Granting) -> None:
    assert refused(g.do, g.amina, Grant, g.request(), "approve").rule == "two_people"


def test_a_role_that_does_not_approve_is_refused(g: Granting) -> None:
    assert refused(g.do, g.leila, Grant, g.request(), "approve").rule == "role"


def test_another_amount_than_requested_may_be_approved(g: Granting) -> None:
    grant = g.request("800 EUR")
    g.do(g.karim, Grant, grant, "approve", approved="500 EUR")
    assert sums_now(g, grant).approved == euros(500)
    assert sums_now(g, grant).requested == euros(800)


def test_another_currency_than_requested_is_refused(g: Granting) -> None:
    grant = g.request("800 EUR")
    assert refused(g.do, g.karim, Grant, grant, "approve", approved="500 USD").rule == (
        "grant_currency"
    )


def test_a_kind_of_grant_the_programme_does_not_give_is_refused(g: Granting) -> None:
    grant = g.request("100 USD", grant_kind="in_kind", person_class="family")
    assert refused(g.do, g.karim, Grant, grant, "approve").rule == "no_grant_rule"


@pytest.mark.parametrize(
    ("birth", "person_class", "rule"),
    [
        ("2000", "umc", "class_and_age"),
        ("2000", "child_accompanied", "class_and_age"),
        ("2015", "adult", "class_and_age"),
        ("2008-11-22", "umc", "class_and_age"),  # 18 on this very day
        ("2008-11-23", "umc", None),
        ("2008", "umc", None),  # perhaps 17, perhaps 18
        (None, "umc", None),
    ],
)
def test_a_grant_is_for_the_class_of_an_age(
    g: Granting, birth: str | None, person_class: str, rule: str | None
) -> None:
    with g.store.write(g.amina) as db:
        db.get_one(Person, g.person).birth = birth  # type: ignore[assignment]
    if rule is None:
        g.request("5 EUR", person_class=person_class)
    else:
        error = refused(g.request, "5 EUR", person_class=person_class)
        assert (error.rule, error.field) == (rule, "person_class")


def test_a_refusal_says_why(g: Granting) -> None:
    grant = g.request()
    assert refused(g.do, g.karim, Grant, grant, "refuse").rule == "required"
    g.do(g.karim, Grant, grant, "refuse", refusal="The market is full")
    assert state_of(g, grant) == "refused"


@pytest.mark.parametrize(
    "answers",
    [
        {"state": "approved"},
        {"state": "approved", "approved": "5 EUR", "approved_on": TODAY.isoformat()},
        {"approved": "5 EUR"},
    ],
)
def test_a_grant_is_not_approved_by_setting_answers(g: Granting, answers: dict[str, Any]) -> None:
    grant = g.request()

    def work() -> None:
        with g.store.write(g.leila) as db:
            kept = db.get_one(Grant, grant)
            for name, value in answers.items():
                setattr(kept, name, value)

    assert refused(work).rule == "use_verb"


def test_nobody_signs_for_somebody_else(g: Granting) -> None:
    grant = g.request()

    def work() -> None:
        with g.store.write(g.amina) as db:
            kept = db.get_one(Grant, grant)
            kept.approved, kept.approved_on = euros(5), TODAY
            kept.approved_by, kept.state = g.karim, "approved"

    assert refused(work).rule == "own_hand"


# -- ceilings ----------------------------------------------------------------------------------


def test_a_grant_above_the_ceiling_is_refused(g: Granting) -> None:
    grant = g.request("2000.01 EUR")
    g.do(g.karim, Grant, grant, "refuse", refusal="too much")
    grant = g.request("2000.01 EUR")
    assert refused(g.do, g.karim, Grant, grant, "approve").rule == "grant_ceiling"


def test_all_grants_of_a_kind_count_against_the_ceiling(g: Granting) -> None:
    g.granted("1500 EUR")
    grant = g.request("600 EUR")
    found = refused(g.do, g.karim, Grant, grant, "approve")
    assert found.rule == "grant_ceiling"
    assert "2,100.00" in found.message
    g.do(g.karim, Grant, grant, "approve", approved="500 EUR")


def test_a_grant_of_another_kind_has_a_ceiling_of_its_own(g: Granting) -> None:
    g.granted("2000 EUR")
    g.granted("600 USD", grant_kind="in_kind", person_class="adult")


def test_each_child_has_the_ceiling_of_a_child(g: Granting) -> None:
    children = [
        g.add(HouseholdMember, person=g.person, name=name, relation="child", birth="2020")
        for name in ("Awa", "Sira")
    ]
    for child in children:
        g.granted("700 USD", grant_kind="in_kind", person_class="child_accompanied", member=child)
    grant = g.request(
        "1 USD", grant_kind="in_kind", person_class="child_accompanied", member=children[0]
    )
    assert refused(g.do, g.karim, Grant, grant, "approve").rule == "grant_ceiling"


def test_a_relative_with_a_file_has_one_ceiling_across_both_files(g: Granting) -> None:
    with g.store.write(g.amina) as db:
        wife = register(
            db, {"sex": "F", "nationalities": ["CI"], "birth": "1992"},
            names=[{"given_names": "Awa"}],
        ).id  # fmt: skip
        own_case = open_case(db, wife, "AVRR-FROM").id
    member = g.add(HouseholdMember, person=g.person, name="Awa", relation="spouse", member=wife)
    g.granted("600 USD", grant_kind="in_kind", person_class="adult", member=member)
    of_wife = Granting(g.store, g.amina, g.karim, g.leila, wife, own_case)
    grant = of_wife.request("1 USD", grant_kind="in_kind", person_class="adult")
    assert refused(g.do, g.karim, Grant, grant, "approve").rule == "grant_ceiling"


def test_a_payment_of_a_grant_closed_elsewhere_counts_on_both_desks(found: Founder) -> None:
    here, amina = found("here")
    g = make_granting(here, amina)
    there, _other = found("there", login="hassan")
    g.arrive()
    first = g.granted("2000 EUR")
    there.merge(runs_of(here))
    far = Granting(there, g.amina, g.karim, g.leila, g.person, g.case)
    far.pay(g.tranches(first)[0].id)
    g.do(g.leila, Grant, first, "close")
    g.granted("2000 EUR")
    here.merge(runs_of(there))
    there.merge(runs_of(here))
    for store in (here, there):
        assert "grant_ceiling" in {f.rule for f in findings(store)}


def test_what_money_was_promised_or_paid_on_is_not_void(g: Granting, in_kind: UUID) -> None:
    chosen = quote(g, in_kind, "100 USD")
    g.do(g.amina, Quote, chosen, "choose")
    g.do(g.amina, Quote, chosen, "commit")
    paper, other = g.invoice(in_kind), g.invoice(in_kind)
    g.pay(g.tranches(in_kind)[0].id, payee="Ets Diallo", amount="50 USD", invoice=str(paper))

    def set_aside(kind: type[Quote] | type[Invoice], record: UUID) -> None:
        with g.store.write(g.amina) as db:
            void(db.get_one(kind, record), "typed twice")

    assert refused(set_aside, Quote, chosen).rule == "in_use"
    assert refused(set_aside, Invoice, paper).rule == "in_use"
    set_aside(Invoice, other)


def test_a_ceiling_in_another_currency_needs_a_rate(g: Granting) -> None:
    grant = g.request("1000000 XOF")
    assert refused(g.do, g.karim, Grant, grant, "approve").rule == "no_rate"
    g.add(ExchangeRate, base="EUR", quoted="XOF", rate=Decimal("655.957"), on=TODAY, source="BCEAO")
    g.do(g.karim, Grant, grant, "approve")
    g.do(g.leila, Grant, grant, "agree")
    too_much = g.request("400000 XOF")
    assert refused(g.do, g.karim, Grant, too_much, "approve").rule == "grant_ceiling"


def test_what_a_closed_grant_did_not_pay_is_free_again(g: Granting) -> None:
    g.arrive()
    first = g.granted("2000 EUR")
    g.pay(g.tranches(first)[0].id, amount="400 EUR")
    g.do(g.leila, Grant, first, "close")
    g.granted("1600 EUR")
    assert refused(g.granted, "1 EUR").rule == "grant_ceiling"


def test_two_desks_that_approve_the_rest_are_found_in_review(found: Founder) -> None:
    here, amina = found("here")
    g = make_granting(here, amina)
    there, _other = found("there", login="hassan")
    one, two = g.request("1000 EUR"), g.request("1000.00 EUR", purpose="housing")
    three = g.request("1000 EUR", purpose="education")
    g.do(g.karim, Grant, one, "approve")
    there.merge(runs_of(here))
    far = Granting(there, g.amina, g.karim, g.leila, g.person, g.case)
    g.do(g.karim, Grant, two, "approve")
    far.do(g.karim, Grant, three, "approve")
    assert findings(here) == []
    here.merge(runs_of(there))
    there.merge(runs_of(here))
    assert {(f.kind, f.rule) for f in findings(here)} == {("grant", "grant_ceiling")}
    assert {(f.kind, f.rule) for f in findings(there)} == {("grant", "grant_ceiling")}
    # Closing one of them, unpaid, puts it right on both.
    g.do(g.karim, Grant, two, "close")
    there.merge(runs_of(here))
    assert findings(here) == []
    assert findings(there) == []


def test_no_grant_is_made_while_the_changed_programme_does_not_fit(found: Founder) -> None:
    here, amina = found("here")
    g = make_granting(here, amina)
    there, omar = found("there", login="omar")
    there.merge(runs_of(here))
    request = g.request("500 EUR")
    for store, user, answers in ((here, amina, {"age_from": 24}), (there, omar, {"age_to": 20})):
        with store.write(user) as db:
            change_programme(db, "AVRR-FROM", **answers)
    here.merge(runs_of(there))
    error = refused(g.do, g.karim, Grant, request, "approve")
    assert (error.rule, error.field) == ("programme_misfit", "grant_kind")


# -- tranches ----------------------------------------------------------------------------------


def test_tranches_follow_the_programme_and_add_up(g: Granting) -> None:
    grant = g.granted("1000.01 EUR")
    made = g.tranches(grant)
    assert [(t.seq, t.trigger, t.after_days) for t in made] == [
        (1, "arrival", 0), (2, "visit_with_evidence", 180),
    ]  # fmt: skip
    assert total([t.amount for t in made if t.amount], "EUR") == Money(Decimal("1000.01"), "EUR")


def test_an_arrival_opens_the_first_tranche(g: Granting) -> None:
    [first, _second] = g.tranches(g.granted())
    found = refused(g.pay, first.id)
    assert (found.rule, "arrival" in found.message) == ("tranche_not_open", True)
    g.arrive()
    g.pay(first.id)


def test_a_departure_opens_and_so_does_a_completed_training(g: Granting) -> None:
    with g.store.write(g.amina) as db:
        db.get_one(Person, g.person).birth = PartialDate("2010")
    grant = g.granted("300 USD", grant_kind="in_kind", person_class="child_accompanied")
    paper = g.invoice(grant)
    [_now, departed, trained] = g.tranches(grant)
    pay = {"payee": "Ets Diallo", "invoice": str(paper)}
    assert refused(g.pay, departed.id, **pay).rule == "tranche_not_open"
    assert refused(g.pay, trained.id, **pay).rule == "tranche_not_open"
    g.arrive(TODAY - timedelta(days=3))
    g.pay(departed.id, **pay)
    day = TODAY - timedelta(days=35)
    taught = g.add(Curriculum, code="SEWING", hours=4, half_days=1, threshold=80)
    group = g.add(TrainingGroup, name="May", curriculum=taught, starts=day, ends=day)
    with g.store.write(g.amina) as db:
        place = enrol(db, group, g.person)
    with g.store.write(g.amina) as db:
        mark(db, place.id, day, "am", "present")
    with g.store.write(g.amina) as db:
        complete(db, db.get_one(Enrolment, place.id))
    g.pay(trained.id, **pay)


def test_the_second_tranche_takes_the_days_a_visit_that_saw_and_checked_evidence(
    g: Granting,
) -> None:
    arrived = TODAY - timedelta(days=200)
    g.arrive(arrived)
    grant = g.granted()
    second = g.tranches(grant)[1].id
    assert "visit" in refused(g.pay, second).message

    def visit(days: int, **more: Any) -> None:
        held = arrived + timedelta(days=days)
        g.add(FollowUp, case=g.case, due_on=held, held_on=held, state="done", **more)

    visit(100, is_seen=True)
    assert refused(g.pay, second).rule == "tranche_not_open"
    visit(190)
    assert refused(g.pay, second).rule == "tranche_not_open"
    visit(185, is_seen=True)
    paper = g.invoice(grant)
    assert "checked with the person" in refused(g.pay, second).message
    g.do(g.amina, Invoice, paper, "verify")
    g.pay(second)


def test_a_grant_is_used_within_its_months(g: Granting) -> None:
    grant = g.granted("50 EUR", grant_kind="allowance")
    g.arrive(TODAY - timedelta(days=370))
    assert refused(g.pay, g.tranches(grant)[0].id).rule == "grant_expired"


# -- quotes and commitments --------------------------------------------------------------------


@pytest.fixture
def in_kind(g: Granting) -> UUID:
    return g.granted("600 USD", grant_kind="in_kind", person_class="adult")


def quote(g: Granting, grant: UUID, amount: str, what: str = "Sewing machine") -> UUID:
    return g.add(
        Quote, grant=grant, supplier=f"Ets {amount}", what=what, amount=Money.parse(amount),
        quoted_on=TODAY,
    )  # fmt: skip


def test_the_lowest_quote_is_chosen_or_the_reason_is_said(g: Granting, in_kind: UUID) -> None:
    dear, cheap = quote(g, in_kind, "400 USD"), quote(g, in_kind, "350 USD")
    quote(g, in_kind, "10 USD", what="Thread")
    assert refused(g.do, g.amina, Quote, dear, "choose").rule == "not_the_lowest"
    g.do(g.amina, Quote, cheap, "choose")
    g.do(g.amina, Quote, dear, "choose", why="With a guarantee of two years")
    with g.store.read() as db:
        assert [db.get_one(Quote, q).is_chosen for q in (dear, cheap)] == [True, False]


def test_above_the_threshold_a_commitment_takes_three_quotes(g: Granting, in_kind: UUID) -> None:
    first = quote(g, in_kind, "350 USD")
    quote(g, in_kind, "360 USD")
    g.do(g.amina, Quote, first, "choose")
    found = refused(g.do, g.amina, Quote, first, "commit")
    assert (found.rule, "there are 2" in found.message) == ("quotes_missing", True)
    quote(g, in_kind, "370 USD", what="sewing MACHINE")
    g.do(g.amina, Quote, first, "commit")
    assert sums_now(g, in_kind).committed == Money(Decimal(350), "USD")


def test_up_to_the_threshold_a_commitment_takes_no_quote(g: Granting, in_kind: UUID) -> None:
    g.add(Commitment, grant=in_kind, payee="Ets Diallo", amount=Money.parse("300 USD"),
          committed_on=TODAY)  # fmt: skip


@pytest.mark.parametrize("payee", ["Moussa Koné", "KONE Moussa", "M. moussa kone", "Koné"])
def test_suppliers_are_paid_not_the_person(g: Granting, in_kind: UUID, payee: str) -> None:
    found = refused(
        g.add, Commitment, grant=in_kind, payee=payee, amount=Money.parse("5 USD"),
        committed_on=TODAY,
    )  # fmt: skip
    assert found.rule == "payee_is_supplier"


def test_commitments_are_never_more_than_the_grant(g: Granting, in_kind: UUID) -> None:
    for _time in range(2):
        g.add(Commitment, grant=in_kind, payee="Ets Diallo", amount=Money.parse("300 USD"),
              committed_on=TODAY)  # fmt: skip
    found = refused(
        g.add, Commitment, grant=in_kind, payee="Ets Diallo", amount=Money.parse("0.01 USD"),
        committed_on=TODAY,
    )  # fmt: skip
    assert found.rule == "more_than_approved"


def test_nothing_is_promised_of_a_grant_not_approved(g: Granting) -> None:
    found = refused(
        g.add, Commitment, grant=g.request(), payee="Ets Diallo", amount=euros(5),
        committed_on=TODAY,
    )  # fmt: skip
    assert found.rule == "grant_not_approved"


def test_a_supplier_is_paid_on_a_paper_of_theirs(g: Granting, in_kind: UUID) -> None:
    [tranche] = g.tranches(in_kind)
    assert refused(g.pay, tranche.id, payee="Ets Diallo").rule == "invoice_required"
    g.pay(tranche.id, payee="Ets Diallo", invoice=str(g.invoice(in_kind)))


def test_payments_out_of_a_commitment_are_never_more_than_it(g: Granting, in_kind: UUID) -> None:
    [tranche] = g.tranches(in_kind)
    promised = g.add(
        Commitment, grant=in_kind, payee="Ets Diallo", amount=Money.parse("200 USD"),
        committed_on=TODAY,
    )  # fmt: skip
    given_ = {"invoice": str(g.invoice(in_kind)), "commitment": str(promised), "payee": None}
    g.pay(tranche.id, amount="150 USD", **given_)
    assert refused(g.pay, tranche.id, amount="50.01 USD", **given_).rule == "more_than_committed"
    with pytest.raises(Refused, match="Reverse them first"), g.store.write(g.amina) as db:
        void(db.get_one(Commitment, promised), "wrong")


# -- paying ------------------------------------------------------------------------------------


@pytest.fixture
def open_tranche(g: Granting) -> UUID:
    return g.tranches(g.granted("900 EUR", grant_kind="allowance"))[0].id


def test_what_is_left_is_paid_when_no_amount_is_said(g: Granting, open_tranche: UUID) -> None:
    g.pay(open_tranche, amount="300 EUR")
    second = g.pay(open_tranche)
    with g.store.read() as db:
        payment = db.get_one(Payment, second)
        assert (payment.amount, payment.in_grant_currency) == (euros(600), euros(600))
        tranche = db.get_one(Tranche, open_tranche)
        assert [v.name for v in verbs_of(db, tranche, frozenset({"finance"}))] == []


def test_more_than_the_tranche_is_refused(g: Granting, open_tranche: UUID) -> None:
    assert refused(g.pay, open_tranche, amount="900.01 EUR").rule in {
        "more_than_tranche", "more_than_approved",
    }  # fmt: skip


def test_another_currency_names_its_rate(g: Granting, open_tranche: UUID) -> None:
    assert refused(g.pay, open_tranche, amount="1000 MAD").rule == "no_rate"
    rate = g.add(
        ExchangeRate, base="EUR", quoted="MAD", rate=Decimal("10.8"), on=TODAY, source="BAM"
    )
    assert refused(g.pay, open_tranche, amount="1000 MAD").rule == "rate_required"
    payment = g.pay(open_tranche, amount="1000 MAD", rate=str(rate))
    with g.store.read() as db:
        kept = db.get_one(Payment, payment)
        assert (str(kept.in_grant_currency), kept.rate) == ("92.59 EUR", rate)


def test_a_rate_payments_were_made_at_stays(g: Granting, open_tranche: UUID) -> None:
    rate = g.add(
        ExchangeRate, base="EUR", quoted="MAD", rate=Decimal("10.8"), on=TODAY, source="BAM"
    )
    g.pay(open_tranche, amount="1000 MAD", rate=str(rate))
    with pytest.raises(Refused, match="were made at this rate"), g.store.write(g.amina) as db:
        db.get_one(ExchangeRate, rate).rate = Decimal(11)
    with pytest.raises(Refused, match="were made at this rate"), g.store.write(g.amina) as db:
        void(db.get_one(ExchangeRate, rate), "wrong")


def test_above_the_threshold_a_payment_waits_for_a_second_person(g: Granting) -> None:
    g.arrive()
    with g.store.write(g.amina) as db:
        change_programme(db, "AVRR-FROM", details=RULES.replace("1000 EUR", "100 EUR"))
    grant = g.granted("800 EUR")
    tranche = g.tranches(grant)[0].id
    payment = g.pay(tranche)
    added = sums_now(g, grant)
    assert (added.paid, added.to_release, added.left_to_pay) == (euros(0), euros(400), euros(400))
    assert refused(g.do, g.amina, Payment, payment, "release").rule == "two_people"
    assert refused(g.do, g.leila, Grant, grant, "close").rule == "payment_waits"
    g.do(g.leila, Payment, payment, "release")
    assert sums_now(g, grant).paid == euros(400)


def test_a_payment_is_made_with_its_verb_only(g: Granting, open_tranche: UUID) -> None:
    with g.store.read() as db:
        grant = db.get_one(Tranche, open_tranche).grant
    found = refused(
        g.add, Payment, grant=grant, tranche=open_tranche, amount=euros(5), paid_on=TODAY,
        payee="X", mode="cash",
    )  # fmt: skip
    assert found.rule == "use_verb"


def test_a_payment_can_never_be_void(g: Granting, open_tranche: UUID) -> None:
    payment = g.pay(open_tranche)
    with pytest.raises(Refused) as never, g.store.write(g.amina) as db:
        void(db.get_one(Payment, payment), "wrong")
    assert never.value.rule == "never_void"


@pytest.mark.parametrize("kind", [Grant, Tranche])
def test_what_was_paid_of_cannot_be_void(g: Granting, open_tranche: UUID, kind: Any) -> None:
    g.pay(open_tranche, amount="5 EUR")
    with pytest.raises(Refused) as never, g.store.write(g.amina) as db:
        tranche = db.get_one(Tranche, open_tranche)
        void(tranche if kind is Tranche else db.get_one(Grant, tranche.grant), "wrong")
    assert never.value.rule == "never_void"


def test_a_reversal_restores_the_sums_and_keeps_both(g: Granting, open_tranche: UUID) -> None:
    with g.store.read() as db:
        grant = db.get_one(Tranche, open_tranche).grant
    before = sums_now(g, grant)
    payment = g.pay(open_tranche)
    assert sums_now(g, grant).left_to_pay == euros(0)
    reversal = g.do(g.leila, Payment, payment, "reverse", reason="Wrong account")
    assert sums_now(g, grant) == before
    with g.store.read() as db:
        assert db.get_one(Payment, payment).voided is None
        kept = db.get_one(Payment, reversal.id)
        assert (kept.amount, kept.reversal_of, kept.reason) == (
            euros(-900), payment, "Wrong account",
        )  # fmt: skip
    g.pay(open_tranche)


def test_a_payment_is_reversed_once(g: Granting, open_tranche: UUID) -> None:
    payment = g.pay(open_tranche)
    reversal = g.do(g.leila, Payment, payment, "reverse", reason="Wrong account").id
    for one in (payment, reversal):
        assert refused(g.do, g.leila, Payment, one, "reverse", reason="x").rule == "not_possible"


def test_two_desks_that_reverse_one_payment_made_one_reversal(found: Founder) -> None:
    here, amina = found("here")
    g = make_granting(here, amina)
    there, _other = found("there", login="hassan")
    tranche = g.tranches(g.granted("900 EUR", grant_kind="allowance"))[0]
    payment = g.pay(tranche.id)
    there.merge(runs_of(here))
    far = Granting(there, g.amina, g.karim, g.leila, g.person, g.case)
    for desk in (g, far):
        desk.do(g.leila, Payment, payment, "reverse", reason="Wrong account")
    here.merge(runs_of(there))
    assert findings(here) == []
    with here.read() as db:
        assert db.scalar(select(func.count()).select_from(Payment)) == 2
    assert sums_now(g, tranche.grant).paid == euros(0)


def test_one_tranche_paid_on_two_desks_is_found_in_review(found: Founder) -> None:
    here, amina = found("here")
    g = make_granting(here, amina)
    there, _other = found("there", login="hassan")
    tranche = g.tranches(g.granted("900 EUR", grant_kind="allowance"))[0]
    there.merge(runs_of(here))
    far = Granting(there, g.amina, g.karim, g.leila, g.person, g.case)
    g.pay(tranche.id)
    twice = far.pay(tranche.id)
    here.merge(runs_of(there))
    assert {f.rule for f in findings(here)} == {"more_than_tranche", "more_than_approved"}
    g.do(g.leila, Payment, twice, "reverse", reason="Paid twice")
    assert findings(here) == []


def test_an_amount_from_json_goes_through_the_same_rules(g: Granting) -> None:
    with g.store.write(g.amina) as db:
        added = add_record(
            db, "grant",
            {"case": str(g.case), "grant_kind": "cash", "purpose": "housing", "state": "requested",
             "person_class": "adult", "requested_on": TODAY.isoformat(),
             "requested": {"amount": "50.5", "currency": "EUR"}},
        ).id  # fmt: skip
    with pytest.raises(Refused) as own, g.store.write(g.amina) as db:
        set_record(
            db, "grant", added,
            {"state": "approved", "approved": "50 EUR", "approved_on": TODAY.isoformat(),
             "approved_by": str(g.karim)},
        )  # fmt: skip
    assert own.value.rule == "set_by_verbs"


# -- the board ---------------------------------------------------------------------------------


def test_the_board_says_what_is_next_and_what_blocks_it(g: Granting) -> None:
    waits = g.granted("800 EUR")
    asked = g.request("100 EUR")
    ready = g.granted("50 EUR", grant_kind="allowance")
    with g.store.read() as db:
        lines = {line.grant.id: line for line in board(db, TODAY)}
        assert lines[asked].next is None
        assert lines[waits].next is not None
        assert "arrival" in lines[waits].next.blocked
        assert (lines[ready].next.blocked, lines[ready].next.due_on) == ("", TODAY)  # type: ignore[union-attr]
        assert lines[waits].person.name == "Moussa Koné"
        assert lines[waits].programme == "AVRR-FROM"
        assert [line.grant.id for line in tranches_due(db, TODAY)] == [ready]


def test_the_board_tells_when_a_visit_is_to_be_expected(g: Granting) -> None:
    arrived = TODAY - timedelta(days=200)
    g.arrive(arrived)
    grant = g.granted("800 EUR")
    g.pay(g.tranches(grant)[0].id)
    with g.store.read() as db:
        [line] = tranches_due(db, TODAY)
    assert line.next is not None
    assert (line.next.seq, line.next.due_on) == (2, arrived + timedelta(days=180))
    assert (line.next.section, bool(line.next.blocked)) == ("follow_up", True)


def test_the_board_asks_the_store_as_often_for_forty_grants_as_for_one(g: Granting) -> None:
    def asked() -> int:
        count = 0

        def note(*_given: object) -> None:
            nonlocal count
            count += 1

        event.listen(g.store.engine, "before_cursor_execute", note)
        try:
            with g.store.read() as db:
                board(db, TODAY)
        finally:
            event.remove(g.store.engine, "before_cursor_execute", note)
        return count

    g.granted("20 EUR", grant_kind="allowance")
    few = asked()
    for _time in range(39):
        g.granted("20 EUR", grant_kind="allowance")
    assert asked() == few


# -- whatever is done --------------------------------------------------------------------------

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("request"), st.integers(1, 2500)),
        st.tuples(st.just("approve"), st.integers(0, 5), st.integers(1, 2500)),
        st.tuples(st.just("agree"), st.integers(0, 5)),
        st.tuples(st.just("close"), st.integers(0, 5)),
        st.tuples(st.just("commit"), st.integers(0, 5), st.integers(1, 1500)),
        st.tuples(st.just("pay"), st.integers(0, 5), st.integers(0, 1), st.integers(1, 1500)),
        st.tuples(st.just("release"), st.integers(0, 9)),
        st.tuples(st.just("reverse"), st.integers(0, 9)),
        st.tuples(st.just("void"), st.integers(0, 9)),
    ),
    max_size=25,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds)
def test_whatever_is_done_the_sums_agree_and_nothing_is_lost(script: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SANAD_STATE"] = f"{folder}/state"
        store, amina = found_store(
            Path(folder) / "s", office="RAB", login="amina", passphrase=PASSPHRASE,
            is_training=True, today=lambda: TODAY,
        )  # fmt: skip
        with store:
            g = make_granting(store, amina)
            g.arrive()
            _play(g, script)


def _play(g: Granting, script: list[Any]) -> None:
    grants: list[UUID] = []
    payments: list[UUID] = []
    commitments: list[UUID] = []
    for step in script:
        before = _known(g.store)
        try:
            _do(g, step, grants, payments, commitments)
        except Refused:
            assert _known(g.store) == before
        _require_sound(g.store)
        assert _known(g.store) >= before


def _do(
    g: Granting, step: Any, grants: list[UUID], payments: list[UUID], commitments: list[UUID]
) -> None:
    name, *given_ = step
    if name == "request":
        grants.append(g.request(f"{given_[0]} EUR"))
        return
    among = {"release": payments, "reverse": payments, "void": payments + commitments}
    chosen = among.get(name, grants)
    if not chosen:
        return
    one = chosen[given_[0] % len(chosen)]
    match name:
        case "approve":
            g.do(g.karim, Grant, one, "approve", approved=f"{given_[1]} EUR")
        case "agree" | "close":
            g.do(g.leila, Grant, one, name)
        case "commit":
            commitments.append(
                g.add(
                    Commitment, grant=one, payee="Ets", amount=euros(given_[1]), committed_on=TODAY
                )
            )
        case "pay":
            parts = g.tranches(one)
            if parts:
                part = parts[given_[1] % len(parts)].id
                payments.append(g.pay(part, amount=f"{given_[2]} EUR"))
        case "release":
            g.do(g.leila, Payment, one, "release")
        case "reverse":
            payments.append(g.do(g.leila, Payment, one, "reverse", reason="wrong").id)
        case "void":
            with g.store.write(g.amina) as db:
                kind = Payment if one in payments else Commitment
                void(db.get_one(kind, one), "wrong")


def _known(store: Store) -> set[UUID]:
    with store.read() as db:
        return {
            one
            for kind in (Grant, Tranche, Commitment, Payment)
            for one in db.scalars(select(kind.id))
        }


def _require_sound(store: Store) -> None:
    with store.read() as db:
        given_ = euros(0)
        for grant in db.scalars(select(Grant)):
            added = sums(db, grant)
            every = list(db.scalars(select(Payment).where(Payment.grant == grant.id)))
            kept = total([p.in_grant_currency for p in every if p.in_grant_currency], "EUR")
            assert kept == added.paid + added.to_release
            assert euros(0) <= added.paid <= added.paid + added.to_release <= added.approved
            assert euros(0) <= added.committed <= added.approved
            assert added.left_to_pay == added.approved - added.paid - added.to_release
            assert added.left_to_commit == added.approved - added.committed
            parts = list(db.scalars(select(Tranche).where(Tranche.grant == grant.id)))
            if grant.state in {"approved", "closed"}:
                assert total([t.amount for t in parts if t.amount], "EUR") == grant.approved
                given_ += added.paid if grant.state == "closed" else added.approved
            for part in parts:
                of_part = live(p for p in every if p.tranche == part.id)
                paid = total([p.in_grant_currency for p in of_part if p.in_grant_currency], "EUR")
                assert part.amount is not None
                assert paid <= part.amount
            for payment in every:
                assert payment.voided is None
                assert payment.reversal_of is None or payment.id == reversal_id(payment.reversal_of)
        assert given_ <= euros(2000)


def test_a_plan_or_a_member_of_another_file_is_refused(g: Granting) -> None:
    with g.store.write(g.amina) as db:
        other = register(db, {"sex": "F", "nationalities": ["SN"]}, names=[{"given_names": "Awa"}])
    child = g.add(HouseholdMember, person=other.id, name="Sira", relation="child", birth="2020")
    assert refused(g.request, "5 EUR", member=child).rule == "other_file"
