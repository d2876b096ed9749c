"""The store in one SQLite file, one connection for each of its parts."""

from callback_server.store.sqlite.accounts import SqliteAccounts
from callback_server.store.sqlite.evidence import SqliteEvidence
from callback_server.store.sqlite.incidents import SqliteIncidents
from callback_server.store.sqlite.outbox import SqliteOutbox
from callback_server.store.sqlite.receivers import SqliteReceivers
from callback_server.store.sqlite.sightings import SqliteStore

__all__ = ["SqliteAccounts", "SqliteEvidence", "SqliteIncidents", "SqliteOutbox", "SqliteReceivers", "SqliteStore"]
