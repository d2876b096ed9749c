"""Tar archives, read from front to back. Nothing is written, so that no name, link or device in them can do harm."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from honeytokens.model import Unread
from honeytokens.scanning.readers import tar_header
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.streams import PIECE, Limited, Rewound
from honeytokens.scanning.readers.tar_header import BLOCK, Header

_MOST_EXTENDED = 1 << 20
_MOST_MAP = 1 << 18
_MORE_OF_SPARSE = 504

_CUT = "It lacks the mark of an archive's end, so it may be cut short: get a whole copy"
_LOST = "It is damaged: what follows a broken header was read without its name. Get a whole copy"


class TarFile(Container):
    """Yields the files in the order of the archive; of several archives joined, those of all.

    Holes of sparse files are left out. What lies behind a damaged header, or behind the end, is a member without a
    name.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the file begins with a header."""
        return tar_header.is_tar(source.head)

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each file, and once each, that a header is damaged and that the end is missing."""
        archive = _Archive(source.stream)
        lost = 0
        for header in archive.headers():
            if header is not None:
                member = Limited(source.stream, header.size)
                yield source.inside(header.name, member)
                archive.leave(member)
                continue
            lost += 1
            if lost == 1:
                yield Unread(source.location, _LOST)
            yield source.inside(f"without a name {lost}", Rewound(archive))
            archive.find_header()
        if not archive.ended and not lost:
            yield Unread(source.location, _CUT)


class _Archive:
    """The blocks of an archive. Read as a stream, it gives those up to the next whole header."""

    def __init__(self, stream: BufferedReader[Any]) -> None:
        self._stream = stream
        self._block = b""
        self.ended = False

    def headers(self) -> Iterator[Header | None]:
        """Yield the header of each file that has text, with its full name and size; ``None`` where one is damaged."""
        common: dict[str, str] = {}
        own: dict[str, str] = {}
        while block := self._take():
            is_empty = not block.strip(b"\0")
            self.ended = is_empty and len(block) == BLOCK
            if is_empty:
                continue
            header = tar_header.read_header(block)
            if header is None:
                self._block = b"" if tar_header.is_tar(block) else block
                yield None
            elif header.kind in tar_header.EXTENDED:
                own |= tar_header.read_pax(self._extended(header))
            elif header.kind in tar_header.GLOBAL:
                common |= tar_header.read_pax(self._extended(header))
            elif header.kind in tar_header.LONG_NAME:
                own["path"] = self._extended(header).rstrip(b"\0").decode("utf-8", "replace")
            elif header.kind in tar_header.LONG_LINK:
                self._extended(header)
            else:
                if header.kind not in tar_header.WITHOUT_DATA:
                    yield self._file(header, common | own)
                own = {}

    def leave(self, member: Limited) -> None:
        """Pass over what was not read of a file, and what fills its last block up."""
        self._pass(member.left)
        self._pass(-member.size % BLOCK)

    def read1(self, _: int, /) -> bytes:
        """Return about 256 KiB of the blocks before the next header, be it a damaged one."""
        found = bytearray()
        while len(found) < PIECE and (block := self._take()):
            if tar_header.is_tar(block):
                self._block = block
                break
            found += block
        return bytes(found)

    def find_header(self) -> None:
        """Pass over the rest of what :meth:`read1` gives."""
        while self.read1(PIECE):
            pass

    def _take(self) -> bytes:
        block, self._block = self._block, b""
        return block or self._stream.read(BLOCK)

    def _pass(self, count: int) -> None:
        while count > 0 and (data := self._stream.read(min(count, PIECE))):
            count -= len(data)

    def _extended(self, header: Header) -> bytes:
        """Return what an extended header holds, up to a bound."""
        data = self._stream.read(min(header.size, _MOST_EXTENDED))
        self._pass(header.size - len(data) + -header.size % BLOCK)
        return data

    def _file(self, header: Header, extended: dict[str, str]) -> Header:
        """Return the header with what extended ones say, after the maps of a sparse file, so that its data is next."""
        size = extended.get("size", "")
        if size.isdecimal() and len(size) < 20:
            header = header._replace(size=int(size))
        name = extended.get("GNU.sparse.name") or extended.get("path") or header.name
        more = header.is_sparse
        while more:
            block = self._stream.read(BLOCK)
            more = block[_MORE_OF_SPARSE : _MORE_OF_SPARSE + 1] not in {b"\0", b""}
        if extended.get("GNU.sparse.major") == "1":
            header = header._replace(size=max(0, header.size - self._pass_map(header.size)))
        return header._replace(name=name)

    def _pass_map(self, size: int) -> int:
        """Pass over the map before the data of a sparse file (GNU, format 1.0): a count, and two numbers for each."""
        text = b""
        while len(text) < min(size, _MOST_MAP) and (block := self._stream.read(BLOCK)):
            text += block
            count = text.partition(b"\n")[0]
            if not count.isdigit() or text.count(b"\n") > 2 * int(count):
                break
        return len(text)
