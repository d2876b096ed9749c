"""A private database server for the tests: run by an unprivileged account, gone when the tests are gone."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa

START_SECONDS = 40
ROOM = 2 * 1024**3

# The shell outlives a killed test run: its standard input closes, it stops the server and empties the folder.
WATCHED = """
folder=$1 signal=$2; shift 2
"$@" &
read -r _ || :
kill -s "$signal" $! 2>/dev/null
wait
rm -rf "$folder"
"""


class NotAvailableError(Exception):
    """There is no such server here; the text names what to install."""


class DatabaseServer(ABC):
    """A server in which tests may create and drop databases."""

    variable: ClassVar[str]
    """The environment variable that may give the URL of a running server's administrator."""
    accounts: ClassVar[tuple[str, ...]]
    """The system accounts that the server may run as when the tests run as root."""
    programs: ClassVar[tuple[str, ...]]
    packages: ClassVar[tuple[str, ...]]
    """What to install on Debian."""
    stop_signal: ClassVar[str]

    def __init__(self, admin: sa.URL) -> None:
        self.admin = admin

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator[DatabaseServer]:
        """Give the server that the environment names, or a private one; raise :class:`NotAvailableError`."""
        given = os.environ.get(cls.variable)
        if given:
            yield cls(sa.make_url(given))
            return
        cls._find_or_install()
        folder = Path(tempfile.mkdtemp(prefix="honeytokens-test-", dir=_fast_folder()))
        account = cls._account()
        if account is not None:
            shutil.chown(folder, account)
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            port, password = _free_port(), secrets.token_hex(16)
            command = cls._prepare(folder, port, password, account)
            log = stack.enter_context((folder / "output.log").open("wb"))
            process = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "sh", str(folder), cls.stop_signal, *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=account,
                group=account and pwd.getpwnam(account).pw_gid,
                cwd=folder,
                start_new_session=True,
            )
            stack.callback(process.communicate)  # closes its standard input and waits
            server = cls(cls._url(port, password))
            server._wait(folder)
            yield server

    @classmethod
    def program(cls, name: str) -> str:
        """Return where a program of the server lies; raise :class:`NotAvailableError`."""
        folders = [
            "/usr/sbin",
            "/usr/local/sbin",
            *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)),
        ]
        found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)]))
        if found is None:
            raise NotAvailableError(f"{name} is missing: install {' and '.join(cls.packages)}, or set {cls.variable}")
        return found

    @contextlib.contextmanager
    def database(self, **options: str) -> Iterator[str]:
        """Give the URL of a fresh, empty database, which is dropped at the end."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(self._create(name, **options))
        try:
            yield self.url(name)
        finally:
            self.execute(self._drop(name))

    def url(self, database: str) -> str:
        """Return the administrator's URL of a database."""
        return self.admin.set(database=database).render_as_string(hide_password=False)

    def execute(self, *statements: str) -> None:
        """Run statements as the administrator, each by itself."""
        engine = sa.create_engine(self.admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @abstractmethod
    def dump(self, url: str, *options: str) -> bytes:
        """Return what the server's own dump program writes of a database."""

    @classmethod
    @abstractmethod
    def _prepare(cls, folder: Path, port: int, password: str, account: str | None) -> list[str]:
        """Make the data folder and return the command that serves it."""

    @classmethod
    @abstractmethod
    def _url(cls, port: int, password: str) -> sa.URL: ...

    @abstractmethod
    def _create(self, name: str, **options: str) -> str: ...

    @abstractmethod
    def _drop(self, name: str) -> str: ...

    @classmethod
    def _account(cls) -> str | None:
        """Return the account to run as: the servers refuse to run as root."""
        if os.geteuid() != 0:
            return None
        known = {entry.pw_name for entry in pwd.getpwall()}
        return next(name for name in (*cls.accounts, "nobody") if name in known)

    @classmethod
    def _find_or_install(cls) -> None:
        allowed = os.environ.get("CI") or os.environ.get("HONEYTOKENS_TEST_INSTALL") == "1"
        missing = any(_is_missing(cls.program, name) for name in cls.programs)
        if missing and allowed and os.geteuid() == 0 and shutil.which("apt-get"):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", "update", "-q"], env=environment, check=True)
            install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *cls.packages]
            subprocess.run(install, env=environment, check=True)
        for name in cls.programs:
            cls.program(name)

    def _wait(self, folder: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except sa.exc.OperationalError:
                if time.monotonic() > deadline:
                    logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in folder.glob("*.log"))
                    raise RuntimeError(f"the private server did not start:\n{logs}") from None
                time.sleep(0.05)
            else:
                return


def run(command: Sequence[str], account: str | None, folder: Path) -> None:
    """Run a preparing command as ``account``; raise ``RuntimeError`` with its output when it fails."""
    done = subprocess.run(command, user=account, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def _is_missing(find: Callable[[str], str], name: str) -> bool:
    try:
        find(name)
    except NotAvailableError:
        return True
    return False


def _fast_folder() -> str | None:
    """Return a folder in memory when there is room: schemas are made and dropped hundreds of times."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if roomy else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
