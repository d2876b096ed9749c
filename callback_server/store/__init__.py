"""The worker's memory: every sighting, the hits among them, their incidents, and the alerts that are owed.

What could reveal a decoy is sealed. Others see the parts of ``interface``; SQLite is behind them.
"""

from callback_server.store.interface import Accounts, Incidents, Outbox, Receivers, Store
from callback_server.store.records import (
    EVERY_HIT,
    Account,
    AlertCounts,
    Entry,
    Explained,
    HitCounts,
    HitFilter,
    IncidentFacts,
    IncidentState,
    Kind,
    Leased,
    Look,
    Receiver,
    Role,
    Severity,
    StoredHit,
    StoredIncident,
    StoredSighting,
    Tally,
)
from callback_server.store.sqlite import (
    SqliteAccounts,
    SqliteEvidence,
    SqliteIncidents,
    SqliteOutbox,
    SqliteReceivers,
    SqliteStore,
)

__all__ = [
    "EVERY_HIT",
    "Account",
    "Accounts",
    "AlertCounts",
    "Entry",
    "Explained",
    "HitCounts",
    "HitFilter",
    "IncidentFacts",
    "IncidentState",
    "Incidents",
    "Kind",
    "Leased",
    "Look",
    "Outbox",
    "Receiver",
    "Receivers",
    "Role",
    "Severity",
    "SqliteAccounts",
    "SqliteEvidence",
    "SqliteIncidents",
    "SqliteOutbox",
    "SqliteReceivers",
    "SqliteStore",
    "Store",
    "StoredHit",
    "StoredIncident",
    "StoredSighting",
    "Tally",
]
