"""CSV and its kin: any usual separator and quote, quoted line ends, stray quotes tolerated."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import mode

from honeytokens.fingerprints.byte_folding import Shape
from honeytokens.scanning.readers.decoding import Line, Lines
from honeytokens.scanning.readers.interface import Reader, Record, Source

_SEPARATORS = (";", "\t", ",", "|", "\x01", "\x1f", "^", "~")
_SAMPLE_LINES = 50
_EVEN_SHARE = 0.8
_RECORD_LINES = 200
_RECORD_CHARS = 1 << 17  # the csv module refuses longer fields


@dataclass(frozen=True)
class _Dialect:
    """A separator, a quote, and whether a backslash escapes the quote."""

    separator: str
    quote: str
    escaped: bool

    @cached_property
    def _inside(self) -> str:
        quote = self.quote
        return rf"(?:[^{quote}\\]|\\.|{quote}{quote})*+" if self.escaped else rf"(?:[^{quote}]|{quote}{quote})*+"

    @cached_property
    def _opened(self) -> re.Pattern[str]:
        quote, separator = self.quote, re.escape(self.separator)
        closed = rf" *{quote}{self._inside}{quote}[^{separator}]*+"
        bare = rf"(?! *{quote})[^{separator}]*+"
        return re.compile(rf"(?:(?:{closed}|{bare}){separator})*+ *{quote}{self._inside}\Z", re.DOTALL)

    @cached_property
    def _up_to_close(self) -> re.Pattern[str]:
        return re.compile(rf"{self._inside}{self.quote}", re.DOTALL)

    def is_open(self, text: str, inside: bool = False) -> bool:
        """Return whether a line ends inside a quoted field, when it began ``inside`` one or not."""
        if inside:
            close = self._up_to_close.match(text)
            if close is None:
                return True
            text = text[close.end() :]
        return self._opened.match(text) is not None

    def split(self, text: str) -> tuple[str, ...]:
        """Return the fields of one record."""
        if self.quote not in text:
            return tuple(text.split(self.separator))
        reader = csv.reader(
            [text],
            delimiter=self.separator,
            quotechar=self.quote,
            escapechar="\\" if self.escaped else None,
            skipinitialspace=True,
        )
        try:
            return tuple(next(reader, ()))
        except csv.Error:
            return tuple(field.strip(self.quote) for field in text.split(self.separator))


def _sniff(sample: str) -> _Dialect | None:
    """Return the dialect whose separator comes equally often on nearly all lines, or ``None`` if there is none.

    The standard library's sniffer is not used: it takes letters for separators and can take minutes.
    """
    lone = len(re.findall(r"(?:^|[;,\t|])'[^'\n]*'(?=[;,\t|]|$)", sample, re.MULTILINE))
    quote = "'" if '"' not in sample and lone > sample.count("\n") / 2 else '"'
    bare = re.sub(f"{quote}[^{quote}]*{quote}", "", sample)
    lines = [line for line in bare.split("\n")[:_SAMPLE_LINES] if line.strip(" \r")]
    best, separator = 1 if len(lines) == 1 else 0, ""
    for candidate in _SEPARATORS:
        counts = [line.count(candidate) for line in lines]
        usual = mode(counts) if counts else 0
        if usual > best and counts.count(usual) >= _EVEN_SHARE * len(counts):
            best, separator = usual, candidate
    escaped = re.search(rf"\\{quote}(?!{re.escape(separator)}|$)", sample, re.MULTILINE)
    return _Dialect(separator, quote, escaped is not None) if separator else None


class Delimited(Reader):
    """Reads lines of fields with a separator. The header counts as row 1, blank lines not at all."""

    def recognises(self, source: Source) -> bool:
        """Return whether one separator comes equally often on nearly all of the first lines."""
        return _sniff(source.sample) is not None

    def records(self, source: Source) -> Iterator[Record]:
        """Yield one record per row; a quote that is never closed ends with its own line."""
        dialect = _sniff(source.sample)
        if dialect is None:
            return
        lines = source.lines(Shape(True, ord(dialect.separator), ord(dialect.quote), dialect.escaped))
        row = 0
        while True:
            row += lines.pass_over()
            line = lines.next()
            if line is None:
                return
            text = line.text
            if not text.strip(" "):
                continue
            row += 1
            if line.whole and dialect.quote in text and dialect.is_open(text):
                text = _with_next_lines(text, lines, dialect)
            yield Record(dialect.split(text), line.number, row, line.offset)


def _with_next_lines(text: str, lines: Lines, dialect: _Dialect) -> str:
    """Return a record with the lines that its quoted line ends run on to; the first line alone if it never closes."""
    size, taken = len(text), list[Line]()
    while len(taken) < _RECORD_LINES and size < _RECORD_CHARS and (line := lines.next()) is not None:
        taken.append(line)
        size += len(line.text)
        if not dialect.is_open(line.text, inside=True):
            return "\n".join([text, *(line.text for line in taken)])
    lines.put_back(*taken)
    return text
