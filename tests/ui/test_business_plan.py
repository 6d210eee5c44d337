"""The figures of a business plan typed by keyboard: saved by cell, worked out at every letter."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.business_plans import lines_of, submit
from app.casework.cases import open_case
from app.models.business import BusinessLine, BusinessPlan
from app.models.money import Money
from app.ui.desk import Desk
from app.ui.screens.filed_cards import card_body
from app.ui.screens.person_business import BusinessPlanSheet
from tests.ui.work import Keyboard, add_person, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def plan(desk: Desk) -> UUID:
    person = add_person(desk.store, desk.user, "Moussa", "Koné")
    with desk.store.write(desk.user) as db:
        case = open_case(db, person, "AVRR-FROM")
        made = BusinessPlan(
            case=case.id, version=1, state="draft", name="Bakery", currency="XOF",
            starts_on=date(2027, 1, 1),
        )  # fmt: skip
        db.add(made)
    return made.id


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, plan: UUID) -> BusinessPlanSheet:
    made = BusinessPlanSheet(desk, plan)
    show(qtbot, made)
    return made


def add_line(desk: Desk, plan: UUID, kind: str, label: str, amount: str, **more: Any) -> UUID:
    with desk.store.write(desk.user) as db:
        made = BusinessLine(plan=plan, line_kind=kind, label=label, amount=amount, **more)
        db.add(made)
    return made.id


def at(sheet: BusinessPlanSheet, kind: str, column: int, nth: int = 0) -> None:
    """Put the cursor on a cell of a kind's rows."""
    rows = [place for place, row in enumerate(sheet.model.rows) if row.kind == kind]
    sheet.table.setFocus()
    sheet.table.setCurrentIndex(sheet.model.index(rows[nth], column))


def type_text(sheet: BusinessPlanSheet, text: str) -> None:
    for letter in text:
        QTest.keyClicks(editor(sheet) or sheet.table, letter)


def editor(sheet: BusinessPlanSheet) -> QLineEdit | None:
    found = [line for line in sheet.table.findChildren(QLineEdit) if line.isVisible()]
    return found[0] if found else None


def press(sheet: BusinessPlanSheet, key: Qt.Key, modifiers: Any = None) -> None:
    target = editor(sheet) or sheet.table
    QTest.keyClick(target, key, modifiers or Qt.KeyboardModifier.NoModifier)


def saved(desk: Desk, plan: UUID) -> list[tuple[str | None, str | None, str, str]]:
    with desk.store.read() as db:
        return [
            (one.line_kind, one.label, str(one.amount), str(one.quantity or ""))
            for one in lines_of(db, plan)
        ]


def shown(sheet: BusinessPlanSheet, name: str) -> str:
    return sheet.figures._amounts[name].text().replace("\u2068", "").replace("\u2069", "")


def test_a_line_is_typed_with_the_keyboard_alone_and_each_cell_saves_itself(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    at(sheet, "sale", 1)
    type_text(sheet, "Bread")
    press(sheet, Qt.Key.Key_Return)
    assert saved(desk, plan) == [("sale", "Bread", "0 XOF", "")]
    type_text(sheet, "250")
    press(sheet, Qt.Key.Key_Tab)
    type_text(sheet, "1 000")
    press(sheet, Qt.Key.Key_Return)
    assert saved(desk, plan) == [("sale", "Bread", "250 XOF", "1000")]


def test_the_row_after_a_line_begins_the_next_one(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    at(sheet, "fixed", 1)
    for label, amount in (("Rent", "40000"), ("Phone", "5000")):
        type_text(sheet, label)
        press(sheet, Qt.Key.Key_Return)
        type_text(sheet, amount)
        press(sheet, Qt.Key.Key_Return)
        press(sheet, Qt.Key.Key_Return)
    assert [line[1:3] for line in saved(desk, plan)] == [
        ("Rent", "40000 XOF"), ("Phone", "5000 XOF"),
    ]  # fmt: skip


def test_closed_cells_are_passed_over(sheet: BusinessPlanSheet) -> None:
    at(sheet, "reserve", 2)
    press(sheet, Qt.Key.Key_Tab)
    index = sheet.table.currentIndex()
    assert (sheet.model.rows[index.row()].kind, index.column()) == ("own", 1)
    press(sheet, Qt.Key.Key_Backtab)
    assert sheet.table.currentIndex().column() == 2


def test_figures_follow_every_letter(sheet: BusinessPlanSheet, desk: Desk, plan: UUID) -> None:
    add_line(desk, plan, "sale", "Bread", "250 XOF", quantity="10")
    sheet.show_plan(plan)
    assert shown(sheet, "sales") == "\u200e30,000\u00a0XOF"
    at(sheet, "sale", 3)
    type_text(sheet, "20")
    assert shown(sheet, "sales") == "\u200e60,000\u00a0XOF"
    type_text(sheet, "0")
    assert shown(sheet, "sales") == "\u200e600,000\u00a0XOF"
    assert saved(desk, plan)[0][3] == "10"


def test_a_line_begun_counts_while_its_amount_is_typed(sheet: BusinessPlanSheet) -> None:
    at(sheet, "own", 2)
    type_text(sheet, "900")
    assert shown(sheet, "funding") == "\u200e900\u00a0XOF"


def test_control_backspace_takes_a_line_out_and_keeps_it_in_the_history(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    gone = add_line(desk, plan, "fixed", "Rent", "40000 XOF")
    sheet.show_plan(plan)
    at(sheet, "fixed", 2)
    press(sheet, Qt.Key.Key_Backspace, CONTROL)
    assert saved(desk, plan) == []
    assert shown(sheet, "costs") == "\u200e0\u00a0XOF"
    with desk.store.read() as db:
        assert db.get_one(BusinessLine, gone).voided


def test_what_cannot_be_read_stays_and_says_why(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    add_line(desk, plan, "sale", "Bread", "250 XOF")
    sheet.show_plan(plan)
    at(sheet, "sale", 2)
    type_text(sheet, "2x5")
    press(sheet, Qt.Key.Key_Return)
    index = sheet.model.index(0, 2)
    assert index.data() == "2x5"
    assert sheet.refusals.isVisible()
    assert saved(desk, plan) == [("sale", "Bread", "250 XOF", "")]
    at(sheet, "sale", 2)
    type_text(sheet, "300")
    press(sheet, Qt.Key.Key_Return)
    assert not sheet.refusals.isVisible()
    assert saved(desk, plan) == [("sale", "Bread", "300 XOF", "")]


def test_a_rule_of_the_plan_says_why_at_the_cell(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    at(sheet, "sale", 2)
    type_text(sheet, "5 EUR")
    press(sheet, Qt.Key.Key_Return)
    assert "counted in" in sheet.refusals.text()
    assert saved(desk, plan) == []


def test_a_month_below_zero_is_said_in_words(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    add_line(desk, plan, "sale", "Ice", "100 XOF", quantity="1000",
             months="0 0 0 50 100 100 100 100 100 100 100 100")  # fmt: skip
    add_line(desk, plan, "fixed", "Rent", "40000 XOF")
    add_line(desk, plan, "own", "Savings", "80000 XOF")
    sheet.show_plan(plan)
    words = sheet.figures._warnings.text()
    assert "Mar 2027" in words
    assert "40,000" in words
    assert "Jan 2027" not in words
    assert "Mar 2027" in sheet.figures.chart.accessibleDescription()


def test_a_submitted_plan_is_shown_and_not_typed_in(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID, qtbot: QtBot
) -> None:
    add_line(desk, plan, "sale", "Bread", "250 XOF")
    with desk.store.write(desk.user) as db:
        submit(db, db.get_one(BusinessPlan, plan))
    until(qtbot, lambda: not sheet.model.is_open)
    at(sheet, "sale", 2)
    type_text(sheet, "9")
    assert editor(sheet) is None
    assert [row.line is None for row in sheet.model.rows] == [False]


def test_what_somebody_else_adds_appears_when_nobody_types(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID, qtbot: QtBot
) -> None:
    at(sheet, "sale", 1)
    type_text(sheet, "Br")
    add_line(desk, plan, "fixed", "Rent", "40000 XOF")
    qtbot.wait(50)
    still = editor(sheet)
    assert still is not None
    assert still.text() == "Br"
    press(sheet, Qt.Key.Key_Return)
    until(qtbot, lambda: len(sheet.model.lines()) == 2)
    assert {line[1] for line in saved(desk, plan)} == {"Br", "Rent"}


def test_a_material_takes_the_name_of_the_only_thing_sold(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    add_line(desk, plan, "sale", "Bread", "250 XOF")
    sheet.show_plan(plan)
    at(sheet, "material", 2)
    type_text(sheet, "120")
    press(sheet, Qt.Key.Key_Return)
    assert ("material", "Bread", "120 XOF", "") in saved(desk, plan)
    assert not sheet.figures._problems.isVisible()


def test_every_open_cell_says_what_it_is(sheet: BusinessPlanSheet) -> None:
    model = sheet.model
    for row in range(model.rowCount()):
        for column in range(1, model.columnCount()):
            index = model.index(row, column)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                assert index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_card_of_a_plan_shows_its_sheet(desk: Desk, plan: UUID, qtbot: QtBot) -> None:
    body = card_body(BusinessPlan)
    assert body is not None
    with desk.store.read() as db:
        made = body(desk, db.get_one(BusinessPlan, plan))
    qtbot.addWidget(made)
    assert isinstance(made, BusinessPlanSheet)


def test_amounts_are_kept_as_money(sheet: BusinessPlanSheet, desk: Desk, plan: UUID) -> None:
    at(sheet, "equipment", 2)
    type_text(sheet, "600000")
    press(sheet, Qt.Key.Key_Return)
    with desk.store.read() as db:
        [line] = db.scalars(select(BusinessLine))
    assert line.amount == Money.parse("600000 XOF")


def test_the_keyboard_leaves_the_table_after_its_last_cell(
    sheet: BusinessPlanSheet, desk: Desk, plan: UUID
) -> None:
    keyboard = Keyboard(sheet)
    at(sheet, "loan", 4)
    assert not sheet.table.go(1)
    assert keyboard.keys == 0
