"""The folder of one freeze: copies, a journal while it is made, and at the end a manifest that a key vouches for.

Each copy is durable before its line in the journal is, so a freeze that was cut short goes on where it stood. The
manifest is the last to come: a folder without one is not finished.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from honeytokens.errors import FreezeError, HoneytokensError
from honeytokens.files import replacing, sync_folder
from honeytokens.freezing.interface import Item

_JOURNAL, _MANIFEST, _SEAL = "journal.jsonl", "manifest.json", "manifest.hmac"
_COPIES = "copies"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What was kept of one item. ``copy`` is its file below ``copies/``, ``None`` where the hash alone was taken.

    ``problem`` says why it could not be read; then there is no hash.
    """

    name: str
    begun: str
    ended: str
    bytes: int = 0
    sha256: str | None = None
    copy: str | None = None
    problem: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a vault found: whether its manifest is the one that was sealed, and what is not as it says."""

    sha256: str
    sealed: bool
    items: int
    copies: int
    wrong: tuple[str, ...]


class Vault:
    """One freeze under way, in ``folder``; raises :class:`FreezeError` when that is finished, or not writable."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if (folder / _MANIFEST).exists():
            raise FreezeError(f"{folder} is finished", "Take another name")
        try:
            (folder / _COPIES).mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            sync_folder(folder)
        except OSError as error:
            raise FreezeError(f"{folder} cannot be made: {error.strerror}", "Mend destination or its disk") from error
        self.entries = {entry.name: entry for entry in self._journal()}

    def take(self, item: Item) -> Entry:
        """Freeze one item, unless it was already; raise :class:`FreezeError` when the vault's own disk fails.

        An item that cannot be read is an entry that says so.
        """
        kept = self.entries.get(item.name)
        if kept is not None and kept.problem is None and self._stands(kept):
            return kept
        begun = _now()
        number = 1 + max((int(entry.copy) for entry in self.entries.values() if entry.copy is not None), default=0)
        target = self.folder / _COPIES / f"{number:06d}"
        try:
            size, digest, copied = self._copy(item, target)
        except _VaultFullError:
            raise
        except HoneytokensError as error:
            entry = Entry(item.name, begun, _now(), problem=error.problem)
        except OSError as error:
            entry = Entry(item.name, begun, _now(), problem=error.strerror or type(error).__name__)
        else:
            copy = target.name if copied else None
            entry = Entry(item.name, begun, _now(), size, digest, copy, facts=item.facts())
        self._note(entry)
        return entry

    def finish(self, about: Mapping[str, object], key: bytes) -> str:
        """Write the manifest and its seal, make everything read-only, and return the manifest's SHA-256 in hex."""
        document = {"version": _VERSION, **about, "items": [asdict(entry) for entry in self.entries.values()]}
        content = json.dumps(document, indent=2, ensure_ascii=False).encode()
        with replacing(self.folder / _SEAL, force=True, mode=0o400) as stream:
            stream.write(hmac.digest(key, content, "sha256").hex().encode() + b"\n")
        with replacing(self.folder / _MANIFEST, force=True, mode=0o400) as stream:
            stream.write(content)
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        sync_folder(self.folder)
        for folder in (self.folder / _COPIES, self.folder):
            folder.chmod(0o500)
        return hashlib.sha256(content).hexdigest()

    def _copy(self, item: Item, target: Path) -> tuple[int, str, bool]:
        """Read an item to its end, and keep it if it is to be; return its size, its SHA-256 and whether it was kept."""
        copied, size, digest = item.copied, 0, hashlib.sha256()
        try:
            target.unlink(missing_ok=True)  # of an attempt that was cut short
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400) if copied else None
        except OSError as error:
            raise _full(error) from error
        try:
            for block in item.read():
                size += len(block)
                digest.update(block)
                if descriptor is not None:
                    _write(descriptor, block)
            if descriptor is not None:
                _sync(descriptor)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            if descriptor is not None:
                with suppress(OSError):
                    os.close(descriptor)
        return size, digest.hexdigest(), copied

    def _note(self, entry: Entry) -> None:
        line = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"
        try:
            descriptor = os.open(self.folder / _JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                _write(descriptor, line)
                _sync(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self.folder / _COPIES)
            sync_folder(self.folder)
        except OSError as error:
            raise _full(error) from error
        self.entries[entry.name] = entry

    def _journal(self) -> Iterator[Entry]:
        path = self.folder / _JOURNAL
        if not path.exists():
            return
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # the last line was cut short, and the next must not be joined to it
            os.truncate(path, len(whole))
        for line in whole.splitlines():
            yield Entry(**json.loads(line))

    def _stands(self, entry: Entry) -> bool:
        if entry.copy is None:
            return True
        path = self.folder / _COPIES / entry.copy
        return path.is_file() and path.stat().st_size == entry.bytes


def check_vault(folder: Path, key: bytes) -> Checked:
    """Read every copy of a finished freeze again; raise :class:`FreezeError` when there is none."""
    try:
        content, seal = (folder / _MANIFEST).read_bytes(), (folder / _SEAL).read_text("ascii", errors="replace")
        items: list[dict[str, Any]] = json.loads(content)["items"]
        present = {path.name for path in (folder / _COPIES).iterdir()}
    except (OSError, ValueError, KeyError) as error:
        raise FreezeError(f"{folder} holds no finished freeze", "Name its folder, or finish it first") from error
    copies = {item["copy"]: item for item in items if item["copy"] is not None}
    wrong = [f"{copy} ({item['name']}) is missing" for copy, item in copies.items() if copy not in present]
    wrong += [f"{name} is not in the manifest" for name in sorted(present - copies.keys())]
    for copy in sorted(copies.keys() & present):
        if _digest(folder / _COPIES / copy) != copies[copy]["sha256"]:
            wrong.append(f"{copy} ({copies[copy]['name']}) was changed")
    sealed = hmac.compare_digest(hmac.digest(key, content, "sha256").hex().encode(), seal.strip().encode())
    return Checked(hashlib.sha256(content).hexdigest(), sealed, len(items), len(copies), tuple(wrong))


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


class _VaultFullError(FreezeError):
    """The vault's own disk failed, which is no fault of the item's."""


def _full(error: OSError) -> _VaultFullError:
    return _VaultFullError(f"The vault cannot be written: {error.strerror}", "Free its disk, and run the same again")


def _write(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        raise _full(error) from error


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise _full(error) from error


def _now() -> str:
    return datetime.now(UTC).isoformat()
