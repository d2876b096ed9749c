"""Which rows of which tables an SQL statement reads, by its text alone.

No grammar: words, names, numbers and strings of the usual dialects are told apart, tables are what follows FROM and
JOIN, and rows are named by comparisons of a key column with values. What is not understood makes a read wider, never
narrower: a table whose rows are not named is read in bulk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from honeytokens.audit_logs.interface import Watched

_TOKEN = re.compile(
    r"""\s+ | --[^\n]* | \#[^\n]* | /\*(?![!M]).*?\*/ | /\*[!M]\d* | \*/
      | (?P<string>'(?:[^'\\]|\\.|'')*'?)
      | (?P<quoted>`[^`]*`? | "(?:[^"]|"")*"? | \[\w+\])
      | (?P<bind>\$\d+ | \? | %s | :\w+)
      | (?P<number>\d+(?:\.\d+)?\b)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<sign><=> | :: | [^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_LONGEST = 1_000_000
"""Signs of a statement that are looked at; a dump's statement is known from its start."""
_READING = frozenset({"select", "copy", "table", "with", "prepare", "declare", "explain", "handler"})
_AFTER_TABLES = frozenset(
    re.findall(
        r"\w+",
        "where group order limit having union window fetch for on using inner left right full cross natural join set"
        " offset straight_join into procedure except intersect select and or when then else end tablesample force use"
        " ignore",
    )
)
_MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of one table that a statement read; no ``keys`` where it does not name them."""

    table: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def reads(statement: str, watched: Watched, binds: Sequence[str] = ()) -> list[Read]:
    """Return what a statement reads of the watched tables, each table once; none for one that reads no rows.

    ``binds`` are the values of its ``$1``, ``$2``... or of its ``?``, in order. A count of rows is no read of them.
    """
    tokens = list(_tokens(statement[:_LONGEST]))
    verb = next((token.text for token in tokens if token.text != "("), "")
    if verb not in _READING:
        return []
    tables = _tables(tokens, watched)
    if not tables or _only_counts(tokens):
        return []
    named = _named(tokens, tables, watched, binds)
    # Where rows are named, what else is joined hangs on them.
    rows = [Read(table, keys) for table, keys in named.items()]
    return rows or [Read(table) for table in dict.fromkeys(tables.values())]


def _tokens(statement: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(statement):
        if kind := match.lastgroup:
            text = match[0]
            if kind == "quoted":
                text = text[1:-1] if text[-1] in '`"]' and len(text) > 1 else text[1:]
            if kind in ("word", "quoted"):
                text = text.lower()
            yield _Token("name" if kind == "quoted" else kind, text)


def _tables(tokens: Sequence[_Token], watched: Watched) -> dict[str, str]:
    """Return the watched tables that are read, by the name or alias under which columns are written."""
    found: dict[str, str] = {}
    for place, token in enumerate(tokens):
        if token.kind == "word" and token.text in ("from", "join", "table", "copy", "handler"):
            found.update(_list_of_tables(tokens, place + 1, watched))
    return found


def _list_of_tables(tokens: Sequence[_Token], place: int, watched: Watched) -> Iterator[tuple[str, str]]:
    """Yield (alias, table) of a list like ``only (his.patients) AS p, sejour s``."""
    while place < len(tokens):
        while place < len(tokens) and tokens[place].text in ("(", "only", "lateral"):
            place += 1
        path = []
        while place < len(tokens) and tokens[place].kind in ("word", "name"):
            path.append(tokens[place].text)
            place += 1
            if place < len(tokens) and tokens[place].text == ".":
                place += 1
            else:
                break
        if not path:
            return
        table = path[-1]
        if place < len(tokens) and tokens[place].text == "as":
            place += 1
        aliased = place < len(tokens) and tokens[place].kind in ("word", "name") and not _ends_tables(tokens[place])
        alias = tokens[place].text if aliased else table
        place += aliased
        if table in watched:
            yield alias, table
        while place < len(tokens) and tokens[place].text == ")":
            place += 1
        if place >= len(tokens) or tokens[place].text != ",":
            return
        place += 1


def _ends_tables(token: _Token) -> bool:
    return token.kind == "word" and token.text in _AFTER_TABLES


def _only_counts(tokens: Sequence[_Token]) -> bool:
    """Return whether a statement asks for a number of rows and for nothing in them."""
    words = [token.text for token in tokens]
    if words[:3] != ["select", "count", "("] or "from" not in words or ")" not in words:
        return False
    return words.index("from") == words.index(")") + 1


def _named(
    tokens: Sequence[_Token], tables: Mapping[str, str], watched: Watched, binds: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the rows that comparisons name, by their table."""
    found: dict[str, dict[str, None]] = {}
    values = _bound(tokens, binds)
    for place, token in enumerate(tokens):
        target = _column(tokens, place, tables, watched) if token.kind in ("word", "name") else None
        if target is None:
            continue
        for key in _compared(values, place + 1):
            keys = found.setdefault(target, {})
            if len(keys) < _MOST_KEYS:
                keys[key] = None
    return {table: tuple(keys) for table, keys in found.items()}


def _column(tokens: Sequence[_Token], place: int, tables: Mapping[str, str], watched: Watched) -> str | None:
    """Return the table of which a column names rows, if it is such a column of a table that is read."""
    column = tokens[place].text
    if place >= 2 and tokens[place - 1].text == ".":
        owner = tables.get(tokens[place - 2].text)
        return watched.tables[owner].get(column) if owner else None
    owners = [watched.tables[table][column] for table in tables.values() if column in watched.tables[table]]
    return owners[0] if owners else None


def _bound(tokens: Sequence[_Token], binds: Sequence[str]) -> list[_Token]:
    """Return the tokens with the values of their binds, where they are known."""
    positional = iter(binds)
    bound = []
    for token in tokens:
        value = None
        if token.kind == "bind" and token.text.startswith("$"):
            number = int(token.text[1:])
            value = binds[number - 1] if 0 < number <= len(binds) else None
        elif token.kind == "bind":
            value = next(positional, None)
        bound.append(token if value is None else _Token("value", value))
    return bound


def _compared(tokens: Sequence[_Token], place: int) -> Iterator[str]:
    """Yield the values of ``= 5``, ``= ANY (ARRAY[5, 6])``, ``IN (5, 6)``, ``= '{5,6}'`` at ``place``."""
    if place >= len(tokens) or tokens[place].text not in ("=", "<=>", "in"):
        return
    several = tokens[place].text == "in"
    place += 1
    while place < len(tokens) and tokens[place].text in ("(", "[", "any", "array", "row"):
        several = True
        place += 1
    while place < len(tokens):
        value = _value(tokens[place])
        if value is None:
            return
        yield from value
        place += 1
        while place < len(tokens) and tokens[place].text == "::":
            place += 2
        if not several or place >= len(tokens) or tokens[place].text != ",":
            return
        place += 1


def _value(token: _Token) -> list[str] | None:
    """Return the values that a token writes: one, or those of PostgreSQL's ``{5,6}``."""
    if token.kind == "number":
        return [token.text]
    if token.kind == "value":
        text = token.text
    elif token.kind == "string":
        text = re.sub(r"\\(.)|''", lambda match: match[1] or "'", token.text[1:].removesuffix("'"))
    else:
        return None
    if text.startswith("{") and text.endswith("}"):
        return [part.strip(' "') for part in text[1:-1].split(",") if part.strip()]
    return [text]
