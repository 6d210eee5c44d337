"""The three ways an answer can fail, split by whose turn it is to act."""

from __future__ import annotations


class SanadError(Exception):
    """Anything Sanad says no with, in a sentence fit for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(SanadError):
    """A rule of the work says no; the person can mend it.

    Args:
        rule: Stable name of the rule, such as ``required`` or ``one_open_case``.
        message: What is wrong and what to do, in the user's language.
        field: Name of the field it concerns, shown there; None for the whole record.
        kind: Record kind the field belongs to, when known.
    """

    def __init__(
        self, rule: str, message: str, field: str | None = None, kind: str | None = None
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.field = field
        self.kind = kind


class RefusedMany(Refused):
    """Several refusals of one save, so that a form can show them all at once."""

    def __init__(self, refusals: list[Refused]) -> None:
        first = refusals[0]
        super().__init__(first.rule, first.message, first.field, first.kind)
        self.refusals = refusals


class Unavailable(SanadError):
    """The world says no: disk full, no network, store locked by another program.

    Args:
        message: What happened.
        remedy: What the person can do about it.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Cancelled(Exception):
    """The person cancelled a long task; nothing of it was kept."""
