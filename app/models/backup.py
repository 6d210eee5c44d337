"""Backups: the encrypted store and its key slots in one file, checked before it is called done."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from app.errors import Refused, Unavailable
from app.i18n import _
from app.models.store import DATABASE, KEY_FILE, RESTORED_FILE, Store, remove_files

_FORMAT: Final = "sanad-backup-1"


def back_up(store: Store, target: Path) -> Path:
    """Write a backup of the store, encrypted as the store is, to ``target``.

    It is written beside and moved into place, so an interrupted backup never looks like one.

    Raises:
        Refused: The target is among the store's own files.
        Unavailable: The target cannot be written.
    """
    store.require_outside(target)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sanad-") as folder:
            copy = Path(folder) / DATABASE
            store.copy_to(copy)
            packed = Path(folder) / "backup"
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr("format", _FORMAT)
                archive.write(copy, DATABASE)
                archive.write(store.folder / KEY_FILE, KEY_FILE)
            packed.replace(target)
    except OSError as error:
        raise Unavailable(
            _("The backup {path} cannot be written: {reason}.").format(
                path=target, reason=error.strerror or error
            ),
            _("Choose another place with enough space. The store itself is untouched."),
        ) from error
    return target


def restore(backup: Path, folder: Path) -> None:
    """Unpack a backup as the store in ``folder``, which must not hold one.

    The restored store takes a new device identity when it is opened.

    Raises:
        Refused: There is a store already.
        Unavailable: The file is not a whole backup.
    """
    if (folder / DATABASE).exists() or (folder / KEY_FILE).exists():
        raise Refused(
            "store_exists",
            _("There is already a store in {folder}. Choose another folder.").format(folder=folder),
        )
    if not backup.exists():
        raise Unavailable(
            _("There is no file {path}.").format(path=backup), _("Name the backup file.")
        )
    try:
        with zipfile.ZipFile(backup) as archive:
            if archive.read("format").decode() != _FORMAT or archive.testzip() is not None:
                raise zipfile.BadZipFile
            folder.mkdir(parents=True, exist_ok=True)
            (folder / RESTORED_FILE).touch()
            for name in (DATABASE, KEY_FILE):
                with archive.open(name) as source, (folder / name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, OSError) as error:
        remove_files(folder)
        raise Unavailable(
            _("{path} is not a whole backup of a store.").format(path=backup),
            _("Take another backup file; nothing was changed."),
        ) from error
