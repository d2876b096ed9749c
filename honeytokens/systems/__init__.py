"""Hospital systems: plant, verify, refresh and withdraw decoys in one kind of system.

To add a kind, write one file with a :class:`HospitalAdapter` and add its URL schemes to :data:`SYSTEMS`; the contract
tests run it through the same cases as the others. Nothing here knows of keys or of the registry.
"""

from __future__ import annotations

from collections.abc import Mapping

from honeytokens.systems.interface import DraftRow, HospitalAdapter, RowState
from honeytokens.systems.sql.urls import SERVERS, parse_url, split_url
from honeytokens.systems.sql_database import SqlDatabase

SYSTEMS: Mapping[str, type[SqlDatabase]] = dict.fromkeys(SERVERS, SqlDatabase)
"""The adapter for each scheme of a system's URL."""


def connect(url: str, password: str | None, mapping: str) -> HospitalAdapter:
    """Return the adapter for a system's URL, not yet connected: use it in a ``with``.

    ``mapping`` is TOML text; ``password``, where given, goes before one in the URL. Raises ``MappingError`` when the
    mapping is wrong in itself, ``SystemUnreachableError`` when the URL is of no known kind.
    """
    return SYSTEMS[parse_url(url).get_backend_name()](url, password, mapping)


__all__ = ["SYSTEMS", "DraftRow", "HospitalAdapter", "RowState", "SqlDatabase", "connect", "split_url"]
