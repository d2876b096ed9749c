"""A real GNU Health: trytond in an environment of its own, on the PostgreSQL of the tests."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import sqlalchemy as sa
from private_server import DatabaseServer, NotAvailableError

ENVIRONMENT = Path(__file__).parents[2] / ".gnu-health"
CLIENT = Path(__file__).parent / "gnu_health_client.py"
ADMIN = "admin"
_START_SECONDS = 60


@dataclass(frozen=True)
class GnuHealthServer:
    """A running trytond. ``template`` is an initialised database without anybody in it."""

    port: int
    password: str
    databases: DatabaseServer
    template: str

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Give the name of a fresh GNU Health, which is dropped at the end."""
        name = f"gnu_health_{secrets.token_hex(4)}"
        self.databases.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        try:
            yield name
        finally:
            self.databases.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, database: str, account: str = ADMIN) -> str:
        """Return the URL of a database for an account."""
        return f"http://{account}@127.0.0.1:{self.port}/{database}"

    def client(self, database: str, *words: str) -> str:
        """Run GNU Health's own client library in its own environment, and return what it printed."""
        url = f"http://{ADMIN}:{self.password}@127.0.0.1:{self.port}/{database}/"
        command = [str(ENVIRONMENT / "bin" / "python"), str(CLIENT), url, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@contextlib.contextmanager
def running(databases: DatabaseServer) -> Iterator[GnuHealthServer]:
    """Give a server with an initialised database; raise :class:`NotAvailableError` where it is not installed."""
    if not (ENVIRONMENT / "installed").exists():
        raise NotAvailableError("GNU Health is not installed: run make test-gnu-health")
    password, template = secrets.token_hex(8), f"gnu_health_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="gnu-health-") as text:
        folder, port = Path(text), _free_port()
        secret, settings, cheap = folder / "password", folder / "trytond.conf", folder / "passlib.conf"
        secret.write_text(password)
        where = databases.admin.set(drivername="postgresql", database="").render_as_string(hide_password=False)
        settings.write_text(
            f"[database]\nuri = {where.rstrip('/')}\npath = {folder}\n"
            f"[web]\nlisten = 127.0.0.1:{port}\n[session]\ntimeout = 3600\n[password]\npasslib = {cheap}\n"
        )
        # proteus has its password checked at each call, which is slow on purpose.
        cheap.write_text("[passlib]\nschemes = pbkdf2_sha512\npbkdf2_sha512__default_rounds = 1\n")
        environment = {**os.environ, "TRYTONPASSFILE": str(secret)}
        databases.execute(f"CREATE DATABASE {template} ENCODING 'UTF8' TEMPLATE template0")
        admin = [str(ENVIRONMENT / "bin" / "trytond-admin"), "-c", str(settings), "-d", template]
        for words in (["--all", "--email", "a@example.org"], ["-u", "health", "--activate-dependencies"]):
            done = subprocess.run([*admin, *words], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-2000:]
        with (folder / "output.log").open("wb") as log:
            server = [str(ENVIRONMENT / "bin" / "trytond"), "-c", str(settings)]
            process = subprocess.Popen(server, env=environment, stdout=log, stderr=subprocess.STDOUT)
            try:
                _wait(port)
                yield GnuHealthServer(port, password, databases, template)
            finally:
                process.terminate()
                process.wait()
        databases.execute(f"DROP DATABASE {template} WITH (FORCE)")


def everything(url: str) -> dict[str, list[str]]:
    """Return every row of every table of a database as text, but for what no one can undo."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return {
            name: sorted(connection.scalars(sa.text(f'SELECT CAST(r AS text) FROM "{name}" r')))
            for name in sorted(set(names) - _KEPT)
        }


_KEPT = frozenset(
    {"ir_session", "ir_model_log", "res_user_login_attempt", "ir_sequence", "ir_cache", "ir_calendar_day"}
)


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    question = {"id": 0, "method": "common.server.version", "params": []}
    with httpx.Client(trust_env=False) as client:
        while True:
            try:
                client.post(f"http://127.0.0.1:{port}/", json=question)
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "trytond did not start"
                time.sleep(0.2)
            else:
                return


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
