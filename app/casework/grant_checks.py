"""Rules of grants: what must hold at every save, and is looked at again after every merge."""

from __future__ import annotations

from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.ages import childhood
from app.casework.approvals import require_apart, require_own_hand
from app.casework.grant_sums import live, paid_sum, payments_of, sums
from app.casework.grant_terms import (
    birth_of_beneficiary,
    currency_of,
    is_above,
    require_payee,
    require_within_ceiling,
    terms_for,
)
from app.casework.grants import is_reversed, other_currency, reversal_id
from app.casework.quotes import comparable
from app.casework.rates import convert
from app.casework.tranches import happened, require_open
from app.errors import Refused
from app.i18n import _, ngettext
from app.models.business import BusinessPlan
from app.models.cases import Case
from app.models.grants import Commitment, ExchangeRate, Grant, Invoice, Payment, Quote, Tranche
from app.models.household import HouseholdMember
from app.models.money import Money, total
from app.models.money_types import money_text
from app.models.rules import rule
from app.models.types import Context

_APPROVED: Final = frozenset({"approved", "closed"})
_OF_CHILDREN: Final = frozenset({"child_accompanied", "umc"})


@rule(Grant)
def grant_is_decided_properly(db: Session, grant: Grant, context: Context) -> None:
    """Nobody approves what they asked for, and above the threshold two people approve."""
    if grant.requested is not None and grant.requested.amount <= 0:
        raise Refused("out_of_range", _("Write an amount of more than zero."), "requested")
    if grant.approved is not None and grant.approved.currency != currency_of(grant):
        raise other_currency(grant, "approved")
    if grant.state == "refused" and not grant.refusal:
        raise Refused("reason_required", _("Give the reason."), "refusal")
    is_approved = grant.state in _APPROVED
    if (is_approved or grant.state == "first_approval") and not (
        grant.approved and grant.approved_on and grant.approved_by
    ):
        raise Refused(
            "use_verb", _("A grant is approved with “Approve”, on the grant itself."), "state"
        )
    if grant.state == "requested" and (grant.approved or grant.approved_by):
        raise Refused(
            "use_verb", _("A grant is approved with “Approve”, on the grant itself."), "approved"
        )
    require_apart(grant, "approved_by", "second_approved_by")
    require_own_hand(db, grant, "approved_by", "second_approved_by")
    terms = terms_for(db, grant)
    if not is_approved or terms is None or grant.approved is None or grant.second_approved_by:
        return
    if is_above(db, grant, grant.approved, terms.approval_above_money):
        raise Refused(
            "two_people",
            _("Grants above {amount} need the agreement of a second person.").format(
                amount=money_text(terms.approval_above_money or grant.approved)
            ),
            "second_approved_by",
        )


@rule(Grant, Payment)
def grant_within_ceiling(db: Session, record: Grant | Payment, context: Context) -> None:
    """What a person is given stays within the ceiling of the programme for their class.

    Of a closed grant what was paid counts: a payment made elsewhere meanwhile counts too.
    """
    grant = record if isinstance(record, Grant) else db.get_one(Grant, record.grant)
    if not grant.voided and (record is grant or grant.state == "closed"):
        require_within_ceiling(db, grant)


@rule(Grant)
def grant_is_of_its_file(db: Session, grant: Grant, context: Context) -> None:
    """The business plan and the family member of a grant are of the same file."""
    if grant.business_plan is not None:
        plan = db.get(BusinessPlan, grant.business_plan)
        if plan is not None and plan.root != grant.root:
            raise _of_another_file("business_plan")
    if grant.member is not None:
        member = db.get(HouseholdMember, grant.member)
        if member is not None and member.root != grant.root:
            raise _of_another_file("member")


@rule(Grant)
def class_fits_the_age(db: Session, grant: Grant, context: Context) -> None:
    """A grant for a child is of somebody who may be one, one for an adult of who may be that."""
    if grant.voided or grant.requested_on is None:
        return
    birth = birth_of_beneficiary(db, grant)
    age = childhood(birth, grant.requested_on)
    is_wrong = (age == "no" and grant.person_class in _OF_CHILDREN) or (
        age == "yes" and grant.person_class == "adult"
    )
    if is_wrong:
        raise Refused(
            "class_and_age",
            _("This does not fit the age on the day of the request. Correct one of them."),
            "person_class",
        )


@rule(Grant, Tranche, Commitment, Payment)
def amounts_within_grant(
    db: Session, record: Grant | Tranche | Commitment | Payment, context: Context
) -> None:
    """Tranches, commitments and payments are of an approved grant, and never more than it."""
    if isinstance(record, Grant) and record.voided:
        return
    grant = record if isinstance(record, Grant) else db.get_one(Grant, record.grant)
    tranches = _of(db, Tranche, grant)
    commitments = _of(db, Commitment, grant)
    if not (tranches or commitments or payments_of(db, grant=grant.id)):
        return
    if grant.state not in _APPROVED or grant.approved is None or grant.voided:
        raise Refused(
            "grant_not_approved", _("The grant is not approved. Nothing is promised or paid.")
        )
    currency = currency_of(grant)
    amounts = [one.amount for one in tranches] + [one.amount for one in commitments]
    if any(amount is not None and amount.currency != currency for amount in amounts):
        raise other_currency(grant, "amount")
    parts = total((t.amount for t in tranches if t.amount), currency)
    added = sums(db, grant)
    for part, sentence in (
        (parts, _("The tranches make {amount}, and the grant is {approved}.")),
        (added.committed, _("The commitments make {amount}, and the grant is {approved}.")),
        (added.paid + added.to_release, _("{amount} is paid, and the grant is {approved}.")),
    ):
        if part > grant.approved:
            raise Refused(
                "more_than_approved",
                sentence.format(amount=money_text(part), approved=money_text(grant.approved)),
                "amount" if not isinstance(record, Grant) else "approved",
            )


@rule(Tranche, Payment)
def payments_within_tranche(db: Session, record: Tranche | Payment, context: Context) -> None:
    """Payments of a tranche are never more than the tranche, and a tranche with any stays."""
    tranche = record if isinstance(record, Tranche) else _tranche_of(db, record)
    if tranche.amount is None:
        return
    paid = paid_sum(payments_of(db, tranche=tranche.id), tranche.amount.currency)
    if tranche.voided and paid:
        raise _has_payments()
    if paid > tranche.amount:
        raise Refused(
            "more_than_tranche",
            _(
                "{paid} would be paid of this tranche of {amount}. Pay less, or reverse a payment."
            ).format(paid=money_text(paid), amount=money_text(tranche.amount)),
            "amount",
        )


@rule(Commitment, Payment)
def payments_within_commitment(db: Session, record: Commitment | Payment, context: Context) -> None:
    """Payments out of a commitment are never more than it, and a commitment with any stays."""
    if isinstance(record, Commitment):
        promised: Commitment | None = record
    else:
        promised = db.get(Commitment, record.commitment) if record.commitment else None
    if promised is None or promised.amount is None:
        return
    paid = paid_sum(payments_of(db, commitment=promised.id), promised.amount.currency)
    if promised.voided and paid:
        raise _has_payments()
    if paid > promised.amount:
        raise Refused(
            "more_than_committed",
            _("{paid} would be paid of {amount} promised. Pay less, or commit more.").format(
                paid=money_text(paid), amount=money_text(promised.amount)
            ),
            "amount",
        )


@rule(Grant)
def grant_with_payments_stays(db: Session, grant: Grant, context: Context) -> None:
    """A grant that was paid from is closed, not voided."""
    if grant.voided and payments_of(db, grant=grant.id):
        raise Refused(
            "never_void",
            _("Payments were made of this grant. Reverse them where wrong, and close the grant."),
            "voided",
        )


@rule(Quote, Invoice)
def what_is_relied_on_stays(db: Session, record: Quote | Invoice, context: Context) -> None:
    """A quote that something is promised on, or a paper something is paid on, is not void."""
    if not record.voided:
        return
    if isinstance(record, Quote):
        promised = select(Commitment.id).where(
            Commitment.quote == record.id, Commitment.voided.is_(None)
        )
        is_used = db.scalars(promised.limit(1)).first() is not None
    else:
        is_used = any(one.invoice == record.id for one in live(payments_of(db, grant=record.grant)))
    if is_used:
        raise Refused(
            "in_use",
            _("Money was promised or paid on this paper. Take that back first, where wrong."),
            "voided",
        )


@rule(Quote)
def quote_is_an_amount(db: Session, quote: Quote, context: Context) -> None:
    """A quote is of more than zero."""
    if quote.amount is not None and quote.amount.amount <= 0:
        raise Refused("out_of_range", _("Write an amount of more than zero."), "amount")


@rule(Commitment)
def commitment_is_proper(db: Session, commitment: Commitment, context: Context) -> None:
    """A commitment goes to a supplier where the programme says so, with the quotes it asks for."""
    if commitment.voided:
        return
    grant = db.get_one(Grant, commitment.grant)
    amount = commitment.amount
    if amount is None or amount.amount <= 0:
        raise Refused("out_of_range", _("Write an amount of more than zero."), "amount")
    if (
        commitment.committed_on
        and grant.approved_on
        and (commitment.committed_on < grant.approved_on)
    ):
        raise Refused(
            "before_approval", _("The grant was not approved on that day yet."), "committed_on"
        )
    require_payee(db, commitment, grant, db.get_one(Case, grant.case).person)
    tranche = db.get(Tranche, commitment.tranche) if commitment.tranche else None
    if tranche is not None and tranche.grant != grant.id:
        raise _of_another_grant("tranche")
    quote = db.get(Quote, commitment.quote) if commitment.quote else None
    if quote is not None and quote.grant != grant.id:
        raise _of_another_grant("quote")
    _require_quotes(db, grant, amount, quote)


def _require_quotes(db: Session, grant: Grant, amount: Money, quote: Quote | None) -> None:
    terms = terms_for(db, grant)
    if terms is not None and is_above(db, grant, amount, terms.quotes_above_money):
        known = len(comparable(db, quote)) if quote is not None else 0
        if quote is None or known < terms.quotes_min:
            raise Refused(
                "quotes_missing",
                ngettext(
                    "Above {amount} this takes {count} quote for the same thing; there are {known}."
                    " Add quotes and choose one.",
                    "Above {amount} this takes {count} quotes for the same thing; there are "
                    "{known}. Add quotes and choose one.",
                    terms.quotes_min,
                ).format(
                    amount=money_text(terms.quotes_above_money or amount),
                    count=terms.quotes_min,
                    known=known,
                ),
                "quote",
            )
    if quote is None:
        return
    if not quote.is_chosen:
        raise Refused("quote_not_chosen", _("Choose the quote first."), "quote")
    if (
        quote.amount is not None
        and quote.amount.currency == amount.currency
        and (amount > quote.amount)
    ):
        raise Refused(
            "more_than_quoted",
            _("The supplier asked for {quoted}. Commit no more.").format(
                quoted=money_text(quote.amount)
            ),
            "amount",
        )


@rule(Payment)
def payment_is_never_void(db: Session, payment: Payment, context: Context) -> None:
    """A payment stays on record; a wrong one is reversed."""
    if payment.voided:
        raise Refused("never_void", _("A payment stays on record. Reverse it instead."), "voided")


@rule(Payment)
def payment_is_counted(db: Session, payment: Payment, context: Context) -> None:
    """What a payment makes in the currency of the grant follows from the rate it names."""
    grant = db.get_one(Grant, payment.grant)
    amount, counted = payment.amount, payment.in_grant_currency
    if amount is None or counted is None or payment.tranche is None:
        raise Refused("use_verb", _("A payment is made with “Pay”, on its tranche."), "tranche")
    if _tranche_of(db, payment).grant != grant.id:
        raise _of_another_grant("tranche")
    expected = amount
    if amount.currency != currency_of(grant):
        rate = db.get(ExchangeRate, payment.rate) if payment.rate else None
        if rate is None or rate.on is None or payment.paid_on is None:
            raise Refused("rate_required", _("Name the exchange rate."), "rate")
        if rate.on > payment.paid_on:
            raise Refused(
                "rate_too_late", _("This rate is of a later day than the payment."), "rate"
            )
        # A reversal takes back what was counted, at the rate of its day.
        expected = convert(amount, rate, currency_of(grant))
    if counted != expected:
        raise Refused(
            "wrong_conversion",
            _("This payment makes {amount} in the currency of the grant.").format(
                amount=money_text(expected)
            ),
            "in_grant_currency",
        )


@rule(Payment)
def payment_is_proper(db: Session, payment: Payment, context: Context) -> None:
    """A payment goes to whom the programme pays, when the tranche is open, with its papers."""
    if payment.reversal_of is not None:
        return
    grant = db.get_one(Grant, payment.grant)
    if payment.amount is not None and payment.amount.amount <= 0:
        raise Refused("out_of_range", _("Write an amount of more than zero."), "amount")
    require_payee(db, payment, grant, db.get_one(Case, grant.case).person)
    invoice = db.get(Invoice, payment.invoice) if payment.invoice else None
    if invoice is not None and invoice.grant != grant.id:
        raise _of_another_grant("invoice")
    promised = db.get(Commitment, payment.commitment) if payment.commitment else None
    if promised is not None and promised.grant != grant.id:
        raise _of_another_grant("commitment")
    terms = terms_for(db, grant)
    if invoice is None and terms is not None and terms.payee == "supplier":
        raise Refused(
            "invoice_required",
            _("Suppliers are paid on a paper of theirs. Add the invoice, then name it here."),
            "invoice",
        )
    if payment.paid_on is not None and not is_reversed(db, payment):
        require_open(_tranche_of(db, payment), grant, happened(db, [grant]), payment.paid_on)


@rule(Payment)
def payment_is_released_by_another(db: Session, payment: Payment, context: Context) -> None:
    """Above the threshold, whoever records a payment does not release it."""
    if payment.approved_by is None or payment.reversal_of is not None:
        return
    require_own_hand(db, payment, "approved_by")
    grant = db.get_one(Grant, payment.grant)
    terms = terms_for(db, grant)
    if terms is None or payment.in_grant_currency is None:
        return
    if is_above(db, grant, payment.in_grant_currency, terms.approval_above_money):
        require_apart(payment, "approved_by")


@rule(Payment)
def reversal_mirrors(db: Session, payment: Payment, context: Context) -> None:
    """A reversal is the exact opposite of one payment, and there is at most one."""
    if payment.reversal_of is None:
        return
    original = db.get(Payment, payment.reversal_of)
    if original is None:
        return
    if (
        payment.id != reversal_id(original.id)
        or original.reversal_of is not None
        or payment.grant != original.grant
        or payment.tranche != original.tranche
        or payment.commitment != original.commitment
        or payment.amount is None
        or original.amount is None
        or payment.in_grant_currency is None
        or payment.amount != -original.amount
        or payment.in_grant_currency != -(original.in_grant_currency or payment.in_grant_currency)
    ):
        raise Refused(
            "use_verb", _("A payment is reversed with “Reverse”, on the payment itself."),
            "reversal_of",
        )  # fmt: skip
    require_own_hand(db, payment, "approved_by")


_Part = TypeVar("_Part", Tranche, Commitment)


def _of(db: Session, kind: type[_Part], grant: Grant) -> list[_Part]:
    return list(db.scalars(select(kind).where(kind.grant == grant.id, kind.voided.is_(None))))


def _tranche_of(db: Session, payment: Payment) -> Tranche:
    if payment.tranche is None:
        raise Refused("use_verb", _("A payment is made with “Pay”, on its tranche."), "tranche")
    return db.get_one(Tranche, payment.tranche)


def _of_another_grant(field: str) -> Refused:
    return Refused("other_grant", _("This belongs to another grant."), field)


def _of_another_file(field: str) -> Refused:
    return Refused("other_file", _("This belongs to the file of somebody else."), field)


def _has_payments() -> Refused:
    return Refused(
        "never_void", _("Payments were made of this. Reverse them first, where wrong."), "voided"
    )
