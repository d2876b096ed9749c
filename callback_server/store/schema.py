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


MIGRATIONS = (_first,)
