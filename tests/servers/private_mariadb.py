"""A private MariaDB."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import sqlalchemy as sa
from private_server import DatabaseServer, run

ADMIN = "hospital_admin"


class Mariadb(DatabaseServer):
    variable = "HONEYTOKENS_TEST_MARIADB_URL"
    accounts = ("mysql",)
    programs = ("mariadbd", "mariadb-install-db", "mariadb-dump")
    packages = ("mariadb-server", "mariadb-client")
    stop_signal = "KILL"

    def dump(self, url: str, *options: str) -> bytes:
        """Return what ``mariadb-dump`` writes of a database."""
        where = sa.make_url(url)
        command = [
            self.program("mariadb-dump"),
            f"--host={where.host}",
            f"--port={where.port or 3306}",
            f"--user={where.username}",
            *options,
            str(where.database),
        ]
        environment = {**os.environ, "MYSQL_PWD": where.password or ""}
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout

    @classmethod
    def _prepare(cls, folder: Path, port: int, password: str, account: str | None) -> list[str]:
        data = folder / "data"
        install = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        run([cls.program("mariadb-install-db"), *install], account, folder)
        # A folder of its own: a server that starts deletes the temporary tables of all others that share one.
        run(["mkdir", str(folder / "tmp")], account, folder)
        first = folder / "init.sql"
        first.write_text(
            f"CREATE USER IF NOT EXISTS '{ADMIN}'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
            f"GRANT ALL ON *.* TO '{ADMIN}'@'127.0.0.1' WITH GRANT OPTION;\n"
            "DELETE FROM mysql.global_priv WHERE User = 'root';\nFLUSH PRIVILEGES;\n"
        )
        first.chmod(0o644)
        return [
            cls.program("mariadbd"),
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={folder / 'tmp'}",
            f"--init-file={first}",
            f"--log-error={folder / 'error.log'}",
            f"--socket={folder / 's'}",
            f"--pid-file={folder / 'pid'}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=16M",
        ]

    @classmethod
    def _url(cls, port: int, password: str) -> sa.URL:
        return sa.URL.create("mysql+pymysql", ADMIN, password, "127.0.0.1", port)

    def _create(self, name: str, charset: str = "utf8mb4", **options: str) -> str:
        return f"CREATE DATABASE {name} CHARACTER SET {charset}"

    def _drop(self, name: str) -> str:
        return f"DROP DATABASE {name}"
