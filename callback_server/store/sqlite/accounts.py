"""Who may look and decide, and the trail of what each of them saw and did; sealed, since it names people."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from callback_server.database import open_database
from callback_server.errors import NotFoundError
from callback_server.store.records import Account, Kind, Look, Role
from callback_server.store.sqlite import evidence
from callback_server.store.sqlite.schema import MIGRATIONS
from honeytokens.sealing import Box


class SqliteAccounts:
    """Accounts and the trail; see :class:`callback_server.store.interface.Accounts`.

    Every method may raise ``sqlite3.Error``.
    """

    def __init__(self, path: Path, box: Box, prints: bytes) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._box = box
        self._prints = prints
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def save(self, account: Account, key: str | None = None) -> None:
        """Add an account, or replace the one of its name; ``key`` is an API key's whole text, which is not kept."""
        lookup = self._lookup(account.kind, account.name if key is None else key)
        content = self._box.seal(json.dumps(asdict(account)).encode(), f"accounts|{lookup.hex()}")
        with self._lock, self._database.atomic():
            for number, found in self._all():
                if found.name == account.name:
                    self._database.conn.execute("DELETE FROM accounts WHERE id = ?", (number,))
            self._database.conn.execute("INSERT INTO accounts (lookup, content) VALUES (?, ?)", (lookup, content))

    def find(self, kind: Kind, presented: str) -> Account | None:
        """Return the account of a name, or of an API key."""
        lookup = self._lookup(kind, presented)
        with self._lock:
            row = self._database.conn.execute("SELECT content FROM accounts WHERE lookup = ?", (lookup,)).fetchone()
        return None if row is None else self._account(lookup, row[0])

    def all(self) -> list[Account]:
        """Return every account, by name, without its secret."""
        with self._lock:
            found = [replace(account, secret="") for _, account in self._all()]
        return sorted(found, key=lambda account: account.name)

    def remove(self, name: str) -> None:
        """Remove an account; raise :class:`NotFoundError` when there is none of that name."""
        with self._lock, self._database.atomic():
            numbers = [number for number, account in self._all() if account.name == name]
            for number in numbers:
                self._database.conn.execute("DELETE FROM accounts WHERE id = ?", (number,))
        if not numbers:
            raise NotFoundError(f"There is no account named {name}", "List them: callback-server account list")

    def log(self, who: str, what: str) -> None:
        """Add a line to the trail."""
        at = datetime.now(UTC).timestamp()
        content = json.dumps([who, what]).encode()
        sealed = self._box.seal(content, f"trail|{at}")
        with self._lock, self._database.atomic():
            add = "INSERT INTO trail (at, content) VALUES (?, ?)"
            number = self._database.conn.execute(add, (at, sealed)).lastrowid
            evidence.log(self._database.conn, self._box, "look", str(number), content)

    def trail(self, limit: int, before: int | None = None) -> list[Look]:
        """Return the trail, newest first."""
        query = "SELECT id, at, content FROM trail WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?"
        with self._lock:
            rows = self._database.conn.execute(query, (before, before, limit)).fetchall()
        opened = [(number, at, json.loads(self._box.open(sealed, f"trail|{at}"))) for number, at, sealed in rows]
        return [Look(number, datetime.fromtimestamp(at, UTC), who, what) for number, at, (who, what) in opened]

    def _all(self) -> list[tuple[int, Account]]:
        rows = self._database.conn.execute("SELECT id, lookup, content FROM accounts").fetchall()
        return [(number, self._account(lookup, content)) for number, lookup, content in rows]

    def _account(self, lookup: bytes, content: bytes) -> Account:
        fields = json.loads(self._box.open(content, f"accounts|{lookup.hex()}"))
        sites = fields.pop("establishments")
        kind, role = Kind(fields.pop("kind")), Role(fields.pop("role"))
        return Account(kind=kind, role=role, establishments=None if sites is None else tuple(sites), **fields)

    def _lookup(self, kind: Kind, presented: str) -> bytes:
        """Return the keyed hash of a name or an API key, whose 256 random bits need no slower one."""
        return hashlib.blake2b(f"account {kind}\n{presented}".encode(), key=self._prints, digest_size=32).digest()
