"""The headers of 7z archives: what is packed where, how, and under what names (``7zFormat.txt`` of the LZMA SDK)."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
START_BYTES = 32

_START = struct.Struct("<6x2xIQQI")
_START_SUM = slice(12, 32)
_MOST_CODERS = 8
_MOST_STREAMS = 2_000_000
_MOST_STREAMS_OF_FOLDER = 32

_END, _HEADER, _ARCHIVE_PROPERTIES, _ADDITIONAL, _MAIN_STREAMS, _FILES = 0, 1, 2, 3, 4, 5
_PACKED, _FOLDERS, _SUBSTREAMS, _SIZES, _SUMS, _FOLDER, _FOLDER_SIZES, _COUNTS = 6, 7, 8, 9, 10, 11, 12, 13
_EMPTY_STREAMS, _NAMES, _ENCODED_HEADER = 14, 17, 23


class HeaderError(Exception):
    """A header is damaged, or says what no archiver writes."""


class Start(NamedTuple):
    """Where the header is, from the end of the first 32 bytes."""

    offset: int
    size: int
    crc: int


class Coder(NamedTuple):
    """One step of packing; those with several inputs or outputs exist, but no text is packed so."""

    method: bytes
    properties: bytes
    is_simple: bool


class File(NamedTuple):
    """A piece of a folder: its size and its sum, where it has one."""

    size: int
    crc: int | None


class Folder(NamedTuple):
    """Files that are packed as one stream.

    ``coders`` are in the order of unpacking, ``sizes`` are those after each of them. The packed bytes are at ``start``,
    counted from the end of the first 32 bytes of the archive.
    """

    coders: tuple[Coder, ...]
    sizes: tuple[int, ...]
    start: int
    packed_size: int
    files: tuple[File, ...]


class Header(NamedTuple):
    """A header: what is packed, and the names of all files that have a size, in order. One encoded is packed itself."""

    folders: list[Folder]
    names: list[str]
    is_encoded: bool


def read_start(data: bytes) -> Start:
    """Return what the first 32 bytes say; raises :class:`HeaderError`."""
    if len(data) < START_BYTES:
        raise HeaderError
    crc, offset, size, header_crc = _START.unpack(data)
    if zlib.crc32(data[_START_SUM]) != crc:
        raise HeaderError
    return Start(offset, size, header_crc)


def read_header(data: bytes) -> Header:
    """Return what a header says; raises :class:`HeaderError`."""
    cursor = _Cursor(data)
    kind = cursor.byte()
    if kind == _ENCODED_HEADER:
        return Header(_folders(cursor), [], is_encoded=True)
    if kind != _HEADER:
        raise HeaderError
    folders, names = list[Folder](), list[str]()
    while (kind := cursor.byte()) != _END:
        if kind == _ARCHIVE_PROPERTIES:
            while cursor.byte() != _END:
                cursor.take(cursor.number())
        elif kind == _ADDITIONAL:
            _folders(cursor)
        elif kind == _MAIN_STREAMS:
            folders = _folders(cursor)
        elif kind == _FILES:
            names = _names(cursor)
        else:
            raise HeaderError
    return Header(folders, names, is_encoded=False)


class _Cursor:
    """Takes a header apart from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        end = self._place + count
        if end > len(self._data):
            raise HeaderError
        found, self._place = self._data[self._place : end], end
        return found

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Return a number: the ones that the first byte begins with are how many bytes follow."""
        first = self.byte()
        more = 8 - (first ^ 0xFF).bit_length()
        high = first & (0x7F >> more)
        return int.from_bytes(self.take(more), "little") | high << (8 * more)

    def count(self) -> int:
        """Return a number of things of which each takes room, so that no header can promise more than it has."""
        number = self.number()
        if number > _MOST_STREAMS:
            raise HeaderError
        return number

    def flags(self, count: int) -> list[bool]:
        """Return a bit for each of so many things."""
        data = self.take(-(-count // 8))
        return [bool(data[index >> 3] >> (7 - (index & 7)) & 1) for index in range(count)]

    def sums(self, count: int) -> list[int | None]:
        """Return the sum of each thing that has one."""
        defined = [True] * count if self.byte() else self.flags(count)
        return [int.from_bytes(self.take(4), "little") if each else None for each in defined]

    def expect(self, kind: int) -> None:
        """Pass over a mark."""
        if self.byte() != kind:
            raise HeaderError


class _Plan(NamedTuple):
    """How a folder is packed, as its header says it: ``bonds`` tell which coder's input another one's output is."""

    coders: list[Coder]
    bonds: dict[int, int]
    outputs: int
    inputs: list[int]

    @property
    def last(self) -> int:
        """The output that no coder takes: what was packed."""
        return next(place for place in range(self.outputs) if place not in self.bonds.values())

    def order(self) -> list[int]:
        """Return the coders in the order of unpacking, from the packed bytes on."""
        if len(self.inputs) != 1 or not all(coder.is_simple for coder in self.coders):
            return list(range(len(self.coders)))
        takers = {source: taker for taker, source in self.bonds.items()}
        found = [self.inputs[0]]
        while (taker := takers.get(found[-1])) is not None and taker not in found:
            found.append(taker)
        if sorted(found) != list(range(len(self.coders))):
            raise HeaderError
        return found


def _folders(cursor: _Cursor) -> list[Folder]:
    start, packed_sizes = 0, list[int]()
    plans, sizes, sums = list[_Plan](), list[list[int]](), list[int | None]()
    files: list[tuple[File, ...]] | None = None
    while (kind := cursor.byte()) != _END:
        if kind == _PACKED:
            start, packed_sizes = _packed(cursor)
        elif kind == _FOLDERS:
            plans, sizes, sums = _plans(cursor)
        elif kind == _SUBSTREAMS:
            files = _files([each[plan.last] for plan, each in zip(plans, sizes, strict=True)], sums, cursor)
        else:
            raise HeaderError
    if files is None:
        files = [(File(each[plan.last], crc),) for plan, each, crc in zip(plans, sizes, sums, strict=True)]
    found, streams = list[Folder](), iter(packed_sizes)
    for plan, plan_sizes, plan_files in zip(plans, sizes, files, strict=True):
        packed = [next(streams, -1) for _ in plan.inputs]
        if min(packed) < 0:
            raise HeaderError
        order = plan.order()
        coders, after = tuple(plan.coders[place] for place in order), tuple(plan_sizes[place] for place in order)
        found.append(Folder(coders, after, start, packed[0], plan_files))
        start += sum(packed)
    return found


def _packed(cursor: _Cursor) -> tuple[int, list[int]]:
    start, count, sizes = cursor.number(), cursor.count(), list[int]()
    while (kind := cursor.byte()) != _END:
        if kind == _SIZES:
            sizes = [cursor.number() for _ in range(count)]
        elif kind == _SUMS:
            cursor.sums(count)
        else:
            raise HeaderError
    return start, sizes


def _plans(cursor: _Cursor) -> tuple[list[_Plan], list[list[int]], list[int | None]]:
    """Return how each folder is packed, the sizes after its coders, and its sum."""
    cursor.expect(_FOLDER)
    count = cursor.count()
    cursor.expect(0)  # the folders follow here, and not in another stream
    plans = [_plan(cursor) for _ in range(count)]
    cursor.expect(_FOLDER_SIZES)
    sizes = [[cursor.number() for _ in range(plan.outputs)] for plan in plans]
    sums: list[int | None] = [None] * count
    while (kind := cursor.byte()) != _END:
        if kind != _SUMS:
            raise HeaderError
        sums = cursor.sums(count)
    return plans, sizes, sums


def _plan(cursor: _Cursor) -> _Plan:
    coders, inputs, outputs = list[Coder](), 0, 0
    count = cursor.number()
    if not 0 < count <= _MOST_CODERS:
        raise HeaderError
    for _ in range(count):
        flags = cursor.byte()
        method = cursor.take(flags & 0x0F)
        ins, outs = (cursor.number(), cursor.number()) if flags & 0x10 else (1, 1)
        properties = cursor.take(cursor.number()) if flags & 0x20 else b""
        coders.append(Coder(method, properties, (ins, outs) == (1, 1)))
        inputs, outputs = inputs + ins, outputs + outs
    if max(inputs, outputs) > _MOST_STREAMS_OF_FOLDER or not 0 < outputs <= inputs:
        raise HeaderError
    bonds = {cursor.number(): cursor.number() for _ in range(outputs - 1)}
    packed = inputs - len(bonds)
    free = [place for place in range(inputs) if place not in bonds]
    return _Plan(coders, bonds, outputs, free if packed == 1 else [cursor.number() for _ in range(packed)])


def _files(sizes: list[int], sums: list[int | None], cursor: _Cursor) -> list[tuple[File, ...]]:
    """Return the files in each folder, given the folders' sizes and sums."""
    counts = [1] * len(sizes)
    kind = cursor.byte()
    if kind == _COUNTS:
        counts = [cursor.count() for _ in sizes]
        kind = cursor.byte()
    pieces = list[list[int]]()
    for count, size in zip(counts, sizes, strict=True):
        pieces.append([cursor.number() for _ in range(count - 1)] if kind == _SIZES else [])
        if count:
            pieces[-1].append(size - sum(pieces[-1]))
        if len(pieces[-1]) != count or min(pieces[-1], default=0) < 0:
            raise HeaderError
    kind = cursor.byte() if kind == _SIZES else kind
    known = [crc is not None and count == 1 for crc, count in zip(sums, counts, strict=True)]
    unknown = sum(count for count, is_known in zip(counts, known, strict=True) if not is_known)
    digests = iter(cursor.sums(unknown) if kind == _SUMS else [None] * unknown)
    kind = cursor.byte() if kind == _SUMS else kind
    if kind != _END:
        raise HeaderError
    return [
        tuple(File(size, crc if is_known else next(digests)) for size in each)
        for each, crc, is_known in zip(pieces, sums, known, strict=True)
    ]


def _names(cursor: _Cursor) -> list[str]:
    """Return the names of the files that have a stream: neither folders nor empty ones."""
    count = cursor.count()
    names, without_stream = list[str](), [False] * count
    while (kind := cursor.byte()) != _END:
        data = cursor.take(cursor.number())
        if kind == _NAMES and data[:1] == b"\0":
            names = data[1:].decode("utf-16-le", "replace").split("\0", count)
        elif kind == _EMPTY_STREAMS:
            without_stream = _Cursor(data).flags(count)
    return [name for name, is_without in zip(names, without_stream, strict=False) if not is_without]
