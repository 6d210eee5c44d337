"""Answers to a questionnaire kept as one value: code of each item to code of the option chosen."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

from app.errors import Refused
from app.i18n import _, ngettext
from app.models.types import Context, ValueType

_CODE: Final = re.compile(r"[A-Za-z0-9_.+-]{1,60}")


class ItemAnswersType(TypeDecorator[dict[str, str]]):
    """Answers kept as one JSON object with sorted names: the same bytes in every copy."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> str | None:
        return None if value is None else _text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else json.loads(value)


@dataclass(frozen=True)
class ItemAnswers(ValueType):
    """Answers of one person to one questionnaire; an item left out was not answered."""

    widget = "answers"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return ItemAnswersType()

    def clean(self, value: Any, context: Context) -> dict[str, str]:
        if not isinstance(value, dict) or not all(
            isinstance(item, str)
            and isinstance(option, str)
            and _CODE.fullmatch(item)
            and _CODE.fullmatch(option)
            for item, option in value.items()
        ):
            raise Refused("type", _("Give an option for each item of the questionnaire."))
        return dict(sorted(value.items()))

    def to_log(self, value: dict[str, str] | None) -> str | None:
        return None if value is None else _text(value)

    def from_log(self, value: str | None) -> dict[str, str] | None:
        return None if value is None else json.loads(value)

    def to_json(self, value: dict[str, str]) -> dict[str, str]:
        return value

    def to_sqlite(self, value: Any) -> str | None:
        if value is None:
            return None
        held = json.loads(value)
        if not isinstance(held, dict) or _text(held) != value:
            raise ValueError(f"not answers to a questionnaire: {value!r}")
        text: str = value
        return text

    def shown(self, value: dict[str, str]) -> str:
        return ngettext("{count} answer", "{count} answers", len(value)).format(count=len(value))

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}}


def _text(value: dict[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
