"""From a question to the control that asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtGui import QIcon

from app.models import choice_types as c
from app.models import date_types as d
from app.models import money_types as m
from app.models import types as t
from app.models.choices import Choices
from app.models.fields import Field
from app.models.types import Context
from app.ui.widgets.answers import AnswersControl
from app.ui.widgets.chips import ChipsControl, FlagControl
from app.ui.widgets.control import Control
from app.ui.widgets.dates import DayControl, MomentControl, PartialDateControl
from app.ui.widgets.lines import LongTextControl, NumberControl, PhoneControl, TextControl
from app.ui.widgets.money import DecimalControl, MoneyControl
from app.ui.widgets.pick import ChoiceControl, Find, Offered, TagsControl
from app.ui.widgets.place import PlaceControl

_MOST_CHIPS: Final = 16

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
        case "choice" | "choices":
            return _from_list(field, icon, offered)
        case "day" | "partial_date" | "moment":
            return _date(type_, context, icon)
        case "number" if isinstance(type_, t.Number):
            return NumberControl(type_)
        case "money" if isinstance(type_, m.Amount):
            return MoneyControl(type_, context)
        case "decimal" if isinstance(type_, m.DecimalNumber):
            return DecimalControl(type_)
        case "flag":
            return FlagControl()
        case "phone" if isinstance(type_, t.Phone):
            return PhoneControl(type_, context)
        case "place":
            place = PlaceControl(context.home_country)
            place.offer_list(icon("ph.caret-down"))
            return place
        case "answers":
            return AnswersControl()
        case "reference":
            return _choice(offered.get(field.name, ()), None, icon)
        case _:
            return TextControl()


def _from_list(field: Field, icon: Icons, offered: Mapping[str, Offered]) -> Control:
    type_ = field.type
    if isinstance(type_, c.Choice):
        return _choice(_offer(field, type_.choices, offered), type_.choices.find, icon)
    if not isinstance(type_, c.ChoiceSet):
        raise TypeError(f"{field.name} has no list")
    listed = _offer(field, type_.choices, offered)
    if len(listed) <= _MOST_CHIPS:
        return ChipsControl(listed, icon)
    tags = TagsControl(listed, type_.choices.find)
    tags.offer_list(icon("ph.caret-down"), icon("ph.x"))
    return tags


def _date(type_: t.ValueType, context: Context, icon: Icons) -> Control:
    if isinstance(type_, d.PartialDay):
        return PartialDateControl(type_, context)
    line = DayControl(type_, context) if isinstance(type_, d.Day) else MomentControl(context)
    line.offer_calendar(icon("ph.calendar-blank"))
    return line


def _choice(listed: Offered, find: Find | None, icon: Icons) -> ChoiceControl:
    control = ChoiceControl(listed, find)
    control.offer_list(icon("ph.caret-down"))
    return control


def _offer(field: Field, choices: Choices, offered: Mapping[str, Offered]) -> Offered:
    return offered.get(field.name) or choices.offered()
