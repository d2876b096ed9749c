"""Copying the registry and the manifests away, and putting a copy of the registry back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from honeytokens.errors import HomeError, RegistryError
from honeytokens.files import replacing, sync_folder
from honeytokens.keys import Keyring
from honeytokens.registry import Registry
from honeytokens.workflows.charter import charters
from honeytokens.workflows.home import REGISTRY, Home, exclusive
from honeytokens.workflows.manifests import keep_manifests
from honeytokens.workflows.rebuild import unseen

_BESIDE = ("", "-wal", "-shm", ".generation")
"""What a registry's own name ends in, and the names of the files beside it."""


def back_up(home: Home, folder: Path) -> list[Path]:
    """Write a copy of the registry, named by the time, and every campaign's manifest into a folder; return the files.

    What is sealed beside the registry (extracts, incidents, accounts, the charter) goes into folders of the same names,
    to be copied back by hand. Nothing needs to be stopped meanwhile. The keyring is not among them. Raises
    ``OutputError`` or ``HomeError``.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(f"{folder} cannot be made: {error.strerror}", "Name another folder") from error
    now = home.now()
    copy = folder / f"registry-{now:%Y%m%dT%H%M%SZ}.db"
    content = home.registry.copied()
    with replacing(copy, force=False) as stream:
        stream.write(content)
    manifests = keep_manifests(home, home.registry.campaigns(), folder)
    home.registry.log(now, "registry backup", f"a copy was written, with {len(manifests)} manifests")
    return [
        copy,
        *manifests,
        *home.salts.back_up(folder),
        *home.incidents.back_up(folder),
        *home.accounts.back_up(folder),
        *charters(home).back_up(folder),
    ]


def restore(path: Path, keyring: Keyring, copy: Path, *, now: Callable[[], datetime]) -> Path | None:
    """Make a copy of the registry the registry of the home at ``path``, and return what the earlier one is called now.

    The copy may be the registry file itself, when it was put there by hand. What was due and may have been written
    since the copy was made is noted as not seen. Raises :class:`RegistryError` when the copy is damaged or not of this
    keyring; the registry is then as it was.
    """
    registry = path / REGISTRY
    with exclusive(path):
        if copy.exists() and registry.exists() and copy.samefile(registry):
            earlier = None
        else:
            earlier = _install(path, keyring, copy, now())
        with Home(path, keyring, Registry.open(registry, keyring, put_back=True), now) as home:
            unseen(home, home.registry.placements())
            home.registry.log(now(), "registry restore", "a copy was put back")
    return earlier


def _install(path: Path, keyring: Keyring, copy: Path, now: datetime) -> Path | None:
    """Check a copy and move it into the registry's place; return where the earlier registry went."""
    registry, fresh = path / REGISTRY, path / f"{REGISTRY}.restoring"
    try:
        content = copy.read_bytes()
    except OSError as error:
        raise RegistryError(f"{copy} cannot be read: {error.strerror}", "Name a copy of the registry") from error
    _drop(fresh)
    with replacing(fresh, force=False) as stream:
        stream.write(content)
    try:
        Registry.open(fresh, keyring, put_back=True).close()
    except BaseException:
        _drop(fresh)
        raise
    earlier = registry.with_name(f"{REGISTRY}.before-{now:%Y%m%dT%H%M%SZ}")
    moved = registry.exists()
    for end in _BESIDE if moved else ():
        if Path(f"{registry}{end}").exists():
            Path(f"{registry}{end}").replace(f"{earlier}{end}")
    fresh.replace(registry)
    _drop(fresh)
    sync_folder(path)
    return earlier if moved else None


def _drop(fresh: Path) -> None:
    for end in _BESIDE:
        Path(f"{fresh}{end}").unlink(missing_ok=True)
