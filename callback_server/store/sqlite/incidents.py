"""Incidents: the hits of one leak, how grave they are, what people decided and said about them."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from callback_server.database import open_database
from callback_server.errors import NotFoundError
from callback_server.store.records import Entry, IncidentFacts, IncidentState, Severity, StoredIncident
from callback_server.store.sqlite import evidence
from callback_server.store.sqlite.prints import row_print
from callback_server.store.sqlite.schema import MIGRATIONS
from honeytokens.sealing import Box

_SAME_DECOY = timedelta(days=30)
_SAME_SOURCE = timedelta(days=7)
_SAME_ESTABLISHMENT = timedelta(days=1)


class SqliteIncidents:
    """The incidents in the store's file; see :class:`callback_server.store.interface.Incidents`.

    Every method may raise ``sqlite3.Error`` or ``ServiceError``.
    """

    def __init__(self, path: Path, box: Box, prints: bytes) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._box = box
        self._prints = prints
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def all(
        self,
        limit: int,
        before: int | None = None,
        states: Sequence[str] = (),
        establishments: frozenset[str] | None = None,
    ) -> list[StoredIncident]:
        """Return incidents, newest first, of which the reader may see one of the establishments."""
        visible, values = self._visible(establishments)
        conditions = ["(? IS NULL OR incidents.id < ?)", visible]
        values = [before, before, *values]
        if states:
            conditions.append(f"state IN ({_marks(states)})")
            values += states
        query = f"{_INCIDENTS} WHERE {' AND '.join(conditions)} ORDER BY incidents.id DESC LIMIT ?"
        with self._lock:
            rows = self._database.conn.execute(query, (*values, limit)).fetchall()
        return [self._incident(row) for row in rows]

    def get(self, name: str, establishments: frozenset[str] | None = None) -> StoredIncident:
        """Return one incident; raise :class:`NotFoundError` when there is none, or none that the reader may see."""
        visible, values = self._visible(establishments)
        with self._lock:
            row = self._database.conn.execute(f"{_INCIDENTS} WHERE name = ? AND {visible}", (name, *values)).fetchone()
        if row is None:
            raise NotFoundError("There is no such incident", "List the incidents")
        return self._incident(row)

    def timeline(self, name: str) -> list[Entry]:
        """Return what was done about an incident, oldest first."""
        query = "SELECT at, content FROM entries WHERE incident = (SELECT id FROM incidents WHERE name = ?) ORDER BY id"
        with self._lock:
            rows = self._database.conn.execute(query, (name,)).fetchall()
        place = _entry_place(name)
        return [Entry(_time(at), **json.loads(self._box.open(sealed, place))) for at, sealed in rows]

    def note(self, name: str, entry: Entry) -> None:
        """Add a line to the timeline."""
        with self._lock, self._database.atomic():
            add_entry(self._database.conn, self._box, name, entry)

    def decide(self, name: str, state: IncidentState, entry: Entry) -> None:
        """Change an incident's state, and say so in its timeline."""
        self._change(name, "state = ?", state.value, entry)

    def hold(self, name: str, held: bool, entry: Entry) -> None:
        """Keep an incident from being erased when its time is over, or let go of it."""
        self._change(name, "held = ?", int(held), entry)

    def record(self, name: str, facts: IncidentFacts, entry: Entry) -> None:
        """Record what people know."""
        self._change(name, "content = ?", self._box.seal(json.dumps(asdict(facts)).encode(), _place(name)), entry)

    def _visible(self, establishments: frozenset[str] | None) -> tuple[str, list[object]]:
        """Return the condition, and its values, on incidents that touch one of the establishments."""
        if establishments is None:
            return "TRUE", []
        return _VISIBLE.format(_marks(establishments)), [
            row_print(self._prints, "establishment", site) for site in establishments
        ]

    def _change(self, name: str, assignment: str, value: object, entry: Entry) -> None:
        with self._lock, self._database.atomic():
            # The assignment is always one of the constants above.
            self._database.conn.execute(f"UPDATE incidents SET {assignment} WHERE name = ?", (value, name))  # noqa: S608
            add_entry(self._database.conn, self._box, name, entry)

    def _incident(self, row: tuple[Any, ...]) -> StoredIncident:
        number, name, state, severity, opened, last, held, sealed, hits, decoys = row
        content: Mapping[str, Any] = json.loads(self._box.open(sealed, _place(name)))
        known = {each.name for each in fields(IncidentFacts)}
        facts = IncidentFacts(**{key: value for key, value in content.items() if key in known})
        return StoredIncident(
            number,
            name,
            IncidentState(state),
            Severity(severity),
            _time(opened),
            _time(last),
            bool(held),
            hits,
            decoys,
            facts,
        )


@dataclass(frozen=True, slots=True)
class Joining:
    """A hit that is about to join an incident: keyed prints, its time, its strength."""

    decoy: bytes
    establishment: bytes
    source: bytes
    at: float
    bits: float


def join(connection: sqlite3.Connection, box: Box, hit: Joining) -> int:
    """Return the incident that a new hit belongs to, opened when it belongs to none. Runs in the caller's transaction.

    It belongs to the newest undecided one that shares its decoy within 30 days, its source within 7, or its
    establishment within one.
    """
    for value, span in (
        (hit.decoy, _SAME_DECOY),
        (hit.source, _SAME_SOURCE),
        (hit.establishment, _SAME_ESTABLISHMENT),
    ):
        if value:
            found = connection.execute(_JOINABLE, (value, hit.at - span.total_seconds())).fetchone()
            if found is not None:
                return int(found[0])
    name = secrets.token_hex(6)
    sealed = box.seal(json.dumps(asdict(IncidentFacts())).encode(), _place(name))
    number = connection.execute(
        "INSERT INTO incidents (name, state, severity, opened, last, content) VALUES (?, 'new', 1, ?, ?, ?)",
        (name, hit.at, hit.at, sealed),
    ).lastrowid
    add_entry(connection, box, name, Entry(_time(hit.at), "", "opened", ""))
    return int(number or 0)


def weigh(connection: sqlite3.Connection, incident: int, number: int, hit: Joining) -> None:
    """Mark the decoy of a stored hit as burnt, and raise the incident's severity to what it now is.

    What the hit may be joined by later is noted with the incident, so that joining reads a row or two however many hits
    there are.
    """
    connection.executemany(
        _TRACE, [(value, incident, hit.at) for value in (hit.decoy, hit.source, hit.establishment) if value]
    )
    new = connection.execute(
        "INSERT OR IGNORE INTO burnt (incident, decoy, establishment, hit) VALUES (?, ?, ?, ?)",
        (incident, hit.decoy, hit.establishment, number),
    ).rowcount
    (severity,) = connection.execute("SELECT severity FROM incidents WHERE id = ?", (incident,)).fetchone()
    if new and severity < Severity.CRITICAL:  # nothing is graver, and counting a hundred thousand takes its time
        decoys, sites = connection.execute(
            "SELECT count(*), count(DISTINCT establishment) FROM burnt WHERE incident = ?", (incident,)
        ).fetchone()
        severity = int(Severity.of(decoys, sites, hit.bits))
    connection.execute(
        "UPDATE incidents SET severity = max(severity, ?), last = max(last, ?), opened = min(opened, ?) WHERE id = ?",
        (severity, hit.at, hit.at, incident),
    )


def add_entry(connection: sqlite3.Connection, box: Box, name: str, entry: Entry) -> None:
    """Add a line to an incident's timeline, in the caller's transaction."""
    content = json.dumps({"who": entry.who, "kind": entry.kind, "text": entry.text}).encode()
    number = connection.execute(
        "INSERT INTO entries (incident, at, content) SELECT id, ?, ? FROM incidents WHERE name = ?",
        (entry.at.timestamp(), box.seal(content, _entry_place(name)), name),
    ).lastrowid
    evidence.log(connection, box, "entry", f"{name}/{number}", content)


_INCIDENTS = """
    SELECT id, name, state, severity, opened, last, held, content, hits,
        (SELECT count(*) FROM burnt WHERE burnt.incident = incidents.id)
    FROM incidents
"""
_VISIBLE = "EXISTS (SELECT 1 FROM burnt WHERE burnt.incident = incidents.id AND burnt.establishment IN ({}))"
_JOINABLE = """
    SELECT incident FROM traces JOIN incidents ON incidents.id = traces.incident
    WHERE traces.print = ? AND traces.last >= ? AND incidents.state IN ('new', 'acknowledged')
    ORDER BY traces.last DESC LIMIT 1
"""
_TRACE = """
    INSERT INTO traces (print, incident, last) VALUES (?, ?, ?)
    ON CONFLICT (print, incident) DO UPDATE SET last = max(last, excluded.last)
"""


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _place(name: str) -> str:
    return f"incidents|{name}"


def _entry_place(name: str) -> str:
    return f"entries|{name}"
