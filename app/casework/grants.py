"""Grants from the request to the last payment: one function a verb.

A grant is approved by one person, or by two above the programme's threshold; its tranches follow
from the programme; payments are recorded on tranches and taken back by reversals, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.approvals import APPROVERS, PAYERS, require_other
from app.casework.grant_sums import live, paid_sum, payments_of
from app.casework.grant_terms import (
    currency_of,
    is_above,
    require_in_time,
    require_terms,
)
from app.casework.household import person_class
from app.casework.programmes import programme_of
from app.casework.rates import convert, rate_for
from app.casework.tranches import begins, happened, require_open
from app.casework.verbs import usual, usual_answers, verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.cases import Case
from app.models.fields import Field
from app.models.grants import (
    Commitment,
    ExchangeRate,
    Grant,
    Invoice,
    Payment,
    Tranche,
)
from app.models.ids import named_id
from app.models.money import Money, shares
from app.models.programmes import GrantRule
from app.models.record import Record


def request(db: Session, case: UUID, **answers: Any) -> Grant:
    """Request a grant; what is not said is as usual for the case."""
    parent = db.get_one(Case, case)
    grant = Grant(case=case, **{**usual_answers(db, Grant, parent), **answers})
    db.add(grant)
    return grant


# -- deciding ----------------------------------------------------------------------------------


def _is(*states: str) -> Any:
    return lambda _db, grant: grant.state in states


def _optional(kind: type[Record], *names: str) -> dict[str, Field]:
    return {name: replace(kind.fields[name], required=False) for name in names}


@verb(
    Grant, "approve", N_("Approve"), asks=("approved",), when=_is("requested"), roles=APPROVERS,
    is_step=True,
)  # fmt: skip
def approve(db: Session, grant: Grant, approved: Money | None = None) -> None:
    """Approve a grant, for what was requested or another amount.

    Above the programme's threshold a second person has to agree before it counts.

    Raises:
        Refused: The author requested it, or the programme gives no such grants.
    """
    author = require_other(db, grant.created_by)
    terms = require_terms(db, grant)
    amount = approved or grant.requested
    if amount is None or amount.amount <= 0:
        raise Refused("out_of_range", _("Write an amount of more than zero."), "approved")
    if amount.currency != currency_of(grant):
        raise other_currency(grant, "approved")
    grant.approved = amount
    grant.approved_by = author
    grant.approved_on = db.info["context"].today
    if is_above(db, grant, amount, terms.approval_above_money):
        grant.state = "first_approval"
        return
    _grant(db, grant, terms)


@verb(
    Grant, "agree", N_("Agree as second person"), when=_is("first_approval"), roles=PAYERS,
    is_step=True,
)  # fmt: skip
def agree(db: Session, grant: Grant) -> None:
    """Give the second approval; the grant is then approved."""
    grant.second_approved_by = require_other(db, grant.created_by, grant.approved_by)
    grant.second_approved_on = db.info["context"].today
    _grant(db, grant, require_terms(db, grant))


def _grant(db: Session, grant: Grant, terms: GrantRule) -> None:
    grant.state = "approved"
    assert grant.approved is not None
    parts = terms.tranches
    amounts = shares(grant.approved, [part.share for part in parts])
    for seq, (part, amount) in enumerate(zip(parts, amounts, strict=True), 1):
        # Two desks that approve one grant have made the same tranches.
        place = named_id("tranche", f"{grant.id}:{seq}")
        tranche = db.get(Tranche, place)
        if tranche is None:
            tranche = Tranche(id=place, grant=grant.id, seq=seq)
            db.add(tranche)
        tranche.amount = amount
        tranche.trigger = part.trigger
        tranche.after_days = part.after_days


@verb(
    Grant, "refuse", N_("Refuse"),
    asks={"refusal": replace(Grant.fields["refusal"], required=True)},
    when=_is("requested", "first_approval"), roles=APPROVERS,
)  # fmt: skip
def refuse(db: Session, grant: Grant, refusal: str) -> None:
    """Refuse a grant, and say why."""
    grant.state = "refused"
    grant.refusal = refusal


@verb(Grant, "close", N_("Close the grant"), when=_is("approved"), roles=PAYERS)
def close(db: Session, grant: Grant) -> None:
    """Close a grant: what was not paid counts against no ceiling any longer.

    Raises:
        Refused: A payment still waits to be released.
    """
    waiting = [p for p in live(payments_of(db, grant=grant.id)) if p.approved_by is None]
    if waiting:
        raise Refused(
            "payment_waits",
            _("A payment waits to be released. Release or reverse it first."),
            None,
            "grant",
        )
    grant.state = "closed"
    grant.closed_on = db.info["context"].today


# -- evidence ----------------------------------------------------------------------------------


@verb(
    Invoice, "verify", N_("Checked with the person"),
    when=lambda _db, invoice: not invoice.is_verified, is_step=True,
)  # fmt: skip
def verify(db: Session, invoice: Invoice) -> None:
    """Note that a paper was checked with the person, or on the spot."""
    invoice.is_verified = True


# -- paying ------------------------------------------------------------------------------------


def left_of(db: Session, tranche: Tranche) -> Money:
    """Give what of a tranche is not paid yet."""
    assert tranche.amount is not None
    paid = paid_sum(payments_of(db, tranche=tranche.id), tranche.amount.currency)
    return tranche.amount - paid


@verb(
    Tranche, "pay", N_("Pay"),
    asks={
        **_optional(Payment, "amount", "paid_on", "payee"),
        "mode": Payment.fields["mode"],
        **_optional(Payment, "commitment", "invoice", "receipt", "rate"),
    },
    when=lambda db, tranche: db.get_one(Grant, tranche.grant).state == "approved"
    and bool(left_of(db, tranche)),
    is_step=True,
)  # fmt: skip
def pay(
    db: Session,
    tranche: Tranche,
    *,
    mode: str,
    amount: Money | None = None,
    paid_on: date | None = None,
    payee: str | None = None,
    rate: UUID | None = None,
    commitment: UUID | None = None,
    **answers: Any,
) -> Payment:
    """Record a payment of a tranche; above the programme's threshold it waits to be released.

    Args:
        amount: All that is left of the tranche when not said.
        payee: That of the commitment when not said.
        rate: Exchange rate, for an amount in another currency than the grant's.

    Raises:
        Refused: The tranche is not open, the time is over, or the rate is missing; at the save,
            the amounts do not fit.
    """
    grant = db.get_one(Grant, tranche.grant)
    terms = require_terms(db, grant)
    on: date = paid_on or db.info["context"].today
    facts = happened(db, [grant])
    require_open(tranche, grant, facts, on)
    require_in_time(terms, begins(grant, facts), on)
    amount = amount or left_of(db, tranche)
    counted = _in_grant_currency(db, grant, amount, on, rate)
    promised = db.get(Commitment, commitment) if commitment is not None else None
    needs_second = is_above(db, grant, counted, terms.approval_above_money)
    payment = Payment(
        grant=grant.id,
        tranche=tranche.id,
        amount=amount,
        paid_on=on,
        payee=payee or (promised.payee if promised is not None else None),
        mode=mode,
        rate=rate if amount.currency != counted.currency else None,
        commitment=commitment,
        in_grant_currency=counted,
        approved_by=None if needs_second else db.info["author"],
        **answers,
    )
    db.add(payment)
    return payment


def _in_grant_currency(
    db: Session, grant: Grant, amount: Money, on: date, rate: UUID | None
) -> Money:
    currency = currency_of(grant)
    if amount.currency == currency:
        return amount
    named = db.get(ExchangeRate, rate) if rate is not None else None
    if named is None:
        usual_one = rate_for(db, amount.currency, currency, on)
        raise Refused(
            "rate_required",
            _("Name the exchange rate, such as {rate}.").format(rate=isolate(usual_one.summary)),
            "rate",
            "payment",
        )
    return convert(amount, named, currency)


@verb(
    Payment, "release", N_("Release the payment"),
    when=lambda db, payment: payment.approved_by is None and not is_reversed(db, payment),
    roles=PAYERS, is_step=True,
)  # fmt: skip
def release(db: Session, payment: Payment) -> None:
    """Release a payment somebody else recorded.

    Raises:
        Refused: The author recorded it.
    """
    payment.approved_by = require_other(db, payment.created_by)


@verb(
    Payment, "reverse", N_("Reverse"),
    asks={"reason": replace(Payment.fields["reason"], required=True)},
    when=lambda db, payment: payment.reversal_of is None and not is_reversed(db, payment),
    roles=PAYERS,
)  # fmt: skip
def reverse(db: Session, payment: Payment, reason: str) -> Payment:
    """Take a payment back by its opposite; both stay on record.

    Two desks that reverse one payment have made the same reversal.

    Raises:
        Refused: It is reversed already, or is a reversal itself.
    """
    db.flush()  # so that a reversal of this very save is seen
    if payment.reversal_of is not None or is_reversed(db, payment):
        raise Refused("reversed_once", _("This payment is reversed already."), None, "payment")
    assert payment.amount is not None
    assert payment.in_grant_currency is not None
    reversal = Payment(
        id=reversal_id(payment.id),
        grant=payment.grant,
        tranche=payment.tranche,
        amount=-payment.amount,
        in_grant_currency=-payment.in_grant_currency,
        rate=payment.rate,
        paid_on=db.info["context"].today,
        payee=payment.payee,
        mode=payment.mode,
        commitment=payment.commitment,
        approved_by=db.info["author"],
        reversal_of=payment.id,
        reason=reason,
    )
    db.add(reversal)
    return reversal


def reversal_id(payment: UUID) -> UUID:
    """Give the id of the one reversal a payment may have."""
    return named_id("payment_reversal", str(payment))


def is_reversed(db: Session, payment: Payment) -> bool:
    """Tell whether a payment was taken back."""
    return db.get(Payment, reversal_id(payment.id)) is not None


def other_currency(grant: Grant, field: str) -> Refused:
    """Give the refusal of an amount in another currency than the grant's."""
    return Refused(
        "grant_currency",
        _("This grant is counted in {currency}. Write the amount in {currency}.").format(
            currency=isolate(currency_of(grant))
        ),
        field,
    )


# -- what forms start with ---------------------------------------------------------------------


@usual(Grant)
def usual_grant(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a request: today, the class the person's age tells, the kind the programme gives."""
    assert isinstance(parent, Case)
    rules = programme_of(db, parent.programme or "").grant_rules
    answers: dict[str, Any] = {
        "state": "requested",
        "requested_on": db.info["context"].today.isoformat(),
    }
    kinds = {one.kind for one in rules}
    if len(kinds) == 1:
        answers["grant_kind"] = kinds.pop()
    answers["person_class"] = person_class(db, parent.person, db.info["context"].today)
    return answers


@usual(Invoice)
def usual_invoice(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a paper with today's date."""
    return {"dated": db.info["context"].today.isoformat()}
