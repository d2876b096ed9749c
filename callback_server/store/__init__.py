"""The worker's memory: every sighting, the hits among them, their incidents, and the alerts that are owed.

What could reveal a decoy is sealed.
"""

from callback_server.store.accounts import Account, Kind, Look, Role, SqliteAccounts
from callback_server.store.incidents import (
    Entry,
    IncidentFacts,
    IncidentState,
    Severity,
    SqliteIncidents,
    StoredIncident,
)
from callback_server.store.interface import (
    EVERY_HIT,
    AlertCounts,
    Explained,
    HitCounts,
    HitFilter,
    Leased,
    Outbox,
    Store,
    StoredHit,
    StoredSighting,
)
from callback_server.store.outbox import SqliteOutbox
from callback_server.store.sqlite import SqliteStore

__all__ = [
    "EVERY_HIT",
    "Account",
    "AlertCounts",
    "Entry",
    "Explained",
    "HitCounts",
    "HitFilter",
    "IncidentFacts",
    "IncidentState",
    "Kind",
    "Leased",
    "Look",
    "Outbox",
    "Role",
    "Severity",
    "SqliteAccounts",
    "SqliteIncidents",
    "SqliteOutbox",
    "SqliteStore",
    "Store",
    "StoredHit",
    "StoredIncident",
    "StoredSighting",
]
