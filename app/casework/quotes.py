"""Quotes of suppliers and what is promised to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.grant_terms import currency_of
from app.casework.rates import in_currency
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _
from app.models.choices import fold_name
from app.models.grants import Commitment, Grant, Quote
from app.models.money import Money
from app.models.record import Record

_PROMISED = {
    name: replace(Commitment.fields[name], required=False) for name in ("amount", "tranche")
}


def comparable(db: Session, quote: Quote) -> list[Quote]:
    """List the quotes of a grant for the same thing, this one among them."""
    found = db.scalars(select(Quote).where(Quote.grant == quote.grant, Quote.voided.is_(None)))
    thing = fold_name(quote.what or "")
    return [one for one in found if fold_name(one.what or "") == thing]


@verb(
    Quote, "choose", N_("Choose this quote"), asks=("why",),
    when=lambda _db, quote: not quote.is_chosen, is_step=True,
)  # fmt: skip
def choose(db: Session, quote: Quote, why: str | None = None) -> None:
    """Choose a quote: the lowest for the same thing, or another and why.

    Raises:
        Refused: A lower one exists and no reason is given, or no rate makes them comparable.
    """
    others = [one for one in comparable(db, quote) if one.id != quote.id]
    price = _price(db, quote)
    if any(_price(db, one) < price for one in others) and not (why or quote.why):
        raise Refused(
            "not_the_lowest",
            _("A lower quote exists. Choose that one, or say why this one is better."),
            "why",
            "quote",
        )
    quote.is_chosen = True
    if why:
        quote.why = why
    for one in others:
        if one.is_chosen:
            one.is_chosen = False


def _price(db: Session, quote: Quote) -> Money:
    grant = db.get_one(Grant, quote.grant)
    assert quote.amount is not None
    on: date = db.info["context"].today
    return in_currency(db, quote.amount, currency_of(grant), on)


@verb(
    Quote, "commit", N_("Commit its amount"), asks=_PROMISED,
    when=lambda db, quote: bool(quote.is_chosen)
    and db.get_one(Grant, quote.grant).state == "approved",
    is_step=True,
)  # fmt: skip
def commit_quote(
    db: Session, quote: Quote, amount: Money | None = None, tranche: UUID | None = None
) -> Commitment:
    """Promise a chosen supplier the amount of the quote, in the currency of the grant."""
    return commit(
        db,
        quote.grant,
        payee=quote.supplier or "",
        amount=amount or _price(db, quote),
        quote=quote.id,
        what=quote.what,
        tranche=tranche,
    )


def commit(db: Session, grant: UUID, *, payee: str, amount: Money, **answers: Any) -> Commitment:
    """Promise an amount out of a grant."""
    made = Commitment(
        grant=grant,
        payee=payee,
        amount=amount,
        **{"committed_on": db.info["context"].today, **answers},
    )
    db.add(made)
    return made


@usual(Quote)
def usual_quote(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a quote with today's date, for what the grant is for."""
    return {"quoted_on": db.info["context"].today.isoformat()}


@usual(Commitment)
def usual_commitment(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a commitment with today's date and what the chosen quote says."""
    assert isinstance(parent, Grant)
    answers: dict[str, Any] = {"committed_on": db.info["context"].today.isoformat()}
    chosen = db.scalars(
        select(Quote).where(
            Quote.grant == parent.id, Quote.is_chosen.is_(True), Quote.voided.is_(None)
        )
    ).all()
    if len(chosen) == 1:
        [quote] = chosen
        answers |= {"payee": quote.supplier, "quote": str(quote.id), "what": quote.what}
        if quote.amount is not None and quote.amount.currency == currency_of(parent):
            answers["amount"] = Grant.fields["requested"].type.to_json(quote.amount)
    return answers
