"""The ``sanad`` command; with no arguments it opens the desktop."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Final

from app.paths import default_store

_LOOK_FOR_GARBAGE_EVERY: Final = 50_000
"""Objects made in between. Python's 700 suits programs that keep little; a save keeps thousands of
records until it ends, and would spend a tenth of its time on looking through them."""
_USUAL: Final = gc.get_threshold()


def main() -> None:
    """Run the command line, or the desktop without even loading it: the window opens sooner."""
    if len(sys.argv) == 1:
        sys.exit(_open_desktop(default_store()))
    gc.set_threshold(_LOOK_FOR_GARBAGE_EVERY)
    from app.cli.run import run

    sys.exit(run(sys.argv[1:], _open_desktop))


def _open_desktop(folder: Path) -> int:
    from app.main import run_desktop

    gc.set_threshold(*_USUAL)  # what the window's own sweeper goes by
    return run_desktop(folder, sys.argv[:1])


if __name__ == "__main__":
    main()
