"""What a member of a ZIP archive holds: unlocked, unpacked, and held against its size and sum."""

from __future__ import annotations

import io
import lzma
from collections.abc import Callable, Mapping

from honeytokens.scanning.readers.passwords import Passwords, makes_sense
from honeytokens.scanning.readers.streams import (
    DAMAGED,
    PIECE,
    CutShortError,
    Limited,
    Readable,
    Rewound,
    Summed,
    UnpackError,
    exactly,
)
from honeytokens.scanning.readers.unpacking import (
    MEMORY_BYTES,
    Inflater,
    Unpacked,
    bzip2,
    lzma1_filter,
    raw_lzma,
    zstandard,
)
from honeytokens.scanning.readers.zip_headers import Entry
from honeytokens.scanning.readers.zip_locks import spellings, unlocked

STORED = 0

_DEFLATE_BITS = -15
_MOST_TRIED = 4 * PIECE
_LZMA_START = 4
_UNREAD_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    10: "PKWARE's Implode",
    97: "WavPack",
    98: "PPMd",
    **dict.fromkeys(range(2, 6), "Reduce"),
}

_STRONG = "It is encrypted in PKWARE's own way, which is not read: extract it and scan the folder"
_DOUBTFUL = "It is damaged, or its password is another: get a whole copy, or give the right password"


def _stored(_: Entry, packed: Readable) -> Readable:
    return packed


def _lzma(entry: Entry, packed: Readable) -> Readable:
    """LZMA with a header of its own (APPNOTE 5.8.8): version, size of properties, properties."""
    start = exactly(packed, _LZMA_START)
    properties = exactly(packed, int.from_bytes(start[2:], "little"))
    unpacked = Unpacked(packed, raw_lzma([lzma1_filter(properties)]))
    return unpacked if entry.size is None else Limited(unpacked, entry.size)


_METHODS: Mapping[int, Callable[[Entry, Readable], Readable]] = {
    STORED: _stored,
    8: lambda _, packed: Unpacked(packed, Inflater(_DEFLATE_BITS)),
    12: lambda _, packed: Unpacked(packed, bzip2()),
    14: _lzma,
    20: lambda _, packed: Unpacked(packed, zstandard()),
    93: lambda _, packed: Unpacked(packed, zstandard()),
    95: lambda _, packed: Unpacked(packed, lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES)),
}


class Content:
    """Reads what is in a member; raises :class:`UnpackError` at its end when its size or a sum is wrong."""

    def __init__(self, entry: Entry, packed: Readable, complaint: str = DAMAGED) -> None:
        self._packed = packed if entry.packed is not None else None
        self._unpacked = _METHODS[entry.method](entry, packed)
        self._summed = Summed(self._unpacked, entry.size, entry.crc, complaint)

    @property
    def rest(self) -> int:
        """How many of the packed bytes that were read last are of what follows the member."""
        return getattr(self._unpacked, "rest", 0)

    @property
    def crc(self) -> int:
        """The sum of what was read."""
        return self._summed.crc

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes."""
        data = self._summed.read1(size)
        if not data and size and self._packed is not None:
            while self._packed.read1(PIECE):  # up to the sum of what was encrypted
                pass
        return data


def open_member(entry: Entry, body: Rewound, passwords: Passwords) -> Content | str:
    """Return what is in a member whose packed bytes are ``body``, or why it cannot be read."""
    if entry.is_strong:
        return _STRONG
    if entry.method not in _METHODS:
        method = _UNREAD_METHODS.get(entry.method, f"method {entry.method}")
        return f"It is packed by {method}, which is not read: extract it, with 7z for example, and scan the folder"
    try:
        return _open_locked(entry, body, passwords) if entry.is_encrypted else Content(entry, body)
    except UnpackError as error:
        return str(error)


def _open_locked(entry: Entry, body: Rewound, passwords: Passwords) -> Content | str:
    start = body.peek(PIECE)
    passed: bytes | None = None
    for password in passwords:
        for spelling in spellings(password):
            fits = _fits(entry, spelling, start)
            if fits:
                passwords.opens(password)
                return _unlock(entry, spelling, body, DAMAGED)
            if fits is False and passed is None:
                passed = spelling
    return passwords.complaint if passed is None else _unlock(entry, passed, body, _DOUBTFUL)


def _unlock(entry: Entry, password: bytes, body: Rewound, complaint: str) -> Content:
    packed = unlocked(entry, password, body)
    if packed is None:
        raise UnpackError(complaint)
    return Content(entry, packed, complaint)


def _fits(entry: Entry, password: bytes, start: bytes) -> bool | None:
    """Return whether a password makes sense of a member's first bytes; ``None`` where their check refuses it."""
    is_whole = len(start) == entry.packed
    try:
        packed = unlocked(entry, password, io.BytesIO(start))
        if packed is None:
            return None
        if entry.method == STORED and not is_whole:
            return makes_sense(packed.read1(PIECE))
        content = Content(entry, packed)
        size = 0
        while size < _MOST_TRIED and (data := content.read1(PIECE)):
            size += len(data)
    except CutShortError:
        return not is_whole
    except UnpackError:
        return False
    return True
