"""How many records two files of one leak have in common: counted in memory, and nothing of a record kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from honeytokens.fingerprints import fold
from honeytokens.model import Unread
from honeytokens.scanning.dump import read_paths

_PRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two files: how many different records each holds, and how many are the same in both."""

    first: Path
    second: Path
    first_records: int
    second_records: int
    both: int


def overlaps(paths: Sequence[Path], passwords: Sequence[str] = ()) -> list[Overlap]:
    """Return the overlap of each two of some files, by keyed prints of whole records under a key that is thrown away.

    Records are compared as a scan folds them; a record without a digit is a header and does not count.
    """
    key = secrets.token_bytes(32)
    prints = {path: _prints(path, key, passwords) for path in paths}
    return [
        Overlap(one, other, len(prints[one]), len(prints[other]), len(prints[one] & prints[other]))
        for one, other in combinations(paths, 2)
        if prints[one] and prints[other]
    ]


def _prints(path: Path, key: bytes, passwords: Sequence[str]) -> set[bytes]:
    found: set[bytes] = set()
    for part in read_paths([path], lambda _read: None, passwords=passwords):
        if isinstance(part, Unread):
            continue
        text = "\x1f".join(fold(value) for value in part[1].fields)
        if any(map(str.isdigit, text)):
            found.add(hashlib.blake2b(text.encode(), key=key, digest_size=_PRINT_BYTES).digest())
    return found
