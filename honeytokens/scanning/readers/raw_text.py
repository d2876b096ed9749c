"""Text among bytes of any kind: where it is, and what it may say where fields touch with no sign between.

Nothing is known of the format, so a text is given as it stands and also cut in every way that its bytes suggest. What
was cut wrongly agrees with nobody.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from honeytokens.scanning.readers.decoding import decode_sample

# ASCII and UTF-8; Latin-1 letters, with the ligature of CP1252, only beside ASCII: else most bytes would be text.
_NARROW = (
    rb"(?:[\t\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\x8c\x9c\xc0-\xff](?=[A-Za-z])|(?<=[A-Za-z])[\x9c\xc0-\xff]|(?<=[\x20-\x7e])[\xc0-\xff](?=[\x20-\x7e]))"
)
_WIDE_LITTLE = rb"(?:[\t\x20-\x7e\xa0-\xff]\x00|(?<=[A-Za-z]\x00)[\x00-\x7f]\x01)"
_WIDE_BIG = rb"(?:\x00[\t\x20-\x7e\xa0-\xff]|\x01[\x00-\x7f](?=\x00[A-Za-z]))"
# Shorter runs are taken for chance: names of two letters are found only where they touch other text.
_RUN = re.compile(rb"(%b{3,})|(%b{3,})|%b{3,}" % (_WIDE_LITTLE, _WIDE_BIG, _NARROW))

_GLUED = re.compile(
    r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ]{2})(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ])"
    r"|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_LOOSE_BYTES = 2

_HIGH_BYTE = re.compile(rb"[\x0e\x0f\x8e\x8f]")
_YEARS = range(1850, 2051)


_CONTROLS = bytes({*range(32), 127} - {*b"\x01\t\n\x0b\f\r\x1a\x1b\x1c\x1d\x1e\x1f"})
"""Controls that text has no use for, not even between fields."""

_MOST_CONTROLS = 0.02


class Run(NamedTuple):
    """A text, and its first byte and the one after its last."""

    start: int
    end: int
    text: str


def is_binary(data: bytes) -> bool:
    """Return whether over 2% of some bytes are controls that text has no use for."""
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return controls > _MOST_CONTROLS * len(data)


def runs(data: bytes) -> list[Run]:
    """Return the runs of at least three signs in UTF-8, Latin-1, or UTF-16 of either order."""
    return [Run(match.start(), match.end(), _decoded(match)) for match in _RUN.finditer(data)]


def _decoded(match: re.Match[bytes]) -> str:
    encoding = {1: "utf-16-le", 2: "utf-16-be"}.get(match.lastindex or 0, "utf-8")
    return decode_sample(match[0], encoding)


def cut_at_changes(text: str) -> str:
    """Return a text with spaces where letters meet digits, and where a capital follows a small letter."""
    return _GLUED.sub(" ", text)


def cut_by_prefixes(data: bytes, run: Run) -> list[str]:
    """Return the strings that a run is made of, if each has its length before it, as in MyISAM, PostgreSQL and Avro.

    Where both ways to write a length fit, those of both.
    """
    starts = range(max(run.start - 1, 0), run.start + 1)
    found = (_prefixed(data, start, run.end, size_of) for size_of in (_plain_size, _varlena_size) for start in starts)
    return [text for strings in found for text in strings]


def _plain_size(byte: int) -> int:
    return byte


def _varlena_size(byte: int) -> int:
    return (byte >> 1) - 1 if byte & 1 else 0


def _prefixed(data: bytes, start: int, end: int, size_of: Callable[[int], int]) -> list[str]:
    found = list[str]()
    while start < end and 0 < (size := size_of(data[start])) < end - start:
        found.append(decode_sample(data[start + 1 : start + 1 + size], "utf-8"))
        start += 1 + size
    return found if end - start <= _LOOSE_BYTES else []


def mariadb_days(data: bytes, texts: Sequence[Run]) -> Iterator[str]:
    """Yield what may be a DATE of MariaDB or MySQL before, between and after the texts, in ISO form.

    It is the year times 512, the month times 32 and the day, in three bytes: InnoDB has the high byte first and its
    highest bit set, MyISAM the low byte first. For the years of people alive, the high byte is no text.
    """
    bounds = [0, *(place for run in texts for place in (run.start, run.end)), len(data)]
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        for match in _HIGH_BYTE.finditer(data, start, end):
            place = match.start()
            if data[place] & 0x80:
                yield from _day(int.from_bytes(data[place : place + 3], "big") ^ 0x800000)
            elif place >= 2:
                yield from _day(int.from_bytes(data[place - 2 : place + 1], "little"))


def _day(number: int) -> Iterator[str]:
    if (year := number >> 9) in _YEARS:
        with contextlib.suppress(ValueError):
            yield date(year, number >> 5 & 15, number & 31).isoformat()
