"""Headquarters' own tables: who may sync, each scope's feed, which files are open to whom."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlite_utils import Database, Migrations

from app.models.values import RawIdType

CONTROL: Final = sa.MetaData()

DEVICE: Final = sa.Table(
    "device",
    CONTROL,
    sa.Column("id", RawIdType, primary_key=True),
    sa.Column("office", RawIdType, nullable=False),
    sa.Column("office_code", sa.Text, nullable=False),
    sa.Column("scope", RawIdType, nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("enrolled_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),
    sa.Column("last_seen_at", sa.Text),
    sa.Column("is_in_step", sa.Boolean),  # when holdings were last compared
    sa.Column("recipient", sa.Text),  # age: files for it are encrypted to this
    # Highest feed position it has said it has seen.
    sa.Column("cursor", sa.BigInteger, nullable=False, server_default="0"),
)
# Which enrolled device writes under which identity: a store that was restored has several.
IDENTITY: Final = sa.Table(
    "identity",
    CONTROL,
    sa.Column("id", RawIdType, primary_key=True),
    sa.Column("device", RawIdType, nullable=False),
    sa.Column("office", RawIdType, nullable=False),
    # While a long push goes on: what it had written when the push began, having seen the feed up to
    # there. A file that closed meanwhile was open when that was written.
    sa.Column("written", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("seen", sa.BigInteger, nullable=False, server_default="0"),
)
INVITE: Final = sa.Table(
    "invite",
    CONTROL,
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("office_code", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("used_at", sa.Text),
    sa.Column("used_by", RawIdType),
    sa.Column("scope_kind", sa.Text, nullable=False, server_default="office"),
    sa.Column("parent", RawIdType),
    sa.Column("is_write_only", sa.Boolean, nullable=False, server_default=sa.false()),
)
# An office or a partner: position reached in its feed, and the sum of what it holds (see
# sync.frames.Holding). What a scope with a parent registers is open to the parent too; one that is
# write-only submits and reads nothing back.
SCOPE: Final = sa.Table(
    "scope",
    CONTROL,
    sa.Column("id", RawIdType, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("sum", sa.LargeBinary(16), nullable=False),
    sa.Column("code", sa.Text, nullable=False, server_default=""),
    sa.Column("kind", sa.Text, nullable=False, server_default="office"),
    sa.Column("parent", RawIdType),
    sa.Column("is_write_only", sa.Boolean, nullable=False, server_default=sa.false()),
    # Whether protection officers work there: confidential records go to no other scope.
    sa.Column("has_officers", sa.Boolean, nullable=False, server_default=sa.false()),
)
# Positions are given in commit order, inside the transaction that takes the changes in.
FEED: Final = sa.Table(
    "feed",
    CONTROL,
    sa.Column("scope", RawIdType, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("change", sa.BigInteger, nullable=False),
    sa.Column("via", RawIdType, nullable=False),
    postgresql_partition_by="HASH (scope)",
)
# To whom a file is open. It is at home in one scope; another may hold all of it (no ``kinds``) or
# the record kinds named, separated by spaces. A closed opening receives no more, and accepts only
# what was written before its closing, at ``closed_position`` of the scope's feed, was seen. What
# is read only may be a single record too (an author, an organisation): ``root`` is then its id.
FILE_SCOPE: Final = sa.Table(
    "file_scope",
    CONTROL,
    sa.Column("root", RawIdType, primary_key=True),
    sa.Column("scope", RawIdType, primary_key=True),
    sa.Column("is_home", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("kinds", sa.Text),
    sa.Column("closed_at", sa.Text),
    sa.Column("closed_position", sa.BigInteger),
    sa.Column("is_read_only", sa.Boolean, nullable=False, server_default=sa.false()),
)
# Signed requests used once, and failures to enrol: kept here so that every worker knows them.
NONCE: Final = sa.Table(
    "nonce",
    CONTROL,
    sa.Column("nonce", sa.LargeBinary(16), primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
)
FAILURE: Final = sa.Table(
    "failure",
    CONTROL,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("client", sa.Text, nullable=False, index=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
)
# Files that came by stick or mail: each is read once.
FILE_READ: Final = sa.Table(
    "file_read",
    CONTROL,
    sa.Column("id", RawIdType, primary_key=True),
    sa.Column("device", RawIdType, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("week", sa.Text),
    sa.Column("number", sa.Integer),
    sa.Column("read_at", sa.Text, nullable=False),
    sa.Column("summary", sa.LargeBinary, nullable=False),
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


@UPGRADES()
def u002_scopes(db: Database) -> None:
    """Partners, openings of files, requests used once, files carried by hand."""
    db.execute("ALTER TABLE device ADD COLUMN recipient TEXT")
    db.execute("ALTER TABLE invite ADD COLUMN scope_kind TEXT NOT NULL DEFAULT 'office'")
    db.execute("ALTER TABLE invite ADD COLUMN parent BLOB")
    db.execute("ALTER TABLE invite ADD COLUMN is_write_only BOOLEAN NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE scope ADD COLUMN code TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE scope ADD COLUMN kind TEXT NOT NULL DEFAULT 'office'")
    db.execute("ALTER TABLE scope ADD COLUMN parent BLOB")
    db.execute("ALTER TABLE scope ADD COLUMN is_write_only BOOLEAN NOT NULL DEFAULT 0")
    db.execute(
        "UPDATE scope SET code = coalesce((SELECT office_code FROM device"
        " WHERE device.scope = scope.id), '')"
    )
    # Several offices may have opened one shared file; the first that did is as good a home.
    db.execute("ALTER TABLE file_scope ADD COLUMN is_home BOOLEAN NOT NULL DEFAULT 1")
    db.execute("ALTER TABLE file_scope ADD COLUMN kinds TEXT")
    db.execute("ALTER TABLE file_scope ADD COLUMN closed_at TEXT")
    db.execute("ALTER TABLE file_scope ADD COLUMN closed_position INTEGER")
    db.execute("ALTER TABLE file_scope ADD COLUMN is_read_only BOOLEAN NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE scope ADD COLUMN has_officers BOOLEAN NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE device ADD COLUMN cursor INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE identity ADD COLUMN written INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE identity ADD COLUMN seen INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX ix_change_root ON change (root)")
    db.execute("CREATE TABLE nonce (nonce BLOB PRIMARY KEY, at_ms INTEGER NOT NULL)")
    db.execute("CREATE INDEX ix_nonce_at_ms ON nonce (at_ms)")
    db.execute(
        "CREATE TABLE failure (id INTEGER PRIMARY KEY, client TEXT NOT NULL,"
        " at_ms INTEGER NOT NULL)"
    )
    db.execute("CREATE INDEX ix_failure_client ON failure (client)")
    db.execute(
        "CREATE TABLE file_read (id BLOB PRIMARY KEY, device BLOB NOT NULL, purpose TEXT NOT NULL,"
        " week TEXT, number INTEGER, read_at TEXT NOT NULL, summary BLOB NOT NULL)"
    )
    db.execute("CREATE INDEX ix_file_read_device ON file_read (device)")


def upgrade(connection: Any) -> None:
    """Bring the control tables up to date.

    Args:
        connection: A driver connection in autocommit.
    """
    UPGRADES.apply(Database(connection))
