"""Whole tables, stolen and damaged in every usual way: the decoys in them are found, and nobody else."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import damage
import people
import pytest

from honeytokens.model import Hit, ScanResult
from honeytokens.scanning import Index, match_values, scan

DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(40)]
KNOWN = people.known(DECOYS)
INDEX = Index.build(KNOWN, people.KEY)
STRANGERS = [people.person(random.Random(f"stranger {seed}")) for seed in range(300)]
ROWS: list[damage.Row] = [asdict(who) for who in STRANGERS]
for place in range(40):
    ROWS.insert(place * 8, asdict(DECOYS[place]))

IDENTITY = ("surname", "first_name", "birth_date", "street", "postcode", "phone")


def read(path: Path, text: str, known: people.Known = KNOWN, encoding: str = "utf-8") -> ScanResult:
    path.write_bytes(text.encode(encoding, errors="replace"))
    return scan([path], known, INDEX if known is KNOWN else Index.build(known, people.KEY))


def whois(values: Sequence[str], known: people.Known = KNOWN) -> tuple[list[Hit], list[Hit]]:
    return match_values(values, known, Index.build(known, people.KEY))


def found(result: ScanResult) -> set[int]:
    assert result.complete
    assert all(hit.bits >= result.threshold_bits for hit in result.hits)
    assert all(hit.bits < result.threshold_bits for hit in result.leads)
    return {hit.decoy.serial for hit in result.hits}


def table(rows: Iterable[damage.Row], *names: str) -> str:
    return damage.as_csv([[row[name] for name in names] for row in rows])


@pytest.mark.parametrize("name", damage.WORDING)
def test_names_and_places_in_any_wording(tmp_path: Path, name: str) -> None:
    rows = [damage.WORDING[name](row) for row in ROWS]
    assert found(read(tmp_path / "t.csv", table(rows, *IDENTITY))) == set(range(40))


@pytest.mark.parametrize("name", damage.DATES)
def test_birth_dates_in_any_format(tmp_path: Path, name: str) -> None:
    rows = [{**row, "birth_date": damage.DATES[name](date.fromisoformat(row["birth_date"]))} for row in ROWS]
    result = read(tmp_path / "t.csv", table(rows, "surname", "first_name", "birth_date", "postcode", "street"))
    old = {n for n, who in enumerate(DECOYS) if name == "excel" and who.birth_date < "1927"}
    assert found(result) >= set(range(40)) - old


@pytest.mark.parametrize("name", damage.PHONES)
def test_phones_in_any_format(tmp_path: Path, name: str) -> None:
    rows = [{**row, "phone": damage.PHONES[name](damage.bare_phone(row))} for row in ROWS]
    assert found(read(tmp_path / "t.csv", table(rows, "surname", "phone"))) == set(range(40))


@pytest.mark.parametrize(
    "columns",
    [
        ("phone", "postcode", "first_name"),
        ("birth_date", "street", "surname"),
        ("street", "surname", "first_name", "phone"),
        ("email", "first_name"),
        ("town", "local_id", "surname", "birth_date"),
    ],
)
def test_columns_dropped_and_moved(tmp_path: Path, columns: Sequence[str]) -> None:
    assert found(read(tmp_path / "t.csv", table(ROWS, *columns))) == set(range(40))


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("field", ["email", "phone"])
def test_hashed_values(tmp_path: Path, algorithm: str, field: str) -> None:
    rows = [
        {**row, field: hashlib.new(algorithm, row[field].replace(" ", "").encode()).hexdigest().upper()} for row in ROWS
    ]
    assert found(read(tmp_path / "t.csv", table(rows, "first_name", "surname", field))) == set(range(40))


@pytest.mark.parametrize("salted", ["{salt}{value}", "{value}{salt}", "{salt}:{value}", "{value}:{salt}"])
@pytest.mark.parametrize(("algorithm", "field"), [("md5", "email"), ("sha256", "phone")])
def test_salted_hashes_of_a_known_salt(tmp_path: Path, algorithm: str, field: str, salted: str) -> None:
    def hashed(value: str) -> str:
        text = salted.format(salt="s\u00e9l 7", value=value.replace(" ", ""))
        return hashlib.new(algorithm, text.encode()).hexdigest()

    text = table([{**row, field: hashed(row[field])} for row in ROWS], "town", field)
    assert found(read(tmp_path / "t.csv", text)) == set()
    salty = Index.build(KNOWN, people.KEY, (b"other", "s\u00e9l 7".encode()))
    assert found(scan([tmp_path / "t.csv"], KNOWN, salty)) == set(range(40))


TEXT_FORMATS: dict[str, Callable[[list[damage.Row]], str]] = {
    "mysql": lambda rows: damage.as_mysql(row.values() for row in rows),  # type: ignore[misc]
    "mysql_hex": lambda rows: damage.as_mysql_hex(row.values() for row in rows),  # type: ignore[misc]
    "inserts": lambda rows: damage.as_inserts(row.values() for row in rows),  # type: ignore[misc]
    "copy": lambda rows: damage.as_copy(row.values() for row in rows),  # type: ignore[misc]
    "ndjson": damage.as_ndjson,
    "json": damage.as_json,
    "pretty_json": damage.as_pretty_json,
    "fhir": damage.as_fhir,
    "prose": lambda rows: "".join(f"Patient {' / '.join(row.values())}.\n" for row in rows),
    "one_line": lambda rows: " ".join(f"<p>{' '.join(row.values())}</p>" for row in rows),
}


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_formats(tmp_path: Path, name: str) -> None:
    assert found(read(tmp_path / "dump", TEXT_FORMATS[name](ROWS))) == set(range(40))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = table(ROWS, "surname", "first_name", "birth_date", "street")
    assert found(read(tmp_path / "t.csv", text, encoding=encoding)) == set(range(40))


def test_mixed_encodings(tmp_path: Path) -> None:
    lines = table(ROWS, "surname", "first_name", "birth_date", "street").splitlines(keepends=True)
    path = tmp_path / "t.csv"
    path.write_bytes(b"".join(line.encode("cp1252" if n % 2 else "utf-8") for n, line in enumerate(lines)))
    assert found(scan([path], KNOWN, INDEX)) == set(range(40))


def test_whole_words_only(tmp_path: Path) -> None:
    """Bonn is not in Bonnenberger, nor a telephone inside a longer number."""
    rows = [
        ("surname", "Bonn", None, 25.0),
        ("first_name", "Anna", None, 25.0),
        ("phone", "0639981234", None, 27.0),
    ]
    known = people.one(*rows)
    result = read(tmp_path / "t.csv", "Bonnenberger;Annabelle;70639981234999\n" * 20, known)
    assert (result.hits, result.leads) == ((), ())


def test_strangers_alone_bring_nothing(tmp_path: Path) -> None:
    rows = [asdict(people.person(random.Random(f"other {seed}"))) for seed in range(3000)]
    result = read(tmp_path / "t.csv", table(rows, *people.ORDER))
    assert result.complete
    assert result.hits == ()


def test_several_records_of_a_decoy_are_one_hit(tmp_path: Path) -> None:
    row = asdict(DECOYS[3])
    once = read(tmp_path / "once.csv", table([row], *IDENTITY))
    often = read(tmp_path / "often.csv", table([row] * 70, *IDENTITY))
    assert len(often.hits) == 1
    assert often.hits[0].bits == pytest.approx(once.hits[0].bits)
    assert len({item.location for item in often.hits[0].evidence}) == 50


def test_shares_of_a_place_add_up_to_its_strength(tmp_path: Path) -> None:
    hit = read(tmp_path / "t.csv", table([asdict(DECOYS[3])], *IDENTITY)).hits[0]
    assert sum(item.bits for item in hit.evidence) == pytest.approx(hit.bits)
    assert hit.expected_false_alarms == pytest.approx(len(DECOYS) * 2.0**-hit.bits)


def test_a_name_alone_is_at_most_a_lead(tmp_path: Path) -> None:
    rows = [*ROWS[1:8], {**ROWS[1], "surname": DECOYS[5].surname, "first_name": DECOYS[5].first_name}]
    result = read(tmp_path / "t.csv", table(rows, "surname", "first_name"))
    assert result.hits == ()


def test_versions_of_the_stamped_field(tmp_path: Path) -> None:
    rows = [
        ("surname", "Kerguelen", None, 12.0),
        ("first_name", "Maëlle", None, 8.0),
        ("phone", "06 39 98 00 01", 0, 26.7),
        ("phone", "06 39 98 00 02", 1, 26.7),
        ("phone", "06 39 98 00 03", 2, 26.7),
    ]
    known = people.one(*rows)
    lines = "KERGUELEN;MAELLE;+33639980002\nMARTIN;JEAN;0601020304\n"
    (hit,) = read(tmp_path / "t.csv", lines, known).hits
    assert hit.versions == (1,)
    (hit,) = read(tmp_path / "t.csv", lines + "Kerguélen;Maelle;0639980003\n", known).hits
    assert hit.versions == (1, 2)


def test_whois() -> None:
    who = DECOYS[7]
    hits, leads = whois([who.surname.upper(), "né le " + who.birth_date, who.phone])
    assert [hit.decoy.serial for hit in hits] == [7]
    assert leads == []
    assert whois(["Nobody", "1900-01-01"]) == ([], [])


def test_an_address_made_of_the_name_counts_the_name_no_more() -> None:
    rows = [
        ("surname", "Kerguelen", None, 12.0),
        ("first_name", "Maëlle", None, 8.0),
        ("email", "maelle.kerguelen@decoys.example", None, 30.0),
        ("postcode", "29200", None, 6.5),
    ]
    known = people.one(*rows)
    (alone,), _ = whois(["maelle.kerguelen@decoys.example"], known)
    (named,), _ = whois(["Kerguelen", "Maëlle", "maelle.kerguelen@decoys.example"], known)
    (placed,), _ = whois(["maelle.kerguelen@decoys.example", "29200"], known)
    assert {item.field for item in named.evidence} == {"email"}
    assert named.bits <= alone.bits + 0.01 < placed.bits


def test_every_alternative_reading_costs_strength() -> None:
    rows = [("surname", "Kerguelen", None, 12.0), ("birth_date", "1961-03-04", None, 15.0)]
    known = people.one(*rows)
    records = (
        ["Kerguelen", "1961-03-04"],
        ["Kerguelen", "04/03/1961"],
        ["Kerguelen", "04/03/61"],
        ["Kerguelen", "04/03/61", "01/02/24"],
        ["Kerguelen", "04/03/61", "01/02/24", "rue Marie Dupont"],
    )
    strengths = [whois(record, known)[0][0].bits for record in records]
    assert strengths == sorted(strengths, reverse=True)
    assert [round(a - b, 1) for a, b in pairwise(strengths)] == [1.0, 1.0, 1.0, 1.6]
