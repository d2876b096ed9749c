"""A private PostgreSQL."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from private_server import DatabaseServer, run

ADMIN = "hospital_admin"


class Postgresql(DatabaseServer):
    variable = "HONEYTOKENS_TEST_POSTGRESQL_URL"
    accounts = ("postgres",)
    programs = ("postgres", "initdb", "pg_dump")
    packages: ClassVar[tuple[str, ...]] = ("postgresql",)
    stop_signal = "QUIT"  # SIGKILL would leave its shared memory behind

    def dump(self, url: str, *options: str) -> bytes:
        """Return what ``pg_dump`` writes of a database."""
        where = sa.make_url(url)
        command = [
            self.program("pg_dump"),
            f"--host={where.host}",
            f"--port={where.port or 5432}",
            f"--username={where.username}",
            *options,
            str(where.database),
        ]
        environment = {**os.environ, "PGPASSWORD": where.password or ""}
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout

    @classmethod
    def _prepare(cls, folder: Path, port: int, password: str, account: str | None) -> list[str]:
        data, secret = folder / "data", folder / "password"
        secret.write_text(password)
        secret.chmod(0o644)  # in a folder that no other account may enter
        options = ["-U", ADMIN, f"--pwfile={secret}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
        run([cls.program("initdb"), "-D", str(data), *options], account, folder)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "shared_buffers": "32MB",
        }
        return [
            cls.program("postgres"),
            "-D",
            str(data),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]

    @classmethod
    def _url(cls, port: int, password: str) -> sa.URL:
        return sa.URL.create("postgresql+psycopg", ADMIN, password, "127.0.0.1", port, "postgres")

    def _create(self, name: str, encoding: str = "UTF8", **options: str) -> str:
        return f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"

    def _drop(self, name: str) -> str:
        return f"DROP DATABASE {name} WITH (FORCE)"
