"""From a question to the control that asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtGui import QIcon

from app.models import choice_types as c
from app.models import date_types as d
from app.models import types as t
from app.models.choices import Choices, Countries
from app.models.fields import Field
from app.models.types import Context
from app.ui.widgets.chips import ChipsControl, FlagControl
from app.ui.widgets.control import Control
from app.ui.widgets.dates import DayControl, MomentControl, PartialDateControl
from app.ui.widgets.lines import LongTextControl, NumberControl, PhoneControl, TextControl
from app.ui.widgets.pick import ChoiceControl, Find, Offered, TagsControl

_MOST_CHIPS: Final = 16
_BORN: Final = "birth"
"""The one date people give as an age."""

Icons = Callable[[str], QIcon]


def make_control(
    field: Field, context: Context, icon: Icons, offered: Mapping[str, Offered]
) -> Control:
    """Make the control for a question.

    Args:
        field: The question.
        context: What dates and telephone numbers are understood against.
        icon: Gives an icon by name.
        offered: By question name, the answers offered instead of all the list has. A question
            that points to another record has its answers here.
    """
    type_ = field.type
    match type_.widget:
        case "long_text":
            return LongTextControl()
        case "choice" if isinstance(type_, c.Choice):
            return _choice(_offer(field, type_.choices, offered), _finder(type_.choices), icon)
        case "choices" if isinstance(type_, c.ChoiceSet):
            listed = _offer(field, type_.choices, offered)
            if len(listed) <= _MOST_CHIPS:
                return ChipsControl(listed, icon)
            tags = TagsControl(listed, _finder(type_.choices))
            tags.offer_list(icon("ph.caret-down"), icon("ph.x"))
            return tags
        case "day" if isinstance(type_, d.Day):
            day = DayControl(type_, context)
            day.offer_calendar(icon("ph.calendar-blank"))
            return day
        case "partial_date" if isinstance(type_, d.PartialDay):
            return PartialDateControl(type_, context, takes_age=field.name == _BORN)
        case "moment":
            moment = MomentControl(context)
            moment.offer_calendar(icon("ph.calendar-blank"))
            return moment
        case "number" if isinstance(type_, t.Number):
            return NumberControl(type_)
        case "flag":
            return FlagControl()
        case "phone" if isinstance(type_, t.Phone):
            return PhoneControl(type_, context)
        case "reference":
            return _choice(offered.get(field.name, ()), None, icon)
        case _:
            return TextControl()


def _choice(listed: Offered, find: Find | None, icon: Icons) -> ChoiceControl:
    control = ChoiceControl(listed, find)
    control.offer_list(icon("ph.caret-down"))
    return control


def _offer(field: Field, choices: Choices, offered: Mapping[str, Offered]) -> Offered:
    return offered.get(field.name) or choices.offered()


def _finder(choices: Choices) -> Find | None:
    return choices.find if isinstance(choices, Countries) else None
