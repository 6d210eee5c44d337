"""Real processes: the ``sanad`` command as a script runs it, and a real headquarters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Answer:
    """What a command answered."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Computer:
    """One computer: its stores, and what it remembers beside them."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SANAD_STATE": str(self.folder / "state"),
            "SANAD_PASSPHRASE": "correct horse battery",
            "SANAD_LANG": "en",
        }

    def sanad(self, *arguments: str, given: Any = None, fails: int = 0) -> Answer:
        """Run one command on this computer's store; expects exit code ``fails``."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "app",
                "--store",
                str(self.folder / "store"),
                "--json",
                *arguments,
            ],
            input=None if given is None else json.dumps(given),
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        assert answer.code == fails, answer
        return answer

    @contextmanager
    def headquarters(self, *options: str) -> Iterator[str]:
        """Run headquarters on this computer; gives its address."""
        process = subprocess.Popen(
            [
                sys.executable, "-m", "app", "--store", str(self.folder / "store"), "hq", "serve",
                "--port", "0", *options,
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("Listening on "), line
            yield line.removeprefix("Listening on ").strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.close()
            assert process.wait(30) == 0
