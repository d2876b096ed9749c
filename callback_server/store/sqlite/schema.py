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


def _third(database: sqlite_utils.Database) -> None:
    """Counters beside what they count, kept by triggers and so in the same transaction; what hits are joined by."""
    for statement in (*_THIRD, *_COUNTED):
        database.execute(statement)


_THIRD = (
    "ALTER TABLE sightings ADD COLUMN channel TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sightings ADD COLUMN hits INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE incidents ADD COLUMN hits INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE heard (
        hour INTEGER NOT NULL, channel TEXT NOT NULL, sightings INTEGER NOT NULL, unattributed INTEGER NOT NULL,
        PRIMARY KEY (hour, channel)) WITHOUT ROWID""",
    """CREATE TABLE tallies (
        incident INTEGER NOT NULL, hour INTEGER NOT NULL, channel TEXT NOT NULL, establishment BLOB NOT NULL,
        noise INTEGER NOT NULL, hits INTEGER NOT NULL,
        PRIMARY KEY (incident, hour, channel, establishment, noise)) WITHOUT ROWID""",
    """CREATE TABLE owed (
        channel TEXT NOT NULL, state TEXT NOT NULL, alerts INTEGER NOT NULL,
        PRIMARY KEY (channel, state)) WITHOUT ROWID""",
    """CREATE TABLE traces (
        print BLOB NOT NULL, incident INTEGER NOT NULL REFERENCES incidents (id), last REAL NOT NULL,
        PRIMARY KEY (print, incident)) WITHOUT ROWID""",
    "CREATE INDEX traces_last ON traces (print, last)",
    "CREATE INDEX traces_incident ON traces (incident)",
    "CREATE INDEX sightings_unattributed ON sightings (id) WHERE hits = 0",
    "DROP INDEX hits_incident",
    "DROP INDEX hits_establishment",
    "CREATE INDEX hits_at ON hits (at)",
    "CREATE INDEX hits_incident ON hits (incident, at)",
    "CREATE INDEX hits_establishment ON hits (establishment, at)",
    "CREATE INDEX hits_channel ON hits (channel, at)",
    "CREATE INDEX hits_news ON hits (at) WHERE noise IS NULL",
    "CREATE INDEX hits_noise ON hits (at) WHERE noise IS NOT NULL",
    """CREATE TRIGGER sightings_in AFTER INSERT ON sightings BEGIN
        INSERT INTO heard VALUES (CAST(NEW.at / 3600 AS INTEGER), NEW.channel, 1, NEW.hits = 0)
        ON CONFLICT (hour, channel) DO UPDATE SET
            sightings = sightings + 1, unattributed = unattributed + excluded.unattributed; END""",
    """CREATE TRIGGER sightings_credited AFTER UPDATE OF hits ON sightings BEGIN
        UPDATE heard SET unattributed = unattributed + (NEW.hits = 0) - (OLD.hits = 0)
        WHERE hour = CAST(NEW.at / 3600 AS INTEGER) AND channel = NEW.channel; END""",
    """CREATE TRIGGER sightings_out AFTER DELETE ON sightings BEGIN
        UPDATE heard SET sightings = sightings - 1, unattributed = unattributed - (OLD.hits = 0)
        WHERE hour = CAST(OLD.at / 3600 AS INTEGER) AND channel = OLD.channel;
        DELETE FROM heard
        WHERE hour = CAST(OLD.at / 3600 AS INTEGER) AND channel = OLD.channel AND sightings = 0; END""",
    """CREATE TRIGGER hits_in AFTER INSERT ON hits BEGIN
        INSERT INTO tallies VALUES (coalesce(NEW.incident, 0), CAST(NEW.at / 3600 AS INTEGER), NEW.channel,
            NEW.establishment, NEW.noise IS NOT NULL, 1)
        ON CONFLICT (incident, hour, channel, establishment, noise) DO UPDATE SET hits = hits + 1;
        UPDATE incidents SET hits = hits + 1 WHERE id = NEW.incident; END""",
    """CREATE TRIGGER hits_out AFTER DELETE ON hits BEGIN
        UPDATE tallies SET hits = hits - 1
        WHERE incident = coalesce(OLD.incident, 0) AND hour = CAST(OLD.at / 3600 AS INTEGER)
            AND channel = OLD.channel AND establishment = OLD.establishment AND noise = (OLD.noise IS NOT NULL);
        DELETE FROM tallies
        WHERE incident = coalesce(OLD.incident, 0) AND hour = CAST(OLD.at / 3600 AS INTEGER)
            AND channel = OLD.channel AND establishment = OLD.establishment AND noise = (OLD.noise IS NOT NULL)
            AND hits = 0;
        UPDATE incidents SET hits = hits - 1 WHERE id = OLD.incident; END""",
    """CREATE TRIGGER alerts_in AFTER INSERT ON alerts BEGIN
        INSERT INTO owed VALUES (NEW.channel, NEW.state, 1)
        ON CONFLICT (channel, state) DO UPDATE SET alerts = alerts + 1; END""",
    """CREATE TRIGGER alerts_changed AFTER UPDATE OF state ON alerts WHEN OLD.state <> NEW.state BEGIN
        UPDATE owed SET alerts = alerts - 1 WHERE channel = OLD.channel AND state = OLD.state;
        INSERT INTO owed VALUES (NEW.channel, NEW.state, 1)
        ON CONFLICT (channel, state) DO UPDATE SET alerts = alerts + 1; END""",
    """CREATE TRIGGER alerts_out AFTER DELETE ON alerts BEGIN
        UPDATE owed SET alerts = alerts - 1 WHERE channel = OLD.channel AND state = OLD.state; END""",
)
"""Zero stands in ``tallies`` for no incident; an hour is counted from 1970."""

_COUNTED = (
    """UPDATE sightings SET hits = (SELECT count(*) FROM hits WHERE hits.sighting = sightings.id),
        channel = coalesce((SELECT channel FROM hits WHERE hits.sighting = sightings.id LIMIT 1), '')""",
    """INSERT INTO heard SELECT CAST(at / 3600 AS INTEGER), channel, count(*), sum(hits = 0)
        FROM sightings GROUP BY 1, 2""",
    """INSERT INTO tallies SELECT coalesce(incident, 0), CAST(at / 3600 AS INTEGER), channel, establishment,
        noise IS NOT NULL, count(*) FROM hits GROUP BY 1, 2, 3, 4, 5""",
    "UPDATE incidents SET hits = (SELECT count(*) FROM hits WHERE hits.incident = incidents.id)",
    "INSERT INTO owed SELECT channel, state, count(*) FROM alerts GROUP BY 1, 2",
    *(
        f"""INSERT INTO traces SELECT {column}, incident, max(at) FROM hits
            WHERE incident IS NOT NULL AND {column} <> x'' GROUP BY 1, 2"""  # noqa: S608 - constants
        for column in ("decoy", "source", "establishment")
    ),
)
"""What is there already, counted once. The triggers are made before, so ``heard`` is filled after the sightings."""


def _fourth(database: sqlite_utils.Database) -> None:
    """Webhooks that are added while the service runs."""
    database.execute("CREATE TABLE receivers (lookup BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID")


def _fifth(database: sqlite_utils.Database) -> None:
    """The evidence log, which begins with what is stored from now on, and its signed checkpoints."""
    for statement in (
        "CREATE TABLE evidence (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, leaf TEXT NOT NULL, "
        "salt BLOB)",
        "CREATE INDEX evidence_ref ON evidence (kind, ref) WHERE salt IS NOT NULL",
        "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, subtrees TEXT NOT NULL, note TEXT NOT NULL)",
    ):
        database.execute(statement)


MIGRATIONS = (_first, _second, _third, _fourth, _fifth)
