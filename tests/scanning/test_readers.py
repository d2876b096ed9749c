"""Readers: every record at its place, whatever the dialect, and hostile text in bounded time and memory."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import damage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honeytokens.scanning.readers import CONTAINERS, READERS, Container, Reader, Record, Source
from honeytokens.scanning.readers.streams import Budget, ByteStream
from honeytokens.scanning.windows import WINDOW, cut

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
ROWS = st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=3, max_size=6)


def source(data: bytes | str) -> Source:
    raw = data if isinstance(data, bytes) else data.encode()
    return Source("dump", None, ByteStream(io.BytesIO(raw), Budget(len(raw))))


def kind(data: bytes | str) -> str:
    return next(name for name, reader in READERS.items() if reader.recognises(source(data)))


def records(data: bytes | str, reader: str | None = None) -> list[Record]:
    return [found for found in READERS[reader or kind(data)].records(source(data)) if isinstance(found, Record)]


def fields(data: bytes | str, reader: str | None = None) -> list[tuple[str, ...]]:
    return [record.fields for record in records(data, reader)]


def test_families_hold_what_they_say() -> None:
    assert all(isinstance(reader, Reader) for reader in READERS.values())
    assert all(isinstance(container, Container) for container in CONTAINERS.values())
    assert list(READERS)[-1] == "text"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("nom;prenom\na;b\nc;d\n", "delimited"),
        ("a,b,c\n", "delimited"),
        ("a\tb\nc\td\n", "delimited"),
        ("a|b|c\nd|e|f\n", "delimited"),
        ('{"a": 1}\n{"a": 2}\n', "json"),
        ("[\n  {\n", "json"),
        ("-- MySQL dump 10.13\n", "sql"),
        ("INSERT INTO t VALUES (1);", "sql"),
        ("COPY public.t (a, b) FROM stdin;\n1\t2\n\\.\n", "sql"),
        ("Bonjour Madame,\nvoici la liste\n", "text"),
        ("[2024-03-19 10:00] DUPONT Jean\n", "text"),
        (b"\x00\x01\x02\xff", "binary"),
        ("a;b\nc;d\n".encode("utf-16"), "delimited"),
    ],
)
def test_recognition(data: bytes | str, expected: str) -> None:
    assert kind(data) == expected


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"\0" * 5000,
        b"[" * 5000,
        b'{"a":' * 2000,
        b'"' * 3001,
        b"INSERT INTO t VALUES (" * 300,
        b"INSERT INTO t VALUES ('\n" * 300,
        b"COPY t (a) FROM stdin;\n" * 20,
        b'a;"b\n' * 500,
        b"\xff\xfe\xfa" * 99,
        bytes(range(256)) * 20,
        b"x" * 3_000_000,
        b'["' + b"x" * 3_000_000,
        b"INSERT INTO t VALUES ('" + b"x" * 3_000_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_every_reader_survives_and_loses_no_text(reader: str, data: bytes) -> None:
    found = records(data, reader) if reader != "delimited" or READERS[reader].recognises(source(data)) else []
    assert all(isinstance(text, str) for record in found for text in record.fields)
    if found and b"x" * 100 in data:
        assert sum(text.count("x") for record in found for text in record.fields) >= 2_999_000


@pytest.mark.parametrize("reader", READERS)
@given(data=st.binary(max_size=300))
@settings(deadline=None)  # some start a process
def test_every_reader_survives_any_bytes(reader: str, data: bytes) -> None:
    records(data, reader)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
@given(rows=ROWS)
def test_csv_round_trip(delimiter: str, quoting: int, rows: list[list[str]]) -> None:
    rows = [["id", "nom", "note"], *[[f"7{n}", *row[1:]] for n, row in enumerate(rows)]]
    rows = [[text.replace("\r", " ").replace("\x01", " ").replace("\\", "/") for text in row] for row in rows]
    data = damage.as_csv(rows, delimiter, quoting)
    if quoting == csv.QUOTE_MINIMAL and any(sign in text for row in rows for text in row for sign in '"\n;,\t|^~\x1f'):
        return  # then the delimiter is a matter of taste
    assert fields(data, "delimited") == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('1;"a;b";c', ("1", "a;b", "c")),
        ('1;"say ""hi""";c', ("1", 'say "hi"', "c")),
        ('1;"say \\"hi\\";now";c', ("1", 'say "hi";now', "c")),
        ('1;5" pipe;c', ("1", '5" pipe', "c")),
        ("1;'a;b';c", ("1", "a;b", "c")),
        ("1;l'eau;d'ici", ("1", "l'eau", "d'ici")),
        ('"1"; "a" ;c', ("1", "a ", "c")),
        ("1;;", ("1", "", "")),
    ],
)
def test_csv_dialects(line: str, expected: tuple[str, ...]) -> None:
    assert fields("\n".join([line] * 5)) == [expected] * 5


@given(rows=ROWS)
def test_mysql_round_trip(rows: list[list[str]]) -> None:
    found = fields(damage.as_mysql(rows), "sql")
    assert [row for row in found if len(row) > 1] == [("", *row) for row in rows]


@given(rows=ROWS)
def test_postgresql_round_trips(rows: list[list[str]]) -> None:
    rows = [[text.replace("\r", " ") for text in row] for row in rows]
    assert [row for row in fields(damage.as_inserts(rows), "sql") if len(row) > 1] == [tuple(row) for row in rows]
    copied = [row for row in fields(damage.as_copy(rows), "sql") if len(row) > 1]
    assert copied == [("", *row) for row in rows]


@given(rows=ROWS)
def test_json_round_trip(rows: list[list[str]]) -> None:
    people = [dict(zip("abc", (f"x{row[0]}", f"y{row[1]}", f"z{row[2]}"), strict=True)) for row in rows]
    expected = [tuple(person.values()) for person in people]
    for data in (damage.as_ndjson(people), damage.as_pretty_json(people), json.dumps({"p": {"q": people}})):
        found = fields(data, "json")
        assert [row for row in found if len(row) == 3] == expected


def test_sql_traps() -> None:
    rows = [["a),(b", "it's", "\\"], ["x;", "--", "(("], ["VALUES (1)", "\n", "é"]]
    for dump in (damage.as_mysql, damage.as_inserts):
        assert [row[-3:] for row in fields(dump(rows), "sql") if len(row) > 2] == [tuple(row) for row in rows]


def test_places_in_delimited_text() -> None:
    data = 'nom;note\nDUPONT;"deux\nlignes"\n\nMARTIN;x\n'
    found = records(data)
    assert [(r.fields[0], r.line, r.row, r.offset) for r in found] == [
        ("nom", 1, 1, 0),
        ("DUPONT", 2, 2, 9),
        ("MARTIN", 5, 3, 31),
    ]
    assert data[31:].startswith("MARTIN")


def test_places_in_sql() -> None:
    data = "-- MySQL dump\n\nINSERT INTO t VALUES\n(1,'a'),\n(2,'b'),(3,'c');\nINSERT INTO t VALUES (4,'d');\n"
    assert [(r.fields[-1], r.line, r.row) for r in records(data)][1:] == [
        ("a", 4, 2),
        ("b", 5, 3),
        ("c", 5, 4),
        ("d", 6, 5),
    ]


def test_places_in_json() -> None:
    pretty = json.dumps([{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}], indent=1)
    places = [(record.fields, record.line, record.row) for record in records(pretty)]
    assert places[:2] == [(("1", "2", "3"), 2, 1), (("4", "5", "6"), 7, 2)]
    lines = '{"a": 1, "b": 2, "c": 3}\n' * 3
    assert [(r.line, r.row) for r in records(lines)] == [(1, 1), (2, 2), (3, 3)]


def test_large_json_objects_lose_nothing() -> None:
    keyed = {str(100_000 + n): {"mail": f"p{n}@x.fr", "age": n} for n in range(500)}
    found = fields(json.dumps({"by_id": keyed, "mails": [f"q{n}@x.fr" for n in range(500)]}), "json")
    seen = {text for row in found for text in row}
    assert {f"p{n}@x.fr" for n in range(500)} | {f"q{n}@x.fr" for n in range(500)} | set(keyed) <= seen
    assert max(map(len, found)) <= 128
    assert all(any(f"p{n}@x.fr" in row and str(n) in row for row in found) for n in range(500))


def test_a_stray_quote_costs_one_record_only() -> None:
    data = "nom;note\n" + 'DUPONT;"5 cm\n' + "MARTIN;rien\n" * 400
    found = fields(data)
    assert found.count(("MARTIN", "rien")) >= 200
    assert ("DUPONT", "5 cm") in found


def test_long_text_is_cut_into_windows_that_miss_nothing() -> None:
    text = " ".join(f"w{n:04d}" for n in range(2000))
    pieces = list(cut(Record(("short", text), line=3, row=2)))
    assert pieces[0].fields == ("short",)
    assert all(len(field) <= WINDOW for piece in pieces for field in piece.fields)
    assert all((piece.line, piece.row) == (3, 2) for piece in pieces)
    assert all(any(f"w{n:04d} w{n + 1:04d}" in piece.fields[0] for piece in pieces) for n in range(1999))


def test_offsets_of_windows() -> None:
    data = b"#\n" + b"a" * 700 + b" needle " + b"b" * 700
    found = [piece for record in records(data, "text") for piece in cut(record) if " needle " in piece.fields[0]]
    assert found
    for piece in found:
        assert piece.offset is not None
        assert data[piece.offset :].startswith(piece.fields[0].encode())


def test_reads_in_pieces_whatever_the_size(tmp_path: Path) -> None:
    row = "(1,'" + "x" * 999 + "','DUPONT')"
    data = "INSERT INTO t VALUES " + ",".join([row] * 4000) + ";\n"
    assert fields(data, "sql") == [("1", "x" * 999, "DUPONT")] * 4000
    items = json.dumps([{"a": "x" * 999, "b": "y", "c": "DUPONT"}] * 4000)
    assert fields(items, "json").count(("x" * 999, "y", "DUPONT")) == 4000
