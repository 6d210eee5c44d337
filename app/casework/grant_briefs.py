"""What lists need to know of grants and their money, read without making records of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.among import Among, Key, key, rows
from app.models.cases import Case
from app.models.grants import Commitment, Grant, Payment, Tranche
from app.models.money import Money
from app.models.values import id_of


class BriefGrant(NamedTuple):
    """Some answers of a ``Grant``."""

    id: UUID
    case: UUID
    state: str | None
    purpose: str | None
    requested: Money | None
    approved: Money | None
    requested_on: date | None
    approved_on: date | None


class BriefTranche(NamedTuple):
    """Some answers of a ``Tranche``."""

    id: Key
    grant: Key
    seq: int | None
    amount: Money | None
    trigger: str | None
    after_days: int | None
    due_on: date | None


class BriefPayment(NamedTuple):
    """Some answers of a ``Payment``."""

    id: Key
    tranche: Key | None
    in_grant_currency: Money | None
    approved_by: Key | None
    reversal_of: Key | None


class Granted(NamedTuple):
    """A grant with what a list shows of its case."""

    key: Key
    grant: BriefGrant
    person: Key
    case_number: str
    programme: str


class Amounts(dict[str | None, Money | None]):
    """Amounts by their text: thousands of grants have few different ones."""

    def __missing__(self, text: str | None) -> Money | None:
        self[text] = None if text is None else Money.parse(text)
        return self[text]


def granted(db: Session, chosen: list[Any], amounts: Amounts) -> list[Granted]:
    """Read grants with their cases, the one requested first first.

    Args:
        chosen: Conditions over ``Grant`` and ``Case``.
    """
    query = (
        select(
            key(Grant.id), key(Grant.case), Grant.state, Grant.purpose, _text(Grant.requested),
            _text(Grant.approved), Grant.requested_on, Grant.approved_on,
            key(Case.person), Case.number, Case.programme,
        )
        .join(Case, Case.id == Grant.case)
        .where(*chosen)
        .order_by(Grant.requested_on, Grant.id)
    )  # fmt: skip
    return [
        Granted(
            of,
            BriefGrant(
                id_of(of), id_of(case), state, purpose, amounts[asked], amounts[given],
                asked_on, on,
            ),
            person,
            number or "",
            programme or "",
        )
        for of, case, state, purpose, asked, given, asked_on, on, person, number, programme
        in db.connection().execute(query).all()
    ]  # fmt: skip


def tranches_of(db: Session, grants: Among, amounts: Amounts) -> Iterator[BriefTranche]:
    """Read the tranches of grants, those of one grant in their order."""
    query = select(
        key(Tranche.id), key(Tranche.grant), Tranche.seq, _text(Tranche.amount), Tranche.trigger,
        Tranche.after_days, Tranche.due_on,
    ).where(Tranche.voided.is_(None)).order_by(Tranche.seq)  # fmt: skip
    for of, grant, seq, amount, *more in rows(db, query, Tranche.grant, grants):
        yield BriefTranche(of, grant, seq, amounts[amount], *more)


def payments_by_grant(
    db: Session, grants: Among, amounts: Amounts
) -> dict[Key, list[BriefPayment]]:
    """Read the payments and reversals of grants."""
    query = select(
        key(Payment.grant), key(Payment.id), key(Payment.tranche),
        _text(Payment.in_grant_currency), key(Payment.approved_by), key(Payment.reversal_of),
    )  # fmt: skip
    found: dict[Key, list[BriefPayment]] = {}
    for grant, of, tranche, amount, *more in rows(db, query, Payment.grant, grants):
        payment = BriefPayment(of, tranche, amounts[amount], *more)
        found.setdefault(grant, []).append(payment)
    return found


def committed_by_grant(db: Session, grants: Among, amounts: Amounts) -> dict[Key, list[Money]]:
    """Read what is committed of grants."""
    query = select(key(Commitment.grant), _text(Commitment.amount)).where(
        Commitment.voided.is_(None)
    )
    found: dict[Key, list[Money]] = {}
    for grant, written in rows(db, query, Commitment.grant, grants):
        amount = amounts[written]
        if amount is not None:
            found.setdefault(grant, []).append(amount)
    return found


def _text(amount: Any) -> Any:
    return sa.type_coerce(amount, sa.String)
