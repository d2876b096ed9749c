"""Decompressors, fed and emptied a bounded piece at a time: what all compressed files and archives have in common."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Any, Protocol

from backports import zstd

from honeytokens.scanning.readers.streams import DAMAGED, PIECE, CutShortError, Readable, UnpackError

MEMORY_BYTES = 512 << 20
"""What a decompressor may allocate; it is touched only as far as there is that much output to remember."""

TOO_LARGE = "It takes more than 512 MiB of memory to unpack: if it is no trap, extract it and scan the folder"

_FIRST_PIECE = 1 << 12
_ERRORS = (zlib.error, lzma.LZMAError, zstd.ZstdError, EOFError, ValueError, OSError)
_LZMA1_PROPERTIES = 5
_MEMORY_COMPLAINTS = ("too much memory", "usage limit")


class Decompressor(Protocol):
    """What the decompressors of :mod:`bz2`, :mod:`lzma` and :mod:`zstd` have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether there is no more output without more input."""

    @property
    def unused_data(self) -> bytes:
        """What follows the end, of the input so far."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take all of the input, return part of the output."""


class Inflater:
    """Deflate in the manner of the others. ``window_bits`` are those of zlib: 31 for gzip, -15 for bare deflate."""

    def __init__(self, window_bits: int) -> None:
        self._zlib = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        """Whether the end was reached."""
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        """Whether there is no more output without more input."""
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What follows the end, of the input so far."""
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take all of the input, return part of the output."""
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


def bzip2() -> Decompressor:
    """Return a decompressor of one bzip2 stream."""
    return bz2.BZ2Decompressor()


def zstandard() -> Decompressor:
    """Return a decompressor of one Zstandard frame, which may be one to be skipped."""
    return zstd.ZstdDecompressor(
        options={zstd.DecompressionParameter.window_log_max: MEMORY_BYTES.bit_length() - 1},
    )


def raw_lzma(filters: list[dict[str, Any]]) -> Decompressor:
    """Return a decompressor of LZMA without a header; raises :class:`UnpackError` when it cannot be had."""
    if any(each.get("dict_size", 0) > MEMORY_BYTES for each in filters):
        raise UnpackError(TOO_LARGE)
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except MemoryError as error:
        raise UnpackError(TOO_LARGE) from error
    except (lzma.LZMAError, ValueError) as error:
        raise UnpackError(DAMAGED) from error


def lzma1_filter(properties: bytes) -> dict[str, Any]:
    """Return the filter that five bytes of properties describe (the LZMA SDK's ``lzma.txt``)."""
    if len(properties) != _LZMA1_PROPERTIES:
        raise UnpackError(DAMAGED)
    rest, literal_context = divmod(properties[0], 9)
    position, literal_position = divmod(rest, 5)
    dictionary = max(int.from_bytes(properties[1:], "little"), 1 << 12)
    return {
        "id": lzma.FILTER_LZMA1,
        "dict_size": dictionary,
        "lc": literal_context,
        "lp": literal_position,
        "pb": position,
    }


class Unpacked:
    """Reads what a decompressor makes of a stream.

    After the end, ``rest`` is how many of the bytes that were read last do not belong to it. A stream that has no mark
    of its end, such as most LZMA in archives, is as long as its container says (:class:`.Limited`).
    """

    def __init__(self, packed: Readable, decompressor: Decompressor) -> None:
        self._packed = packed
        self._decompressor = decompressor
        self._piece = _FIRST_PIECE  # small, so that a chain of many short streams is not copied for each of them
        self.ended = False
        self.rest = 0

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes; raises :class:`UnpackError` at damage, and where the stream is cut short."""
        while not self.ended:
            data, cut = b"", False
            if self._decompressor.needs_input:
                data = self._packed.read1(self._piece)
                self._piece = min(2 * self._piece, PIECE)
                cut = not data
            found = self._decompress(data, size)
            if self._decompressor.eof:
                self.ended, self.rest = True, len(self._decompressor.unused_data)
            elif cut and not found:
                raise CutShortError
            if found:
                return found
        return b""

    def _decompress(self, data: bytes, size: int) -> bytes:
        try:
            return self._decompressor.decompress(data, size)
        except MemoryError as error:
            raise UnpackError(TOO_LARGE) from error
        except _ERRORS as error:
            too_large = any(complaint in str(error) for complaint in _MEMORY_COMPLAINTS)
            raise UnpackError(TOO_LARGE if too_large else DAMAGED) from error
