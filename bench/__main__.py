"""Run every benchmark, each in a process of its own so that none warms up another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    here = Path(__file__).parent
    wanted = sys.argv[1:] or sorted(
        path.stem
        for path in here.glob("*.py")
        if not path.stem.startswith("_") and path.stem != "figures"
    )
    for name in wanted:
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


main()
