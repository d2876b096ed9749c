"""Freezing: keep, with their hashes, the logs and tables that the operator listed, and note it in the registry."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from honeytokens.errors import FreezeError
from honeytokens.freezing import Checked, Entry, Vault, check_vault, load_sources
from honeytokens.workflows.home import Home

SOURCES = "freeze.toml"
"""The list of sources, in the home unless another is named."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PURPOSE = "freezing"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A finished freeze: where it is, the SHA-256 of its manifest, and what it holds."""

    folder: Path
    sha256: str
    entries: tuple[Entry, ...]

    @property
    def problems(self) -> tuple[Entry, ...]:
        """Return what could not be read."""
        return tuple(entry for entry in self.entries if entry.problem is not None)


def freeze(
    home: Home,
    by: str,
    *,
    sources: Path | None = None,
    name: str | None = None,
    on_begin: Callable[[Path], None] | None = None,
    on_entry: Callable[[Entry], None] | None = None,
) -> Frozen:
    """Freeze what is listed; a freeze of a ``name`` that was cut short goes on where it stood.

    ``by`` is who asked for it. Raises :class:`FreezeError` when nothing can be frozen; what cannot be read alone is an
    entry that says so.
    """
    listed = sources or home.path / SOURCES
    what = load_sources(listed)
    begun = home.now()
    chosen = name or begun.strftime("%Y-%m-%dT%H%M%SZ")
    if not _NAME.fullmatch(chosen):
        raise FreezeError("A freeze's name has letters, digits, dots, dashes and underscores", "Take another name")
    vault = Vault(what.destination / chosen)
    if on_begin is not None:
        on_begin(vault.folder)
    for item in what.items():
        entry = vault.take(item)
        if on_entry is not None:
            on_entry(entry)
    about = {
        "name": chosen,
        "by": by,
        "account": os.getuid(),
        "host": platform.node(),
        "begun": begun.isoformat(),
        "ended": home.now().isoformat(),
        "sources": str(listed),
        "sources_sha256": hashlib.sha256(listed.read_bytes()).hexdigest(),
    }
    digest = vault.finish(about, home.keyring.subkey(_PURPOSE, 1))
    home.registry.log(home.now(), "freeze", f"{chosen} by {by}: manifest {digest}")
    return Frozen(vault.folder, digest, tuple(vault.entries.values()))


def verify_frozen(home: Home, folder: Path) -> Checked:
    """Read a finished freeze again; raise :class:`FreezeError` when there is none."""
    return check_vault(folder, home.keyring.subkey(_PURPOSE, 1))
