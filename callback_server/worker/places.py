"""Where an address is, and whose: from files that the operator keeps, never by asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import maxminddb

from callback_server.errors import ServiceError

_FACTS: Mapping[str, tuple[str, ...]] = {
    "country": ("country", "iso_code"),
    "city": ("city", "names", "en"),
    "latitude": ("location", "latitude"),
    "longitude": ("location", "longitude"),
    "network": ("autonomous_system_number",),
    "operator": ("autonomous_system_organization",),
}
"""What is taken from a record, and where it stands in one."""


@dataclass(frozen=True, slots=True)
class Places:
    """Databases in MaxMind's format (countries, cities, networks), and the addresses of Tor's exits."""

    databases: tuple[maxminddb.Reader, ...] = ()
    tor: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def load(cls, files: tuple[Path, ...], tor: Path | None) -> Places:
        """Open the files; raise :class:`ServiceError` when one cannot be read or is no such database."""
        databases = []
        for path in files:
            try:
                databases.append(maxminddb.open_database(path))
            except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
                raise ServiceError(f"{path} is no database of addresses", "Correct geo_files") from error
        try:
            lines = tor.read_text(encoding="ascii").split() if tor else []
        except (OSError, UnicodeDecodeError) as error:
            raise ServiceError(f"{tor} cannot be read", "Correct tor_file: one address a line") from error
        # Tor's own list writes "ExitAddress 192.0.2.1 2026-01-01 ..."; plain lists write the address alone.
        return cls(tuple(databases), frozenset(lines))

    def of(self, address: str) -> dict[str, str]:
        """Return what is known of an address; empty when nothing is."""
        facts: dict[str, str] = {}
        for database in self.databases:
            try:
                record = database.get(address)
            except ValueError:  # no address at all
                return {}
            for name, way in _FACTS.items():
                value = _at(record, way)
                if value is not None:
                    facts.setdefault(name, value)
        if address in self.tor:
            facts["tor"] = "exit"
        return facts

    def close(self) -> None:
        """Close the files."""
        for database in self.databases:
            database.close()


def _at(record: object, way: tuple[str, ...]) -> str | None:
    for name in way:
        record = record.get(name) if isinstance(record, Mapping) else None
    return None if record is None else str(record)
