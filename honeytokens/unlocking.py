"""Where the secret of a keyring's lock comes from: a descriptor, a file, a command, a systemd credential, or a prompt.

No secret is taken from an argument or from the environment itself, where other processes could read it, and none is
ever part of an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from honeytokens.errors import KeyringError
from honeytokens.files import exposed_to
from honeytokens.key_command import output_of
from honeytokens.keys import Keyring
from honeytokens.locks import LOCKS, KeyLock, Lock, PassphraseLock

Ask = Callable[[], str]
"""Asks the operator for a passphrase."""
Levels = Iterable[Mapping[str, Any]]
"""Values of options or settings by the names of ``_READERS``, ``None`` for what is not set, the foremost first.

The first level that sets one is used; that it sets two is refused.
"""

_MOST_BYTES = 65_536
_EVERY_OPTION = " or ".join(kind.options for kind in LOCKS.values())


def lock_to_open(keyring: Path, levels: Levels, ask: Ask | None) -> Lock:
    """Return the lock that is named, else the systemd credential of the keyring's kind, else what is asked for.

    ``ask`` is ``None`` where nobody can be asked. Raises :class:`KeyringError` when there is no lock of its kind.
    """
    lock = _named(levels, _READERS)
    if lock is not None:
        return lock
    kind = Keyring.locked_by(keyring)
    credential = _credential(kind)
    if credential is not None:
        return _in_file(kind, credential)
    if kind is not PassphraseLock:
        raise KeyringError(f"{keyring} is locked by a {kind.name}, and none was given", f"Use {kind.options}")
    return _asked(ask, kind.options)


def lock_to_make(levels: Levels, ask: Ask | None) -> Lock:
    """Return the lock for a new keyring: the one that is named, else a systemd credential, else what is asked for.

    Raises :class:`KeyringError` when there is none, or when there are credentials of two kinds.
    """
    lock = _named(levels, _MAKERS)
    if lock is not None:
        return lock
    found = {kind: path for kind in LOCKS.values() if (path := _credential(kind)) is not None}
    if len(found) > 1:
        raise KeyringError("There are systemd credentials of two kinds", f"Use {_EVERY_OPTION}")
    for kind, path in found.items():
        return _in_file(kind, path)
    return _asked(ask, _EVERY_OPTION)


def lock_to_change_to(levels: Levels, ask: Ask | None) -> Lock:
    """Return the lock that a keyring is to have instead: the one that is named, else what is asked for.

    No systemd credential is looked for: it is the lock that the keyring has. Raises :class:`KeyringError`.
    """
    return _named(levels, _MAKERS) or _asked(ask, "--new-passphrase-file, --new-key-file or --new-key-command")


def _named(levels: Levels, readers: Mapping[str, Callable[[Any], Lock]]) -> Lock | None:
    """Return the lock that options or settings name, or ``None`` when they name none."""
    for level in levels:
        named = [name for name, value in level.items() if value is not None]
        if len(named) > 1:
            ways = " and a ".join(name.replace("_", " ") for name in named)
            raise KeyringError(f"A {ways} were given, and only one can be used", "Leave the others out")
        for name in named:
            return readers[name](level[name])
    return None


def _asked(ask: Ask | None, options: str) -> Lock:
    if ask is None:
        raise KeyringError("No passphrase was given and there is no terminal to ask at", f"Use {options}")
    return PassphraseLock(os.fsencode(ask()))


def _credential(kind: type[Lock]) -> Path | None:
    """Return the file of a systemd credential (systemd.exec(5)), if the service was given it."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    path = Path(folder, f"honeytokens-{kind.name}")
    return path if os.access(path, os.F_OK) else None


def _in_file(kind: type[Lock], file: Path) -> Lock:
    """Return the lock in a file that not everyone may read; its group may, as systemd's credentials need."""
    try:
        exposed = exposed_to(file) if file.is_file() else None
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KeyringError(f"{file} cannot be read: {error.strerror}", f"Name the {kind.name}'s file") from error
    if exposed == "everyone":
        raise KeyringError(f"{file} can be read by everyone", f"Run: chmod 600 {file}")
    return _read(kind, content, str(file))


def _from_descriptor(kind: type[Lock], descriptor: int) -> Lock:
    try:
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except (OSError, OverflowError) as error:
        raise KeyringError(
            f"File descriptor {descriptor} cannot be read", "Open it for reading, and let this process inherit it"
        ) from error
    return _read(kind, content, f"file descriptor {descriptor}")


def _printed(command: str) -> Lock:
    return KeyLock.read(output_of(command), "The output of the key command")


def _printed_again(command: str) -> Lock:
    """Return the key that a command prints each time: what another one locks would never open again."""
    lock = _printed(command)
    if _printed(command) != lock:
        raise KeyringError("The key command prints another key each time", "Name one that prints a key that is kept")
    return lock


def _read(kind: type[Lock], content: bytes, origin: str) -> Lock:
    if len(content) > _MOST_BYTES:
        raise KeyringError(f"{origin} holds far more than a {kind.name}", f"Name the {kind.name}'s own file")
    return kind.read(content, origin)


_READERS: Mapping[str, Callable[[Any], Lock]] = {
    "passphrase_fd": lambda descriptor: _from_descriptor(PassphraseLock, descriptor),
    "passphrase_file": lambda file: _in_file(PassphraseLock, file),
    "key_fd": lambda descriptor: _from_descriptor(KeyLock, descriptor),
    "key_file": lambda file: _in_file(KeyLock, file),
    "key_command": _printed,
}
"""What turns the value of an option or a setting into a lock, by its name."""
_MAKERS = {**_READERS, "key_command": _printed_again}
"""The same where a keyring is about to be locked."""
