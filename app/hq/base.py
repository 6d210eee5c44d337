"""Headquarters, opened: the same log and rows as a device's store, and its own control tables.

By default they are an encrypted file; its key stands beside it in ``hq.key``, readable by the
service's account only, so that the service starts unattended: the disk of that server must be
encrypted. Or they are in a PostgreSQL database, and the folder of each worker holds ``hq.key``,
which headquarters' own keys are sealed under, and the database's address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag

from app.errors import Refused, Unavailable
from app.hq.database import Database, SqliteDatabase
from app.hq.postgres import PostgresDatabase, parse_url
from app.hq.secrets import secrets_in
from app.i18n import _
from app.models.keys import KEY_BYTES, Keys, new_key, replace_file
from app.models.store import DATABASE, KEY_FILE, make_folder

HQ_KEY: Final = "hq.key"
DATABASE_FILE: Final = "hq.database"  # the address of a PostgreSQL database, where it is in one
_ID: Final = "hq_id"
_NATURE: Final = "is_training"


def utc_now() -> datetime:
    """Give the moment, in UTC."""
    return datetime.now(UTC)


class Headquarters:
    """An open headquarters; close it when done.

    Several programs may have it open: the service, and commands beside it.

    Attributes:
        store: Its log and rows.
        is_training: Whether everything in it is fictitious.
        id: Its id, which devices sign for.
        secrets: Its own keys.
        now: Gives the moment, in UTC.
    """

    def __init__(
        self, store: Database, key: bytes, is_training: bool, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.is_training = is_training
        self.now = now
        held = store.settings.get(_ID, str)
        if held is None:
            held = str(uuid4())
            store.settings.put(hq_id=held)
        self.id = UUID(held)
        try:
            self.secrets = secrets_in(store.settings, key)
        except InvalidTag:
            raise Unavailable(
                _("The key file in this folder is another headquarters'."),
                _("Copy hq.key from the folder of a worker that runs, or from a backup."),
            ) from None

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        is_training: bool | None = None,
        db: str | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> Headquarters:
        """Open the headquarters in ``folder``; made there when missing and its nature is given.

        Args:
            folder: Where its files are.
            is_training: Whether everything in it must be fictitious; None takes it as it is.
            db: Address of a PostgreSQL database; None takes the one that the folder remembers,
                else the file in the folder.
            now: Gives the moment, in UTC.

        Raises:
            Refused: A device's store is there, or a headquarters of the other nature.
            Unavailable: None is there, or the disk or the database says no.
        """
        address = db or _remembered(folder)
        if address is not None:
            return cls._on_postgres(folder, address, is_training, now)
        key_path = folder / HQ_KEY
        keys = Keys(folder / KEY_FILE)
        if not key_path.exists():
            if keys.exists() or (folder / DATABASE).exists():
                raise Refused(
                    "not_hq",
                    _("{folder} holds an office's store, not a headquarters.").format(
                        folder=folder
                    ),
                )
            if is_training is None:
                raise _none_there(folder)
            make_folder(folder)
            replace_file(key_path, new_key().hex().encode())
        if not keys.exists():
            keys.create(bool(is_training))
        nature = keys.read().is_training
        _require_nature(folder, nature, is_training)
        key = _read_key(key_path)
        store = SqliteDatabase(folder, key)
        try:
            return cls(store, key, nature, now)
        except BaseException:
            store.close()
            raise

    @classmethod
    def _on_postgres(
        cls,
        folder: Path,
        address: str,
        is_training: bool | None,
        now: Callable[[], datetime],
    ) -> Headquarters:
        if (folder / DATABASE).exists():
            raise Refused(
                "not_on_postgres",
                _("{folder} holds records of its own. Name another folder.").format(folder=folder),
            )
        store = PostgresDatabase(parse_url(address), folder)
        try:
            with store.opening() as is_used:
                held = store.settings.get(_NATURE, bool) if is_used else None
                if held is None and is_training is None:
                    raise _none_there(store.place)
                nature = bool(is_training) if held is None else held
                _require_nature(store.place, nature, is_training)
                key = _key_for(folder, is_first=held is None)
                store.prepare()
                if held is None:
                    store.settings.put(is_training=nature)
                hq = cls(store, key, nature, now)
            replace_file(folder / DATABASE_FILE, address.encode())
        except BaseException:
            store.close()
            raise
        return hq

    def close(self) -> None:
        """Release the files."""
        self.store.close()

    def __enter__(self) -> Headquarters:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _remembered(folder: Path) -> str | None:
    path = folder / DATABASE_FILE
    return path.read_text("utf-8").strip() if path.exists() else None


def _none_there(place: object) -> Unavailable:
    return Unavailable(
        _("There is no headquarters in {folder}.").format(folder=place),
        _("Start the service there once, or name the right folder."),
    )


def _require_nature(place: object, nature: bool, asked: bool | None) -> None:
    if asked is not None and nature != asked:
        raise Refused(
            "training",
            _("The headquarters in {folder} is for training.").format(folder=place)
            if nature
            else _("The headquarters in {folder} holds real records.").format(folder=place),
        )


def _key_for(folder: Path, *, is_first: bool) -> bytes:
    """Give the key of a headquarters on PostgreSQL: made by its first worker, held by all."""
    path = folder / HQ_KEY
    if not path.exists():
        if not is_first:
            raise Unavailable(
                _("The key of this headquarters is not in {folder}.").format(folder=folder),
                _("Copy hq.key from the folder of a worker that runs, or from a backup."),
            )
        make_folder(folder)
        replace_file(path, new_key().hex().encode())
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise _bad_key(path) from error
    if len(key) != KEY_BYTES:
        raise _bad_key(path)
    return key


def _bad_key(path: Path) -> Unavailable:
    return Unavailable(
        _("The key file {path} cannot be read.").format(path=path),
        _("Copy it back from a backup; the records themselves are not touched."),
    )
