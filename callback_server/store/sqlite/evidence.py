"""The evidence log in the store's file: an entry for whatever is heard, decided, looked at and erased.

Entries are written in the transaction of what they are about. Their numbers have no gaps: SQLite lets one transaction
write at a time. Salts are sealed, and erased with the contents; entries are never changed nor removed.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from callback_server.database import open_database
from callback_server.store.sqlite.schema import MIGRATIONS
from honeytokens.evidence import Checkpoint, Logged, Tree, leaf_hash, leaf_of, sign
from honeytokens.sealing import Box

_SALT_BYTES = 32
_READ = 2_000


def log(connection: sqlite3.Connection, box: Box, kind: str, ref: str, content: bytes) -> None:
    """Add an entry, in the caller's transaction, which must have written already; ``kind`` is one of ``CONTENTS``."""
    (number,) = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM evidence").fetchone()
    salt = secrets.token_bytes(_SALT_BYTES)
    leaf = leaf_of(number, datetime.now(UTC).isoformat(timespec="milliseconds"), kind, ref, salt, content)
    connection.execute(
        "INSERT INTO evidence (number, kind, ref, leaf, salt) VALUES (?, ?, ?, ?, ?)",
        (number, kind, ref, leaf, box.seal(salt, _place(number))),
    )


def forget(connection: sqlite3.Connection, box: Box, kind: str, refs: str, values: Sequence[object]) -> None:
    """Erase the salts of entries of a kind, by a query of their refs, and log that; in the caller's transaction."""
    query = f"UPDATE evidence SET salt = NULL WHERE kind = ? AND salt IS NOT NULL AND ref IN ({refs})"  # noqa: S608
    erased = connection.execute(query, (kind, *values)).rowcount
    if erased:
        told = f"{kind}: {erased}"
        log(connection, box, "erasure", told, told.encode())


class SqliteEvidence:
    """The log as a whole: its checkpoints, and what goes into a bundle.

    Every method may raise ``sqlite3.Error`` or ``ServiceError``.
    """

    def __init__(self, path: Path, box: Box, key: Ed25519PrivateKey, origin: str) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._box = box
        self._key = key
        self._origin = origin
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def checkpoint(self) -> str:
        """Sign what the log holds now, unless the last checkpoint says it already; return the newest checkpoint.

        Entries never change, so they are read before the one write: a transaction that read first could not write
        where another part has written meanwhile.
        """
        with self._lock:
            execute = self._database.conn.execute
            kept = execute("SELECT size, subtrees, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
            tree = Tree() if kept is None else Tree(kept[0], [bytes.fromhex(each) for each in json.loads(kept[1])])
            for (leaf,) in execute("SELECT leaf FROM evidence WHERE number > ? ORDER BY number", (tree.size,)):
                tree.append(leaf_hash(leaf.encode()))
            if kept is not None and tree.size == kept[0]:
                return str(kept[2])
            note = sign(Checkpoint(self._origin, tree.size, tree.root()), self._key)
            subtrees = json.dumps([each.hex() for each in tree.subtrees])
            with self._database.atomic():
                add = "INSERT OR IGNORE INTO checkpoints (size, subtrees, note) VALUES (?, ?, ?)"
                execute(add, (tree.size, subtrees, note))
        return note

    def checkpoints(self) -> list[str]:
        """Return every checkpoint, oldest first."""
        with self._lock:
            rows = self._database.conn.execute("SELECT note FROM checkpoints ORDER BY size").fetchall()
        return [note for (note,) in rows]

    def size(self) -> int:
        """Return how many entries there are."""
        with self._lock:
            return int(self._database.conn.execute("SELECT coalesce(max(number), 0) FROM evidence").fetchone()[0])

    def entries(self, upto: int, *, contents: bool) -> Iterator[Logged]:
        """Yield the first ``upto`` entries; with salts and contents, where these are asked for and still exist."""
        number = 0
        while number < upto:
            with self._lock:
                rows = self._database.conn.execute(
                    "SELECT number, kind, ref, leaf, salt FROM evidence WHERE number > ? AND number <= ? "
                    "ORDER BY number LIMIT ?",
                    (number, upto, _READ),
                ).fetchall()
            for number, kind, ref, leaf, salt in rows:
                content = self._content(kind, ref) if contents and salt is not None else None
                yield Logged(leaf, salt and self._box.open(salt, _place(number)), content)

    def _content(self, kind: str, ref: str) -> bytes | None:
        """Return what an entry is about, where its table still holds it."""
        with self._lock:
            return CONTENTS[kind](self._database.conn, self._box, ref)


def _of_sighting(connection: sqlite3.Connection, box: Box, ref: str) -> bytes | None:
    row = connection.execute("SELECT content FROM sightings WHERE delivery = ?", (ref,)).fetchone()
    return None if row is None else box.open(row[0], f"sightings|{ref}")


def _of_entry(connection: sqlite3.Connection, box: Box, ref: str) -> bytes | None:
    name, _, number = ref.partition("/")
    row = connection.execute("SELECT content FROM entries WHERE id = ?", (number,)).fetchone()
    return None if row is None else box.open(row[0], f"entries|{name}")


def _of_look(connection: sqlite3.Connection, box: Box, ref: str) -> bytes | None:
    row = connection.execute("SELECT at, content FROM trail WHERE id = ?", (ref,)).fetchone()
    return None if row is None else box.open(row[1], f"trail|{row[0]}")


def _of_erasure(_connection: sqlite3.Connection, _box: Box, ref: str) -> bytes:
    return ref.encode()


CONTENTS: Mapping[str, Callable[[sqlite3.Connection, Box, str], bytes | None]] = {
    "sighting": _of_sighting,
    "entry": _of_entry,
    "look": _of_look,
    "erasure": _of_erasure,
}
"""What is logged, and how to find again what an entry of each kind is about."""


def _place(number: int) -> str:
    return f"evidence|{number}"
