"""Sightings and hits in the store's SQLite file."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from callback_server.attributor import Attribution
from callback_server.database import open_database
from callback_server.noise import Noise
from callback_server.sighting import Sighting, new_id
from callback_server.store.records import (
    EVERY_HIT,
    Explained,
    HitCounts,
    HitFilter,
    StoredHit,
    StoredSighting,
    Tally,
)
from callback_server.store.sqlite import evidence, incidents
from callback_server.store.sqlite.prints import row_print
from callback_server.store.sqlite.schema import MIGRATIONS
from honeytokens.model import DecoyRef
from honeytokens.sealing import Box

_HITS = """
    SELECT hits.id, hits.name, hits.content, sightings.delivery, sightings.content, incidents.name
    FROM hits JOIN sightings ON sightings.id = hits.sighting LEFT JOIN incidents ON incidents.id = hits.incident
"""

_TEST_CAMPAIGN = "heartbeat"
_HOUR = 3_600
_HELD = 20
_CACHE_MIB = 64


class SqliteStore:
    """Sightings and hits, sealed; see :class:`callback_server.store.interface.Store`.

    ``prints`` is the 32-byte key under which rows are compared without being opened.
    Every method may raise ``sqlite3.Error`` (disk full, locked) or
    ``ServiceError`` (the file was changed, or is another keyring's).
    """

    def __init__(self, path: Path, box: Box, prints: bytes) -> None:
        self._database = open_database(path, MIGRATIONS, cache_mib=_CACHE_MIB)
        self._box = box
        self._prints = prints
        self._channels: tuple[str, ...] = ()
        self._machines: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, items: Sequence[Explained]) -> int:
        """Store sightings with their hits, incidents and alerts in one transaction; return how many hits are new."""
        new = 0
        with self._lock, self._database.atomic():
            for item in items:
                one = item.sighting
                content = one.encode()
                cursor = self._database.conn.execute(
                    """INSERT OR IGNORE INTO sightings (delivery, at, channel, noise, hits, content)
                       VALUES (?, ?, ?, ?, ?, ?)""",
                    (
                        one.id,
                        one.at.timestamp(),
                        one.channel,
                        item.noise.reason if item.noise else None,
                        len(item.attributions),
                        self._box.seal(content, _sighting_place(one.id)),
                    ),
                )
                if cursor.rowcount and cursor.lastrowid is not None:
                    evidence.log(self._database.conn, self._box, "sighting", one.id, content)
                    new += self._insert_hits(cursor.lastrowid, item)
        return new

    def tell(self, channels: Sequence[str], machines: Sequence[str]) -> None:
        """From now on owe alerts to ``channels``, heartbeats only to the ``machines``."""
        with self._lock:
            self._channels, self._machines = tuple(channels), tuple(machines)

    def credit(self, item: Explained) -> None:
        """Make hits of a stored sighting that had none."""
        with self._lock, self._database.atomic():
            find = "SELECT id FROM sightings WHERE delivery = ?"
            (row,) = self._database.execute(find, (item.sighting.id,)).fetchone()
            self._insert_hits(row, item)
            self._database.execute("UPDATE sightings SET hits = ? WHERE id = ?", (len(item.attributions), row))

    def unattributed(self, limit: int) -> Iterator[Sighting]:
        """Yield the newest sightings without a hit; a few are held at one time, for a mail can be large."""
        query = """
            SELECT id, delivery, content FROM sightings
            WHERE hits = 0 AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
        before = None
        while limit > 0 and (rows := self._rows(query, (before, before, min(limit, _HELD)))):
            for _, delivery, sealed in rows:
                yield self._sighting(delivery, sealed)
            before, limit = rows[-1][0], limit - len(rows)

    def sightings(self, limit: int, before: int | None = None, channel: str | None = None) -> list[StoredSighting]:
        """Return sightings, newest first."""
        query = """
            SELECT id, delivery, content, noise, hits FROM sightings
            WHERE (? IS NULL OR id < ?) AND (? IS NULL OR channel = ?) ORDER BY id DESC LIMIT ?
        """
        rows = self._rows(query, (before, before, channel, channel, limit))
        return [StoredSighting(row[0], self._sighting(row[1], row[2]), row[3], row[4]) for row in rows]

    def hits(self, limit: int, before: int | None = None, which: HitFilter = EVERY_HIT) -> list[StoredHit]:
        """Return hits, newest first."""
        page, values = self._page(which, before, limit)
        query = f"{_HITS} WHERE hits.id IN ({page}) ORDER BY hits.at DESC, hits.id DESC"
        return [self._hit(row) for row in self._rows(query, values)]

    def hit(self, number: int) -> StoredHit:
        """Return one hit."""
        (row,) = self._rows(f"{_HITS} WHERE hits.id = ?", (number,))
        return self._hit(row)

    def first_seen(self, decoy: DecoyRef, before: datetime) -> datetime | None:
        """Return when a decoy was first seen, if that was before a time."""
        query = "SELECT min(at) FROM hits WHERE decoy = ? AND at < ?"
        ((first,),) = self._rows(query, (self._print("decoy", str(decoy)), before.timestamp()))
        return None if first is None else datetime.fromtimestamp(first, UTC)

    def seen_since(self, decoy: DecoyRef, since: datetime) -> bool:
        """Return whether a decoy was seen at or after a time."""
        query = "SELECT 1 FROM hits WHERE decoy = ? AND at >= ? LIMIT 1"
        return bool(self._rows(query, (self._print("decoy", str(decoy)), since.timestamp())))

    def counts(self, establishments: frozenset[str] | None = None) -> HitCounts:
        """Return how much is stored."""
        conditions, values = self._conditions(HitFilter(establishments))
        # The names of columns and conditions are constants.
        query = f"SELECT total(hits), total(hits * noise) FROM tallies WHERE {conditions}"  # noqa: S608
        ((hits, noise),) = self._rows(query, values)
        ((unattributed,),) = self._rows("SELECT total(unattributed) FROM heard", ())
        return HitCounts(hits=int(hits), unattributed=int(unattributed), noise=int(noise))

    def tallies(self, which: HitFilter = EVERY_HIT) -> list[Tally]:
        """Return hits of each hour and channel."""
        conditions, values = self._conditions(replace(which, noise=None, since=None, until=None))
        for hour, condition in ((which.since, "hour >= ?"), (which.until, "hour <= ?")):
            if hour is not None:
                conditions += f" AND {condition}"
                values.append(int(hour.timestamp() // _HOUR))
        if which.noise is not None:
            conditions += " AND noise = ?"
            values.append(which.noise)
        query = f"""
            SELECT hour, channel, noise, sum(hits) FROM tallies WHERE {conditions}
            GROUP BY hour, channel, noise ORDER BY hour, channel, noise
        """  # noqa: S608 - constants
        return [
            Tally(datetime.fromtimestamp(hour * _HOUR, UTC), channel, bool(noise), hits)
            for hour, channel, noise, hits in self._rows(query, values)
        ]

    def erase(self, before: datetime) -> int:
        """Erase old sightings with all that hangs on them, but for incidents that are on hold."""
        old = """
            SELECT id FROM sightings WHERE at < ? AND id NOT IN (
                SELECT sighting FROM hits JOIN incidents ON incidents.id = hits.incident WHERE held)
        """
        when = (before.timestamp(),)
        with self._lock, self._database.atomic():
            execute = self._database.conn.execute
            of_old = f"SELECT id FROM hits WHERE sighting IN ({old})"  # noqa: S608 - constants
            heard = f"SELECT delivery FROM sightings WHERE id IN ({old})"  # noqa: S608
            evidence.forget(self._database.conn, self._box, "sighting", heard, when)
            execute(f"DELETE FROM alerts WHERE hit IN ({of_old})", when)  # noqa: S608
            execute(f"DELETE FROM burnt WHERE hit IN ({of_old})", when)  # noqa: S608
            execute(f"DELETE FROM hits WHERE sighting IN ({old})", when)  # noqa: S608
            erased = execute(f"DELETE FROM sightings WHERE id IN ({old})", when).rowcount  # noqa: S608
            gone = """
                SELECT id FROM incidents WHERE NOT held AND last < ?
AND hits = 0
            """
            done = f"""
                SELECT incidents.name || '/' || entries.id
                FROM entries JOIN incidents ON incidents.id = entries.incident
                WHERE incidents.id IN ({gone})
            """  # noqa: S608
            evidence.forget(self._database.conn, self._box, "entry", done, when)
            execute(f"DELETE FROM burnt WHERE incident IN ({gone})", when)  # noqa: S608
            execute(f"DELETE FROM entries WHERE incident IN ({gone})", when)  # noqa: S608
            execute(f"DELETE FROM traces WHERE incident IN ({gone})", when)  # noqa: S608
            execute(f"DELETE FROM incidents WHERE id IN ({gone})", when)  # noqa: S608
        return erased

    def _page(self, which: HitFilter, before: int | None, limit: int) -> tuple[str, list[object]]:
        """Return the query, and its values, of a page's hit numbers; each of its branches reads one index in order."""
        conditions, values = self._conditions(replace(which, establishments=None))
        if before is not None:
            conditions += " AND (at, id) < (SELECT at, id FROM hits WHERE id = ?)"
            values.append(before)
        branch = f"SELECT id, at FROM hits WHERE {conditions}{{}} ORDER BY at DESC, id DESC LIMIT ?"  # noqa: S608
        if which.establishments is None:
            return f"SELECT id FROM ({branch.format('')})", [*values, limit]  # noqa: S608 - constants
        of_site = f"SELECT * FROM ({branch.format(' AND establishment = ?')})"  # noqa: S608
        sites = [self._print("establishment", site) for site in sorted(which.establishments)]
        union = " UNION ALL ".join([of_site for _ in sites] or ["SELECT 0 AS id, 0 AS at WHERE FALSE"])
        page = f"SELECT id FROM ({union}) ORDER BY at DESC, id DESC LIMIT ?"  # noqa: S608
        return page, [*(each for site in sites for each in (*values, site, limit)), limit]

    def _conditions(self, which: HitFilter) -> tuple[str, list[object]]:
        asked: list[tuple[str, Sequence[object]]] = [("TRUE", [])]
        if which.establishments is not None:
            sites = [self._print("establishment", name) for name in which.establishments]
            asked.append((f"establishment IN ({', '.join('?' for _ in sites)})", sites))
        if which.noise is not None:
            asked.append((f"noise IS {'NOT ' if which.noise else ''}NULL", []))
        asked += [
            (condition, [value])
            for condition, value in (
                ("incident = (SELECT id FROM incidents WHERE name = ?)", which.incident),
                ("channel = ?", which.channel),
                ("at >= ?", which.since and which.since.timestamp()),
                ("at < ?", which.until and which.until.timestamp()),
                ("source = ?", which.source and self._print("source", which.source)),
            )
            if value is not None
        ]
        return " AND ".join(condition for condition, _ in asked), [each for _, given in asked for each in given]

    def _print(self, kind: str, value: str) -> bytes:
        return row_print(self._prints, kind, value)

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, tuple(values)).fetchall()

    def _insert_hits(self, sighting: int, item: Explained) -> int:
        for attribution in item.attributions:
            self._insert_hit(sighting, item, attribution)
        return len(item.attributions)

    def _insert_hit(self, sighting: int, item: Explained, attribution: Attribution) -> None:
        name = new_id()[:20]
        content = {
            "campaign": attribution.decoy.campaign,
            "serial": attribution.decoy.serial,
            "establishment": attribution.establishment,
            "bits": attribution.bits,
            "reason": attribution.reason,
            "noise": [item.noise.reason, item.noise.detail] if item.noise else None,
            "source": item.source,
            "place": dict(item.place),
        }
        joining = incidents.Joining(
            self._print("decoy", str(attribution.decoy)),
            self._print("establishment", attribution.establishment),
            self._print("source", item.source) if item.source else b"",
            item.sighting.at.timestamp(),
            attribution.bits,
        )
        connection = self._database.conn
        test = attribution.decoy.campaign == _TEST_CAMPAIGN
        incident = None if item.noise or test else incidents.join(connection, self._box, joining)
        hit = connection.execute(
            """INSERT INTO hits (name, sighting, incident, at, channel, noise, decoy, establishment, source, content)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                name,
                sighting,
                incident,
                joining.at,
                item.sighting.channel,
                item.noise.reason if item.noise else None,
                joining.decoy,
                joining.establishment,
                joining.source,
                self._box.seal(json.dumps(content).encode(), _hit_place(name)),
            ),
        ).lastrowid
        if incident is not None:
            incidents.weigh(connection, incident, int(hit or 0), joining)
        if item.noise:
            return
        beat = test and attribution.reason != "silence"
        for channel in self._machines if beat else self._channels:
            connection.execute(
                "INSERT INTO alerts (hit, channel, state, attempts, next_at) VALUES (?, ?, 'waiting', 0, ?)",
                (hit, channel, datetime.now(UTC).timestamp()),
            )

    def _sighting(self, delivery: str, sealed: bytes) -> Sighting:
        return Sighting.decode(self._box.open(sealed, _sighting_place(delivery)))

    def _hit(self, row: tuple[Any, ...]) -> StoredHit:
        number, name, sealed, delivery, sealed_sighting, incident = row
        content = json.loads(self._box.open(sealed, _hit_place(name)))
        decoy = DecoyRef(content.pop("campaign"), content.pop("serial"))
        noise, source, place = content.pop("noise", None), content.pop("source", ""), content.pop("place", {})
        attribution = Attribution(decoy, **content)
        sighting = self._sighting(delivery, sealed_sighting)
        return StoredHit(number, name, sighting, attribution, Noise(*noise) if noise else None, source, place, incident)


def _sighting_place(delivery: str) -> str:
    return f"sightings|{delivery}"


def _hit_place(name: str) -> str:
    return f"hits|{name}"
