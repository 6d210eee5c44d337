"""Faults put into the program on purpose, each in a process of its own: do the proofs see them?

    python -m tests.sync.mutations

Prints JSON: for each mutation, what the proofs said; empty where they saw nothing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from types import CodeType

_LONGEST_S = 120
# A process makes fewer databases than this; each has a name of its own.
_DATABASES = 1000


@dataclass(frozen=True)
class Mutation:
    """One place in the program, and what is written there instead."""

    module: str
    old: str
    new: str


MUTATIONS = {
    "the device does not break ties": Mutation(
        "app.models.change",
        "return self.change.clock, self.device, self.change.seq",
        'return self.change.clock, b"", 0',
    ),
    "a base is dropped": Mutation(
        "app.models.fold",
        "for device, seq in seen[name].items():",
        "for device, seq in list(seen[name].items())[1:]:",
    ),
    "a run is passed over and the cursor moves": Mutation(
        "app.sync.round",
        "self._store.merge(runs, also=self._note, is_lasting=not self._is_live)",
        "self._store.merge(runs[1:], also=self._note)",
    ),
    "a change is acknowledged and not stored": Mutation(
        "app.models.merge",
        "merged.positions += append(connection, accepted)",
        "accepted = accepted[:1]; merged.positions += append(connection, accepted)",
    ),
    "the chain is not looked at": Mutation(
        "app.models.merge",
        "if any(known[n] != digests[n - run.first] for n in numbers if n in known):",
        "if False:",
    ),
    "a closed file is written on": Mutation(
        "app.hq.gate",
        "if own.is_closed and seen(change.seq) >= (own.closed_position or 0):",
        "if False:",
    ),
    "a protective answer does not win": Mutation(
        "app.models.fold", "if policy is Merge.CAUTIOUS and field is not None:", "if False:"
    ),
    "an unseen answer is taken for seen": Mutation(
        "app.models.capture",
        "found = entries_of(connection, [record.id.bytes], self._seen)",
        "found = entries_of(connection, [record.id.bytes])",
    ),
    "the feeds of scopes are not held alone": Mutation(
        "app.hq.locks", "query.with_for_update()", "query"
    ),
    "a frame of a file is passed over": Mutation(
        "app.sync.parcel_reading",
        "self._on_frame(data)",
        "len(self.frames) == 2 or self._on_frame(data)",
    ),
    "an attachment of a file is passed over": Mutation(
        "app.sync.parcel_reading", "if self._on_content is not None:", "if self.contents == 1:"
    ),
    "what headquarters lost is not sent again by hand": Mutation(
        "app.sync.receipts", "if here < span.first - 1 and here < known:", "if False:"
    ),
    "what a colleague gave is not passed on": Mutation(
        "app.sync.relay",
        "        if usable:\n            found",
        "        if False:\n            found",
    ),
}


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads one module with its fault in it."""

    def __init__(self, mutation: Mutation, path: str) -> None:
        super().__init__(mutation.module, path)
        self._mutation = mutation

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text(encoding="utf-8")
        if source.count(self._mutation.old) != 1:
            raise LookupError(f"{self._mutation.old!r} is no longer in {fullname}")
        return compile(source.replace(self._mutation.old, self._mutation.new), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutation.module:
            return None
        file = Path(*fullname.split(".")).with_suffix(".py").resolve()
        loader = _Loader(self._mutation, str(file))
        return importlib.machinery.ModuleSpec(fullname, loader, origin=str(file))


def _prove_mutated(name: str, folder: Path, server: str, told: Connection) -> None:
    """Put a fault in, and tell what the proofs say.

    Args:
        name: Of the fault; none where there is no such mutation.
        folder: Where the first finds nothing, and the others the worlds it founded.
        server: Folder of a PostgreSQL server.
        told: Where to.
    """
    mutation = MUTATIONS.get(name)
    if mutation is not None:
        sys.meta_path.insert(0, _Finder(mutation))
    from tests.hq.servers import Server
    from tests.sync.proofs import prove

    os.environ["SANAD_STATE"] = str(folder / "state")
    try:
        prove(folder, Server(Path(server), count(os.getpid() * _DATABASES)))
    except LookupError:
        raise
    except Exception as error:  # noqa: BLE001  whatever shows that something is wrong
        told.send(f"{type(error).__name__}: {error}"[:200] or "an error")
    else:
        told.send("")


def main() -> None:
    """Let the proofs judge the program as it is, and with each fault."""
    _import_what_they_share()
    context = multiprocessing.get_context("fork")
    said: dict[str, str | None] = {}
    with tempfile.TemporaryDirectory() as folder, _server(context) as server:
        for name in ("none", *MUTATIONS):
            told, teller = context.Pipe(duplex=False)
            process = context.Process(
                target=_prove_mutated, args=(name, Path(folder), server, teller)
            )
            process.start()
            teller.close()
            try:
                said[name] = told.recv() if told.poll(_LONGEST_S) else None
            except EOFError:
                said[name] = None
            process.kill()
            process.join()
    sys.stdout.write(json.dumps(said))


@contextmanager
def _server(context: BaseContext) -> Iterator[str]:
    """Run a PostgreSQL server in a process of its own; gives its folder.

    Here nothing of the program may be imported before a fault is in it.
    """
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("over")
        process.join()


def _serve(told: Connection) -> None:
    from tests.hq.servers import running

    with running() as server:
        told.send(str(server.folder))
        told.recv()


def _import_what_they_share() -> None:
    """Import what is not ours once, for all."""
    import babel.dates
    import hypothesis.stateful
    import psycopg
    import pyrage
    import pytest
    import sqlalchemy.orm
    import starlette.applications
    import uvicorn
    import zstandard

    assert all(
        (babel, hypothesis, psycopg, pyrage, pytest, sqlalchemy, starlette, uvicorn, zstandard)
    )


if __name__ == "__main__":
    main()
