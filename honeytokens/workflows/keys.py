"""Rotating the keyring, writing its recovery page, and making it anew from one."""

from __future__ import annotations

from pathlib import Path

from honeytokens.errors import HomeError
from honeytokens.files import replacing
from honeytokens.recovery import read_page, write_page
from honeytokens.workflows.home import KEYRING, Home


def rotate(home: Home, passphrase: bytes) -> int:
    """Add a new key to the keyring and return its version; what older keys made is still understood.

    Campaigns planned from now on use it. The passphrase stays. An earlier recovery page lacks the new key.
    """
    with home.writing():
        keyring = home.keyring.rotated()
        keyring.save(home.path / KEYRING, passphrase, replace=True)
        home.registry.log(home.now(), "key rotate", f"version {keyring.newest}")
    return keyring.newest


def write_recovery(home: Home, path: Path, *, force: bool) -> None:
    """Write the recovery page to a private file; raise ``OutputError`` when that fails."""
    with replacing(path, force=force) as stream:
        stream.write(write_page(home.keyring).encode())
    home.registry.log(home.now(), "key recovery", "a recovery page was written")


def restore(home: Path, page: str, passphrase: bytes) -> int:
    """Make a home's keyring anew from a recovery page, under a new passphrase; return its newest version.

    Raises :class:`HomeError` when the home has a keyring (move it away first), ``KeyringError`` for a wrong page.
    """
    if (home / KEYRING).exists():
        raise HomeError(f"{home} has a keyring already", f"Move {home / KEYRING} away first")
    keyring = read_page(page)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(f"{home} cannot be made: {error.strerror}", "Name another place with --home") from error
    keyring.save(home / KEYRING, passphrase)
    return keyring.newest
