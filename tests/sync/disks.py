"""Where headquarters of a world of proofs is kept, so that it can be copied and put back."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from app.hq.base import DATABASE_FILE, Headquarters
from tests.hq.servers import Server


class Disk(ABC):
    """What the folder of a headquarters stands for."""

    @abstractmethod
    def found(self, folder: Path, now: Callable[[], datetime]) -> Headquarters:
        """Found a training headquarters."""

    @abstractmethod
    def copy(self, source: Path, target: Path) -> None:
        """Copy a closed headquarters to a folder that is not there yet."""

    @abstractmethod
    def remove(self, folder: Path) -> None:
        """Remove a closed headquarters."""

    @abstractmethod
    def clear(self) -> None:
        """Remove what was copied and is still there, apart from folders."""


class FileDisk(Disk):
    """Headquarters is an encrypted file in its folder."""

    def found(self, folder: Path, now: Callable[[], datetime]) -> Headquarters:
        return Headquarters.open(folder, is_training=True, now=now)

    def copy(self, source: Path, target: Path) -> None:
        shutil.copytree(source, target)

    def remove(self, folder: Path) -> None:
        shutil.rmtree(folder)

    def clear(self) -> None:
        pass  # folders are all there is


class ServerDisk(Disk):
    """Headquarters is a database on a PostgreSQL server; its folder names it.

    Args:
        server: Copies a database whole, as its template.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._copies: set[str] = set()

    def found(self, folder: Path, now: Callable[[], datetime]) -> Headquarters:
        name, shaped = self._name(), _database(self._server.emptied())
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {shaped} STRATEGY file_copy")
        return Headquarters.open(folder, is_training=True, db=self._server.url(name), now=now)

    def copy(self, source: Path, target: Path) -> None:
        shutil.copytree(source, target)
        name = self._name()
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {_named(source)}")
        self._copies.add(name)
        (target / DATABASE_FILE).write_text(self._server.url(name))

    def remove(self, folder: Path) -> None:
        self._drop(_named(folder))
        shutil.rmtree(folder)

    def clear(self) -> None:
        for name in sorted(self._copies):
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._server.run(f"DROP DATABASE {name} WITH (FORCE)")
        self._copies.discard(name)

    def _name(self) -> str:
        return f"world{next(self._server.numbers)}"


def _named(folder: Path) -> str:
    return _database((folder / DATABASE_FILE).read_text().strip())


def _database(address: str) -> str:
    return urlsplit(address).path.removeprefix("/")
