"""The questions a record asks: one line each, from which everything else follows.

Each function returns a SQLAlchemy column whose ``info["field"]`` holds a ``Field``: label,
type, sensitivity, merge policy and the rest. Forms, tables, papers, exports, the JSON Schema,
the search index and the log all read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import MappedColumn, mapped_column

from app.models import choice_types as c
from app.models import date_types as d
from app.models import money_types as m
from app.models import types as t
from app.models.answer_types import ItemAnswers
from app.models.choices import COUNTRIES, SPOKEN_LANGUAGES, Choices

if TYPE_CHECKING:
    from app.models.types import Context, ValueType


class Sensitivity(IntEnum):
    """How much harm a disclosed answer can do.

    P0 public reference, P1 operational, P2 personal, P3 special category, P4 protection.
    """

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


P0, P1, P2, P3, P4 = Sensitivity


class Merge(Enum):
    """What is shown when two people answered one question without seeing each other's answer."""

    LATEST = "latest"
    """The one with the highest stamp."""
    UNION = "union"
    """All codes of either."""
    APPEND = "append"
    """Both texts, in the order they were written."""
    CAUTIOUS = "cautious"
    """The one that protects the person most."""
    ASK = "ask"
    """The latest is shown, and a person is asked."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a record kind, as declared.

    Attributes:
        label: English label, a message id.
        type: Checks, converts and describes values.
        personal: Sensitivity class.
        merge: Policy for concurrent answers.
        required: A record cannot be saved without it.
        search: Its words find the person whose file it is in.
        table: Shown as a column in lists.
        help: One sentence under the question, a message id; may be empty.
        hxl: HXL hashtag for exports.
        name: Attribute name; set when the record class is made.
    """

    label: str
    type: ValueType
    personal: Sensitivity
    merge: Merge = Merge.LATEST
    required: bool = False
    search: bool = False
    table: bool = False
    help: str = ""
    hxl: str = ""
    name: str = field(default="")

    def named(self, name: str) -> Field:
        """Give the same question with its attribute name."""
        return replace(self, name=name)

    def clean(self, value: Any, context: Context) -> Any:
        """Turn what a person or JSON gave into the value kept.

        Raises:
            Refused: The value breaks a rule of this question; names rule and field.
        """
        return t.clean_field(self, value, context)


def text(
    label: str,
    *,
    personal: Sensitivity,
    max_length: int = 200,
    name: bool = False,
    index: bool = False,
    **more: Any,
) -> MappedColumn[Any]:
    """Ask for one line of text. ``name=True`` for people's names, where digits are a mistake."""
    return _column(
        Field(label, t.Text(max_length=max_length, is_name=name), personal, **more), index
    )


def long_text(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for paragraphs; concurrent ones are both kept, one after the other."""
    more.setdefault("merge", Merge.APPEND)
    return _column(Field(label, t.Text(max_length=20_000, multiline=True), personal, **more))


def choice(
    label: str, choices: Choices, *, personal: Sensitivity, **more: Any
) -> MappedColumn[Any]:
    """Ask for one code of a list."""
    return _column(Field(label, c.Choice(choices), personal, **more))


def choices(
    label: str, listed: Choices, *, personal: Sensitivity, **more: Any
) -> MappedColumn[Any]:
    """Ask for any number of codes of a list."""
    more.setdefault("merge", Merge.UNION)
    return _column(Field(label, c.ChoiceSet(listed), personal, **more))


def country(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for a country; a name that means two ("Congo") is refused until one is chosen."""
    return _column(Field(label, c.Country(COUNTRIES), personal, **more))


def countries(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for any number of countries, such as nationalities."""
    more.setdefault("merge", Merge.UNION)
    return _column(Field(label, c.CountrySet(COUNTRIES), personal, **more))


def place(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for an administrative area; a name that means several is refused until one is chosen."""
    return _column(Field(label, c.Place(), personal, **more))


def language(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for a spoken language."""
    return _column(Field(label, c.Choice(SPOKEN_LANGUAGES), personal, **more))


def languages(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for any number of spoken languages."""
    more.setdefault("merge", Merge.UNION)
    return _column(Field(label, c.ChoiceSet(SPOKEN_LANGUAGES), personal, **more))


def day(label: str, *, personal: Sensitivity, past: bool = False, **more: Any) -> MappedColumn[Any]:
    """Ask for a day of the calendar. ``past=True`` refuses days to come."""
    return _column(Field(label, d.Day(past=past), personal, **more))


def partial_date(
    label: str,
    *,
    personal: Sensitivity,
    past: bool = False,
    takes_age: bool = False,
    **more: Any,
) -> MappedColumn[Any]:
    """Ask for a date as well as it is known: day, month or year; ``takes_age=True``: or an age."""
    return _column(Field(label, d.PartialDay(past=past, takes_age=takes_age), personal, **more))


def moment(
    label: str, *, personal: Sensitivity, index: bool = False, **more: Any
) -> MappedColumn[Any]:
    """Ask for a day and time at the office, to the minute (``2026-11-22T10:30``)."""
    return _column(Field(label, d.Moment(), personal, **more), index)


def number(
    label: str, *, personal: Sensitivity, minimum: int = 0, maximum: int | None = None, **more: Any
) -> MappedColumn[Any]:
    """Ask for a whole number."""
    return _column(Field(label, t.Number(minimum, maximum), personal, **more))


def flag(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask yes or no; unanswered is neither. Merged cautiously, yes protects."""
    return _column(Field(label, t.Flag(), personal, **more))


def money(
    label: str, *, personal: Sensitivity, may_be_negative: bool = False, **more: Any
) -> MappedColumn[Any]:
    """Ask for an amount and its currency, which are one answer; concurrent ones are settled."""
    more.setdefault("merge", Merge.ASK)
    return _column(Field(label, m.Amount(may_be_negative), personal, **more))


def decimal(
    label: str, *, personal: Sensitivity, places: int = 2, **more: Any
) -> MappedColumn[Any]:
    """Ask for a number of zero or more with at most ``places`` decimals."""
    return _column(Field(label, m.DecimalNumber(places), personal, **more))


def phone(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Ask for a telephone number, kept as E.164."""
    return _column(Field(label, t.Phone(), personal, **more))


def answers(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Keep the answers to a questionnaire: code of each item to code of the option chosen."""
    more.setdefault("merge", Merge.ASK)
    return _column(Field(label, ItemAnswers(), personal, **more))


def content(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Name content kept beside the records by its SHA-256, in hexadecimal."""
    return _column(Field(label, t.ContentHash(), personal, **more), index=True)


def reference(
    label: str,
    kind: str,
    *,
    personal: Sensitivity = P1,
    root: bool = False,
    index: bool = True,
    **more: Any,
) -> MappedColumn[Any]:
    """Point to another record.

    Args:
        label: English label, a message id.
        kind: Record kind pointed to.
        root: The record belongs to the file of the one pointed to, and travels with it.
        index: Looked up from the other side.
    """
    more.setdefault("merge", Merge.ASK)
    return _column(Field(label, t.Reference(kind, root=root), personal, **more), index=index)


def _column(declared: Field, index: bool = False) -> MappedColumn[Any]:
    column: MappedColumn[Any] = mapped_column(
        declared.type.column_type(), nullable=True, index=index, info={"field": declared}
    )
    return column


__all__ = [
    "P0",
    "P1",
    "P2",
    "P3",
    "P4",
    "Field",
    "Merge",
    "Sensitivity",
    "answers",
    "choice",
    "choices",
    "content",
    "countries",
    "country",
    "day",
    "decimal",
    "flag",
    "language",
    "languages",
    "long_text",
    "moment",
    "money",
    "number",
    "partial_date",
    "phone",
    "place",
    "reference",
    "text",
]
