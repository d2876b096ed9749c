"""The webhooks that were added while the service ran, in the store's file; their secrets sealed."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from pathlib import Path

from callback_server.database import open_database
from callback_server.store.records import Receiver
from callback_server.store.sqlite.prints import row_print
from callback_server.store.sqlite.schema import MIGRATIONS
from honeytokens.sealing import Box


class SqliteReceivers:
    """Webhooks; see :class:`callback_server.store.interface.Receivers`. Every method may raise ``sqlite3.Error``."""

    def __init__(self, path: Path, box: Box, prints: bytes) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._box = box
        self._prints = prints
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def save(self, receiver: Receiver) -> None:
        """Add a webhook, or replace the one of its name."""
        lookup = row_print(self._prints, "receiver", receiver.name)
        sealed = self._box.seal(json.dumps(asdict(receiver)).encode(), _place(lookup))
        with self._lock, self._database.atomic():
            self._database.conn.execute("INSERT OR REPLACE INTO receivers VALUES (?, ?)", (lookup, sealed))

    def all(self) -> list[Receiver]:
        """Return every webhook, by name."""
        with self._lock:
            rows = self._database.execute("SELECT lookup, content FROM receivers").fetchall()
        found = [Receiver(**json.loads(self._box.open(sealed, _place(lookup)))) for lookup, sealed in rows]
        return sorted(found, key=lambda receiver: receiver.name)


def _place(lookup: bytes) -> str:
    return f"receivers|{lookup.hex()}"
