"""SQL dumps: multi-row INSERT (mariadb-dump, mysqldump, SQLite, pg_dump --inserts) and COPY blocks (pg_dump)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from honeytokens.scanning.readers.decoding import Line, Lines
from honeytokens.scanning.readers.interface import Reader, Record, Source

_SIGNS = re.compile(
    r"^(?:-- (?:MySQL|MariaDB|PostgreSQL) |/\*!\d|CREATE TABLE\s"
    r"|[^\S\n]*(?:INSERT|REPLACE)\s+(?:\w+\s+)?INTO\s|COPY\s.+\sFROM stdin;)",
    re.IGNORECASE | re.MULTILINE,
)
_LITERAL_BACKSLASH = re.compile(
    r"^(?:-- PostgreSQL database dump|SET standard_conforming_strings = on|PRAGMA foreign_keys)", re.MULTILINE
)
_INSERT = re.compile(r"\s*(?:INSERT|REPLACE)\s+(?:\w+\s+){0,3}INTO\s", re.IGNORECASE)
_VALUES = re.compile(r"\bVALUES?\s*(?=\(|$)", re.IGNORECASE)
_COPY = re.compile(r"COPY\s.+\sFROM\s+stdin\b.*;\s*$", re.IGNORECASE)
_HEADER_LINES = 50
_HEADER_CHARS = 2000
_ROW_CHARS = 8 << 20

_ROW = r"\s*+,?\s*+\(((?:[^'()]++|'(?:{inside})*+'|\((?:[^'()]++|'(?:{inside})*+')*+\))*+)\)"
_VALUE = r"(?:\b([xX]))?'((?:{inside})*+)'|\b0[xX]([0-9A-Fa-f]++)\b|([^\s,'()]++)"
_BACKSLASH = r"[^'\\]++|\\.|''"
_PLAIN = r"[^']++|''"
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANING = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "N": "", "f": "\f", "v": "\v"}


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: _MEANING.get(match[1], match[1]), text) if "\\" in text else text


def _from_hex(digits: str) -> str:
    return bytes.fromhex(digits[: len(digits) & ~1]).decode("utf-8", errors="replace")


class _Syntax:
    """How one family of dumps writes rows: whether a backslash escapes inside quotes."""

    def __init__(self, inside: str, backslash: bool) -> None:
        self._backslash = backslash
        self.row = re.compile(_ROW.format(inside=inside), re.DOTALL)
        self._value = re.compile(_VALUE.format(inside=inside), re.DOTALL)

    def fields(self, row: str) -> tuple[str, ...]:
        """Return the values of a row, unquoted; NULL is empty."""
        return tuple(self._plain(*groups) for groups in self._value.findall(row))

    def _plain(self, hex_sign: str, quoted: str, digits: str, bare: str) -> str:
        if quoted:
            if hex_sign:
                return _from_hex(quoted) if re.fullmatch(r"[0-9A-Fa-f]*", quoted) else quoted
            quoted = quoted.replace("''", "'")
            return _unescape(quoted) if self._backslash else quoted
        if digits:
            return _from_hex(digits)
        return "" if bare.upper() == "NULL" or bare.startswith("_") else bare


_WITH_BACKSLASH = _Syntax(_BACKSLASH, backslash=True)
_WITHOUT_BACKSLASH = _Syntax(_PLAIN, backslash=False)


class SqlDump(Reader):
    """Reads rows of INSERT statements and COPY blocks; every other line of the dump is a record of plain text."""

    def recognises(self, source: Source) -> bool:
        """Return whether a line of the first bytes is a dump's own."""
        return _SIGNS.search(source.sample) is not None

    def records(self, source: Source) -> Iterator[Record]:
        """Yield one record per row of a table, and one per other line; ``row`` counts them all."""
        syntax = _WITHOUT_BACKSLASH if _LITERAL_BACKSLASH.search(source.sample[:_HEADER_CHARS]) else _WITH_BACKSLASH
        lines = Lines(source.stream, source.encoding, source.sample)
        for row, (fields, line) in enumerate(_rows(lines, syntax), start=1):
            yield Record(fields, line, row)


def _rows(lines: Lines, syntax: _Syntax) -> Iterator[tuple[tuple[str, ...], int]]:
    for line in lines:
        if _COPY.match(line.text):
            yield from _copied(lines)
        elif _INSERT.match(line.text) and (start := _first_row(line, lines)) is not None:
            yield from _inserted(start, lines, syntax)
        elif line.text and not line.text.isspace():
            yield (line.text,), line.number


def _copied(lines: Lines) -> Iterator[tuple[tuple[str, ...], int]]:
    for line in lines:
        if line.text == "\\.":
            return
        yield tuple(map(_unescape, line.text.split("\t"))), line.number


def _first_row(line: Line, lines: Lines) -> Line | None:
    """Return what follows VALUES, or ``None`` when there is none (``INSERT ... SELECT``)."""
    taken = list[Line]()
    current: Line | None = line
    while current is not None and len(taken) < _HEADER_LINES:
        if match := _VALUES.search(current.text):
            return current._replace(text=current.text[match.end() :])
        if ";" in current.text:
            break
        current = lines.next()
        if current is not None:
            taken.append(current)
    lines.put_back(*taken)
    return None


def _inserted(start: Line, lines: Lines, syntax: _Syntax) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the rows of one statement; what follows it is put back."""
    text, number, end = start.text, start.number, 0
    while True:
        while match := syntax.row.match(text, end):
            number += text.count("\n", end, match.start(1))
            yield syntax.fields(match[1]), number
            number += text.count("\n", match.start(1), match.end())
            end = match.end()
        text, end = text[end:], 0
        begun = text.lstrip(" \t\r\n,")[:1] in {"", "("}
        more = _more(lines, len(text), number + text.count("\n")) if begun and len(text) < _ROW_CHARS else ""
        if not more:
            break
        text += more
    rest = [Line(part, number + index, None, True) for index, part in enumerate(text.split("\n"))]
    rest = [line for line in rest if line.text.strip(" \t\r,;")]
    if begun:  # a row that never ends: as plain text, since reading it as SQL once more could take for ever
        yield from (((line.text,), line.number) for line in rest)
    else:
        lines.put_back(*rest)


def _more(lines: Lines, size: int, number: int) -> str:
    """Return what follows line ``number``, at least ``size`` signs of it, so that a long row is matched few times."""
    parts = list[str]()
    while size >= 0 and (line := lines.next()) is not None:
        parts.append("\n" * (line.number - number) + line.text)
        size -= len(line.text) + 1
        number = line.number
    return "".join(parts)
