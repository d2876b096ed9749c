"""Bytes of no known format, and the files of real database servers: every person is found, whole, in one record."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import binary_documents as documents
import people
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from private_server import DatabaseServer
from test_binary_readers import Found, kind, read, records, source, unread

from honeytokens.model import Unread
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.readers import READERS, Record
from honeytokens.scanning.readers.raw_text import runs

PEOPLE = [people.person(random.Random(number), domain="decoys.example") for number in range(300)]
COLUMNS = "id, nom, prenom, naissance, sexe, adresse, cp, ville, tel, email, remarque"
TEXTS = (
    "nom varchar(255) not null, prenom varchar(255), naissance date, sexe char(1), adresse varchar(255), cp varchar(5)"
)
TEXTS += ", ville varchar(255), tel varchar(20), email varchar(255), remarque text"


def rows() -> list[dict[str, object]]:
    """Names in capitals have no sign of where one ends and the next begins; every third row has a NULL."""
    return [
        {
            "id": number,
            "nom": who.surname.upper(),
            "prenom": who.first_name.upper(),
            "naissance": who.birth_date,
            "sexe": "fm"[number % 2],
            "adresse": who.street,
            "cp": who.postcode,
            "ville": who.town,
            "tel": who.phone.replace(" ", ""),
            "email": who.email if number % 3 else None,
            "remarque": "rien à signaler " * (number % 30),
        }
        for number, who in enumerate(PEOPLE, start=1)
    ]


def wanted(row: dict[str, object]) -> set[str]:
    names = ("nom", "prenom", "naissance", "adresse", "cp", "ville", "tel", "email")
    return {str(row[name]) for name in names if row[name] is not None}


def whole_rows(found: Found) -> int:
    """Return how many people have all their fields in one record, each a field of its own."""
    fields = [set(record.fields) for record in records(found)]
    return sum(any(wanted(row) <= record for record in fields) for row in rows())


def fill(engine: sa.Engine, table: str, options: str = "") -> None:
    marks = ", ".join(f":{name.strip()}" for name in COLUMNS.split(","))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table {table} (id int primary key, {TEXTS}) {options}")
        connection.execute(sa.text(f"insert into {table} ({COLUMNS}) values ({marks})"), rows())


@pytest.fixture
def mariadb_files(mariadb_url: str) -> Iterator[dict[str, bytes]]:
    engine = sa.create_engine(mariadb_url, poolclass=sa.NullPool)
    fill(engine, "dynamic", "engine=InnoDB")
    fill(engine, "compact", "engine=InnoDB row_format=compact")
    fill(engine, "packed", "engine=InnoDB row_format=compressed")
    fill(engine, "isam", "engine=MyISAM")
    with engine.connect() as connection:
        connection.exec_driver_sql("create index names on dynamic (nom(30), prenom(30))")
        connection.exec_driver_sql("delete from dynamic where id in (7, 70, 71, 300)")
        connection.exec_driver_sql("commit")
        connection.exec_driver_sql("flush tables isam")
        connection.exec_driver_sql("flush tables dynamic, compact, packed for export")
        folder = Path(str(connection.exec_driver_sql("select @@datadir").scalar()), str(engine.url.database))
        try:
            yield {path.name: path.read_bytes() for path in folder.iterdir()}
        except PermissionError:
            pytest.skip("NOT TESTED: the files of this server cannot be read")
    engine.dispose()


def test_files_of_mariadb_with_deleted_rows(mariadb_files: dict[str, bytes]) -> None:
    for name in ("dynamic.ibd", "compact.ibd", "isam.MYD"):
        data = mariadb_files[name]
        assert kind(data) == "binary"
        found = read(data)
        assert not unread(found)
        assert whole_rows(found) == len(PEOPLE), name
        for row in rows()[::50]:
            offset = next(record.offset for record in records(found) if str(row["adresse"]) in record.fields) or 0
            assert str(row["adresse"]).encode() in data[offset : offset + 600]
    assert "compressed" in unread(read(mariadb_files["packed.ibd"]))[0]


def test_damaged_files_of_mariadb(mariadb_files: dict[str, bytes]) -> None:
    data = bytearray(mariadb_files["dynamic.ibd"])
    noise = random.Random(5)
    for _ in range(40):
        data[noise.randrange(len(data))] ^= noise.randrange(1, 256)
    everything = "\n".join(field for record in records(read(bytes(data))) for field in record.fields)
    assert sum(str(row["tel"]) in everything for row in rows()) > 0.95 * len(PEOPLE)
    half = mariadb_files["dynamic.ibd"][: len(data) // 2 + 777]
    assert whole_rows(read(half)) > 50


@pytest.fixture
def heap(postgresql_url: str) -> bytes:
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    fill(engine, "patients")
    with engine.connect() as connection:
        connection.exec_driver_sql("delete from patients where mod(id, 2) = 0")
        connection.exec_driver_sql("checkpoint")
        folder = Path(str(connection.exec_driver_sql("show data_directory").scalar()))
        path = folder / str(connection.exec_driver_sql("select pg_relation_filepath('patients')").scalar())
    try:
        return path.read_bytes()
    except PermissionError:
        pytest.skip("NOT TESTED: the files of this server cannot be read")


def test_file_of_postgresql_with_deleted_rows(heap: bytes) -> None:
    assert kind(heap) == "binary"
    assert whole_rows(read(heap)) == len(PEOPLE)
    assert whole_rows(read(heap[:30_000])) > 50


def test_pages_of_sqlite() -> None:
    table = [[str(value) for value in row.values()] for row in rows()]
    columns = COLUMNS.replace("id,", "id integer primary key,")
    database = documents.database(f"create table patients ({columns})", ("patients", table))
    found = list(READERS["binary"].records(source(database)))
    assert whole_rows(found) == len(PEOPLE)


def test_own_format_of_pg_dump(
    postgresql_url: str, postgresql_server: DatabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    fill(engine, "patients")
    dump = postgresql_server.dump(postgresql_url, "--format=custom")
    (tmp_path / "p.dump").write_bytes(dump)

    def scanned() -> tuple[Found, set[str | None]]:
        found = list(read_paths([tmp_path / "p.dump"], lambda _: None))
        members = {pair[0].member_of(pair[1]) for pair in found if not isinstance(pair, Unread)}
        return [pair if isinstance(pair, Unread) else pair[1] for pair in found], members

    found, members = scanned()
    assert (unread(found), members, whole_rows(found)) == ([], {"dump.sql"}, len(PEOPLE))
    (tmp_path / "p.dump").write_bytes(dump[: len(dump) * 3 // 4])
    found, _ = scanned()
    assert "gave up" in unread(found)[0]
    monkeypatch.setenv("PATH", str(tmp_path))
    found, _ = scanned()
    assert "pg_restore is not on this machine" in unread(found)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "utf-16-le", "utf-16-be"])
def test_text_in_any_encoding_with_its_offset(encoding: str) -> None:
    noise = bytes(random.Random(4).choices(range(16), k=3001))
    text = "Maëlle Kerguélen, née à Évry; sœur: Noé" if encoding != "latin-1" else "Maëlle Kerguélen, née à Évry; Noé"
    data = noise + text.encode(encoding) + noise
    (record,) = [record for record in records(read(data)) if text in record.fields]
    assert record.offset is not None
    assert record.offset <= 3001 <= record.offset + 1000


def test_fields_that_touch() -> None:
    (record,) = records(
        read(b"\1\2\3" * 40 + "DUPONTMaëlle12 rue de la Paix29200Brest0612345678".encode() + b"\0" * 90)
    )
    assert record.fields == (
        "DUPONTMaëlle12 rue de la Paix29200Brest0612345678",
        "DUPONT Maëlle 12 rue de la Paix 29200 Brest 0612345678",
    )


@given(data=st.binary(max_size=3000), text=st.text("abcdefXYZ 0123456789", min_size=3, max_size=40))
def test_no_text_is_lost(data: bytes, text: str) -> None:
    stuffed = data + b"\0" + text.encode() + b"\0" + data
    found = list(READERS["binary"].records(source(stuffed)))
    seen = "\n".join(field for record in found if isinstance(record, Record) for field in record.fields)
    assert text in seen
    assert all(run.text in seen for run in runs(stuffed))


def test_what_lies_within_256_bytes_is_in_one_record() -> None:
    words = [f"word{number:04d}" for number in range(20_000)]
    found = records(read(b"\0\1\2\3".join(word.encode() for word in words)))
    assert max(len(record.fields) for record in found) < 100
    places = {word: {place for place, record in enumerate(found) if word in record.fields} for word in words[::50]}
    near = {word: words[place + 14] for place, word in enumerate(words[:-14])}
    assert all(near[word] in found[max(held)].fields for word, held in places.items() if word in near)


def varint(number: int) -> bytes:
    """Write a number as SQLite does."""
    digits = [number >> shift & 0x7F for shift in range(28, -1, -7)]
    while len(digits) > 1 and not digits[0]:
        digits.pop(0)
    return bytes([*(digit | 0x80 for digit in digits[:-1]), digits[-1]])


def test_rows_that_lie_in_one_another_without_end() -> None:
    """A thousand pointers of a page point at the same row."""
    text = (b"KERGUELEN " * 6000)[:50_000]
    kind = varint(13 + 2 * len(text))
    cell = varint(len(kind) + 1 + len(text)) + b"\1" + bytes([len(kind) + 1]) + kind + text
    header = b"SQLite format 3\0\0\1\1\1\0@  ".ljust(65536, b"\0")
    leaf = b"\x0d\0\0" + (1000).to_bytes(2, "big") + bytes(3) + (65536 - len(cell)).to_bytes(2, "big") * 1000
    sqlite = header + leaf.ljust(65536 - len(cell), b"\0") + cell

    pointer = (4192 | 1 << 15 | 4000 << 17).to_bytes(4, "little")
    page = bytes(12) + b"".join(number.to_bytes(2, "little") for number in (24 + 4 * 1000, 4192, 8192)) + b"\4\x20"
    page = (page + bytes(4) + pointer * 1000).ljust(4192, b"\0") + (bytes(22) + b"\x18\0" + text)[:4000]

    for data, size in ((sqlite, len(text)), (page * 3, 3 * 4000)):
        found = list(READERS["binary"].records(source(data)))
        signs = [len(field) for record in found if isinstance(record, Record) for field in record.fields]
        assert size - 100 <= sum(signs) < 4 * size


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x00\x01\x02\xff", "binary"),
        (random.Random(1).randbytes(5000), "binary"),
        (b"a;b\0\0\0;c\n" * 50, "delimited"),
        (b"a\x01b\x01c\n" * 50, "delimited"),
        ("a;b\nc;d\n".encode("utf-16"), "delimited"),
        (b"Bonjour\nMadame\x0c\n\x1b[1mNom\n" * 9, "text"),
        (b"2024 login\0 of user\n" + b"a line of a log\n" * 50, "letter"),
        ("Données: é à ç\n".encode("latin-1") * 20, "letter"),
        (b"\x37\x7f\x06\x82" + b"\0" * 600, "binary"),
        (b"\r\n%PDF-1.4\n" + b"\0" * 600, "pdf"),
        (b"a;%PDF-1.4;b\n" * 9, "delimited"),
        (b"PGDMP\x01\x0e\x00\x04\x08\x05" + b"\0" * 99, "binary"),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_recognition(data: bytes, expected: str) -> None:
    assert kind(data) == expected


def test_a_deleted_row_is_seen_only_when_all_is_read_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database = sqlite3.connect(path)
    database.executescript("pragma secure_delete = off; create table t (a, b); insert into t values ('KERGUELEN', 1);")
    database.executescript("insert into t values ('MARTIN', 2); delete from t where b = 1;")
    database.close()

    def text(*, raw: bool) -> str:
        found = read_paths([path], lambda _: None, raw=raw)
        return "\n".join(field for pair in found if not isinstance(pair, Unread) for field in pair[1].fields)

    assert "KERGUELEN" not in text(raw=False)
    assert "KERGUELEN" in text(raw=True)
