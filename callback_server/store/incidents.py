"""Incidents: the hits of one leak, how grave they are, what people decided and said about them."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

from callback_server.database import open_database
from callback_server.errors import NotFoundError
from callback_server.store.schema import MIGRATIONS
from honeytokens.sealing import Box

_SAME_DECOY = timedelta(days=30)
_SAME_SOURCE = timedelta(days=7)
_SAME_ESTABLISHMENT = timedelta(days=1)


class IncidentState(StrEnum):
    """What people made of it. New hits join only incidents that are new or acknowledged."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    EXPLAINED = "explained"
    CLOSED = "closed"


class Severity(IntEnum):
    """How grave an incident is; it only ever rises."""

    LOW = 1
    """One decoy, by something that can be guessed or mistyped."""
    MEDIUM = 2
    """One decoy, surely."""
    HIGH = 3
    """Several decoys."""
    CRITICAL = 4
    """Five decoys or more, or more than one establishment."""

    @classmethod
    def of(cls, decoys: int, establishments: int, bits: float) -> Severity:
        """Return the severity of so many burnt decoys, the strongest hit having so many bits."""
        if decoys >= 5 or establishments >= 2:
            return cls.CRITICAL
        if decoys >= 2:
            return cls.HIGH
        return cls.MEDIUM if bits >= 40 else cls.LOW


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What people recorded: when they became aware, and the case of ``honeytokens incident`` that holds its files."""

    aware: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident as it is shown."""

    number: int
    name: str
    state: IncidentState
    severity: Severity
    opened: datetime
    last: datetime
    held: bool
    hits: int
    decoys: int
    facts: IncidentFacts


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline: what was done, by whom. ``kind`` is a code: opened, state, note, claim ..."""

    at: datetime
    who: str
    kind: str
    text: str


class SqliteIncidents:
    """The incidents in the store's SQLite file. Every method may raise ``sqlite3.Error`` or ``ServiceError``.

    :meth:`join` runs inside the caller's transaction; the others are for people who look and decide.
    """

    def __init__(self, path: Path, box: Box) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._box = box
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def all(
        self, limit: int, before: int | None = None, states: Sequence[str] = (), seen: frozenset[bytes] | None = None
    ) -> list[StoredIncident]:
        """Return incidents, newest first; ``seen`` are the prints of the establishments that the reader may see."""
        conditions, values = ["(? IS NULL OR incidents.id < ?)"], [before, before]
        if states:
            conditions.append(f"state IN ({_marks(states)})")
            values += list(states)  # type: ignore[arg-type]
        if seen is not None:
            conditions.append(_VISIBLE.format(_marks(seen)))
            values += list(seen)  # type: ignore[arg-type]
        query = f"{_INCIDENTS} WHERE {' AND '.join(conditions)} ORDER BY incidents.id DESC LIMIT ?"
        with self._lock:
            rows = self._database.conn.execute(query, (*values, limit)).fetchall()
        return [self._incident(row) for row in rows]

    def get(self, name: str, seen: frozenset[bytes] | None = None) -> StoredIncident:
        """Return one incident; raise :class:`NotFoundError` when there is none, or none that the reader may see."""
        query, values = f"{_INCIDENTS} WHERE name = ?", [name]
        if seen is not None:
            query += f" AND {_VISIBLE.format(_marks(seen))}"
            values += list(seen)  # type: ignore[arg-type]
        with self._lock:
            row = self._database.conn.execute(query, values).fetchone()
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
    for column, value, span in (
        ("decoy", hit.decoy, _SAME_DECOY),
        ("source", hit.source, _SAME_SOURCE),
        ("establishment", hit.establishment, _SAME_ESTABLISHMENT),
    ):
        if value:
            found = connection.execute(_JOINABLE.format(column), (value, hit.at - span.total_seconds())).fetchone()
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
    """Mark the decoy of a stored hit as burnt, and raise the incident's severity to what it now is."""
    new = connection.execute(
        "INSERT OR IGNORE INTO burnt (incident, decoy, establishment, hit) VALUES (?, ?, ?, ?)",
        (incident, hit.decoy, hit.establishment, number),
    ).rowcount
    severity = 0
    if new:
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
    connection.execute(
        "INSERT INTO entries (incident, at, content) SELECT id, ?, ? FROM incidents WHERE name = ?",
        (entry.at.timestamp(), box.seal(content, _entry_place(name)), name),
    )


_INCIDENTS = """
    SELECT incidents.id, name, state, severity, opened, last, held, content,
        (SELECT count(*) FROM hits WHERE hits.incident = incidents.id),
        (SELECT count(*) FROM burnt WHERE burnt.incident = incidents.id)
    FROM incidents
"""
_VISIBLE = "EXISTS (SELECT 1 FROM burnt WHERE burnt.incident = incidents.id AND burnt.establishment IN ({}))"
_JOINABLE = """
    SELECT incident FROM hits JOIN incidents ON incidents.id = hits.incident
    WHERE hits.{} = ? AND hits.at >= ? AND incidents.state IN ('new', 'acknowledged')
    ORDER BY hits.at DESC LIMIT 1
"""


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _place(name: str) -> str:
    return f"incidents|{name}"


def _entry_place(name: str) -> str:
    return f"entries|{name}"
