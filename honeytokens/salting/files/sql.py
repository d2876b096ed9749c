"""SQL dumps: ``INSERT`` statements of one or many rows, and PostgreSQL's ``COPY``. Copied character by character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from honeytokens.errors import SaltRefusedError
from honeytokens.salting.columns import fields_of
from honeytokens.salting.files.interface import Cells, Rows

_NAME = r'[`"\[]?[\w$]+[`"\]]?'
_TABLE = rf"(?P<table>{_NAME}(?:\.{_NAME})*)"
_INSERT = re.compile(
    rf"\bINSERT\s+(?:IGNORE\s+)?INTO\s+{_TABLE}\s*(?:\((?P<columns>[^)]*)\))?\s*VALUES\s*", re.IGNORECASE
)
_COPY = re.compile(rf"^COPY\s+{_TABLE}\s*\((?P<columns>[^)]*)\)\s+FROM\s+stdin;\r?\n", re.IGNORECASE | re.MULTILINE)
_CREATE = re.compile(
    rf"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_TABLE}\s*\((?P<body>.*?)\)[^)]*;", re.IGNORECASE | re.DOTALL
)
_COLUMN = re.compile(rf"^\s*(?P<name>{_NAME})\s+\w", re.MULTILINE)
_NO_COLUMNS = {"primary", "key", "unique", "constraint", "index", "foreign", "fulltext", "check"}
_PLAIN = r"'(?:[^']|'')*'"
_ESCAPED = r"'(?:[^'\\]|''|\\.)*'"


@dataclass(slots=True)
class _Row:
    """Where a row stands in the text, how its cells are written, and whether it is a line of COPY."""

    start: int
    end: int
    literals: tuple[str, ...]
    copied: bool


@dataclass(slots=True)
class _Table:
    columns: tuple[str, ...]
    rows: list[_Row] = field(default_factory=list)


class SqlExtract:
    """The first table of a dump whose columns tell patients. ``columns`` may have been given by ``CREATE TABLE``."""

    def __init__(self, path: Path) -> None:
        raw = path.read_bytes()
        try:
            self._text, self._encoding = raw.decode(), "utf-8"
        except UnicodeDecodeError:
            self._text, self._encoding = raw.decode("latin-1"), "latin-1"
        self._escapes = bool(re.search(r"`|ENGINE\s*=|MySQL|MariaDB", self._text))
        self._quoted = re.compile(_ESCAPED if self._escapes else _PLAIN, re.DOTALL)
        self._table = self._patients(path)
        self.rows = Rows(self._table.columns, [self._cells(row) for row in self._table.rows])

    def write(self, added: Mapping[int, Sequence[Cells]], stream: IO[bytes]) -> None:
        """Write every character as it was, with rows mixed into the statements."""
        rows, at = self._table.rows, 0
        for place in sorted(added):
            last = place == len(rows)
            beside = rows[place - 1] if last else rows[place]
            cut = beside.end if last else beside.start
            stream.write(self._text[at:cut].encode(self._encoding))
            at = cut
            written = [self._written(cells, beside) for cells in added[place]]
            if beside.copied:
                text = "".join(f"{row}\n" for row in written)
            else:
                text = "".join(f",{row}" for row in written) if last else "".join(f"{row}," for row in written)
            stream.write(text.encode(self._encoding, "replace"))
        stream.write(self._text[at:].encode(self._encoding))

    def _patients(self, path: Path) -> _Table:
        tables: dict[str, _Table] = {}
        created = {m["table"]: _created(m["body"]) for m in _CREATE.finditer(self._text)}
        at = 0
        while match := _first(_INSERT.search(self._text, at), _COPY.search(self._text, at)):
            columns = _names(match["columns"] or "") or created.get(match["table"], ())
            table = tables.setdefault(match["table"], _Table(columns))
            found = self._lines(match.end()) if match.re is _COPY else self._tuples(match.end())
            at = match.end()
            for row in found:
                if len(row.literals) == len(table.columns):
                    table.rows.append(row)
                at = row.end
        for table in tables.values():
            try:
                fields_of(table.columns, {})
            except SaltRefusedError:
                continue
            if table.rows:
                return table
        raise SaltRefusedError(
            f"{path} holds no rows of a table with a surname, a first name and a birth date",
            "Dump the table of patients with its column names",
        )

    def _lines(self, at: int) -> Iterator[_Row]:
        while at < len(self._text) and not self._text.startswith("\\.", at):
            end = self._text.find("\n", at)
            end = len(self._text) - 1 if end < 0 else end
            yield _Row(at, end + 1, tuple(self._text[at:end].rstrip("\r").split("\t")), copied=True)
            at = end + 1

    def _tuples(self, at: int) -> Iterator[_Row]:
        text = self._text
        while at < len(text) and text[at] == "(":
            start, literals, from_ = at, list[str](), at + 1
            at += 1
            while text[at : at + 1] != ")":
                if text[at : at + 1] == "'":
                    quoted = self._quoted.match(text, at)
                    if quoted is None:
                        return
                    at = quoted.end()
                elif at >= len(text):
                    return
                elif text[at] == ",":
                    literals.append(text[from_:at].strip())
                    at += 1
                    from_ = at
                elif text[at] == "(":
                    at = text.find(")", at) + 1 or len(text)
                else:
                    at += 1
            literals.append(text[from_:at].strip())
            at += 1
            yield _Row(start, at, tuple(literals), copied=False)
            space = re.compile(r"\s*,\s*").match(text, at)
            if space is None:
                return
            at = space.end()

    def _cells(self, row: _Row) -> Cells:
        if row.copied:
            return tuple(None if text == "\\N" else text for text in row.literals)
        return tuple(self._read(literal) for literal in row.literals)

    def _read(self, literal: str) -> str | None:
        if literal.upper() == "NULL":
            return None
        if literal.startswith("'") and literal.endswith("'"):
            inner = literal[1:-1].replace("''", "'")
            return re.sub(r"\\(.)", r"\1", inner) if self._escapes else inner
        return literal

    def _written(self, cells: Cells, beside: _Row) -> str:
        if beside.copied:
            return "\t".join("\\N" if cell is None else cell for cell in cells)
        return f"({','.join(self._literal(place, cell) for place, cell in enumerate(cells))})"

    def _literal(self, place: int, cell: str | None) -> str:
        if cell is None:
            return "NULL"
        others = (row.literals[place] for row in self._table.rows if row.literals[place].upper() != "NULL")
        if not next(others, "'").startswith("'"):
            return cell
        quoted = cell.replace("\\", "\\\\") if self._escapes else cell
        return "'" + quoted.replace("'", "\\'" if self._escapes else "''") + "'"


def _first(*matches: re.Match[str] | None) -> re.Match[str] | None:
    return min((match for match in matches if match), key=lambda match: match.start(), default=None)


def _names(columns: str) -> tuple[str, ...]:
    return tuple(name.strip().strip('`"[]') for name in columns.split(",") if name.strip())


def _created(body: str) -> tuple[str, ...]:
    names = (match["name"].strip('`"[]') for match in _COLUMN.finditer(body))
    return tuple(name for name in names if name.lower() not in _NO_COLUMNS)
