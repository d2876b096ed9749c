"""The store in one SQLite file."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from callback_server.attributor import Attribution
from callback_server.database import open_database
from callback_server.sighting import Sighting
from callback_server.store.interface import HitCounts, StoredHit
from callback_server.store.schema import MIGRATIONS
from honeytokens.model import DecoyRef
from honeytokens.sealing import Box

_HITS = """
    SELECT hits.id, hits.name, hits.content, sightings.delivery, sightings.content
    FROM hits JOIN sightings ON sightings.id = hits.sighting
"""


class SqliteStore:
    """Sightings and hits, sealed; see :class:`callback_server.store.interface.Store`.

    ``alert_channels`` names who is told of each new hit. Every method may raise ``sqlite3.Error`` (disk full, locked)
    or ``ServiceError`` (the file was changed, or is another keyring's).
    """

    def __init__(self, path: Path, box: Box, alert_channels: Sequence[str] = ()) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._box = box
        self._alert_channels = tuple(alert_channels)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, items: Sequence[tuple[Sighting, Attribution | None]]) -> int:
        """Store sightings with their hits and alerts in one transaction; return how many hits are new."""
        new = 0
        with self._lock, self._database.atomic():
            for sighting, attribution in items:
                sealed = self._box.seal(sighting.encode(), _sighting_place(sighting.id))
                cursor = self._database.conn.execute(
                    "INSERT OR IGNORE INTO sightings (delivery, content) VALUES (?, ?)", (sighting.id, sealed)
                )
                if cursor.rowcount and attribution is not None and cursor.lastrowid is not None:
                    self._insert_hit(cursor.lastrowid, attribution)
                    new += 1
        return new

    def credit(self, sighting_id: str, attribution: Attribution) -> None:
        """Make a hit of a stored sighting that had none."""
        with self._lock, self._database.atomic():
            (row,) = self._database.execute("SELECT id FROM sightings WHERE delivery = ?", (sighting_id,)).fetchone()
            self._insert_hit(row, attribution)

    def unattributed(self, limit: int) -> list[Sighting]:
        """Return the newest sightings without a hit."""
        query = """
            SELECT delivery, content FROM sightings
            WHERE NOT EXISTS (SELECT 1 FROM hits WHERE hits.sighting = sightings.id) ORDER BY id DESC LIMIT ?
        """
        return [self._sighting(*row) for row in self._rows(query, (limit,))]

    def hits(self, limit: int, before: int | None = None) -> list[StoredHit]:
        """Return hits, newest first."""
        query = f"{_HITS} WHERE ? IS NULL OR hits.id < ? ORDER BY hits.id DESC LIMIT ?"
        return [self._hit(row) for row in self._rows(query, (before, before, limit))]

    def hit(self, number: int) -> StoredHit:
        """Return one hit."""
        (row,) = self._rows(f"{_HITS} WHERE hits.id = ?", (number,))
        return self._hit(row)

    def counts(self) -> HitCounts:
        """Count what is stored."""
        ((sightings, hits),) = self._rows("SELECT (SELECT count(*) FROM sightings), (SELECT count(*) FROM hits)", ())
        return HitCounts(hits=hits, unattributed=sightings - hits)

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, tuple(values)).fetchall()

    def _insert_hit(self, sighting: int, attribution: Attribution) -> None:
        name = secrets.token_hex(8)
        content = {
            "campaign": attribution.decoy.campaign,
            "serial": attribution.decoy.serial,
            "establishment": attribution.establishment,
            "bits": attribution.bits,
            "reason": attribution.reason,
        }
        execute = self._database.conn.execute
        hit = execute(
            "INSERT INTO hits (name, sighting, content) VALUES (?, ?, ?)",
            (name, sighting, self._box.seal(json.dumps(content).encode(), _hit_place(name))),
        ).lastrowid
        for channel in self._alert_channels:
            execute(
                "INSERT INTO alerts (hit, channel, state, attempts, next_at) VALUES (?, ?, 'waiting', 0, ?)",
                (hit, channel, datetime.now(UTC).timestamp()),
            )

    def _sighting(self, delivery: str, sealed: bytes) -> Sighting:
        return Sighting.decode(self._box.open(sealed, _sighting_place(delivery)))

    def _hit(self, row: tuple[Any, ...]) -> StoredHit:
        number, name, sealed, delivery, sealed_sighting = row
        content = json.loads(self._box.open(sealed, _hit_place(name)))
        decoy = DecoyRef(content.pop("campaign"), content.pop("serial"))
        return StoredHit(number, name, self._sighting(delivery, sealed_sighting), Attribution(decoy, **content))


def _sighting_place(delivery: str) -> str:
    return f"sightings|{delivery}"


def _hit_place(name: str) -> str:
    return f"hits|{name}"
