"""Headquarters' own tables: who may sync, each scope's feed, which files are open to whom."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlite_utils import Database, Migrations

CONTROL: Final = sa.MetaData()

DEVICE: Final = sa.Table(
    "device",
    CONTROL,
    sa.Column("id", sa.LargeBinary(16), primary_key=True),
    sa.Column("office", sa.LargeBinary(16), nullable=False),
    sa.Column("office_code", sa.Text, nullable=False),
    sa.Column("scope", sa.LargeBinary(16), nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("enrolled_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),
    sa.Column("last_seen_at", sa.Text),
    sa.Column("is_in_step", sa.Boolean),  # when holdings were last compared
)
# Which enrolled device writes under which identity: a store that was restored has several.
IDENTITY: Final = sa.Table(
    "identity",
    CONTROL,
    sa.Column("id", sa.LargeBinary(16), primary_key=True),
    sa.Column("device", sa.LargeBinary(16), nullable=False),
    sa.Column("office", sa.LargeBinary(16), nullable=False),
)
INVITE: Final = sa.Table(
    "invite",
    CONTROL,
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("office_code", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("used_at", sa.Text),
    sa.Column("used_by", sa.LargeBinary(16)),
)
# Position reached in each scope's feed, and the sum of what it holds (see sync.frames.Holding).
SCOPE: Final = sa.Table(
    "scope",
    CONTROL,
    sa.Column("id", sa.LargeBinary(16), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("sum", sa.LargeBinary(16), nullable=False),
)
# Positions are given in commit order, inside the transaction that takes the changes in.
FEED: Final = sa.Table(
    "feed",
    CONTROL,
    sa.Column("scope", sa.LargeBinary(16), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("change", sa.Integer, nullable=False),
    sa.Column("via", sa.LargeBinary(16), nullable=False),
)
FILE_SCOPE: Final = sa.Table(
    "file_scope",
    CONTROL,
    sa.Column("root", sa.LargeBinary(16), primary_key=True),
    sa.Column("scope", sa.LargeBinary(16), primary_key=True),
)

UPGRADES: Final = Migrations("hq")


@UPGRADES()
def u001_control(db: Database) -> None:
    """Devices, their identities, invitations, feeds and what they are open to."""
    db.execute(
        "CREATE TABLE device (id BLOB PRIMARY KEY, office BLOB NOT NULL, office_code TEXT NOT NULL,"
        " scope BLOB NOT NULL, public_key BLOB NOT NULL, name TEXT NOT NULL,"
        " enrolled_at TEXT NOT NULL, revoked_at TEXT, last_seen_at TEXT, is_in_step BOOLEAN)"
    )
    db.execute(
        "CREATE TABLE identity (id BLOB PRIMARY KEY, device BLOB NOT NULL, office BLOB NOT NULL)"
    )
    db.execute(
        "CREATE TABLE invite (code_hash BLOB PRIMARY KEY, office_code TEXT NOT NULL,"
        " made_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT, used_by BLOB)"
    )
    db.execute(
        "CREATE TABLE scope (id BLOB PRIMARY KEY, position INTEGER NOT NULL, sum BLOB NOT NULL)"
    )
    db.execute(
        'CREATE TABLE feed (scope BLOB NOT NULL, position INTEGER NOT NULL, "change" INTEGER'
        " NOT NULL, via BLOB NOT NULL, PRIMARY KEY (scope, position)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE file_scope (root BLOB NOT NULL, scope BLOB NOT NULL,"
        " PRIMARY KEY (root, scope)) WITHOUT ROWID"
    )


def upgrade(connection: Any) -> None:
    """Bring the control tables up to date.

    Args:
        connection: A driver connection in autocommit.
    """
    UPGRADES.apply(Database(connection))
