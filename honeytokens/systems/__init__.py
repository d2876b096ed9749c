"""Hospital systems: plant, verify, refresh and withdraw decoys in one kind of system.

To add a kind, write one file with a :class:`HospitalAdapter` and add its name to :data:`SYSTEMS`; the contract
tests run it through the same cases as the others. Nothing here knows of keys or of the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from honeytokens.errors import UnknownNameError
from honeytokens.systems.fhir_server import FhirServer
from honeytokens.systems.gnu_health import GnuHealth
from honeytokens.systems.interface import DraftRow, HospitalAdapter, RowState
from honeytokens.systems.mediboard import Mediboard
from honeytokens.systems.openemr import OpenEmr
from honeytokens.systems.openmrs import OpenMrs
from honeytokens.systems.sql_database import SqlDatabase
from honeytokens.systems.urls import split_url

SYSTEMS: Mapping[str, Callable[[str, str | None, str], HospitalAdapter]] = {
    "sql_database": SqlDatabase,
    "mediboard": Mediboard,
    "openemr": OpenEmr,
    "openmrs": OpenMrs,
    "fhir_server": FhirServer,
    "gnu_health": GnuHealth,
}
"""The adapter of each kind of system, made of its URL, its password and its mapping or settings."""


def connect(url: str, password: str | None, mapping: str, kind: str = "sql_database") -> HospitalAdapter:
    """Return the adapter for a system's URL, not yet connected: use it in a ``with``.

    ``mapping`` is TOML text, the settings of a system that is known by name; ``password``, where given, goes before one
    in the URL. Raises ``MappingError`` when the text is wrong in itself, ``SystemUnreachableError`` when the URL is of
    no known kind.
    """
    if kind not in SYSTEMS:
        raise UnknownNameError(f"There is no kind of system named {kind}", f"Choose one of {', '.join(SYSTEMS)}")
    return SYSTEMS[kind](url, password, mapping)


__all__ = ["SYSTEMS", "DraftRow", "HospitalAdapter", "RowState", "SqlDatabase", "connect", "split_url"]
