"""Run the soak for ``SOAK_MINUTES``, half of them with headquarters on PostgreSQL.

python -m tests.soak
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from random import SystemRandom
from time import sleep

import pgserver

from tests.soak.soak import Soak


def main() -> None:
    """Print one JSON line a run; fails where something does not hold."""
    minutes = float(os.environ.get("SOAK_MINUTES", "10"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        for kind, db in (("sqlite", None), ("postgresql", server.get_uri())):
            seed = SystemRandom().randrange(10**6)
            soak = Soak(folder / kind, seed, db)
            soak.run(minutes * 30, sleep)
            line = {
                "headquarters": kind,
                "seed": seed,
                "mishaps": dict(soak.mishaps),
                "saved": sum(len(computer.saved) for computer in soak.computers),
                "said": {c.folder.name: dict(c.said) for c in soak.computers},
            }
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
