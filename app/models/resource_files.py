"""Shipped TOML files read into structs; what does not fit is told by file, key and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from app.i18n import _, isolate

KeyPath = tuple[str | int, ...]
"""Where a value stands: keys of tables and places in lists, from the top of the file."""

Problem = tuple[KeyPath, str]
"""Where something does not fit, and a sentence saying what."""

_Read = TypeVar("_Read")


class ResourceError(ValueError):
    """A file does not fit what it should say.

    Attributes:
        file: Name of the file; empty for text typed in a form.
        path: Where in it; empty for the file as a whole.
        line: Line of the nearest key, from 1; None when no key of the text is near.
        problem: What is wrong, in the language in use.
    """

    def __init__(self, file: str, path: KeyPath, line: int | None, problem: str) -> None:
        self.file = file
        self.path = path
        self.line = line
        self.problem = problem
        super().__init__(str(self))

    @property
    def key(self) -> str:
        """The place as people write it, such as ``donors[0].lines[1].amount``."""
        text = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in self.path)
        return text.removeprefix(".")

    def __str__(self) -> str:
        line = _("line {line}").format(line=self.line) if self.line is not None else ""
        return f"{', '.join(part for part in (self.file, line, self.key) if part)}: {self.problem}"


@dataclass(frozen=True)
class Source:
    """The text of a file and what it says.

    Attributes:
        file: Name told in errors.
    """

    file: str
    text: str
    raw: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Source:
        """Read a file."""
        return cls.parse(path.name, path.read_text("utf-8"))

    @classmethod
    def parse(cls, file: str, text: str) -> Source:
        """Read text.

        Raises:
            ResourceError: It is not TOML.
        """
        try:
            return cls(file, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
            assert found is not None
            line = int(found[1]) if found[1] else len(text.splitlines())
            reason = str(error).replace(found[0], "")
            problem = _("this cannot be read as TOML ({reason})").format(reason=isolate(reason))
            raise ResourceError(file, (), line, problem) from None

    def error(self, path: KeyPath, problem: str) -> ResourceError:
        """Make the error for a place in this text."""
        lines = key_lines(self.text)
        known = (path[:length] for length in range(len(path), 0, -1))
        line = next((lines[part] for part in known if part in lines), None)
        return ResourceError(self.file, path, line, problem)

    def into(
        self,
        type_: type[_Read],
        check: Callable[[_Read], Iterable[Problem]],
        raw: dict[str, Any] | None = None,
    ) -> _Read:
        """Turn what the text says into ``type_``.

        Args:
            check: Tells what the types alone cannot.
            raw: Turned instead of what the text says, when the text is laid over something.

        Raises:
            ResourceError: It does not fit.
        """
        tables = self.raw if raw is None else raw
        try:
            made = msgspec.convert(tables, type_)
        except msgspec.ValidationError as error:
            raise self.error(*_explained(error, tables, type_)) from None
        for path, problem in check(made):
            raise self.error(path, problem)
        return made


def overlay(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay tables over tables: key by key; lists and plain values replace."""
    laid = dict(below)
    for key, value in above.items():
        under = laid.get(key)
        both = isinstance(under, dict) and isinstance(value, dict)
        laid[key] = overlay(under, value) if both else value  # type: ignore[arg-type]
    return laid


# -- what a struct refuses ---------------------------------------------------------------------

_WHERE: Final = re.compile(r"(?P<said>.*?)(?: - at `\$(?P<where>.*)`)?", re.DOTALL)
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _explained(
    error: msgspec.ValidationError, raw: dict[str, Any], type_: type[Any]
) -> tuple[KeyPath, str]:
    """Tell the place and the problem of an error of msgspec in plain words."""
    match = _WHERE.fullmatch(str(error))
    assert match is not None
    said, where = match["said"], match["where"] or ""
    path: KeyPath = ()
    for name, place in _STEP.findall(where):
        step = name or (_failing_key(raw, type_, path) if place == "..." else int(place))
        path = (*path, step)
    if unknown := re.search(r"unknown field `(.+?)`", said):
        return (*path, unknown[1]), _("there is no such key here; check its spelling")
    if missing := re.search(r"missing required field `(.+?)`", said):
        return path, _("{key} is missing").format(key=isolate(missing[1]))
    if invalid := re.search(r"Invalid enum value (.+)", said):
        return path, _("{value} is not one of the values this key takes").format(
            value=isolate(invalid[1])
        )
    if wrong := re.search(r"Expected `(.+?)`, got `(.+?)`", said):
        return path, _("this should be {expected}").format(expected=_type_named(wrong[1]))
    return path, isolate(said)


def _type_named(expected: str) -> str:
    named = {
        "str": _("text in quotation marks"),
        "int": _("a whole number"),
        "bool": _("true or false"),
        "date": _("a date such as 2026-11-22"),
        "array": _("a list in square brackets"),
        "object": _("a table of keys"),
    }
    return named.get(expected.split(" | ")[0], expected)


def _failing_key(raw: dict[str, Any], type_: type[Any], path: KeyPath) -> str:
    """Find which key of the table at ``path`` is refused; msgspec names places in lists only."""
    table: Any = raw
    for step in path:
        table = table[step]
    for key, value in table.items():
        try:
            msgspec.convert(_with(raw, path, {key: value}), type_)
        except msgspec.ValidationError:
            return str(key)
    return ""


def _with(at: Any, path: KeyPath, value: Any) -> Any:
    """Copy ``at`` with another value at ``path``."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    copied = at.copy()
    copied[step] = _with(at[step], rest, value)
    return copied


# -- lines of keys -----------------------------------------------------------------------------

# TOML strings and comments, whose brackets, signs and line ends say nothing about structure.
_OPAQUE: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""' r"|'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*",
    re.DOTALL,
)
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY: Final = re.compile(r"\s*([^=\[\]{}]+?)\s*=")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Give the line, from 1, on which each table and key of a TOML text stands.

    ``tomllib`` keeps no positions. Keys inside inline tables and lists stand with the key that
    holds them. Source: TOML 1.0, keys and tables.
    """
    shape = _OPAQUE.sub(lambda found: re.sub(r"[^\n]", "x", found[0]), text)
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    depth = start = 0
    for number, line in enumerate(shape.split("\n"), 1):
        if depth == 0 and (header := _HEADER.match(line)):
            keys = _keys(text, shape, start + header.start(2), start + header.end(2))
            table = _placed(keys[:-1], counts) + keys[-1:]
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = (*table, counts[table])
            lines[table] = number
        else:
            if depth == 0 and (found := _KEY.match(line)):
                keys = _keys(text, shape, start + found.start(1), start + found.end(1))
                lines[table + keys] = number
            depth += sum(line.count(mark) for mark in "[{") - sum(map(line.count, "]}"))
        start += len(line) + 1
    return lines


def _keys(text: str, shape: str, start: int, end: int) -> KeyPath:
    """Split a dotted key; its dots are those of ``shape``, its names those of ``text``."""
    keys: list[str] = []
    for part in shape[start:end].split("."):
        keys.append(text[start : start + len(part)].strip().strip("\"'"))
        start += len(part) + 1
    return tuple(keys)


def _placed(keys: KeyPath, counts: dict[KeyPath, int]) -> KeyPath:
    """Say of which element a table of a list is part: the latest."""
    placed: KeyPath = ()
    for key in keys:
        placed = (*placed, key)
        if placed in counts:
            placed = (*placed, counts[placed])
    return placed
