"""The bundle of an evidence log, and its check: one JSON object a line, first what signs it, then every entry.

An entry tells when what was logged and the salted hash of its content. The content itself comes with it only where it
was asked for and still exists: retention erases contents and salts, and the erasure is an entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from honeytokens.errors import EvidenceError
from honeytokens.evidence.checkpoints import Checkpoint, VerifierKey, opened
from honeytokens.evidence.merkle import Tree, leaf_hash

VERSION = 1
_DAMAGED = "Export it again, and compare the two"


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry: ``leaf`` is its text in the log; ``salt`` and ``content`` are ``None`` where they are not told."""

    leaf: str
    salt: bytes | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how many entries are proven by checkpoints, how many stand after the last one, and faults."""

    proven: int
    after: int
    contents: int
    erased: int
    faults: tuple[str, ...]


def leaf_of(number: int, at: str, kind: str, ref: str, salt: bytes, content: bytes) -> str:
    """Return the text of an entry in the log."""
    entry = {"number": number, "at": at, "kind": kind, "ref": ref, "hash": salted_hash(salt, content)}
    return json.dumps(entry, separators=(",", ":"))


def salted_hash(salt: bytes, content: bytes) -> str:
    """Return the SHA-256, in hex, of a content behind its 32 random bytes: without these nobody can guess it."""
    return hashlib.sha256(salt + content).hexdigest()


def bundle(entries: Iterable[Logged], checkpoints: Iterable[str]) -> Iterator[str]:
    """Give the lines of a bundle."""
    yield _line({"version": VERSION, "checkpoints": list(checkpoints)})
    for entry in entries:
        told = {} if entry.salt is None or entry.content is None else _told(entry.salt, entry.content)
        yield _line({"leaf": entry.leaf, "leaf_hash": leaf_hash(entry.leaf.encode()).hex(), **told})


def check(lines: Iterable[str], keys: list[VerifierKey], kept: Iterable[str] = ()) -> Checked:
    """Check a bundle by nothing but public keys; ``kept`` are checkpoints that were kept elsewhere.

    Every entry that was changed, removed or put elsewhere is named: by its number where the bundle shows it, else by
    the two checkpoints that it lies between. Raises :class:`EvidenceError` when it is no bundle, or a checkpoint was
    not signed by one of the keys.
    """
    rows = iter(lines)
    marks = _marks(_parsed(next(rows, "")), keys, kept)
    check = _Check(marks)
    for line in rows:
        check.take(_parsed(line))
    return check.done()


class _Check:
    def __init__(self, marks: dict[int, list[Checkpoint]]) -> None:
        self._marks = marks
        self._tree = Tree()
        self._proven = 0
        self._contents = 0
        self._erased = 0
        self._faults: list[str] = []

    def take(self, row: dict[str, Any]) -> None:
        """Look at the next entry."""
        expected = self._tree.size + 1
        try:
            leaf = str(row["leaf"])
            entry = json.loads(leaf)
            number, hashed = int(entry["number"]), str(entry["hash"])
        except (KeyError, ValueError, TypeError) as error:
            raise EvidenceError(f"The bundle's line of entry {expected} is damaged", _DAMAGED) from error
        if number != expected:
            self._faults.append(f"entry {number} stands where entry {expected} belongs: removed, added or moved")
        own = leaf_hash(leaf.encode())
        if own.hex() != row.get("leaf_hash"):
            self._faults.append(f"entry {number} was changed")
        if "content" in row:
            self._contents += 1
            content = str(row["content"]).encode("utf-8", "surrogateescape")
            if salted_hash(bytes.fromhex(str(row.get("salt", ""))), content) != hashed:
                self._faults.append(f"the content of entry {number} is not what was logged")
        self._erased += entry.get("kind") == "erasure"
        self._tree.append(own)
        self._hold(self._tree.size)

    def done(self) -> Checked:
        """Return what was found."""
        size = self._tree.size
        for beyond in sorted(mark for mark in self._marks if mark > size):
            self._faults.append(f"entries {size + 1} to {beyond} are missing: a checkpoint knows {beyond} entries")
        faults = tuple(dict.fromkeys(self._faults))
        return Checked(self._proven, size - self._proven, self._contents, self._erased, faults)

    def _hold(self, size: int) -> None:
        for mark in self._marks.get(size, ()):
            if mark.root == self._tree.root():
                self._proven = size
            else:
                first = self._proven + 1
                self._faults.append(f"something in entries {first} to {size} is not what their checkpoint was made of")


def _marks(head: dict[str, Any], keys: list[VerifierKey], kept: Iterable[str]) -> dict[int, list[Checkpoint]]:
    if head.get("version") != VERSION or not isinstance(head.get("checkpoints"), list):
        raise EvidenceError("That is no bundle of an evidence log, or of a newer version", _DAMAGED)
    marks: dict[int, list[Checkpoint]] = {}
    for note in [*head["checkpoints"], *kept]:
        found = opened(str(note), keys)
        marks.setdefault(found.size, []).append(found)
    if not marks:
        raise EvidenceError("The bundle has no checkpoint: nothing proves it", "Export it again")
    return marks


def _parsed(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise EvidenceError("A line of the bundle is no JSON", _DAMAGED) from error
    if not isinstance(row, dict):
        raise EvidenceError("A line of the bundle is no entry", _DAMAGED)
    return row


def _told(salt: bytes, content: bytes) -> dict[str, str]:
    return {"salt": salt.hex(), "content": content.decode("utf-8", "surrogateescape")}


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, separators=(",", ":")) + "\n"
