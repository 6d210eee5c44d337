"""What has become of a grant's money, in its own currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.grant_briefs import BriefGrant, BriefPayment
from app.models.grants import Commitment, Grant, Payment
from app.models.money import Money, total

AnyPayment = TypeVar("AnyPayment", Payment, BriefPayment)


@dataclass(frozen=True, slots=True)
class GrantSums:
    """Amounts of one grant, all in its currency.

    Attributes:
        to_release: Paid on paper, and waiting for a second person to release it.
        paid: Released, and not reversed.
    """

    requested: Money
    approved: Money
    committed: Money
    to_release: Money
    paid: Money

    @property
    def left_to_commit(self) -> Money:
        """What may still be promised to suppliers."""
        return self.approved - self.committed

    @property
    def left_to_pay(self) -> Money:
        """What may still be paid."""
        return self.approved - self.paid - self.to_release


def sums(db: Session, grant: Grant) -> GrantSums:
    """Add up one grant."""
    promised = db.scalars(
        select(Commitment).where(Commitment.grant == grant.id, Commitment.voided.is_(None))
    )
    committed = [one.amount for one in promised if one.amount is not None]
    return added(grant, committed, payments_of(db, grant=grant.id))


def live(payments: Iterable[AnyPayment]) -> list[AnyPayment]:
    """Leave out payments that were reversed, and the reversals."""
    known = list(payments)
    reversed_ = {payment.reversal_of for payment in known}
    return [p for p in known if p.reversal_of is None and p.id not in reversed_]


def paid_sum(payments: Iterable[AnyPayment], currency: str) -> Money:
    """Add up payments in the currency of their grant."""
    return total(
        (p.in_grant_currency for p in live(payments) if p.in_grant_currency is not None), currency
    )


def payments_of(
    db: Session,
    *,
    grant: UUID | None = None,
    tranche: UUID | None = None,
    commitment: UUID | None = None,
) -> list[Payment]:
    """List the payments and reversals of a grant, a tranche or a commitment."""
    query = select(Payment).order_by(Payment.created_at)
    if grant is not None:
        query = query.where(Payment.grant == grant)
    if tranche is not None:
        query = query.where(Payment.tranche == tranche)
    if commitment is not None:
        query = query.where(Payment.commitment == commitment)
    return list(db.scalars(query))


def added(
    grant: Grant | BriefGrant, committed: Sequence[Money], payments: Sequence[AnyPayment]
) -> GrantSums:
    """Add up a grant whose money is known already."""
    currency = grant.requested.currency if grant.requested else ""
    nothing = Money.zero(currency)
    live_ones = live(payments)
    waiting = [p for p in live_ones if p.approved_by is None]
    released = [p for p in live_ones if p.approved_by is not None]
    return GrantSums(
        requested=grant.requested or nothing,
        approved=(grant.approved or nothing) if grant.state in {"approved", "closed"} else nothing,
        committed=total(committed, currency) if committed else nothing,
        to_release=paid_sum(waiting, currency) if waiting else nothing,
        paid=paid_sum(released, currency) if released else nothing,
    )
