"""JSON of any shape: one value per line, arrays, pretty-printed, nested, cut short or with stray text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from honeytokens.scanning.readers.decoding import LINE_LIMIT, Lines
from honeytokens.scanning.readers.interface import Reader, Record, Source

_START = re.compile(r"\s*(?:\[\s*(?:[\[{\"]|$)|\{\s*(?:[\"}]|$))")
_TOKEN = re.compile(r'("(?:[^"\\]++|\\.)*+")\s*+(:?)|([\[{])|([\]}])|([^\s,:"\[\]{}]++)|(")')
_NO_VALUES = frozenset({"", "null", "true", "false"})
_KEY_VALUE = re.compile(r"@|\d{6}")
_MOST_VALUES = 128
_LEAST_VALUES = 3
_MOST_DEPTH = 200


@dataclass(slots=True)
class _Frame:
    """An object or array that is open.

    ``values`` are the scalars in it, at any depth, and ``own`` those directly in it, both since it last grew too large
    to be one record; ``small`` are the records of parts that are too small to be worth one if this frame is.
    """

    is_array: bool
    line: int | None
    row: int
    in_array: bool
    values: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    small: list[Record] = field(default_factory=list)
    members: int = 0
    too_large: bool = False

    def split(self) -> Iterator[Record]:
        """Give up being one record: yield what no other record holds."""
        if self.own:
            yield Record(tuple(self.own), self.line, self.row)
        yield from self.small
        self.values, self.own, self.small, self.too_large = [], [], [], True


class JsonText(Reader):
    """Yields each object and array with all the scalars in it, at any depth, as long as they are at most 128.

    So a flat object is one record, and an object with parts is one record besides those of its parts, whatever the
    document's shape. ``row`` is the place in the outermost array, or else among the values of the whole text.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the text begins as an array or object."""
        return _START.match(source.sample.removeprefix("\ufeff")) is not None

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records; scalars outside any object or array are records of their own."""
        stack = _Stack()
        carried = ""
        for line in Lines(source.stream, source.encoding, source.sample):
            text = carried + line.text
            end = len(text) if line.whole else _safe_end(text)
            carried = text[end:]
            for token in _TOKEN.finditer(text, 0, end):
                yield from stack.take(token, line.number)
            if len(carried) > LINE_LIMIT:  # one giant string
                yield Record((carried,), line.number)
                carried = ""
        for token in _TOKEN.finditer(carried):
            yield from stack.take(token, None)
        yield from stack.end()


def _safe_end(text: str) -> int:
    """Return where the last token begins, since a piece of an overlong line may cut it."""
    last = 0
    for token in _TOKEN.finditer(text):
        if token[6]:
            return token.start()
        last = token.start()
    return last


class _Stack:
    """The objects and arrays that are open, and how they become records."""

    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._row = 0
        self._too_deep = 0

    def take(self, token: re.Match[str], line: int | None) -> Iterator[Record]:
        """Take the next token; yield the records that it completes."""
        string, colon, opening, closing, bare, _ = token.groups()
        if opening:
            self._open(opening == "[", line)
        elif closing:
            yield from self._close()
        elif colon:
            if _KEY_VALUE.search(string):  # objects keyed by an identifier or e-mail address
                yield from self._add(_text(string), line)
        elif string:
            yield from self._add(_text(string), line)
        elif bare and bare not in _NO_VALUES:
            yield from self._add(bare, line)

    def end(self) -> Iterator[Record]:
        """Yield what a text that was cut short left open."""
        while self._frames:
            yield from self._close()

    def _open(self, is_array: bool, line: int | None) -> None:
        if len(self._frames) >= _MOST_DEPTH:
            self._too_deep += 1
        elif not self._frames:
            self._row += 1
            self._frames.append(_Frame(is_array, line, self._row, in_array=False))
        else:
            parent = self._frames[-1]
            parent.members += 1
            row = parent.members if parent.is_array and not parent.in_array else parent.row
            self._frames.append(_Frame(is_array, line, row, in_array=parent.in_array or parent.is_array))

    def _add(self, value: str, line: int | None) -> Iterator[Record]:
        if not self._frames:
            self._row += 1
            yield Record((value,), line, self._row)
            return
        frame = self._frames[-1]
        if len(frame.values) >= _MOST_VALUES:
            yield from frame.split()
        frame.values.append(value)
        frame.own.append(value)

    def _close(self) -> Iterator[Record]:
        if self._too_deep:
            self._too_deep -= 1
            return
        if not self._frames:
            return
        frame = self._frames.pop()
        parent = self._frames[-1] if self._frames else None
        if frame.too_large:
            yield from frame.split()
            if parent is not None and not parent.too_large:
                yield from parent.split()
            return
        record = Record(tuple(frame.values), frame.line, frame.row)
        if parent is not None and len(parent.values) + len(frame.values) > _MOST_VALUES:
            yield from parent.split()
        if not frame.values:
            return
        if parent is None or parent.too_large or len(frame.values) >= _LEAST_VALUES:
            yield record
        else:
            parent.small.append(record)
        if parent is not None:
            parent.values.extend(frame.values)


def _text(string: str) -> str:
    if "\\" not in string:
        return string[1:-1]
    try:
        return str(json.loads(string, strict=False))
    except ValueError:
        return string[1:-1]
