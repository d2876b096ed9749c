"""Opening SQLite files the one way this service does: WAL, every commit synced, plugins off, schema up to date."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlite_utils

from callback_server.errors import ServiceError

Migration = Callable[[sqlite_utils.Database], None]

_BUSY_SECONDS = 10.0
_CHECKPOINT_PAGES = 16_384
"""Of 4 KiB: 64 MiB, which the write-ahead log may grow to."""


def open_database(path: Path, migrations: Sequence[Migration], *, cache_mib: int = 2) -> sqlite_utils.Database:
    """Open or make a private database file and apply the migrations that it lacks, each in a transaction.

    At most ``cache_mib`` MiB of pages are held in memory.
    The schema version is how many of ``migrations`` were applied: append to them, never change one. The connection
    may be used from any thread, by one at a time. Raises :class:`ServiceError` when the file cannot be made, read or
    written, is no database, or was made by a newer version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(path)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
        database = sqlite_utils.Database(connection, execute_plugins=False)
        database.enable_wal()
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA foreign_keys=ON")
        # A commit touches pages all over the indexes of a large store: hold them, and carry them over in larger parts.
        database.execute(f"PRAGMA cache_size=-{cache_mib * 1_024}")
        database.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        # The spool is written by the process that faces the network: let no trigger or view of it run functions here.
        database.execute("PRAGMA trusted_schema=OFF")
        _migrate(database, migrations, path)
    except OSError as error:
        raise ServiceError(
            f"{path} cannot be written: {error.strerror}", "Give this account the folder, or set another data_dir"
        ) from error
    except sqlite3.Error as error:
        raise ServiceError(
            f"{path} cannot be used: {error}", "Check the file, its folder and the free space, or restore it"
        ) from error
    return database


def _make(path: Path) -> None:
    """Make the file, private unless a group may write its folder: so two accounts can share the spool."""
    if not path.exists():
        path.touch(mode=0o600)
        if path.parent.stat().st_mode & stat.S_IWGRP:
            path.chmod(0o660)


def _migrate(database: sqlite_utils.Database, migrations: Sequence[Migration], path: Path) -> None:
    # Two processes may open a new file at once: the version is read again inside the write transaction.
    if _version(database) == len(migrations):
        return
    database.conn.execute("BEGIN IMMEDIATE")
    with database.conn:
        version = _version(database)
        if version > len(migrations):
            raise ServiceError(f"{path} was made by a newer version of callback-server", "Upgrade callback-server")
        for migration in migrations[version:]:
            migration(database)
        database.conn.execute(f"PRAGMA user_version = {len(migrations)}")


def _version(database: sqlite_utils.Database) -> int:
    return int(database.conn.execute("PRAGMA user_version").fetchone()[0])
