"""From bytes to text: UTF-8 with stray CP1252 bytes, UTF-16, both in one file, declared encodings, any line ends.

Memory is bounded whatever the lines are, and no byte is left out.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from typing import Any, NamedTuple, Protocol

LINE_LIMIT = 1 << 20
"""Longer lines come in pieces of this many bytes (or characters, for UTF-16)."""

_PIECE = 1 << 16
_LEAST_WIDE = 16
_FIRST_LINE = 64
_STRAY = "honeytokens_cp1252"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = bytes(range(0x80, 0xA0))
_ASCII_TEXT = bytes(range(32, 127)) + b"\0\t\r\n"
_DECLARED = re.compile(
    rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)"""
    rb"""|\s*<.{0,4096}?<meta[^>]+charset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE | re.DOTALL,
)

# Those that CP1252 byte by byte does not cover. Nothing else is ever looked up: a codec can be a transformation.
# fmt: off
_CHARSETS = frozenset({
    *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "cp437", "cp850", "cp858", "mac-roman", "koi8-r", "koi8-u",
    "gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc_jp", "euc_kr", "iso2022_jp",
})
# fmt: on


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", errors="ignore") or byte.decode("latin-1"), error.start + 1


# Bytes that are not UTF-8 are read as CP1252, one by one, so that files mixed of both lose nothing.
codecs.register_error(_STRAY, _stray_byte)


def charset(name: str) -> str | None:
    """Return Python's name of an encoding that is read only when it is declared, or ``None`` if this is none."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return found if found in _CHARSETS else None


def encoding_of(head: bytes) -> str:
    """Return ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``utf-8`` from a stream's first bytes.

    What XML or HTML declares counts where the bytes are not UTF-8.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if len(head) >= _LEAST_WIDE and (wide := _wide(head[:_FIRST_LINE])) is not None:
        return wide
    match = _DECLARED.match(head[:_PIECE])
    declared = charset((match[1] or match[2]).decode("ascii", "ignore")) if match else None
    return declared if declared and not _is_utf8(head) else "utf-8"


def _wide(data: bytes) -> str | None:
    """Return which UTF-16 these bytes are, by their zeros, or ``None``."""
    half = len(data) // 2
    if half >= 2:
        if data[1::2].count(0) > 0.8 * half and data[::2].count(0) < 0.2 * half:
            return "utf-16-le"
        if data[::2].count(0) > 0.8 * half and data[1::2].count(0) < 0.2 * half:
            return "utf-16-be"
    return None


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not head.isascii()


def _errors(encoding: str) -> str:
    return "replace" if encoding.startswith("utf-16") else _STRAY


def decode_sample(head: bytes, encoding: str) -> str:
    """Return the first bytes as text; a letter cut at the end may come out wrong."""
    return head.decode(encoding, errors="ignore" if encoding.startswith("utf-16") else _STRAY)


def redecoded(text: str, encoding: str) -> str:
    """Return a line that was read as UTF-8 with stray bytes as what it is in another encoding.

    A line with letters that only UTF-8 can have stays as it is: then what declared the encoding was wrong. So does one
    with letters of CP1252 that are controls in ISO 8859.
    """
    try:
        data = b"".join(_byte(char) for char in text)
    except UnicodeEncodeError:
        return text
    if encoding.startswith("iso8859") and data.translate(None, _CONTROLS) != data:
        return text
    return data.decode(encoding, errors=_STRAY)


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


def pieces(stream: BufferedReader[Any], encoding: str) -> Iterator[str]:
    """Yield the text of a stream in pieces that have nothing to do with its lines."""
    decoder = codecs.getincrementaldecoder(encoding)(_errors(encoding))
    while data := stream.read(_PIECE):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def transcoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield bytes in an encoding as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)(_errors(encoding))
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


class Line(NamedTuple):
    """A line without its end, or a piece of an overlong one (then ``whole`` is false for all its pieces).

    ``number`` counts from 1; ``offset`` is where the text starts, in bytes, where known.
    """

    text: str
    number: int
    offset: int | None
    whole: bool


class Blocks(Protocol):
    """Lines that come in blocks, of which some can be passed over."""

    rest: tuple[BufferedReader[Any], int, int] | None
    """What is left for slower code, once that is known; and the number and offset of its first line."""

    def next(self) -> Line | None:
        """Return the next line, if there is one."""

    def pass_over(self) -> int:
        """Pass over lines that need not be read; return how many records they hold."""


class Lines:
    """The lines of a stream, one at a time; a reader may put lines back.

    ``blocks``, if given, are the same lines where they are plain: UTF-8, with usual ends.
    """

    def __init__(
        self, stream: BufferedReader[Any], encoding: str, sample: str, blocks: Callable[[], Blocks] | None = None
    ) -> None:
        old_mac = "\r" in sample and "\n" not in sample
        plain = encoding.startswith("utf-8") and not old_mac
        self._blocks = blocks() if plain and blocks is not None else None
        self._lines = _by_bytes(stream, 1, 0) if plain else _by_text(stream, encoding)
        self._back: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        while (line := self.next()) is not None:
            yield line

    def next(self) -> Line | None:
        """Return the next line, or ``None`` at the end."""
        if self._back:
            return self._back.popleft()
        if self._blocks is not None:
            line = self._blocks.next()
            if line is not None:
                return line
            if self._blocks.rest is not None:
                self._lines = _by_bytes(*self._blocks.rest)
            self._blocks = None
        return next(self._lines, None)

    def pass_over(self) -> int:
        """Pass over lines that are sure to hold no decoy; return how many records they are."""
        return self._blocks.pass_over() if self._blocks is not None and not self._back else 0

    def put_back(self, *lines: Line) -> None:
        """Have these lines, in this order, come next."""
        self._back.extendleft(reversed(lines))


def decode_line(data: bytes, number: int, offset: int) -> Line:
    """Return a whole line of UTF-8, given with its end."""
    text = _decode(data).rstrip("\r\n")
    return Line(text if offset else text.removeprefix("\ufeff"), number, offset, True)


def _by_bytes(stream: BufferedReader[Any], number: int, offset: int) -> Iterator[Line]:
    cut, rest = False, b""
    while data := stream.readline(LINE_LIMIT):
        ended = data.endswith(b"\n")
        whole = not cut and (ended or len(data) < LINE_LIMIT)
        data, rest = rest + data, b""
        if not ended and not whole:
            data, rest = _without_cut_letter(data)
        yield decode_line(data, number, offset)._replace(whole=whole)
        number, offset, cut = number + ended, offset + len(data), not ended
    if rest:
        yield Line(_decode(rest), number, offset, False)


def _without_cut_letter(data: bytes) -> tuple[bytes, bytes]:
    """Return what comes before a letter of UTF-8 that is cut at the end, and the part of it that is there."""
    decoder = codecs.getincrementaldecoder("utf-8")(_STRAY)
    decoder.decode(data[-4:])
    rest = decoder.getstate()[0]
    return data[: len(data) - len(rest)], rest


def _decode(line: bytes) -> str:
    """Return a line as text. One of UTF-16 may stand in any file, as when one program writes and another appends."""
    if b"\0" in line:
        letters = line.strip(b"\0\r\n")
        if _wide(letters) is not None:
            return (letters + b"\0" * (len(letters) % 2)).decode("utf-16-le", errors="replace")
    return line.decode("utf-8", errors=_STRAY)


def _by_text(stream: BufferedReader[Any], encoding: str) -> Iterator[Line]:
    wrapper = io.TextIOWrapper(stream, encoding, errors=_errors(encoding), newline=None)
    wide = encoding.startswith("utf-16")
    number, cut = 1, False
    while text := wrapper.readline(LINE_LIMIT):
        ended = text.endswith("\n")
        yield Line(text.rstrip("\n"), number, None, not cut and (ended or len(text) < LINE_LIMIT))
        if wide and not text.isascii():
            yield from (Line(line, number, None, False) for line in _narrow_lines(text))
        number, cut = number + ended, not ended


def _narrow_lines(text: str) -> list[str]:
    """Return what text of UTF-16 says as UTF-8, if that makes sense and UTF-16 does not."""
    if 5 * sum(char >= "\u0600" for char in text) < len(text):
        return []
    for order in ("utf-16-le", "utf-16-be"):
        data = text.encode(order, errors="surrogatepass")
        if len(data.translate(None, _ASCII_TEXT)) < 0.2 * len(data):
            return [_decode(line) for line in data.split(b"\n")]
    return []
