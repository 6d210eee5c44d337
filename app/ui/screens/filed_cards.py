"""What a card shows beside the answers, for kinds from whose answers something follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QGridLayout, QProgressBar, QVBoxLayout, QWidget

from app.casework.grant_sums import sums
from app.casework.instruments import Score, read_answers, scores_of
from app.formats import number_text
from app.i18n import _, isolate
from app.models.grants import Grant
from app.models.instrument_files import Instrument, instrument
from app.models.instruments import InstrumentResponse
from app.models.money import Money
from app.models.money_types import money_text
from app.models.programme_facts import in_words
from app.models.record import Record
from app.ui.screens.person_file import reading
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.desk import Desk

Body = Callable[["Desk", Any], QWidget]
_BODIES: Final[dict[type[Record], Body]] = {}


def shows_more(kind: type[Record]) -> Callable[[Body], Body]:
    """Declare a function as what makes the lower part of the cards of a kind."""

    def declare(body: Body) -> Body:
        _BODIES[kind] = body
        return body

    return declare


def card_body(kind: type[Record]) -> Body | None:
    """Give what makes the lower part of a kind's cards; None for most."""
    return _BODIES.get(kind)


@shows_more(Grant)
def grant_sums_table(desk: Desk, grant: Grant) -> QWidget:
    """Show what has become of the money."""
    with reading(desk) as db:
        of_grant = sums(db, db.get_one(Grant, grant.id))
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE * 4)
    grid.setVerticalSpacing(0)
    told = (
        (_("Approved"), of_grant.approved),
        (_("Committed"), of_grant.committed),
        (_("Paid"), of_grant.paid),
        (_("Left to commit"), of_grant.left_to_commit),
        (_("Left to pay"), of_grant.left_to_pay),
    )
    for place, (name, amount) in enumerate(told):
        row, column = divmod(place, 3)
        grid.addWidget(_amount(name, amount), row, column)
        grid.setColumnStretch(column, 1)
    return whole


def _amount(name: str, amount: Money) -> QWidget:
    cell = QWidget()
    column = QVBoxLayout(cell)
    column.setContentsMargins(0, 0, 0, SPACE)
    column.setSpacing(0)
    column.addWidget(label(name, "caption"))
    text = money_text(amount)
    value = label(text)
    value.setAccessibleName(f"{name}: {text}")
    column.addWidget(value)
    return cell


@shows_more(InstrumentResponse)
def questionnaire_answers(desk: Desk, response: InstrumentResponse) -> QWidget:
    """Show the scores, each as text and as a bar, and what was answered."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE)
    made = instrument(response.instrument, response.version or "")
    scores = scores_of(response)
    if made is None or scores is None:
        column.addWidget(label(_("This version of the questionnaire is not known here."), "quiet"))
    else:
        for code, score in scores.dimensions.items():
            _add_score(column, in_words(made.dimensions[code], code), score, made)
        if scores.composite is not None:
            _add_score(column, _("Whole"), scores.composite, made)
        if scores.sign and made.sign is not None:
            column.addWidget(label(in_words(made.sign.names, ""), "strong"))
    answered = [
        _("{question} {answer}").format(question=question, answer=isolate(answer))
        for question, answer in read_answers(response)
    ]
    column.addWidget(label("\n".join(answered), "caption"))
    return whole


def _add_score(column: QVBoxLayout, name: str, score: Score, made: Instrument) -> None:
    if score.value is None:
        told = joined(name, score.withheld)
    else:
        value = isolate(number_text(round(score.value, 2)))
        band = in_words(score.band.names, score.band.code) if score.band else ""
        told = joined(f"{name} {value}", band)
    column.addWidget(label(told))
    if score.value is not None:
        bar = QProgressBar()
        bar.setRange(0, 100)
        bar.setValue(round(score.value * 100))
        bar.setTextVisible(False)
        bar.setAccessibleName(told)
        column.addWidget(bar)
