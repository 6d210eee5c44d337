"""Reports of bugs: where it happened and what kind it was, never anybody's data."""

from __future__ import annotations

import platform
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from app.paths import state_folder


def write_report(error: BaseException) -> Path:
    """Write a report of ``error`` and give its path.

    Messages and values may hold names, so only types, files and lines are kept.
    """
    at = datetime.now(UTC)
    lines = [
        f"Sanad {version('sanad')} · Python {platform.python_version()} · {platform.platform()}",
        at.isoformat(timespec="seconds"),
    ]
    chained: BaseException | None = error
    while chained is not None:
        lines.append(f"{type(chained).__module__}.{type(chained).__qualname__}")
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(chained.__traceback__)
        ]
        chained = chained.__cause__ or chained.__context__
    folder = state_folder() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at:%Y%m%dT%H%M%S%f}.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
