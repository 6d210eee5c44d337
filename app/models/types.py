"""What kinds of answers there are: each checks, converts, stores and describes its values.

A value has two forms. The *kept* form is what records carry (``date``, ``PartialDate``, ``UUID``,
``frozenset``); the *log* form is what changes, JSON and digests carry (text, whole numbers,
booleans, 16-byte ids, sorted lists).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _, isolate
from app.models.choices import COUNTRIES
from app.models.values import IdType

if TYPE_CHECKING:
    from app.models.fields import Field


@dataclass(frozen=True, slots=True)
class Context:
    """What a value is judged against.

    Attributes:
        today: Date at the office.
        home_country: ISO 3166-1 alpha-2 code of the office's country, for telephone numbers.
    """

    today: date
    home_country: str = "MA"


def clean_field(field: Field, value: Any, context: Context) -> Any:
    """Check ``value`` against ``field``; see ``Field.clean``."""
    if isinstance(value, str):
        value = value.strip() or None
    is_empty_list = field.type.takes_many and isinstance(value, (list, frozenset)) and not value
    if value is None or is_empty_list:
        if field.required:
            raise Refused("required", _("Please answer this question."), field.name)
        return None
    try:
        return field.type.clean(value, context)
    except Refused as refused:
        refused.field = field.name
        raise


class ValueType:
    """Base of all answer types.

    Attributes:
        widget: Name of the form control that asks for it.
        takes_many: Whether an answer holds several values; an empty list is then no answer.
    """

    widget: ClassVar[str] = "text"
    takes_many: ClassVar[bool] = False

    def column_type(self) -> sa.types.TypeEngine[Any]:
        """Give the SQL type it is stored as."""
        raise NotImplementedError

    def clean(self, value: Any, context: Context) -> Any:
        """Turn input (never None) into the kept form, or raise ``Refused``."""
        raise NotImplementedError

    def to_log(self, value: Any) -> Any:
        """Turn the kept form into the log form."""
        return value

    def from_log(self, value: Any) -> Any:
        """Turn the log form into the kept form."""
        return value

    def to_json(self, value: Any) -> Any:
        """Turn the kept form into what JSON shows."""
        return self.to_log(value)

    def to_sqlite(self, value: Any) -> Any:
        """Turn the log form into what SQLite stores; most are the same, which keeps merging fast.

        Raises:
            ValueError: The log holds what this type cannot be (a damaged or foreign change).
        """
        if value is not None and not isinstance(value, str):
            raise ValueError(f"not text: {value!r}")
        return value

    def shown(self, value: Any) -> str:
        """Turn the kept form into text for a person, in the language in use."""
        return str(value)

    def schema(self) -> dict[str, Any]:
        """Describe accepted JSON. Source: JSON Schema 2020-12."""
        raise NotImplementedError

    def warnings(self, value: Any, context: Context) -> list[str]:
        """List what a person should look at twice in an accepted value."""
        return []


# Marks that only steer direction: invisible, pasted along from elsewhere, and they break
# comparing and printing. U+200C and U+200D are letters' business in some scripts and stay.
_BIDI_CONTROLS: Final = re.compile(
    "[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True)
class Text(ValueType):
    """Text, in composed Unicode (NFC) without invisible marks."""

    max_length: int = 200
    multiline: bool = False
    is_name: bool = False

    @property
    def widget(self) -> str:  # type: ignore[override]
        return "long_text" if self.multiline else "text"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.Text()

    def clean(self, value: Any, context: Context) -> str:
        if not isinstance(value, str):
            raise Refused("type", _("Write text here."))
        cleaned = _BIDI_CONTROLS.sub("", unicodedata.normalize("NFC", value))
        if self.multiline:
            cleaned = cleaned.replace("\r\n", "\n").strip()
        else:
            cleaned = " ".join(re.split(r"[ \t\u00a0]+", cleaned)).strip()
        if not cleaned:
            raise Refused("empty", _("This holds only invisible characters. Type it again."))
        for character in cleaned:
            if unicodedata.category(character) in {"Cc", "Cs"} and not (
                self.multiline and character in "\n\t"
            ):
                raise Refused(
                    "control_character",
                    _("This holds a control character (U+{code}). Type the text again.").format(
                        code=f"{ord(character):04X}"
                    ),
                )
        if len(cleaned) > self.max_length:
            raise Refused(
                "too_long",
                _("At most {limit} characters fit here; this has {count}.").format(
                    limit=self.max_length, count=len(cleaned)
                ),
            )
        if self.is_name and not any(unicodedata.category(c).startswith("L") for c in cleaned):
            raise Refused("name_without_letters", _("A name needs at least one letter."))
        return cleaned

    def warnings(self, value: str, context: Context) -> list[str]:
        if self.is_name and any(c.isdigit() for c in value):
            return [_("A name rarely holds digits. Is it written as on the document?")]
        return []

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}


_LARGEST: Final = 2**63 - 1  # what a database keeps as a whole number


@dataclass(frozen=True)
class Number(ValueType):
    """A whole number."""

    minimum: int = 0
    maximum: int | None = None
    widget = "number"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def clean(self, value: Any, context: Context) -> int:
        if isinstance(value, str):
            # Arabic-Indic digits and grouping spaces are as good as ours.
            digits = re.sub(r"[\s\u00a0\u202f]", "", value)
            value = int(digits) if re.fullmatch(r"-?\d{1,19}", digits) else value
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused("type", _("Write a whole number."))
        if abs(value) > _LARGEST:
            raise Refused("out_of_range", _("This number is too large. Check its zeros."))
        if value < self.minimum or (self.maximum is not None and value > self.maximum):
            raise Refused("out_of_range", self._range_message())
        return value

    def _range_message(self) -> str:
        if self.maximum is None:
            return _("Write {minimum} or more.").format(minimum=self.minimum)
        return _("Write a number from {minimum} to {maximum}.").format(
            minimum=self.minimum, maximum=self.maximum
        )

    def to_sqlite(self, value: Any) -> int | None:
        if value is not None and (type(value) is not int or abs(value) > _LARGEST):
            raise ValueError(f"not a whole number: {value!r}")
        return value

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": "integer", "minimum": self.minimum}
        if self.maximum is not None:
            described["maximum"] = self.maximum
        return described


@dataclass(frozen=True)
class Flag(ValueType):
    """Yes or no."""

    widget = "flag"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.Boolean()

    def clean(self, value: Any, context: Context) -> bool:
        if not isinstance(value, bool):
            raise Refused("type", _("Answer yes or no."))
        return value

    def shown(self, value: bool) -> str:
        return _("Yes") if value else _("No")

    def to_sqlite(self, value: Any) -> bool | None:
        if value is not None and type(value) is not bool:
            raise ValueError(f"not yes or no: {value!r}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Phone(ValueType):
    """A telephone number. Source: ITU-T E.164, through libphonenumber."""

    widget = "phone"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.String(20)

    def clean(self, value: Any, context: Context) -> str:
        import phonenumbers

        if not isinstance(value, str):
            raise Refused("type", _("Write a telephone number."))
        try:
            # "+212 (0) 537…" carries the national zero too; libphonenumber drops it.
            number = phonenumbers.parse(value, context.home_country)
        except phonenumbers.NumberParseException:
            raise _no_phone(value) from None
        if not phonenumbers.is_valid_number(number):
            raise _no_phone(value)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def warnings(self, value: str, context: Context) -> list[str]:
        import phonenumbers

        region = phonenumbers.region_code_for_number(phonenumbers.parse(value))
        if region == context.home_country:
            return []
        return [
            _("This number is of {country}. Is that meant?").format(
                country=COUNTRIES.label(region or "XXX")
            )
        ]

    def shown(self, value: str) -> str:
        import phonenumbers

        number = phonenumbers.parse(value)
        return isolate(
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "description": "E.164, or as dialled in the office's country"}


def _no_phone(value: str) -> Refused:
    return Refused(
        "not_a_phone_number",
        _(
            "{value} is not a telephone number. Write it with its country code, such as +212."
        ).format(value=isolate(value)),
    )


@dataclass(frozen=True)
class ContentHash(ValueType):
    """SHA-256 of content, in hexadecimal."""

    widget = "content"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.String(64)

    def clean(self, value: Any, context: Context) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
            raise Refused("type", _("Give the SHA-256 of the content in hexadecimal."))
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9a-f]{64}$"}


@dataclass(frozen=True)
class Reference(ValueType):
    """The id of a record of another kind."""

    kind: str
    root: bool = False
    widget = "reference"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return IdType()

    def clean(self, value: Any, context: Context) -> UUID:
        try:
            return value if isinstance(value, UUID) else UUID(value)
        except (TypeError, ValueError, AttributeError):
            raise Refused(
                "not_an_id", _("{value} is not an id.").format(value=isolate(str(value)))
            ) from None

    def to_log(self, value: UUID | None) -> bytes | None:
        return None if value is None else value.bytes

    def from_log(self, value: bytes | None) -> UUID | None:
        return None if value is None else UUID(bytes=value)

    def to_json(self, value: UUID) -> str:
        return str(value)

    def to_sqlite(self, value: Any) -> bytes | None:
        if value is not None and (type(value) is not bytes or len(value) != 16):
            raise ValueError(f"not an id: {value!r}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid", "description": f"id of a {self.kind}"}
