"""What headquarters keeps its log, its rows and its own tables in, whichever database that is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.hq.tables import upgrade as upgrade_control
from app.models.engine import connect, engine_for, plain_errors
from app.models.merge import Merged, Refuse, Run, merge
from app.models.settings import Settings
from app.models.shape import bring_to_shape
from app.models.store import DATABASE
from app.models.types import Context
from app.models.upgrades import require_known, upgrade

_HOME_COUNTRY: Final = "MA"
_Result = TypeVar("_Result")


class Database(ABC):
    """One headquarters' database, open. Reading and writing take any number of threads.

    Args:
        folder: Headquarters' own, on the machine that asks.
        engine: Reads one consistent view a connection.
        writer: The same, for transactions that write.

    Attributes:
        folder: As given; ``engine`` likewise.
        settings: What it keeps for itself.
    """

    def __init__(self, folder: Path, engine: sa.Engine, writer: sa.Engine) -> None:
        self.folder = folder
        self.engine = engine
        self._writer = writer
        self.settings = Settings(writer)

    @abstractmethod
    def control(self, *, is_lasting: bool = True) -> AbstractContextManager[sa.Connection]:
        """Write headquarters' own tables: everything in the block, or nothing.

        Args:
            is_lasting: Survives a power cut once the block has ended; else it may be forgotten.
        """

    @abstractmethod
    def write(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        """Do ``work`` in one writing transaction; from its start again, should it be in the way."""

    def merge(
        self,
        runs: list[Run],
        *,
        contiguous: bool = False,
        refuse: Callable[[sa.Connection], Refuse] | None = None,
        also: Callable[[sa.Connection, Merged], None] | None = None,
        again: Sequence[int] = (),
    ) -> Merged:
        """Take changes made elsewhere in, in one transaction.

        Args:
            runs: As carried.
            contiguous: See ``merge.merge``.
            refuse: Gives, for the transaction, what ``merge.merge`` asks of each change. It is
                the first thing done, so it is where everything the decision rests on is locked.
            also: Done in the same transaction, such as appending to feeds.
            again: See ``merge.merge``.
        """

        def work(connection: sa.Connection) -> Merged:
            decides = None if refuse is None else refuse(connection)
            merged = merge(connection, runs, contiguous=contiguous, refuse=decides, again=again)
            if also is not None:
                also(connection, merged)
            return merged

        return self.write(work)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read a consistent view."""
        with Session(self.engine, autoflush=False) as db:
            db.info.update(context=self.context(), store=self)
            yield db

    def context(self) -> Context:
        """Give what answers are judged against today."""
        return Context(
            datetime.now().astimezone().date(), self.settings.get("country", str) or _HOME_COUNTRY
        )

    def close(self) -> None:
        """Release it. What was taken in is already on disk."""
        self.engine.dispose()


class SqliteDatabase(Database):
    """An encrypted file.

    Args:
        folder: Where it is; made there when missing.
        key: Opens it.

    Attributes:
        path: The file.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.path = folder / DATABASE
        self._key = key
        self._lock = RLock()
        with plain_errors(self.path):
            with closing(connect(self.path, key)) as connection:
                require_known(connection)
                upgrade(connection)
                upgrade_control(connection)
            engine = engine_for(self.path, key)
            super().__init__(folder, engine, engine.execution_options(writing=True))
            with self._writer.begin() as connection:
                bring_to_shape(connection, self.settings, is_indexed=False)

    @contextmanager
    def control(self, *, is_lasting: bool = True) -> Iterator[sa.Connection]:
        writer = self._writer.execution_options(lasting=is_lasting)
        with self._lock, plain_errors(self.path), writer.begin() as connection:
            yield connection

    def write(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        with self.control() as connection:
            return work(connection)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with plain_errors(self.path), super().read() as db:
            yield db

    def copy_to(self, target: Path) -> None:
        """Write a compact copy of the encrypted file, under the same key, to ``target``."""
        with plain_errors(self.path), closing(connect(self.path, self._key)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
