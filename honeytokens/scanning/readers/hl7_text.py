"""HL7 version 2 in vertical bars: messages, batches, what an MLLP port was sent, and logs with messages in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from honeytokens.scanning.readers.decoding import LINE_LIMIT, Lines, charset, decode_sample, redecoded
from honeytokens.scanning.readers.interface import Reader, Record, Source
from honeytokens.scanning.readers.labels import Labels

_USUAL = "|^~\\&"
_SIGNS = re.compile(
    r"(?:^|[\s\x0b:>\]])(?:MSH|FHS|BHS)([^\w\s\"'])[^\w\s\"']{3,5}\1"
    r"|(?:^|[\r\n])PID\|[^|\r\n]*\|[^\r\n]*\^"
)
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}(?=[^\w\s])")
_ENDS = re.compile(
    r"[\r\n\x0b\x1c]+"  # \x0b and \x1c are MLLP's
    r"|(?:\\r|\\n|<CR>|<LF>)+(?=[A-Z][A-Z0-9]{2}[^\w\s]|[\r\n\x1c]|\Z)"  # as logs write them
    r"|(?<=[^\s|])\s(?=MSH[^\w\s]{4})"
)
_HEADERS = frozenset({"MSH", "FHS", "BHS", "FTS", "BTS"})
_ENCODING = re.compile(r"[^\w\s]{2,4}")
_CHARSET_FIELD = 17
_CHARSETS = {  # table 0211; those that are not here are Latin-1 or a form of Unicode
    **{f"8859/{part}": f"iso8859-{part}" for part in (*range(2, 10), 15)},
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
}
_MOST_VALUES = 128
_MOST_OF_PATIENT = 64
_LONG = 1024
_BLANK = "\0 \t"
_OVERLAP = 256


class Hl7Text(Reader):
    """Yields one record per message: every component that is not empty, whichever segment it is in.

    A second patient in one message begins another record. A message of more than 128 values is several records, each
    with the patient's own values first. ``row`` counts messages and lines that belong to none.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether there is a header in the first bytes, or a patient's segment begins a line."""
        return _SIGNS.search(source.sample) is not None

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the messages, and text outside of them line by line."""
        messages = _Messages()
        for text, line in _segments(source):
            yield from messages.take(text, line)
        yield from messages.end()
        messages.names.finish()
        yield from messages.names.drain()


def _segments(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each segment and the line that it is in; longer ones than a MiB in pieces that overlap."""
    carried = ""
    for line in Lines(source.stream, source.encoding, source.sample):
        parts = [part for part in _ENDS.split(carried + line.text) if part.strip(_BLANK)]
        carried = ""
        if parts and not line.whole:
            carried = parts.pop()
            if len(carried) > LINE_LIMIT:
                parts.append(carried)
                carried = carried[-_OVERLAP:]
        yield from ((part.strip(_BLANK), line.number) for part in parts)
    if carried:
        yield carried.strip(_BLANK), line.number


@dataclass(frozen=True)
class _Syntax:
    """How a message is written, as its header says: five separators, and an encoding where it is an unusual one."""

    separators: str = _USUAL
    encoding: str | None = None

    @classmethod
    def of(cls, header: str) -> _Syntax:
        """Return what a header says, or what is usual where it is damaged."""
        between, found = header[3], header[4:].partition(header[3])[0][:4]
        separators = between + found + _USUAL[1 + len(found) :] if _ENCODING.fullmatch(found) else _USUAL
        fields = header.split(between, _CHARSET_FIELD + 1)
        declared = fields[_CHARSET_FIELD].partition(separators[2])[0] if len(fields) > _CHARSET_FIELD else ""
        return cls(separators, charset(_CHARSETS.get(declared, declared)))

    @cached_property
    def _part(self) -> re.Pattern[str]:
        between = re.escape(self.separators.replace(self.separators[3], ""))
        return re.compile(f"[^{between}]+")

    @cached_property
    def _escape(self) -> re.Pattern[str]:
        sign = re.escape(self.separators[3])
        return re.compile(rf"{sign}(?:([FSRETPHN])|X([0-9A-Fa-f]+)|\.[a-z]{{2}}[+\-0-9]{{0,5}}){sign}")

    def values(self, segment: str) -> Iterator[str]:
        """Yield what a segment says: components, subcomponents and repetitions apart, none of them empty."""
        if self.encoding:
            segment = redecoded(segment, self.encoding)
        for part in self._part.finditer(segment):
            text = self._escape.sub(self._plain, part[0]) if self.separators[3] in part[0] else part[0]
            if (text := text.strip()) and text != '""':
                yield text

    def _plain(self, escape: re.Match[str]) -> str:
        sign, digits = escape.groups()
        if digits:
            return decode_sample(bytes.fromhex(digits[: len(digits) & ~1]), "utf-8")
        if sign is None:  # a line break or another command of layout
            return " "
        return dict(zip("FSRET", self.separators, strict=True)).get(sign, "")


class _Messages:
    """Puts the segments of a message together."""

    def __init__(self) -> None:
        self.names = Labels()
        self._syntax = _Syntax()
        self._values: list[str] = []
        self._patient: list[str] = []
        self._has_news = False
        self._is_open = False
        self._is_new = True
        self._line = 1
        self._row = 0

    def take(self, text: str, line: int) -> Iterator[Record]:
        """Take the next segment, or text that is none; yield the records that it completes."""
        segment = _SEGMENT.match(text)
        name = segment[0] if segment else ""
        self.names.note(name)
        if name in _HEADERS or (name == "PID" and self._patient) or not self._is_open:
            yield from self._next(line, is_open=bool(name))
        values: Iterable[str] = (text,)
        if name in _HEADERS:
            self._syntax = _Syntax.of(text)
            values = self._syntax.values(text[3:].partition(text[3])[2].partition(text[3])[2])
        elif name:
            values = self._syntax.values(text[4:])
        for value in values:
            if name == "PID" and len(self._patient) < _MOST_OF_PATIENT and len(value) <= _LONG:
                self._patient.append(value)
            yield from self._add(value, line)

    def end(self) -> Iterator[Record]:
        """Yield what is left of the message."""
        if self._has_news:
            yield Record(tuple(self._values), self._line, self._row)
        self._values, self._has_news = [], False

    def _next(self, line: int, *, is_open: bool) -> Iterator[Record]:
        yield from self.end()
        self._patient = []
        self._is_open, self._line, self._is_new = is_open, line, True

    def _add(self, value: str, line: int) -> Iterator[Record]:
        self._row += self._is_new
        self._is_new = False
        if len(value) > _LONG:
            yield Record((value,), line, self._row)
            return
        if len(self._values) >= _MOST_VALUES:
            yield from self.end()
            self._values = list(self._patient)
        self._values.append(value)
        self._has_news = True
