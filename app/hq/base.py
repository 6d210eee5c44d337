"""Headquarters' database: the same log and rows as a device's store, and its own control tables.

The file is encrypted; its key stands beside it in ``hq.key``, readable by the service's account
only, so that the service starts unattended. The disk of that server must therefore be encrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from app.errors import Refused, Unavailable
from app.hq.secrets import secrets_in
from app.hq.tables import upgrade
from app.i18n import _
from app.models.engine import connect, plain_errors
from app.models.keys import KEY_BYTES, Keys, new_key, replace_file
from app.models.store import DATABASE, KEY_FILE, Store, make_folder

HQ_KEY: Final = "hq.key"
_ID: Final = "hq_id"


def utc_now() -> datetime:
    """Give the moment, in UTC."""
    return datetime.now(UTC)


class Headquarters:
    """An open headquarters; close it when done.

    Several programs may have it open: the service, and commands beside it.

    Attributes:
        store: Its log and rows.
        id: Its id, which devices sign for.
        secrets: Its own keys.
        now: Gives the moment, in UTC.
    """

    def __init__(self, store: Store, key: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.now = now
        held = store.settings.get(_ID, str)
        if held is None:
            held = str(uuid4())
            store.settings.put(hq_id=held)
        self.id = UUID(held)
        self.secrets = secrets_in(store.settings, key)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        is_training: bool | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> Headquarters:
        """Open the headquarters in ``folder``; made there when missing and its nature is given.

        Args:
            folder: Where its files are.
            is_training: Whether everything in it must be fictitious; None takes it as it is.
            now: Gives the moment, in UTC.

        Raises:
            Refused: A device's store is there, or a headquarters of the other nature.
            Unavailable: None is there, or the disk says no.
        """
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
                raise Unavailable(
                    _("There is no headquarters in {folder}.").format(folder=folder),
                    _("Start the service there once, or name the right folder."),
                )
            make_folder(folder)
            replace_file(key_path, new_key().hex().encode())
        if not keys.exists():
            keys.create(bool(is_training))
        nature = keys.read().is_training
        if is_training is not None and nature != is_training:
            raise Refused(
                "training",
                _("The headquarters in {folder} is for training.").format(folder=folder)
                if nature
                else _("The headquarters in {folder} holds real records.").format(folder=folder),
            )
        key = _read_key(key_path)
        store = Store(folder, key, is_desk=False)
        try:
            with plain_errors(store.path), closing(connect(store.path, key)) as connection:
                upgrade(connection)
            return cls(store, key, now)
        except BaseException:
            store.close()
            raise

    @property
    def is_training(self) -> bool:
        """Whether everything in it is fictitious."""
        return self.store.is_training

    def close(self) -> None:
        """Release the files."""
        self.store.close()

    def __enter__(self) -> Headquarters:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


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
