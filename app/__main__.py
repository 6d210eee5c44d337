"""The ``sanad`` command; with no arguments it opens the desktop."""

from __future__ import annotations

import sys
from pathlib import Path

from app.paths import default_store


def main() -> None:
    """Run the command line, or the desktop without even loading it: the window opens sooner."""
    if len(sys.argv) == 1:
        sys.exit(_open_desktop(default_store()))
    from app.cli.run import run

    sys.exit(run(sys.argv[1:], _open_desktop))


def _open_desktop(folder: Path) -> int:
    from app.main import run_desktop

    return run_desktop(folder, sys.argv[:1])


if __name__ == "__main__":
    main()
