"""An index kept on disk between scans, sealed. It is only ever a copy: it can be deleted at any time.

The file is ``name and version || id (16 bytes)`` and then chunks, each ``length (4 bytes, little-endian) || sealed
content``, where the content is bound to the file's id and to the chunk's number (``sealing``). The first content says
of what the index was made and how long its columns are; the others are the columns, one after the other. So a chunk
that was changed, moved, left out or taken from another file is noticed, and a file that was cut short or lengthened.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import honeytokens
from honeytokens.errors import ScanError
from honeytokens.files import replacing
from honeytokens.fingerprints.byte_marks import QuickPrinter
from honeytokens.fingerprints.prints import Printer
from honeytokens.scanning.index import Index, Table
from honeytokens.scanning.quick_index import QuickIndex
from honeytokens.sealing import Box

_FORMAT = b"honeytokens-index 2\n"
_KINDS = (
    "<u8",
    "<u8",
    "<u4",
    "<u8",
    "<u4",
    "<u8",
    "<u8",
    "<u8",
    "<u8",
    "<u4",
    "u1",
    "<u8",
    "<u4",
    "<u4",
    "<f4",
    "<u4",
    "<u4",
)
"""Of the columns, in their order."""
_ID_BYTES = 16
_LENGTH_BYTES = 4
_CHUNK_BYTES = 1 << 20
_MOST_SEALED = 2 * _CHUNK_BYTES
_ROOMS = ("decoys", "fingerprints", "locales", "markers", "scanning")
"""The rooms whose code makes an index."""

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class IndexFile:
    """Where an index is kept, the 32-byte key that seals it, and a digest of the decoys and key that it is made of."""

    path: Path
    key: bytes = field(repr=False)
    digest: bytes

    def write(self, index: Index) -> None:
        """Keep an index, in place of any earlier one; raise ``OutputError`` when the file cannot be written."""
        box, name = self._box(), secrets.token_bytes(_ID_BYTES)
        columns: list[Column] = [
            index.weak,
            index.strong.prints,
            index.strong.decoys,
            index.pairs.prints,
            index.pairs.decoys,
            *(column.reshape(-1) for column in index.quick),
        ]
        with replacing(self.path, force=True) as stream:
            stream.write(_FORMAT + name)
            for number, content in enumerate(self._contents(columns)):
                sealed = box.seal(content, _place(name, number))
                stream.write(len(sealed).to_bytes(_LENGTH_BYTES, "little") + sealed)

    def read(self, print_key: bytes) -> Index | None:
        """Return the index that is kept, of prints under a 32-byte key.

        Return ``None`` where there is none, an index of other decoys or made by other code, or one that was damaged.
        """
        try:
            with self.path.open("rb") as stream:
                return self._read(stream, print_key)
        except (OSError, ScanError):
            return None

    def _box(self) -> Box:
        return Box([self.key], _damaged)

    def _contents(self, columns: list[Column]) -> Iterator[bytes]:
        yield json.dumps({"of": self._made_of(), "lengths": [len(column) for column in columns]}).encode()
        for column in columns:
            data = column.astype(column.dtype.newbyteorder("<"), copy=False).view(np.uint8)
            for start in range(0, len(data), _CHUNK_BYTES):
                yield data[start : start + _CHUNK_BYTES].tobytes()

    def _read(self, stream: IO[bytes], print_key: bytes) -> Index | None:
        printer = Printer(print_key)
        if stream.read(len(_FORMAT)) != _FORMAT:
            return None
        contents = self._opened(stream, stream.read(_ID_BYTES))
        head = json.loads(next(contents, b"{}"))
        if head.get("of") != self._made_of():
            return None
        columns = [_filled(kind, length, contents) for kind, length in zip(_KINDS, head["lengths"], strict=True)]
        if next(contents, None) is not None:
            raise _damaged("its end")
        weak, strong, decoys, pairs, paired, *rest = columns
        quick = QuickIndex(*rest)
        quick = quick._replace(stakes=quick.stakes.reshape(-1, 4))
        return Index(printer, weak, Table(strong, decoys), Table(pairs, paired), quick, QuickPrinter(print_key))

    def _opened(self, stream: IO[bytes], name: bytes) -> Iterator[bytes]:
        """Yield the contents of the chunks; raise ``ScanError`` at one that is not what was written there."""
        box = self._box()
        for number in count():
            length = stream.read(_LENGTH_BYTES)
            if not length:
                return
            sealed = stream.read(min(int.from_bytes(length, "little"), _MOST_SEALED))
            yield box.open(sealed, _place(name, number))

    def _made_of(self) -> str:
        """Return the SHA-256, in hex, of the digest of the decoys and of all code that makes an index of them."""
        state = hashlib.sha256(self.digest + f"{honeytokens.__version__} {version('anyascii')}".encode())
        package = Path(honeytokens.__file__).parent
        for room in _ROOMS:
            for file in sorted(package.joinpath(room).rglob("*.py")):
                state.update(hashlib.sha256(file.read_bytes()).digest())
        return state.hexdigest()


def _filled(kind: str, length: int, contents: Iterator[bytes]) -> Column:
    """Return a column of the next contents."""
    column = np.empty(length, dtype=kind)
    data, start = column.view(np.uint8), 0
    while start < len(data):
        content = next(contents, b"")
        if not 0 < len(content) <= len(data) - start:
            raise _damaged("a column")
        data[start : start + len(content)] = np.frombuffer(content, dtype=np.uint8)
        start += len(content)
    return column.astype(column.dtype.newbyteorder("="), copy=False)


def _place(name: bytes, number: int) -> str:
    return f"index|{name.hex()}|{number}"


def _damaged(place: str) -> ScanError:
    return ScanError(f"The index is damaged at {place}", "Delete it: the next scan makes it anew")
