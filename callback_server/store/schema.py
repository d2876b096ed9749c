"""The store's tables. Append a migration to change them; a published one never changes."""

from __future__ import annotations

import sqlite_utils


def _first(database: sqlite_utils.Database) -> None:
    database.table("sightings").create(
        {"id": int, "delivery": str, "content": bytes}, pk="id", not_null={"delivery", "content"}
    )
    database.table("sightings").create_index(["delivery"], unique=True)
    database.table("hits").create(
        {"id": int, "name": str, "sighting": int, "content": bytes},
        pk="id",
        not_null={"name", "sighting", "content"},
        foreign_keys=[("sighting", "sightings", "id")],
    )
    database.table("hits").create_index(["sighting"], unique=True)
    database.table("alerts").create(
        {"id": int, "hit": int, "channel": str, "state": str, "attempts": int, "next_at": float, "problem": str},
        pk="id",
        not_null={"hit", "channel", "state", "attempts", "next_at"},
        foreign_keys=[("hit", "hits", "id")],
    )
    database.table("alerts").create_index(["hit", "channel"], unique=True)
    database.table("alerts").create_index(["state", "next_at"])


def _second(database: sqlite_utils.Database) -> None:
    """Several decoys in one sighting, noise, incidents, people and their trail.

    ``decoy``, ``establishment`` and ``source`` are keyed prints: they can be compared, and name nobody.
    """
    for statement in _SECOND.split(";"):
        database.execute(statement)


_SECOND = """
    ALTER TABLE hits RENAME TO old_hits;
    ALTER TABLE alerts RENAME TO old_alerts;
    CREATE TABLE incidents (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL, severity INTEGER NOT NULL,
        opened REAL NOT NULL, last REAL NOT NULL, held INTEGER NOT NULL DEFAULT 0, content BLOB NOT NULL);
    CREATE INDEX incidents_state ON incidents (state, id);
    CREATE TABLE hits (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sighting INTEGER NOT NULL REFERENCES sightings (id),
        incident INTEGER REFERENCES incidents (id), at REAL NOT NULL, channel TEXT NOT NULL, noise TEXT,
        decoy BLOB NOT NULL, establishment BLOB NOT NULL, source BLOB NOT NULL, content BLOB NOT NULL,
        UNIQUE (sighting, decoy));
    CREATE INDEX hits_incident ON hits (incident, id);
    CREATE INDEX hits_decoy ON hits (decoy, at);
    CREATE INDEX hits_establishment ON hits (establishment, id);
    CREATE INDEX hits_source ON hits (source, at);
    CREATE TABLE burnt (
        incident INTEGER NOT NULL REFERENCES incidents (id), decoy BLOB NOT NULL, establishment BLOB NOT NULL,
        hit INTEGER NOT NULL, PRIMARY KEY (incident, decoy)) WITHOUT ROWID;
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY, incident INTEGER NOT NULL REFERENCES incidents (id), at REAL NOT NULL,
        content BLOB NOT NULL);
    CREATE INDEX entries_incident ON entries (incident, id);
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY, hit INTEGER NOT NULL REFERENCES hits (id), channel TEXT NOT NULL, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, next_at REAL NOT NULL, problem TEXT, UNIQUE (hit, channel));
    CREATE INDEX alerts_due ON alerts (state, channel, next_at);
    CREATE TABLE accounts (
        id INTEGER PRIMARY KEY, lookup BLOB NOT NULL UNIQUE, content BLOB NOT NULL);
    CREATE TABLE trail (id INTEGER PRIMARY KEY, at REAL NOT NULL, content BLOB NOT NULL);
    ALTER TABLE sightings ADD COLUMN at REAL NOT NULL DEFAULT 0;
    ALTER TABLE sightings ADD COLUMN noise TEXT;
    CREATE INDEX sightings_at ON sightings (at);
    INSERT INTO hits (id, name, sighting, at, channel, decoy, establishment, source, content)
        SELECT id, name, sighting, 0, 'http', x'', x'', x'', content FROM old_hits;
    INSERT INTO alerts SELECT id, hit, channel, state, attempts, next_at, problem FROM old_alerts;
    DROP TABLE old_alerts;
    DROP TABLE old_hits
"""

MIGRATIONS = (_first, _second)
