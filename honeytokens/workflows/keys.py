"""Rotating and relocking the keyring, writing its recovery page, and making it anew from one."""

from __future__ import annotations

from pathlib import Path

from honeytokens.errors import HomeError, OutputError
from honeytokens.files import replacing
from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import KeyLock, Lock
from honeytokens.recovery import read_page, write_page
from honeytokens.workflows.home import Home


def rotate(home: Home, lock: Lock) -> int:
    """Add a new key to the keyring and return its version; what older keys made is still understood.

    Campaigns planned from now on use it. The lock stays: it must be the one that the keyring has. An earlier recovery
    page lacks the new key.
    """
    with home.writing():
        keyring = _as_it_is(home, lock).rotated()
        keyring.save(home.path / KEYRING, lock, replace=True)
        home.registry.log(home.now(), "key rotate", f"version {keyring.newest}")
    return keyring.newest


def relock(home: Home, lock: Lock, other: Lock) -> None:
    """Seal the keyring anew by ``other`` in place of ``lock``, which must be the one that it has; its keys stay."""
    with home.writing():
        keyring = _as_it_is(home, lock)
        # Logged first: after the change, nothing may fail and let the operator believe that the old lock still holds.
        home.registry.log(home.now(), "key relock", f"to be locked by a {other.name}")
        keyring.save(home.path / KEYRING, other, replace=True)


def generate_key() -> str:
    """Return a new random key for a lock, as a key file holds it."""
    return KeyLock.generate().written.decode()


def write_key(path: Path) -> None:
    """Write a new random key to a private file; raise ``OutputError`` when that fails or the file exists."""
    if path.exists():
        raise OutputError(f"{path} exists", "Name another file: what an old key locks would be lost with it")
    with replacing(path, force=False) as stream:
        stream.write(generate_key().encode() + b"\n")


def write_recovery(home: Home, path: Path, *, force: bool) -> None:
    """Write the recovery page to a private file; raise ``OutputError`` when that fails."""
    with replacing(path, force=force) as stream:
        stream.write(write_page(home.keyring).encode())
    home.registry.log(home.now(), "key recovery", "a recovery page was written")


def restore(home: Path, page: str, lock: Lock) -> int:
    """Make a home's keyring anew from a recovery page, under a lock of its own; return its newest version.

    Raises :class:`HomeError` when the home has a keyring (move it away first), ``KeyringError`` for a wrong page.
    """
    if (home / KEYRING).exists():
        raise HomeError(f"{home} has a keyring already", f"Move {home / KEYRING} away first")
    keyring = read_page(page)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(f"{home} cannot be made: {error.strerror}", "Name another place with --home") from error
    keyring.save(home / KEYRING, lock)
    return keyring.newest


def _as_it_is(home: Home, lock: Lock) -> Keyring:
    """Return the keyring of the file: another process may have rotated it since the home was opened."""
    return Keyring.open(home.path / KEYRING, lock)
