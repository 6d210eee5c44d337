"""Answers that arrive late: a screen may be gone when the work it asked for is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

_Answer = TypeVar("_Answer")


def while_alive(owner: QObject, then: Callable[[_Answer], object]) -> Callable[[_Answer], None]:
    """Call ``then`` only while ``owner`` exists: a change of language rebuilds every screen."""

    def answer(result: _Answer) -> None:
        if isValid(owner):
            then(result)

    return answer
