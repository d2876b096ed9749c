"""7z archives: folder after folder as streams, so that a solid archive is unpacked once and nothing of it is held.

Where the header, which is at the end, is missing or out of reach, what is packed is taken for what it nearly always is,
LZMA or LZMA2: the text is there, the names are not.
"""

from __future__ import annotations

import io
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

from honeytokens.model import Unread
from honeytokens.scanning.readers import seven_zip_header
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.passwords import Passwords, makes_sense
from honeytokens.scanning.readers.seven_zip_coders import is_encrypted, tells_nonsense, unpacked
from honeytokens.scanning.readers.seven_zip_header import START_BYTES, Folder, Header, HeaderError
from honeytokens.scanning.readers.streams import (
    PIECE,
    Limited,
    Part,
    Readable,
    Rewound,
    Summed,
    UnpackError,
    WholeFile,
    exactly,
    skip,
)
from honeytokens.scanning.readers.unpacking import MEMORY_BYTES, Unpacked, raw_lzma

_IN_MEMORY = 64 << 20
_MOST_HEADER = 64 << 20
_MOST_ENCODED = 4
_MOST_TRIED = 1 << 20
_TELLING = 64

_USUAL: tuple[dict[str, Any], ...] = (
    {"id": lzma.FILTER_LZMA2, "dict_size": MEMORY_BYTES},
    {"id": lzma.FILTER_LZMA1, "dict_size": MEMORY_BYTES, "lc": 3, "lp": 0, "pb": 2},
)
"""The filters that archivers use by default, with room for any dictionary."""

_TOO_LARGE = (
    "It is a large archive inside another one, and was read without the names in it: extract it and scan the folder"
)
_NO_HEADER = (
    "Its header is missing or damaged, so what could be unpacked was read without names: get a whole copy, or if it is"
    " the first of several parts, join them with cat"
)
_REST = "It is damaged or unpacks to too much, and {count} more files in it were not read: get a whole copy"


class SevenZipFile(Container):
    """Yields the files in the order in which they are packed."""

    def recognises(self, source: Source) -> bool:
        """Return whether the stream begins as a 7z archive."""
        return source.head.startswith(seven_zip_header.SIGNATURE)

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each file, and why others cannot be read."""
        file = source.whole(_IN_MEMORY)
        passwords = Passwords(source)
        if file is None:
            yield Unread(source.location, _TOO_LARGE)
            yield from _without_header(source, source.stream)
            return
        try:
            header = _header(file, passwords)
        except HeaderError:
            yield Unread(source.location, _NO_HEADER)
            file.seek(0)
            yield from _without_header(source, file)
        except UnpackError as error:
            yield Unread(source.location, str(error))
        else:
            yield from _files(source, file, header, passwords)


def _header(file: WholeFile, passwords: Passwords) -> Header:
    """Return the header; raises :class:`HeaderError` when it is damaged, :class:`UnpackError` when it stays locked."""
    length = file.seek(0, 2)
    file.seek(0)
    start = seven_zip_header.read_start(file.read(START_BYTES))
    if start.size > _MOST_HEADER or START_BYTES + start.offset + start.size > length:
        raise HeaderError
    if not start.size:
        return Header([], [], is_encoded=False)
    file.seek(START_BYTES + start.offset)
    data = file.read(start.size)
    if zlib.crc32(data) != start.crc:
        raise HeaderError
    header = seven_zip_header.read_header(data)
    for _ in range(_MOST_ENCODED):
        if not header.is_encoded:
            return header
        header = _decoded(file, header, passwords)
    raise HeaderError


def _decoded(file: WholeFile, header: Header, passwords: Passwords) -> Header:
    """Return the header that is packed, as another one says."""
    if len(header.folders) != 1 or len(header.folders[0].files) != 1 or header.folders[0].files[0].size > _MOST_HEADER:
        raise HeaderError
    folder, (packed,) = header.folders[0], header.folders[0].files
    locked = is_encrypted(folder)
    for password in passwords if locked else ("",):
        try:
            data = exactly(unpacked(folder, _packed(file, folder), password), packed.size)
            if packed.crc in {None, zlib.crc32(data)}:
                found = seven_zip_header.read_header(data)
                if locked:
                    passwords.opens(password)
                return found
        except (UnpackError, HeaderError):
            continue
    raise UnpackError(passwords.complaint) if locked else HeaderError


def _opened(file: WholeFile, folder: Folder, passwords: Passwords) -> Readable:
    """Return what is in a folder; raises :class:`UnpackError` when it cannot be opened."""
    if not is_encrypted(folder):
        return unpacked(folder, _packed(file, folder), "")
    for password in passwords:
        if _fits(folder, unpacked(folder, _packed(file, folder), password)):
            passwords.opens(password)
            return unpacked(folder, _packed(file, folder), password)
    raise UnpackError(passwords.complaint)


def _packed(file: WholeFile, folder: Folder) -> Part:
    return Part(file, START_BYTES + folder.start, folder.packed_size)


def _fits(folder: Folder, content: Readable) -> bool:
    """Return whether the first bytes of a folder make sense: the cipher itself tells nothing of a wrong password."""
    first = folder.files[0]
    summed = Summed(Limited(content, first.size), first.size, first.crc)
    start = b""
    try:
        while len(start) < _MOST_TRIED and (data := summed.read1(PIECE)):
            start += data
    except UnpackError:
        return len(start) > _TELLING and makes_sense(start)
    is_proven = len(start) == first.size and first.crc is not None
    return is_proven or tells_nonsense(folder) or makes_sense(start)


def _files(source: Source, file: WholeFile, header: Header, passwords: Passwords) -> Iterator[Source | Unread]:
    names, told = iter(header.names), set[str]()
    for folder in header.folders:
        files = [(next(names, "") or "without a name", each) for each in folder.files]
        try:
            content = _opened(file, folder, passwords) if files else io.BytesIO()
        except UnpackError as error:
            if str(error) not in told:
                yield Unread(source.location, str(error))
            told.add(str(error))
            continue
        for number, (name, each) in enumerate(files, start=1):
            member = Limited(content, each.size)
            yield source.inside(name, Summed(member, each.size, each.crc))
            try:
                skip(member, source.budget)
            except UnpackError:
                if number < len(files):
                    yield Unread(source.location, _REST.format(count=len(files) - number))
                break


def _without_header(source: Source, raw: Readable) -> Iterator[Source | Unread]:
    """Yield what is packed, as far as it can be guessed how: folder after folder, where each tells its end."""
    packed = Rewound(raw)
    packed.read(START_BYTES)
    while (start := packed.peek(PIECE)) and (filters := _guess(start)) is not None:
        content = Unpacked(packed, raw_lzma([filters]))
        yield source.inside("without names", content)
        if not content.ended:
            return
        packed.put_back(content.rest)
    if makes_sense(start):
        yield source.inside("without names", packed)


def _guess(start: bytes) -> dict[str, Any] | None:
    """Return the filter that makes something of the first packed bytes, or ``None``."""
    for filters in _USUAL:
        try:
            if Unpacked(io.BytesIO(start), raw_lzma([filters])).read1(PIECE):
                return filters
        except UnpackError:
            continue
    return None
