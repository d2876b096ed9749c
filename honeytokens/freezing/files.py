"""Files: of a log that grows, what it held when reading began."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from honeytokens.errors import FreezeError
from honeytokens.freezing.interface import Item, Unreadable

_BLOCK = 1 << 20


class FileItem:
    """One file, up to ``most`` bytes where it is given; larger than ``copy_up_to``, its hash alone is kept."""

    def __init__(self, path: Path, copy_up_to: int | None, most: int | None = None) -> None:
        self.name = str(path)
        self._path, self._most = path, most
        self._facts: dict[str, object] = {}
        self._copy_up_to = copy_up_to

    @property
    def copied(self) -> bool:
        """Whether it is small enough to be kept."""
        try:
            return self._copy_up_to is None or self._path.stat().st_size <= self._copy_up_to
        except OSError:
            return False

    def read(self) -> Iterator[bytes]:
        """Yield what it held when this began."""
        # Not blocking: what became a pipe meanwhile must not hold everything up.
        with os.fdopen(os.open(self._path, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise FreezeError("It is no ordinary file", "Name files")
            left = before.st_size if self._most is None else min(self._most, before.st_size)
            while left and (block := stream.read(min(left, _BLOCK))):
                left -= len(block)
                yield block
            after = os.fstat(stream.fileno())
        self._facts = {
            "resolved": str(self._path.resolve()),
            "modified": datetime.fromtimestamp(before.st_mtime, UTC).isoformat(),
            "owner": before.st_uid,
            "mode": f"{stat.S_IMODE(before.st_mode):04o}",
            "inode": before.st_ino,
            "size_at_begin": before.st_size,
            "size_at_end": after.st_size,
        }

    def facts(self) -> Mapping[str, object]:
        """Return its size before and after reading, its times and its owner."""
        return self._facts


def files(patterns: tuple[str, ...], copy_up_to: int | None) -> Iterator[Item]:
    """Yield the files of shell patterns (``**`` for any depth), each once, by name."""
    for pattern in patterns:
        whole = Path(pattern).absolute()
        below = Path(whole.anchor).glob(str(whole.relative_to(whole.anchor)))
        found = sorted(path for path in below if not path.is_dir())
        if not found:
            problem = "No file has such a name, or its folder is closed to this account"
            yield Unreadable(pattern, FreezeError(problem, "Correct the list of sources"))
        for path in found:
            yield FileItem(path, copy_up_to)
