"""A private PostgreSQL whose reads pgaudit writes to a plain, a CSV and a JSON log."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from private_postgresql import Postgresql
from private_server import NotAvailableError

LOGS = ("log", "csv", "json")
_PREFIX = "%m [%p] user=%u db=%d app=%a client=%h "


class PgAudited(Postgresql):
    variable = "HONEYTOKENS_TEST_PGAUDIT_URL"
    packages: ClassVar[tuple[str, ...]] = ("postgresql", "postgresql-15-pgaudit")

    @classmethod
    def program(cls, name: str) -> str:
        """Return where a program lies; raise :class:`NotAvailableError` when pgaudit is not beside it."""
        found = super().program(name)
        module = Path(found).parent.parent / "lib" / "pgaudit.so"
        if not module.exists():
            raise NotAvailableError(f"{module} is missing: install {' and '.join(cls.packages)}")
        return found

    @classmethod
    def _prepare(cls, folder: Path, port: int, password: str, account: str | None) -> list[str]:
        settings = {
            "shared_preload_libraries": "pgaudit",
            "pgaudit.log": "read",
            "pgaudit.log_parameter": "on",
            "pgaudit.log_rows": "on",
            "logging_collector": "on",
            "log_destination": "stderr,csvlog,jsonlog",
            "log_directory": str(folder),
            "log_filename": "audit.log",
            "log_line_prefix": _PREFIX,
            "log_timezone": "Europe/Paris",
        }
        command = super()._prepare(folder, port, password, account)
        return [*command, *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]
