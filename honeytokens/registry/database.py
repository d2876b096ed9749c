"""The registry's SQLite file: its tables, how it is opened, and its errors as ours."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils

from honeytokens.errors import RegistryError

SCHEMA_VERSION = 3
"""Version 1 had no blind index; version 2 knew no policies and practitioners of recipes, whose defaults hold then."""
TABLES = {
    "establishments": ("name", "sealed"),
    "systems": ("name", "sealed"),
    "pools": ("name", "sealed"),
    "campaigns": ("name", "sealed"),
    "placements": ("id", "sealed"),
    "lookups": ("placement", "term"),
    "events": ("id", "sealed"),
}
"""The tables whose rows are summed, each with the columns that name a row and that hold what must not change."""

_BUSY_SECONDS = 10
_NAMED = ("establishments", "systems", "pools", "campaigns")


def create_tables(database: sqlite_utils.Database) -> None:
    """Create every table of the newest version."""
    database.table("meta").create({"key": str, "value": str}, pk="key")
    database.table("meta").insert({"key": "schema_version", "value": str(SCHEMA_VERSION)})
    for name in _NAMED:
        database.table(name).create({"name": str, "sealed": bytes}, pk="name", not_null={"sealed"})
    database.table("placements").create(
        {"id": int, "campaign": str, "state": str, "sealed": bytes}, pk="id", not_null={"campaign", "state", "sealed"}
    )
    database.table("placements").create_index(["campaign", "state"])
    create_lookups(database)
    database.table("events").create({"id": int, "at": str, "kind": str, "sealed": bytes}, pk="id")


def create_lookups(database: sqlite_utils.Database) -> None:
    """Create the blind index: keyed terms of placements, which nobody without the key can test a guess against."""
    database.table("lookups").create({"placement": int, "term": bytes}, not_null={"placement", "term"})
    database.table("lookups").create_index(["placement"])
    database.table("lookups").create_index(["term"])


def connect(path: Path) -> sqlite_utils.Database:
    """Open the file. Whatever is committed to it is durable."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    database = sqlite_utils.Database(connection, execute_plugins=False)
    database.execute("pragma synchronous = full")
    database.execute("pragma secure_delete = on")
    # A megabyte of log instead of four: a home on a nearly full disk goes on as soon as a little is freed.
    database.execute("pragma wal_autocheckpoint = 250")
    return database


def schema_version(database: sqlite_utils.Database, path: Path) -> int:
    """Return the version of the tables; raise :class:`RegistryError` when the file is none of ours, or a newer one."""
    if "meta" not in database.table_names():
        raise RegistryError(f"{path} is not a registry", "Restore it from a backup, or set --home")
    versions = [row["value"] for row in database.query("select value from meta where key = 'schema_version'")]
    if len(versions) != 1 or not re.fullmatch("[1-9][0-9]{0,3}", str(versions[0])):
        raise sqlite3.DatabaseError("it does not say its version")
    version = int(versions[0])
    if version > SCHEMA_VERSION:
        raise RegistryError(f"{path} was made by a newer version of honeytokens", "Upgrade honeytokens")
    return version


def check_trees(database: sqlite_utils.Database) -> None:
    """Raise ``sqlite3.DatabaseError`` when an index lacks a row of its table, or a row is where none is looked for."""
    [(found,)] = database.execute("pragma integrity_check(1)").fetchall()
    if found != "ok":
        raise sqlite3.DatabaseError("its indexes do not agree with its rows")


@contextmanager
def immediate(database: sqlite_utils.Database) -> Iterator[None]:
    """Hold the write lock from the first statement on; what is inside nests."""
    outermost = not database.conn.in_transaction
    if outermost:
        database.execute("begin immediate")
    try:
        with database.atomic():
            yield
    except BaseException:
        if outermost:
            database.rollback()
        raise
    if outermost:
        database.commit()


@contextmanager
def explained(path: Path | None = None) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    name = str(path or "The registry")
    try:
        yield
    except FileExistsError as error:
        raise RegistryError(f"{name} exists", "Choose another home, or use this one as it is") from error
    except OSError as error:
        raise RegistryError(f"{name} cannot be written: {error.strerror}", "Free space or mend its folder") from error
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise RegistryError(f"{name} is locked by another process", "Wait until it is done, or stop it") from error
        raise RegistryError(
            f"{name} cannot be used: {error}", "Free space or mend its folder, then try again"
        ) from error
    except sqlite3.DatabaseError as error:
        raise RegistryError(
            f"{name} is damaged: {error}", "Run honeytokens registry restore with a backup, or registry rebuild"
        ) from error
