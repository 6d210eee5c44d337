"""Files that commands write, and what ``-`` in their place means."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from app.errors import Unavailable
from app.i18n import _

Output = Path | BinaryIO


class OutputFile(click.Path):
    """A file to write. ``-`` is standard output or refused, never the name of a file.

    Args:
        or_standard_output: ``-`` gives the binary stream; other files are sealed whole and put in
            place at the end.
    """

    def __init__(self, *, or_standard_output: bool = False) -> None:
        super().__init__(path_type=Path)
        self._or_standard_output = or_standard_output

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path, or the stream; fails as wrong usage."""
        if value != "-":
            return super().convert(value, param, ctx)
        if not self._or_standard_output:
            self.fail(_("this cannot go to standard output; name a file."), param, ctx)
        return sys.stdout.buffer


def write_out(output: Output, data: bytes) -> None:
    """Write a whole file.

    Raises:
        BrokenPipeError: Whoever reads standard output has seen enough.
        Unavailable: It cannot be written there.
    """
    try:
        if isinstance(output, Path):
            output.write_bytes(data)
        else:
            output.write(data)
            output.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        place = output if isinstance(output, Path) else _("Standard output")
        raise Unavailable(
            _("{path} cannot be written: {reason}.").format(path=place, reason=error.strerror),
            _("Choose another place."),
        ) from error
