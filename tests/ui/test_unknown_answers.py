"""An answer that a later version of the program offers is kept by a form that does not know it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from app.ui.widgets.chips import ChipsControl
from app.ui.widgets.control import Control
from app.ui.widgets.pick import ChoiceControl, TagsControl

OFFERED = (("low", "Low"), ("high", "High"))


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda: ChoiceControl(OFFERED), "dire"),
        (lambda: ChipsControl(OFFERED, lambda _name: QIcon()), ["high", "dire"]),
        (lambda: TagsControl(OFFERED), ["high", "dire"]),
    ],
)
def test_it_is_kept(qtbot: QtBot, make: Any, value: Any) -> None:
    control: Control = make()
    qtbot.addWidget(control)
    control.set_answer(value)
    assert control.answer() == value
