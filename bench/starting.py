"""From the process's start to the unlock window, and from unlocking to the list of people."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, perf_counter
from uuid import uuid4

from app.casework.founding import found_store
from app.casework.people_list import latest_people
from bench.figures import figure, people_as_changes

PASSPHRASE = "bench bench"
# The parent's clock is the child's: both read the system's monotonic one.
CHILD = """
import sys, time
started = float(sys.argv[1])
from pathlib import Path
from PySide6.QtCore import QTimer
from app.ui import desktop
class Timed(desktop.Desktop):
    def begin(self):
        self.frame.painted.connect(self.tell)
        super().begin()
    def tell(self):
        print(time.monotonic() - started, flush=True)
        QTimer.singleShot(0, self._application.quit)
desktop.Desktop = Timed
import app.main
app.main.Desktop = Timed
sys.exit(app.main.run_desktop(Path(sys.argv[2]), ["sanad"]))
"""


def main() -> None:
    """Measure start-up and the first page of the list."""
    people = int(os.environ.get("SANAD_BENCH_PEOPLE", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SANAD_STATE"] = f"{folder}/state"
        os.environ["XDG_CONFIG_HOME"] = f"{folder}/config"
        path = Path(folder) / "store"
        store, _user = found_store(
            path, office="RAB", login="bench", passphrase=PASSPHRASE, is_training=True
        )
        names = [(f"Mamadou{n % 97}", f"Diallo{n % 89}") for n in range(9000)]
        for run in people_as_changes(people, names, uuid4().bytes):
            store.merge([run])
        key_s = statistics.median(_timed(lambda: store.keys.unlock("bench", PASSPHRASE), 5))
        first_page = _timed(lambda: latest_people(store, None, 50), 5)
        store.close()
        opened = []
        for _run in range(3):
            start = perf_counter()
            again, _who = type(store).unlock(path, "bench", PASSPHRASE)
            latest_people(again, None, 50)
            opened.append(perf_counter() - start - key_s)
            again.close()
        starts = []
        for _run in range(7):
            done = subprocess.run(
                [sys.executable, "-c", CHILD, str(monotonic()), str(path)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            starts.append(float(done.stdout.split()[0]))
    figure("process start to unlock window painted", statistics.median(starts), "s", "≤ 0.6 s")
    figure("key derivation", key_s, "s", "–")
    figure(
        "unlock to first page of the list, beside the key derivation",
        statistics.median(opened), "s", "≤ 0.4 s", people=people,
    )  # fmt: skip
    figure("first page of the list", statistics.median(first_page), "s", "–", people=people)


def _timed(work, times: int) -> list[float]:  # type: ignore[no-untyped-def]
    taken = []
    for _run in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return taken


main()
