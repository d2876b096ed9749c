"""The worker's memory: every sighting, the hits among them, and the alerts that are owed.

What could reveal a decoy is sealed.
"""

from callback_server.store.interface import AlertCounts, HitCounts, Leased, Outbox, Store, StoredHit
from callback_server.store.outbox import SqliteOutbox
from callback_server.store.sqlite import SqliteStore

__all__ = [
    "AlertCounts",
    "HitCounts",
    "Leased",
    "Outbox",
    "SqliteOutbox",
    "SqliteStore",
    "Store",
    "StoredHit",
]
