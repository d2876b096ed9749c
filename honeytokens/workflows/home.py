"""A home: the directory that holds one hospital's keyring and registry."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from honeytokens.decoys import Maker
from honeytokens.errors import HomeError
from honeytokens.files import exposed_to
from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import Lock
from honeytokens.model import Campaign, Drill, Incident, Salt
from honeytokens.registry import Registry, SealedFiles
from honeytokens.workflows.two_persons import AccountsFile

REGISTRY = "registry.db"
MANIFESTS = "manifests"
_SALTS = "salts"
_INCIDENTS = "incidents"
_DRILLS = "drills"
_ACCOUNTS = "accounts"
_LOCK = "lock"


def system_clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Home:
    """An open home. A context manager: leaving it closes the registry. ``now`` is the one clock of every workflow."""

    path: Path
    keyring: Keyring
    registry: Registry
    now: Callable[[], datetime] = system_clock

    @classmethod
    def create(cls, path: Path, lock: Lock, *, master: bytes | None = None) -> Home:
        """Make a new home.

        Raises :class:`HomeError` when the directory holds one already or cannot be made. ``master`` fixes the master
        key, for a replay that can be repeated.
        """
        if (path / KEYRING).exists() or (path / REGISTRY).exists():
            raise HomeError(f"{path} is a home already", "Use it as it is, or name another with --home")
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(f"{path} cannot be made: {error.strerror}", "Name another place with --home") from error
        _refuse_exposed(path)
        keyring = Keyring.generate(master)
        # The keyring comes last: a home is whole when it has one.
        (path / REGISTRY).unlink(missing_ok=True)
        registry = Registry.create(path / REGISTRY, keyring)
        try:
            keyring.save(path / KEYRING, lock)
        except BaseException:
            registry.close()
            (path / REGISTRY).unlink(missing_ok=True)
            raise
        return cls(path, keyring, registry)

    @classmethod
    def open(cls, path: Path, lock: Lock, *, now: Callable[[], datetime] = system_clock) -> Home:
        """Open a home; raise :class:`HomeError`, ``KeyringError`` or ``RegistryError`` when that fails."""
        if not path.is_dir():
            raise HomeError(f"There is no home at {path}", "Run honeytokens init, or set --home or HONEYTOKENS_HOME")
        _refuse_exposed(path)
        keyring = Keyring.open(path / KEYRING, lock)
        return cls(path, keyring, Registry.open(path / REGISTRY, keyring), now)

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *exc: object) -> None:
        self.registry.close()

    def maker(self, campaign: Campaign) -> Maker:
        """Return the maker of a campaign's decoys."""
        return Maker.of_campaign(self.keyring, campaign)

    @property
    def salts(self) -> SealedFiles[Salt]:
        """The extracts that were salted, by name."""
        return SealedFiles(self.path / _SALTS, Salt, "salted extract", self.keyring)

    @property
    def incidents(self) -> SealedFiles[Incident]:
        """The incidents, by name."""
        return SealedFiles(self.path / _INCIDENTS, Incident, "incident", self.keyring)

    @property
    def drills(self) -> SealedFiles[Drill]:
        """The truths of drills, by name."""
        return SealedFiles(self.path / _DRILLS, Drill, "drill", self.keyring)

    @property
    def accounts(self) -> SealedFiles[AccountsFile]:
        """The legal basis for looking at accounts, who may open their names, and the names."""
        return SealedFiles(self.path / _ACCOUNTS, AccountsFile, "record of accounts", self.keyring)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write to hospital systems: one process of this home at a time.

        Raises :class:`HomeError` at once when another process holds it. The lock goes with the process that holds it.
        """
        with exclusive(self.path):
            yield


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the writing lock of the home at ``path``, as :meth:`Home.writing` does, before it can be opened."""
    descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeError(
                f"Another honeytokens process is writing for {path}", "Wait until it is done, or stop it"
            ) from error
        yield
    finally:
        os.close(descriptor)


def _refuse_exposed(path: Path) -> None:
    if exposed := exposed_to(path):
        raise HomeError(f"{path} can be read by {exposed}", f"Run: chmod 700 {path}")
