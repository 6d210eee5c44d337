"""The encrypted store: opened by a person's passphrase, written one save at a time."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.errors import Refused, RefusedMany, Unavailable
from app.i18n import _
from app.models.capture import Capture
from app.models.clock import HybridClock, farthest_stamp, system_ms
from app.models.engine import connect, engine_for, plain_errors
from app.models.keys import Keys, WayIn, new_key
from app.models.log import head_of, last_position
from app.models.merge import Merged, Refuse, Run, merge
from app.models.officers import identity_at
from app.models.quarantine import note_tried, unreadable_before
from app.models.record import Record, kinds
from app.models.reissue import reissue
from app.models.rules import not_here_yet, rules_of
from app.models.search import Finder, index_files, searched_kinds
from app.models.settings import Settings
from app.models.shape import bring_to_shape
from app.models.types import Context
from app.models.upgrades import require_known, upgrade
from app.models.witness import Witness
from app.paths import state_folder

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

_LOG: Final = logging.getLogger("sanad.store")
DATABASE: Final = "sanad.db"
KEY_FILE: Final = "keys.json"
LOCK_FILE: Final = "lock"
HOLDER_FILE: Final = "holder.json"
# Left by a restore: the store in this folder has a twin somewhere.
RESTORED_FILE: Final = "restored"


@dataclass(frozen=True, slots=True)
class Changed:
    """Told after each commit.

    Attributes:
        kinds: Record kinds that changed.
        origin: ``here`` for a save on this copy, ``elsewhere`` for a merge.
    """

    kinds: frozenset[str]
    origin: str


class Store:
    """One office's records on this computer.

    Use ``create``, ``unlock`` or ``open``; close it when done. Reading takes any number of
    threads; writing one at a time.

    Args:
        folder: Where it is.
        key: Opens it.
        now_ms: Milliseconds since 1970, for stamps.
        today: The office's calendar day.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        *,
        now_ms: Callable[[], int] = system_ms,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.folder = folder
        self.path = folder / DATABASE
        self.keys = Keys(folder / KEY_FILE)
        self._key = key
        self._today = today
        self._write_lock = RLock()
        self._listeners: list[Callable[[Changed], None]] = []
        self._identity: tuple[UUID, Identity] | None = None
        self._lock = _hold(folder)
        try:
            with plain_errors(self.path):
                self._prepare()
                self.engine = engine_for(self.path, key)
                self._writer = self.engine.execution_options(writing=True)
                self.settings = Settings(self._writer)
                with self._writer.begin() as connection:
                    bring_to_shape(connection, self.settings, is_indexed=True)
                self._clock = HybridClock(self._last_stamp(now_ms), now_ms)
                self._take_identity()
        except BaseException:
            self._release()
            raise
        self.finder = Finder(self.engine)
        self._try_unreadable()

    def _try_unreadable(self) -> None:
        """Take in what an earlier program could not read and this one can."""
        rows = unreadable_before(self)
        if rows:
            self.merge([], again=rows)
        note_tried(self)

    # -- opening -------------------------------------------------------------------------------

    @classmethod
    def create(cls, folder: Path, *, is_training: bool, **clocks: Any) -> Store:
        """Make an empty store; its first user is added by whoever founds the office.

        Raises:
            Refused: There is one already.
            Unavailable: The folder cannot be written.
        """
        keys = Keys(folder / KEY_FILE)
        if keys.exists() or (folder / DATABASE).exists():
            raise Refused(
                "store_exists",
                _("There is already a store in {folder}. Choose another folder.").format(
                    folder=folder
                ),
            )
        make_folder(folder)
        keys.create(is_training)
        key = new_key()
        try:
            return cls(folder, key, **clocks)
        except BaseException:
            # Nobody holds the key of a store that failed to come to be.
            remove_files(folder)
            raise

    @classmethod
    def unlock(cls, folder: Path, login: str, passphrase: str, **clocks: Any) -> tuple[Store, UUID]:
        """Open a store with a person's passphrase; gives the store and the user's id."""
        way_in = Keys(folder / KEY_FILE).way_in(login, passphrase)
        store = cls.open(folder, way_in.key, **clocks)
        try:
            store._hold_identity(login, passphrase, way_in)
        except BaseException:
            store.close()
            raise
        return store, way_in.user

    @classmethod
    def open(cls, folder: Path, key: bytes, **clocks: Any) -> Store:
        """Open a store whose key is known."""
        if not (folder / DATABASE).exists():
            raise Unavailable(
                _("The store file {path} is missing.").format(path=folder / DATABASE),
                _("Restore the latest backup."),
            )
        return cls(folder, key, **clocks)

    def close(self) -> None:
        """Release the files. What was saved is already on disk."""
        self.forget_identity()
        self.engine.dispose()
        self._release()

    def _release(self) -> None:
        with suppress(OSError):
            (self.folder / HOLDER_FILE).unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _prepare(self) -> None:
        connection = connect(self.path, self._key)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
            require_known(connection)
            upgrade(connection)
        finally:
            connection.close()

    def _last_stamp(self, now_ms: Callable[[], int]) -> int:
        with self.engine.connect() as connection:
            tables = [record.__table__ for record in kinds().values()]
            # A stamp from the far future, merged from a laptop whose clock was wrong, is not
            # followed: ours would stamp everything after it.
            limit = sa.literal(farthest_stamp(now_ms()))
            stamps = [
                connection.scalar(
                    sa.select(sa.func.max(table.c.updated_at)).where(table.c.updated_at <= limit)
                )
                for table in tables
            ]
        return max((stamp for stamp in stamps if stamp), default=0)

    def _take_identity(self) -> None:
        """Keep this copy's device identity, or take a new one where the old may be in use."""
        held = self.settings.get("device", str)
        if held is not None:
            device = UUID(held)
            with self.engine.connect() as connection:
                seq, _chain = head_of(connection, device.bytes)
            witness = Witness(state_folder(), device, self.folder)
            if witness.recalls(seq) and not (self.folder / RESTORED_FILE).exists():
                self._adopt(device, seq)
                return
        self.renew_identity()
        (self.folder / RESTORED_FILE).unlink(missing_ok=True)

    def renew_identity(self) -> None:
        """Go on under a new device identity; earlier changes keep the one they have."""
        device = uuid4()
        identities = self.settings.get("identities", list) or []
        self.settings.put(device=str(device), identities=[*identities, str(device)])
        self._adopt(device, 0)

    def reissue(self, confirmed: Mapping[bytes, int]) -> int:
        """Go on under a new identity, and make anew under it what headquarters has not got.

        Args:
            confirmed: Per identity of this copy, the last change headquarters has from it.

        Returns:
            How many changes were made anew.
        """
        device = uuid4()
        identities = [*self.identities, device]
        with self._write_lock, plain_errors(self.path):
            with self._writer.begin() as connection:
                count = reissue(connection, confirmed, device.bytes)
                self.settings.put(
                    connection, device=str(device), identities=[str(one) for one in identities]
                )
            self._adopt(device, count)
        return count

    def _adopt(self, device: UUID, seq: int) -> None:
        self.device = device
        self._witness = Witness(state_folder(), device, self.folder)
        self._witness.remember(seq)

    # -- what it is ----------------------------------------------------------------------------

    @property
    def is_training(self) -> bool:
        """Whether everything in it is fictitious."""
        return self.keys.read().is_training

    @property
    def identities(self) -> list[UUID]:
        """Device identities this copy writes or has written under, oldest first."""
        return [UUID(text) for text in self.settings.get("identities", list) or []]

    @property
    def office(self) -> UUID | None:
        """Id of the office this store belongs to."""
        held = self.settings.get("office", str)
        return None if held is None else UUID(held)

    def context(self) -> Context:
        """Give what answers are judged against today."""
        return Context(self._today(), self.settings.get("country", str) or "MA")

    def require_outside(self, target: Path) -> None:
        """Refuse to write a file among the store's own: it would replace what cannot be replaced.

        Raises:
            Refused: ``target`` is in the store's folder.
        """
        if target.resolve().is_relative_to(self.folder.resolve()):
            raise Refused(
                "inside_store",
                _("{path} is inside the store's own folder. Choose another place.").format(
                    path=target
                ),
            )

    def copy_to(self, target: Path) -> None:
        """Write a compact copy of the encrypted file, under the same key, to ``target``."""
        with plain_errors(self.path), closing(connect(self.path, self._key)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))

    def clock_lead_ms(self) -> int:
        """How far the newest change is ahead of this machine's clock, in milliseconds."""
        return self._clock.lead_ms

    def add_key(self, login: str, user: UUID, passphrase: str, identity: str | None = None) -> None:
        """Let a user unlock this store on this computer.

        Args:
            identity: A protection officer's secret key, wrapped beside the store's.
        """
        self.keys.add(login, user, passphrase, self._key, identity)

    def admit(self, login: str, passphrase: str) -> tuple[UUID, bytes]:
        """Check a passphrase on the open store, as when its cover is lifted; see ``Keys.unlock``.

        A protection officer's key is held from here until ``forget_identity`` or ``close``.
        """
        way_in = self.keys.way_in(login, passphrase)
        self._hold_identity(login, passphrase, way_in)
        return way_in.user, way_in.key

    def identity_of(self, user: UUID) -> Identity | None:
        """Give the key a user opens protection records with, while it is held."""
        held = self._identity
        return held[1] if held is not None and held[0] == user else None

    def forget_identity(self) -> None:
        """Hold no protection officer's key any longer, as when the work is covered."""
        self._identity = None

    def _hold_identity(self, login: str, passphrase: str, way_in: WayIn) -> None:
        identity = identity_at(self, login, passphrase, way_in)
        self._identity = None if identity is None else (way_in.user, identity)

    # -- reading and writing -------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read a consistent view.

        Raises:
            Refused: A record that is asked for has not arrived on this copy.
        """
        with (
            plain_errors(self.path),
            _missing_refused(),
            Session(self.engine, autoflush=False) as db,
        ):
            db.info.update(context=self.context(), store=self)
            yield db

    @contextmanager
    def write(self, author: UUID, *, seen: int | None = None) -> Iterator[Session]:
        """Save: everything in the block, or nothing.

        Args:
            author: Id of the user.
            seen: Last log position (``position``) the author had seen when starting to type.

        Raises:
            Refused: A question's or the work's rule says no, or a record that is asked for has
                not arrived on this copy.
            Unavailable: The disk or another program does.
        """
        context = self.context()
        with self._write_lock, plain_errors(self.path), _missing_refused():
            db = Session(self._writer, autoflush=False, expire_on_commit=False)
            db.info.update(author=author, context=context, store=self)
            with closing(db), ExitStack() as afterwards, db.begin():
                capture = Capture(
                    db,
                    device=self.device.bytes,
                    author=author,
                    clock=self._clock,
                    context=context,
                    seen=seen,
                )
                afterwards.callback(capture.release)
                yield db
                db.flush()
                capture.settle()
                _require_rules(db, capture.touched, context)
                _index_touched(db.connection(), capture.touched)
            if capture.touched:
                self._remember(capture.last_seq)
        if capture.touched:
            self._announce(Changed(frozenset(r.kind for r in capture.touched), "here"))

    def _remember(self, seq: int) -> None:
        """Let the machine remember how far this identity has written.

        The save is on disk by now: a machine that cannot note it must not make it look refused.
        A store ahead of its witness is taken as what it is when it is opened.
        """
        try:
            self._witness.remember(seq)
        except Unavailable as error:
            _LOG.warning("the device's witness was not written: %s", error)

    def merge(
        self,
        runs: list[Run],
        *,
        refuse: Callable[[sa.Connection], Refuse] | None = None,
        also: Callable[[sa.Connection, Merged], None] | None = None,
        again: Sequence[int] = (),
        is_lasting: bool = True,
    ) -> Merged:
        """Take changes made elsewhere in.

        Args:
            runs: As carried.
            refuse: Gives, for the transaction, what ``merge.merge`` asks of each change.
            also: Done in the same transaction, such as moving a cursor.
            again: See ``merge.merge``.
            is_lasting: It must survive a power cut; not so what comes with a cursor that would
                be lost with it.
        """
        writer = self._writer.execution_options(lasting=is_lasting)
        with self._write_lock, plain_errors(self.path):
            with writer.begin() as connection:
                merged = merge(
                    connection,
                    runs,
                    contiguous=False,
                    refuse=None if refuse is None else refuse(connection),
                    again=again,
                )
                _index_merged(connection, merged)
                _note_for_review(connection, merged)
                if also is not None:
                    also(connection, merged)
            self._clock.see(stored.change.clock for stored in merged.stored)
        if merged.records:
            self._announce(Changed(frozenset(merged.records.values()), "elsewhere"))
        return merged

    @contextmanager
    def control(self) -> Iterator[sa.Connection]:
        """Write this copy's own tables (drafts, settings, contents), which never travel."""
        with self._write_lock, plain_errors(self.path), self._writer.begin() as connection:
            yield connection

    def position(self) -> int:
        """Give the log position reached, for ``write(seen=…)``."""
        with self.engine.connect() as connection:
            return last_position(connection)

    def subscribe(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Call ``listener`` after each commit, in the thread that committed; gives its undoing."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _announce(self, changed: Changed) -> None:
        for listener in list(self._listeners):
            listener(changed)


def remove_files(folder: Path) -> None:
    """Remove a store that never came to be, and nothing else that stands in its folder."""
    for name in (
        KEY_FILE,
        DATABASE,
        f"{DATABASE}-wal",
        f"{DATABASE}-shm",
        LOCK_FILE,
        HOLDER_FILE,
        RESTORED_FILE,
    ):
        (folder / name).unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder for a store.

    Raises:
        Unavailable: It cannot be made there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            _("The folder {folder} cannot be made: {reason}.").format(
                folder=folder, reason=error.strerror
            ),
            _("Choose a folder of yours."),
        ) from error


@contextmanager
def _missing_refused() -> Iterator[None]:
    """Refuse work on what has not arrived: a record may come before what it belongs to."""
    try:
        yield
    except NoResultFound as error:
        raise not_here_yet() from error


def _require_rules(db: Session, touched: list[Record], context: Context) -> None:
    refusals: list[Refused] = []
    for record in dict.fromkeys(touched):
        for rule in rules_of(type(record)):
            try:
                rule(db, record, context)
            except NoResultFound:
                refusals.append(not_here_yet(record.kind))
            except Refused as refused:
                refused.kind = refused.kind or record.kind
                refusals.append(refused)
    if refusals:
        raise refusals[0] if len(refusals) == 1 else RefusedMany(refusals)


def _index_touched(connection: sa.Connection, touched: list[Record]) -> None:
    searched = searched_kinds()
    index_files(connection, {r.root.bytes for r in touched if r.kind in searched})


def _index_merged(connection: sa.Connection, merged: Merged) -> None:
    searched = searched_kinds()
    index_files(connection, {s.change.root_id for s in merged.stored if s.change.kind in searched})


def _note_for_review(connection: sa.Connection, merged: Merged) -> None:
    ruled = {kind for kind, record in kinds().items() if rules_of(record)}
    waiting = [(record, kind) for record, kind in merged.records.items() if kind in ruled]
    if waiting:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO recheck (record, kind) VALUES (?, ?)", waiting
        )


def _hold(folder: Path) -> FileLock:
    """Take the store for this program alone, or say who has it."""
    # Opened beside the window and closed by it: the lock is the process's, not a thread's.
    lock = FileLock(folder / LOCK_FILE, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise Unavailable(
            _("The store in {folder} is open in another program ({holder}).").format(
                folder=folder, holder=_holder(folder)
            ),
            _("Close it there, then try again."),
        ) from None
    except OSError as error:
        raise Unavailable(
            _("The store in {folder} cannot be written.").format(folder=folder),
            _("Check the folder's permissions, or copy the store to a folder of yours."),
        ) from error
    with suppress(OSError):
        held = {"pid": os.getpid(), "computer": socket.gethostname()}
        (folder / HOLDER_FILE).write_text(json.dumps(held), encoding="utf-8")
    return lock


def _holder(folder: Path) -> str:
    try:
        held = json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8"))
        return _("process {pid} on {computer}").format(**held)
    except (OSError, ValueError, KeyError):
        return _("unknown")
