"""How the store's own tables came to their present shape, step by step.

Projected tables are not here: they follow the declared records and are refilled from the log.
Steps are never edited once released; each runs in one transaction.
"""

from __future__ import annotations

from typing import Any, Final

from sqlite_utils import Database, Migrations

from app.errors import Unavailable
from app.i18n import _
from app.models.change import decode

UPGRADES: Final = Migrations("store")


@UPGRADES()
def u001_log(db: Database) -> None:
    """The log, the last link of each device, and what could not be accepted."""
    db.execute(
        "CREATE TABLE change (pos INTEGER PRIMARY KEY, device BLOB NOT NULL, seq INTEGER NOT NULL,"
        " record BLOB NOT NULL, kind TEXT NOT NULL, chain BLOB NOT NULL, body BLOB NOT NULL)"
    )
    db.execute("CREATE UNIQUE INDEX change_identity ON change (device, seq)")
    db.execute("CREATE INDEX ix_change_record ON change (record)")
    db.execute(
        "CREATE TABLE head (device BLOB PRIMARY KEY, seq INTEGER NOT NULL, chain BLOB NOT NULL)"
    )
    db.execute(
        "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, device BLOB NOT NULL,"
        " seq INTEGER NOT NULL, chain BLOB NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL,"
        " at TEXT NOT NULL)"
    )


@UPGRADES()
def u002_own_tables(db: Database) -> None:
    """What belongs to this copy alone: its settings, drafts, contents and search index."""
    db.execute("CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL)")
    db.execute(
        "CREATE TABLE draft (id BLOB PRIMARY KEY, user BLOB NOT NULL, form TEXT NOT NULL,"
        " about BLOB, answers BLOB NOT NULL, seen INTEGER NOT NULL, updated TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE content (hash TEXT PRIMARY KEY, media_type TEXT NOT NULL, data BLOB NOT NULL)"
    )
    db.execute("CREATE TABLE recheck (record BLOB PRIMARY KEY, kind TEXT NOT NULL)")
    db.execute("CREATE TABLE search_file (doc INTEGER PRIMARY KEY, root BLOB NOT NULL UNIQUE)")
    db.execute(
        "CREATE VIRTUAL TABLE search USING fts5(name, sound, other, content='',"
        " contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='2 3',"
        " detail=column)"
    )


@UPGRADES()
def u003_contents_confirmed(db: Database) -> None:
    """Contents that headquarters has said it holds, so that they are offered once only."""
    db.execute("CREATE TABLE content_confirmed (hash TEXT PRIMARY KEY)")


@UPGRADES()
def u004_carried(db: Database) -> None:
    """The file of each change; contents that arrive in parts; batches and files carried by hand."""
    db.execute("ALTER TABLE change ADD COLUMN root BLOB")
    reached = 0
    while rows := db.execute(
        "SELECT pos, body FROM change WHERE pos > ? ORDER BY pos LIMIT 5000", (reached,)
    ).fetchall():
        db.conn.executemany(
            "UPDATE change SET root = ? WHERE pos = ?",
            [(decode(body).root_id, pos) for pos, body in rows],
        )
        reached = rows[-1][0]
    db.execute(
        "CREATE TABLE content_part (hash TEXT NOT NULL, start INTEGER NOT NULL,"
        " data BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (hash, start))"
    )
    db.execute("CREATE TABLE content_wanted (hash TEXT PRIMARY KEY)")
    db.execute("ALTER TABLE quarantine ADD COLUMN is_refused BOOLEAN NOT NULL DEFAULT 0")
    db.execute(
        "CREATE TABLE carried_file (id BLOB PRIMARY KEY, purpose TEXT NOT NULL, week TEXT,"
        " number INTEGER, at TEXT NOT NULL, summary BLOB NOT NULL)"
    )
    # Changes written under an identity that somebody else used too (see reissue).
    db.execute(
        "CREATE TABLE twin (id INTEGER PRIMARY KEY, device BLOB NOT NULL, seq INTEGER NOT NULL,"
        " chain BLOB NOT NULL, body BLOB NOT NULL, at TEXT NOT NULL)"
    )
    # Colleagues' changes that headquarters may not have: from where, and their maker's seal.
    db.execute(
        "CREATE TABLE relay (identity BLOB PRIMARY KEY, first INTEGER NOT NULL, seal BLOB NOT NULL)"
    )


def upgrade(connection: Any) -> None:
    """Bring the store's own tables up to date.

    Args:
        connection: A driver connection in autocommit.
    """
    UPGRADES.apply(Database(connection))


def is_newer(connection: Any) -> bool:
    """Tell whether a later program has upgraded this store beyond what we know."""
    db = Database(connection)
    known = {step.name for step in UPGRADES._migrations}
    return any(step.name not in known for step in UPGRADES.applied(db))


def require_known(connection: Any) -> None:
    """Refuse a store that a later program has upgraded.

    Raises:
        Unavailable: It was; nothing was changed.
    """
    if is_newer(connection):
        raise Unavailable(
            _("This store was written by a later version of Sanad."),
            _("Install that version to open it; nothing was changed."),
        )
