"""Controls for amounts and decimals: what is typed, in any language, is what is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot

from app.i18n import in_language
from app.models.fields import Field
from app.models.grants import ExchangeRate, Grant
from app.models.money import Money
from app.models.types import Context
from app.ui.widgets.make import make_control
from app.ui.widgets.money import DecimalControl, MoneyControl
from tests.conftest import TODAY
from tests.ui.work import show

CONTEXT = Context(TODAY)
AMOUNT = Grant.fields["requested"]
RATE = ExchangeRate.fields["rate"]


def control(qtbot: QtBot, field: Field = AMOUNT) -> MoneyControl | DecimalControl:
    made = make_control(field, CONTEXT, lambda _name: None, {})  # type: ignore[arg-type, return-value]
    assert isinstance(made, MoneyControl | DecimalControl)
    qtbot.addWidget(made)
    return made


def test_each_question_of_money_has_its_control(qtbot: QtBot) -> None:
    assert isinstance(control(qtbot), MoneyControl)
    assert isinstance(control(qtbot, RATE), DecimalControl)


def test_an_amount_typed_is_an_amount_and_is_written_out(qtbot: QtBot) -> None:
    made = control(qtbot)
    keyboard = show(qtbot, made)
    made.edit.setFocus()
    keyboard.text("1500 mad")
    assert made.answer() == {"amount": "1500.00", "currency": "MAD"}
    assert "1,500.00" in made.understood()


@pytest.mark.parametrize("language", ["fr", "en", "ar", "es"])
@pytest.mark.parametrize("kept", ["1500.50 MAD", "4.500 TND", "4.000 TND", "1234567 XOF"])
def test_an_amount_shown_and_touched_means_the_same(qtbot: QtBot, language: str, kept: str) -> None:
    amount = Money.parse(kept)
    with in_language(language):
        made = control(qtbot)
        made.set_answer({"amount": f"{amount.amount:f}", "currency": amount.currency})
        made.edit.setText(made.edit.text() + " ")
        made.edit.setText(f" {made.edit.text()}x"[:-1])
        assert AMOUNT.clean(made.answer(), CONTEXT) == amount


def test_the_currency_shown_is_meant_when_only_a_number_is_typed(qtbot: QtBot) -> None:
    made = control(qtbot)
    made.set_answer({"amount": "600.00", "currency": "USD"})
    made.edit.setText("750")
    assert made.answer() == {"amount": "750.00", "currency": "USD"}


def test_without_any_currency_the_question_asks_for_it(qtbot: QtBot) -> None:
    made = control(qtbot)
    made.edit.setText("750")
    assert made.answer() == "750"
    assert made.understood() == ""


def test_a_draft_comes_back_as_it_was_typed(qtbot: QtBot) -> None:
    made = control(qtbot)
    made.set_answer("15 00")
    assert made.edit.text() == "15 00"
    assert made.answer() == "15 00"


def test_emptied_is_no_answer(qtbot: QtBot) -> None:
    made = control(qtbot)
    made.set_answer({"amount": "600.00", "currency": "USD"})
    made.set_answer(None)
    assert (made.edit.text(), made.answer()) == ("", None)


@pytest.mark.parametrize(
    ("language", "typed", "kept"),
    [("fr", "655,957", "655.957"), ("fr", "655.957", "655.957"), ("en", "655.957", "655.957"),
     ("es", "655,957", "655.957"), ("ar", "٦٥٥٫٩٥٧", "655.957"), ("ar", "655,957", "655.957"),
     ("fr", "1 234,5", "1234.5")],
)  # fmt: skip
def test_decimals_are_read_with_the_mark_of_the_language(
    qtbot: QtBot, language: str, typed: str, kept: str
) -> None:
    with in_language(language):
        made = control(qtbot, RATE)
        made.edit.setText(typed)
        assert made.answer() == kept
        assert RATE.clean(made.answer(), CONTEXT) == Decimal(kept)


@pytest.mark.parametrize(("language", "typed"), [("en", "655,957"), ("es", "655.957")])
def test_a_number_that_can_be_two_says_so(qtbot: QtBot, language: str, typed: str) -> None:
    with in_language(language):
        made = control(qtbot, RATE)
        made.edit.setText(typed)
        assert made.doubt()


@pytest.mark.parametrize("language", ["fr", "en", "ar", "es"])
def test_decimals_come_back_as_they_are_typed(qtbot: QtBot, language: str) -> None:
    with in_language(language):
        made = control(qtbot, RATE)
        made.set_answer("10.8325")
        assert made.answer() == "10.8325"
