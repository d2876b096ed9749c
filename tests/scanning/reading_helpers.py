"""What tests of single readers share: sources made of bytes, and what comes out of them."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

from honeytokens.model import Unread
from honeytokens.scanning.readers import CONTAINERS, READERS, Record, Source
from honeytokens.scanning.readers.streams import Budget, ByteStream


def source(data: bytes | str) -> Source:
    raw = data if isinstance(data, bytes) else data.encode()
    return Source("dump", None, ByteStream(io.BytesIO(raw), Budget(len(raw))))


def records(data: bytes | str, reader: str) -> list[Record]:
    return [found for found in READERS[reader].records(source(data)) if isinstance(found, Record)]


def fields(data: bytes | str, reader: str) -> list[tuple[str, ...]]:
    return [record.fields for record in records(data, reader)]


def kind(data: bytes | str) -> str:
    """Which reader or container a scan would take."""
    opened = source(data)
    return next(name for name, one in (CONTAINERS | READERS).items() if one.recognises(opened))


def parts(data: bytes | str, container: str) -> dict[str | None, bytes]:
    return {
        one.member: one.stream.read() for one in CONTAINERS[container].members(source(data)) if isinstance(one, Source)
    }


def refused(data: bytes | str, container: str) -> list[Unread]:
    return [one for one in CONTAINERS[container].members(source(data)) if isinstance(one, Unread)]


class Endless:
    """Bytes that repeat, so that a large file needs no memory of its own."""

    def __init__(self, head: bytes, unit: bytes, size: int) -> None:
        self._next = head
        self._unit = unit * max(1, (1 << 16) // len(unit))
        self._left = size

    def read1(self, size: int, /) -> bytes:
        if not self._next and self._left > 0:
            self._next = self._unit
            self._left -= len(self._unit)
        data, self._next = self._next[:size], self._next[size:]
        return data


def peak(head: bytes, unit: bytes, size: int, reader: str) -> int:
    """Return how many bytes of memory a reader held at most while it read so much."""

    def read(opened: Source) -> Iterator[Source]:
        if reader in READERS:
            for _ in READERS[reader].records(opened):
                pass
            return
        for member in CONTAINERS[reader].members(opened):
            if isinstance(member, Source):
                while member.stream.read(1 << 16):
                    pass
        yield opened

    tracemalloc.start()
    try:
        opened = Source("dump", None, ByteStream(Endless(head, unit, size), Budget(size)))
        list(read(opened))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
