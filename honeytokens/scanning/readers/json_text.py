"""JSON of any shape: one value per line, arrays, pretty-printed, nested, cut short or with stray text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from honeytokens.scanning.readers.decoding import LINE_LIMIT, Line, Lines
from honeytokens.scanning.readers.interface import Reader, Record, Source
from honeytokens.scanning.readers.nested import Nested

_START = re.compile(r"\s*(?:\[\s*(?:[\[{\"]|$)|\{\s*(?:[\"}]|$))")
# A quote that does not stand where one can end a string, after one that could begin it, is a stray one: otherwise one
# lost quote would turn all strings after it inside out. Escaped quotes begin no string, so that no sign is tried twice.
_TOKEN = re.compile(
    r'("(?:[^"\\]++|\\.)*+"(?=\s*+(?:[,:\]}]|\Z)))\s*+(:?)|([\[{])|([\]}])|((?:[^\s,:"\\\[\]{}]++|\\.|\\\Z)++)|(")',
    re.DOTALL,
)
_REST_OF_STRING = re.compile(r"(?:[^\"\\]++|\\.)*+", re.DOTALL)
_KEY = re.compile(r'"[^"\n]{1,64}"\s*:')
_LEAST_KEYS = 5
_LEAST_KEY_SHARE = 0.1
_WHOLE_LINE = re.compile(r"\s*\{.*\}\s*")
_NO_VALUES = frozenset({"", "null", "true", "false"})
_KEY_VALUE = re.compile(r"@|\d{6}")
_OVERLAP = 256


class JsonText(Reader):
    """Yields objects and arrays as records, as :mod:`.nested` says; strings above 1,024 signs are records of their own.

    A key that is an identifier or an e-mail address is a value of what it names. Where each line is an object, a
    damaged line harms no other.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the text begins as an array or object, or is full of keys as what was cut out of JSON is."""
        if _START.match(source.sample.removeprefix("\ufeff")):
            return True
        keys = _KEY.findall(source.sample)
        return len(keys) >= _LEAST_KEYS and sum(map(len, keys)) > _LEAST_KEY_SHARE * len(source.sample)

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records; scalars outside any object or array are records of their own."""
        by_line = _is_by_line(source.sample)
        text = _Text()
        number = 1
        for line in Lines(source.stream, source.encoding, source.sample):
            if by_line and line.number != number:
                text.end()
            number = line.number
            text.take(line)
            yield from text.tree.drain()
        text.end()
        yield from text.tree.drain()


def _is_by_line(sample: str) -> bool:
    """Return whether most of the first lines are whole objects."""
    lines = [line for line in sample.split("\n")[:-1] if line.strip()]
    return 2 * sum(_WHOLE_LINE.fullmatch(line) is not None for line in lines) > len(lines)


class _Text:
    """Takes lines of JSON apart and builds the tree."""

    def __init__(self) -> None:
        self.tree = Nested()
        self._carried = ""
        self._in_string = False
        self._name = ""
        self._key: str | None = None
        self._line: int | None = None

    def take(self, line: Line) -> None:
        """Take the next line, or piece of an overlong one, whose last token may be cut and is carried over."""
        self._line = line.number
        text, self._carried = self._carried + line.text, ""
        start = self._leave_string(text) if self._in_string else 0
        for token in _TOKEN.finditer(text, start):
            if not line.whole and (token[6] or token.end() == len(text)):
                self._carried = text[token.start() :]
                break
            self._add(token)
        if len(self._carried) > LINE_LIMIT and not self._in_string:  # one giant value
            self._in_string = self._carried.startswith('"')
            self._give(self._carried)

    def end(self) -> None:
        """End a text, wherever it was cut short."""
        for token in _TOKEN.finditer(self._carried):
            self._add(token)
        self._place_key()
        self.tree.end()
        self._carried, self._in_string = "", False

    def _leave_string(self, text: str) -> int:
        """Give out what belongs to the giant string that began before; return where it ends."""
        match = _REST_OF_STRING.match(text)
        end = match.end() if match else 0
        if end < len(text) and text[end] == '"':
            self._in_string = False
            self.tree.add(text[:end], self._line)
            return end + 1
        self._give(text[:end])
        self._carried += text[end:]
        return len(text)

    def _give(self, text: str) -> None:
        """Give out a piece of a giant value; its end is read again with the next one, so that nothing is cut in two."""
        self.tree.add(text, self._line)
        self._carried = text[-_OVERLAP:] if self._in_string else ""

    def _add(self, token: re.Match[str]) -> None:
        string, colon, opening, closing, bare, _ = token.groups()
        if colon:
            self._place_key()
            self._name = string
            if _KEY_VALUE.search(string):
                self._key = _plain(string)
        elif opening:
            self.tree.open(self._line, self._name, is_list=opening == "[")
            self._place_key()
            self._name = ""
        elif closing:
            self._place_key()
            self.tree.close()
            self._name = ""
        elif string or (bare and bare not in _NO_VALUES):
            self._place_key()
            if text := _plain(string) if string else bare:
                self.tree.add(text, self._line)

    def _place_key(self) -> None:
        if self._key is not None:
            self.tree.add(self._key, self._line)
            self._key = None


def _plain(string: str) -> str:
    if "\\" not in string:
        return string[1:-1]
    try:
        return str(json.loads(string, strict=False))
    except ValueError:
        return string[1:-1]
