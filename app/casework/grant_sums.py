"""What has become of a grant's money, in its own currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.grant_terms import currency_of
from app.models.grants import Commitment, Grant, Payment
from app.models.money import Money, total

_AT_ONCE: Final = 500


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
    return sums_of(db, [grant])[grant.id]


def sums_of(db: Session, grants: Sequence[Grant]) -> dict[UUID, GrantSums]:
    """Add up any number of grants, with two queries for some hundred of them."""
    commitments: dict[UUID, list[Commitment]] = {}
    payments: dict[UUID, list[Payment]] = {}
    ids = [grant.id for grant in grants]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for commitment in db.scalars(
            select(Commitment).where(Commitment.grant.in_(some), Commitment.voided.is_(None))
        ):
            commitments.setdefault(commitment.grant, []).append(commitment)
        for payment in db.scalars(select(Payment).where(Payment.grant.in_(some))):
            payments.setdefault(payment.grant, []).append(payment)
    return {
        grant.id: _added(grant, commitments.get(grant.id, []), payments.get(grant.id, []))
        for grant in grants
    }


def live(payments: Iterable[Payment]) -> list[Payment]:
    """Leave out payments that were reversed, and the reversals."""
    known = list(payments)
    reversed_ = {payment.reversal_of for payment in known}
    return [p for p in known if p.reversal_of is None and p.id not in reversed_]


def paid_sum(payments: Iterable[Payment], currency: str) -> Money:
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


def _added(grant: Grant, commitments: list[Commitment], payments: list[Payment]) -> GrantSums:
    currency = currency_of(grant)
    nothing = Money.zero(currency)
    live_ones = live(payments)
    return GrantSums(
        requested=grant.requested or nothing,
        approved=(grant.approved or nothing) if grant.state in {"approved", "closed"} else nothing,
        committed=total((c.amount for c in commitments if c.amount is not None), currency),
        to_release=paid_sum((p for p in live_ones if p.approved_by is None), currency),
        paid=paid_sum((p for p in live_ones if p.approved_by is not None), currency),
    )
