"""What is packed in the tests of containers, and what was read of it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from honeytokens.model import Unread
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.readers import Source, streams

NUMBER = re.compile(r"7\d{6}")


def rows(count: int, start: int = 0) -> bytes:
    lines = [f"{7_000_000 + start + n};DUPONT{n * 7919 % 999};Jean;{n * 104_729 % 99_991}\n" for n in range(count)]
    return ("id;nom;prenom;code\n" + "".join(lines)).encode()


DATA = rows(30)
NUMBERS = {str(7_000_000 + n) for n in range(30)}


def source_of(data: bytes) -> Source:
    return Source("leak", None, streams.ByteStream(io.BytesIO(data), streams.Budget(len(data))))


class Found:
    """What was read of one file."""

    def __init__(self, folder: Path, data: bytes, passwords: Sequence[str] = (), name: str = "leak") -> None:
        path = folder / name
        path.write_bytes(data)
        found = list(read_paths([path], lambda _: None, passwords=passwords))
        path.unlink()
        assert list(folder.iterdir()) == []  # nothing is ever written
        self.unread = [each for each in found if isinstance(each, Unread)]
        records = [each for each in found if not isinstance(each, Unread)]
        self.numbers = {text for _, record in records for field in record.fields for text in NUMBER.findall(field)}
        self.members = list(dict.fromkeys(source.member for source, _ in records))

    @property
    def reasons(self) -> str:
        return "; ".join(each.reason for each in self.unread)
