"""What fictitious people are supported with: plans, businesses, grants, goods and visits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from app.casework.demo_desk import File, Script, material
from app.casework.follow_up import visits_of
from app.casework.household import person_class
from app.casework.programmes import programme_of
from app.casework.rates import convert, in_currency, rate_for
from app.models.experts import Assignment, ExpertNeed
from app.models.grants import Payment, Tranche
from app.models.instrument_files import DECLINED, instrument
from app.models.money import Money

_GRANTED: Final = {"AVRR-FROM": ("EUR", 400, 1500), "AVRR-TO": ("EUR", 600, 1700),
                   "RAISE": ("NOK", 3500, 14000), "VTLO": ("USD", 300, 1300),
                   "RRASM-CH": ("USD", 250, 550)}  # fmt: skip
"""What is asked for in a programme: currency, least and most."""


def _text(amount: Money) -> str:
    return f"{amount.amount} {amount.currency}"


def assist(file: File, *, always: bool = False) -> None:
    """Plan some goods or a service, and mostly hand them over."""
    goods = file.random.choice(material()["goods"])
    planned = file.of_case(
        "assistance", **goods, quantity=str(file.random.randint(1, 4)),
        value=f"{file.random.randint(8, 60) * 10} MAD",
    )  # fmt: skip
    if always or file.chance(0.8):
        file.act(
            planned, "deliver", delivered_on=file.day, partner=file.desk.words("agencies"),
            receipt=f"B {file.random.randint(100, 9999)}",
        )  # fmt: skip


def refer(file: File) -> None:
    """Refer somebody to an agency, and follow what comes back so far."""
    agreed = file.chance(0.9)
    referral = file.of_case(
        "referral", service=file.random.choice(["medical", "shelter", "legal", "psychosocial"]),
        agency=file.desk.words("agencies"), need=file.desk.words("needs"), has_consent=agreed,
        urgency=file.random.choice(["normal", "normal", "soon", "today"]),
    )  # fmt: skip
    file.db.flush()
    steps = file.random.randint(0, 4) if agreed else 0
    if steps:
        file.act(referral, "send")
    if steps == 2 and file.chance(0.4):
        file.wait(2)
        file.act(referral, "reject", feedback="Plus de place ce mois-ci.")
    elif steps >= 2:
        file.wait(2)
        file.act(referral, "accept")
    if steps >= 3:
        file.wait(4)
        file.act(referral, "complete", feedback=file.desk.words("feedback_back"))


def survey(file: File, code: str) -> None:
    """Fill a questionnaire in with somebody, who declines now and then."""
    made = instrument(code)
    assert made is not None
    answers = {}
    for item in made.items:
        if item.only_if is not None:
            continue
        codes = [option.code for option in made.options_of(item)]
        # A first answer is mostly the one without trouble.
        weights = [4, 2, *[1] * len(codes)][: len(codes)] if code == "WG-SS" else [1] * len(codes)
        chosen = file.random.choices(codes, weights)[0]
        answers[item.code] = DECLINED if file.chance(0.03) else chosen
    file.of_case("instrument_response", instrument=code, answers=answers)
    if code == "RSS":
        file.surveyed = file.day


# -- plans -------------------------------------------------------------------------------------


def approve_plan(file: File, departs: date) -> Script:
    """Write a reintegration plan, which the supervisor and the mission mostly approve."""
    if not programme_of(file.db, file.programme).uses("plan_approved") or file.chance(0.25):
        return
    business = _business(file)
    plan = file.of_case(
        "reintegration_plan", objective=file.desk.words("objectives"),
        resources="Métier exercé, famille sur place", feasibility="Marché visité par la mission",
    )  # fmt: skip
    file.db.flush()
    for dimension, need, activity, service in (
        ("economic", "Revenu", business["name"], "microbusiness"),
        ("social", "Logement des premiers mois", "Appui au loyer", "housing"),
        ("psychosocial", "Retrouver ses proches", "Accompagnement au retour", "psychosocial"),
    )[: file.random.randint(1, 3)]:
        file.add(
            "plan_item", plan=plan.id, dimension=dimension, need=need, activity=activity,
            service=service, cost=f"{file.random.randint(4, 60) * 10} EUR",
            due_on=max(file.day, departs) + timedelta(days=60), provider="OIM",
        )  # fmt: skip
        file.db.flush()
    if file.chance(0.1):
        return
    file.act(plan, "submit")
    file.db.flush()
    if file.chance(0.12):
        return
    yield "supervisor"
    file.act(plan, "approve")
    yield "counsellor"
    if file.country != "MA":
        file.wait(3)
    file.act(
        plan, "mission_approve", mission=f"OIM {file.home['city']}", mission_approved_on=file.day
    )
    file.db.flush()
    if "plan_approved" not in (file.held_case().marks or ()):
        file.advance("plan_approved")


def _business(file: File) -> dict[str, Any]:
    if file.business is None:
        file.business = file.random.choice(material()["businesses"])
    return file.business


def _local(file: File, euros: float) -> str:
    """Give an amount in the currency of the country, rounded as people say it."""
    currency = file.home["currency"]
    rate = Decimal(material()["rates"]["EUR"][currency])
    exact = Decimal(str(euros)) * rate
    step = Decimal(1) if exact < 100 else Decimal(5) if exact < 2000 else Decimal(500)
    return f"{max(step, (exact / step).quantize(Decimal(1)) * step)} {currency}"


def work_out_business(file: File) -> Script:
    """Write a business plan with its figures, mostly submitted and approved."""
    business, currency = _business(file), file.home["currency"]
    plan = file.of_case(
        "business_plan", currency=currency, place=file.home["city"],
        **{name: business[name] for name in ("name", "sector", "product", "customers")},
        legal_form=file.random.choice(["sole", "family", "informal", "partners"]),
        promotion="Bouche à oreille et affiche", team="La personne et un apprenti",
        risks="Hausse des prix, maladie", opening_cash=_local(file, 20),
    )  # fmt: skip
    file.db.flush()
    varied = file.random.uniform(0.85, 1.2)
    for kind, label, euros, more in (
        ("sale", business["product"], business["price"], {"quantity": str(business["quantity"])}),
        ("material", business["product"], business["material"], {}),
        ("fixed", "Loyer et électricité", business["fixed"] * varied, {}),
        ("equipment", business["tools"], business["equipment"] * varied, {"life_months": 48}),
        ("stock", "Premier stock", business["stock"] * varied, {}),
        ("own", "Apport personnel", 60, {}),
        ("grant", "Aide à la réintégration", business["equipment"], {}),
    ):  # fmt: skip
        file.add(
            "business_line", plan=plan.id, line_kind=kind, label=label,
            amount=_local(file, euros), **more,
        )  # fmt: skip
        file.db.flush()
    if file.chance(0.15):
        return
    file.act(plan, "submit")
    file.db.flush()
    if file.chance(0.15):
        return
    yield "supervisor"
    file.act(plan, "return" if file.chance(0.1) else "approve")
    yield "counsellor"


# -- grants ------------------------------------------------------------------------------------


def ask_for_grant(file: File) -> Script:
    """Ask for a grant; mostly it is approved, by two people where it is large."""
    if file.programme not in _GRANTED or file.chance(0.1):
        return
    currency, least, most = _GRANTED[file.programme]
    amount = file.random.randint(least // 50, most // 50) * 50
    counts_as = person_class(file.db, file.person, file.desk.today)
    grant = file.of_case(
        "grant", purpose="microbusiness", grant_kind="in_kind",
        person_class="adult" if counts_as == "family" else counts_as,
        requested=f"{amount} {currency}", note=_business(file)["tools"],
    )  # fmt: skip
    file.db.flush()
    if file.chance(0.12) or "supervisor" not in file.desk.who:
        return  # it still waits to be decided
    yield "supervisor"
    if file.chance(0.08):
        file.act(grant, "refuse", refusal=file.desk.words("refusals"))
        yield "counsellor"
        return
    file.act(grant, "approve")
    if file.held(grant).state == "first_approval":
        if file.chance(0.15) and file.wanted == "reintegration":
            yield "counsellor"
            return
        yield "finance"
        file.act(grant, "agree")
    file.grant = file.held(grant)
    yield "counsellor"
    file.grant = file.held(grant)
    _gather_quotes(file)


def _gather_quotes(file: File) -> None:
    """Ask three suppliers, in money of the country, and promise the cheapest their price."""
    grant, currency = file.grant, file.home["currency"]
    approved, tools = grant.approved, _business(file)["tools"]
    assert approved is not None
    price = approved
    if currency != approved.currency:
        price = in_currency(file.db, approved, currency, file.day)
    suppliers = file.random.sample(material()["words"]["suppliers"], 3)
    quotes = [
        file.add(
            "quote", grant=grant.id, supplier=supplier, what=tools,
            amount=_text(Money((price.amount * share).quantize(Decimal(1)), currency)),
        )
        for supplier, share in zip(
            suppliers, (Decimal("0.98"), Decimal("1.06"), Decimal("1.15")), strict=True
        )
    ]  # fmt: skip
    file.act(quotes[0], "choose")
    file.act(quotes[0], "commit")
    file.supplier = suppliers[0]


def pay_first(file: File) -> Script:
    """Pay the tranche that is open on the arrival or the approval."""
    yield from _pay(file, 1, {"arrival", "approval"})


def _pay(file: File, number: int, triggers: set[str]) -> Script:
    if file.grant is None or file.chance(0.15):
        return
    tranche = file.db.scalars(
        select(Tranche).where(Tranche.grant == file.grant.id, Tranche.seq == number)
    ).first()
    if tranche is None or tranche.trigger not in triggers or tranche.amount is None:
        return
    currency = file.home["currency"]
    amount, rate = tranche.amount, None
    if currency != amount.currency:
        rate = rate_for(file.db, amount.currency, currency, file.day)
        amount = convert(amount, rate, currency)
        if convert(amount, rate, tranche.amount.currency) > tranche.amount:
            amount -= Money(Decimal(1), currency)  # rounded up, it would be more than is left
    invoice = file.add(
        "invoice", grant=file.grant.id, invoice_kind="invoice", supplier=file.supplier,
        number=f"F {file.random.randint(100, 9999)}", amount=_text(amount),
    )  # fmt: skip
    file.act(invoice, "verify")
    payment: Payment = file.act(
        tranche, "pay", amount=_text(amount), payee=file.supplier, invoice=invoice.id,
        mode=file.random.choice(["transfer", "cheque", "mobile"]),
        receipt=f"V {file.random.randint(1000, 9999)}", rate=rate.id if rate else None,
    )  # fmt: skip
    file.db.flush()
    if payment.approved_by is None:
        yield "finance"
        file.act(payment, "release")
        yield "counsellor"
    if file.chance(0.03):
        yield "finance"
        file.act(payment, "reverse", reason="Versé au mauvais compte")
        yield "counsellor"


# -- visits ------------------------------------------------------------------------------------


def visit(file: File, until: date) -> Script:
    """Visit somebody as planned up to a day; some visits are missed, some are late."""
    for due in [one.id for one in visits_of(file.db, file.case)]:
        found = next(one for one in visits_of(file.db, file.case) if one.id == due)
        if found.due_on is None or found.due_on > until or found.state != "planned":
            continue
        file.go_to(found.due_on + timedelta(days=file.random.randint(0, 6)))
        chance = file.random.random()
        if chance < 0.1:
            file.act(found, "miss", missed_reason=file.random.choice(["not_found", "no_staff"]))
        elif chance < 0.85:
            yield from _held(file, found)
    file.db.flush()


def _held(file: File, found: Any) -> Script:
    running = file.chance(0.75)
    file.act(
        found, "hold", is_seen=True, mode="outreach", visitor=file.desk.words("visitors"),
        business_status="running" if running else "paused", jobs=file.random.randint(0, 3),
        income=_local(file, file.random.randint(30, 220)), intention="stay",
        challenges=file.desk.words("challenges"),
        overall_satisfaction=str(file.random.randint(2, 5)),
    )  # fmt: skip
    file.db.flush()
    if file.surveyed is None or file.day - file.surveyed > timedelta(days=95):
        survey(file, "RSS")
    yield from _pay(file, 2, {"visit_with_evidence"}) if _is_late(file, found) else ()


def _is_late(file: File, found: Any) -> bool:
    """Tell whether a visit is late enough after the arrival to open the second tranche."""
    first = visits_of(file.db, file.case)[0]
    return (
        first.due_on is not None
        and found.held_on is not None
        and found.held_on >= first.due_on + timedelta(days=90)
        and found.due_on < first.due_on + timedelta(days=200)
    )


# -- investors and experts ---------------------------------------------------------------------


def invest(file: File) -> None:
    """Follow an investor's project for some stages."""
    project = file.random.choice(material()["projects"])
    made = file.of_case("investment_project", region="Oriental", needs=["funds", "permits"],
                        **project)  # fmt: skip
    file.db.flush()
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("advise", {}), ("plan", {"jobs": project["jobs"]}), ("finance", {}),
        ("register", {"registration": f"RC {file.random.randint(10000, 99999)}"}), ("operate", {}),
    )  # fmt: skip
    for verb, answers in steps[: file.random.randint(0, 5)]:
        file.wait(6)
        file.act(made, verb, **answers)
        file.db.flush()


def propose_expert(file: File) -> None:
    """Propose an expert for what an institution asks, and follow the assignment."""
    need = file.db.scalars(
        select(ExpertNeed).where(ExpertNeed.state == "open", ExpertNeed.voided.is_(None))
        .order_by(ExpertNeed.created_at)
    ).first()  # fmt: skip
    if need is None:
        return
    starts = file.day + timedelta(days=5)
    assignment: Assignment = file.act(
        need, "propose", case=file.case, starts=starts, ends=starts + timedelta(weeks=3)
    )
    file.db.flush()
    steps: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("accept", {}, 0),
        ("start", {}, 6),
        ("complete", {"result": "Cours donné et support laissé", "trained": 14}, 21),
    )
    for verb, answers, days in steps[: file.random.randint(1, 3)]:
        if file.day + timedelta(days=days) > file.desk.today:
            break
        file.wait(days)
        file.act(assignment, verb, **answers)
        file.db.flush()
