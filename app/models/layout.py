"""How the questions of a record are laid out, on screens and on paper alike: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of questions.

    Attributes:
        title: English title, a message id.
        rows: Names of the questions; those of one row stand side by side.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> list[str]:
        """Names of all its questions, in reading order."""
        return [name for row in self.rows for name in row]
