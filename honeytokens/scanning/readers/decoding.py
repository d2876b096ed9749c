"""From bytes to lines of text: UTF-8 with stray CP1252 bytes, UTF-16, any line ends, in bounded memory."""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Iterator
from io import BufferedReader
from typing import Any, NamedTuple

LINE_LIMIT = 1 << 20
"""Longer lines come in pieces of this many bytes (or characters, for UTF-16)."""

_STRAY = "honeytokens_cp1252"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", errors="ignore") or byte.decode("latin-1"), error.start + 1


# Bytes that are not UTF-8 are read as CP1252, one by one, so that files mixed of both lose nothing.
codecs.register_error(_STRAY, _stray_byte)


def encoding_of(head: bytes) -> str:
    """Return ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``utf-8`` from a stream's first bytes."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    half = len(head) // 2
    if half >= 8:
        if head[1::2].count(0) > 0.8 * half and head[::2].count(0) < 0.2 * half:
            return "utf-16-le"
        if head[::2].count(0) > 0.8 * half and head[1::2].count(0) < 0.2 * half:
            return "utf-16-be"
    return "utf-8"


def decode_sample(head: bytes, encoding: str) -> str:
    """Return the first bytes as text; a letter cut at the end may come out wrong."""
    if encoding.startswith("utf-16"):
        return head.decode(encoding, errors="ignore")
    return head.decode(encoding, errors=_STRAY)


class Line(NamedTuple):
    """A line without its end, or a piece of an overlong one (then ``whole`` is false for all its pieces).

    ``number`` counts from 1; ``offset`` is where the text starts, in bytes, where known.
    """

    text: str
    number: int
    offset: int | None
    whole: bool


class Lines:
    """The lines of a stream, one at a time; a reader may put lines back."""

    def __init__(self, stream: BufferedReader[Any], encoding: str, sample: str) -> None:
        old_mac = "\r" in sample and "\n" not in sample
        wide = encoding.startswith("utf-16")
        self._lines = _by_text(stream, encoding) if wide or old_mac else _by_bytes(stream)
        self._back: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        while (line := self.next()) is not None:
            yield line

    def next(self) -> Line | None:
        """Return the next line, or ``None`` at the end."""
        return self._back.popleft() if self._back else next(self._lines, None)

    def put_back(self, *lines: Line) -> None:
        """Have these lines, in this order, come next."""
        self._back.extendleft(reversed(lines))


def _by_bytes(stream: BufferedReader[Any]) -> Iterator[Line]:
    number, offset, cut = 1, 0, False
    while data := stream.readline(LINE_LIMIT):
        ended = data.endswith(b"\n")
        text = data.decode("utf-8", errors=_STRAY).rstrip("\r\n")
        if offset == 0:
            text = text.removeprefix("\ufeff")
        whole = not cut and (ended or len(data) < LINE_LIMIT)
        yield Line(text, number, offset, whole)
        number, offset, cut = number + ended, offset + len(data), not ended


def _by_text(stream: BufferedReader[Any], encoding: str) -> Iterator[Line]:
    errors = "replace" if encoding.startswith("utf-16") else _STRAY
    wrapper = io.TextIOWrapper(stream, encoding, errors=errors, newline=None)
    number, cut = 1, False
    while text := wrapper.readline(LINE_LIMIT):
        ended = text.endswith("\n")
        yield Line(text.rstrip("\n"), number, None, not cut and (ended or len(text) < LINE_LIMIT))
        number, cut = number + ended, not ended
