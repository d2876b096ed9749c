"""Copies of the store while it is in use, and back. A copy is sealed as the store is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from callback_server.database import open_database
from callback_server.errors import ServiceError
from callback_server.store.sqlite.schema import MIGRATIONS


def copy_store(store: Path, copy: Path) -> None:
    """Write a copy of the store as it is at one moment; raise :class:`ServiceError` when that fails.

    The copy is whole or not there; one that is there already is not replaced.
    """
    if copy.exists():
        raise ServiceError(f"{copy} is there already", "Name another file")
    partial = copy.with_name(copy.name + ".partial")
    try:
        partial.touch(0o600)
        _copy(store, partial)
        partial.replace(copy)
    except OSError as error:
        raise ServiceError(f"{copy} cannot be written: {error.strerror}", "Name another place") from error
    finally:
        partial.unlink(missing_ok=True)


def restore_store(copy: Path, store: Path) -> None:
    """Put a copy's content in the place of the store's, which may be in use: its users go on with the new content.

    Raises :class:`ServiceError` when the copy is damaged, or was made by a newer version.
    """
    with closing(_open(copy)) as source:
        try:
            whole = source.execute("PRAGMA quick_check").fetchone() == ("ok",)
            version = source.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise ServiceError(f"{copy} is no copy of a store", "Name another file") from error
    if not whole or not 1 <= version <= len(MIGRATIONS):
        raise ServiceError(f"{copy} is damaged, or was made by another version", "Name another copy")
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not store.exists():
        store.touch(0o600)
    _copy(copy, store)
    open_database(store, MIGRATIONS).close()  # a copy of an earlier version


def _copy(source: Path, target: Path) -> None:
    with closing(_open(source)) as reads, closing(sqlite3.connect(target, timeout=30)) as writes:
        try:
            reads.backup(writes)
        except sqlite3.Error as error:
            raise ServiceError(f"{target} cannot be written: {error}", "Check its disk, and try again") from error


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise ServiceError(f"There is no file at {path}", "Correct its name, or set the data_dir of the worker")
    return sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True, timeout=30)
