"""Inspecting schemas: what is told of them, how sure, and what is never kept."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from inspecting_cases import CASES, Case, people

from honeytokens.systems import connect
from honeytokens.systems.inspecting import Inspection, inspect
from honeytokens.systems.inspecting.lexicon import split, unglued

TODAY = date(2026, 11, 27)


def _built(case: Case, path: Path, count: int) -> str:
    connection = sqlite3.connect(path)
    connection.executescript(case.schema)
    for number, person in enumerate(people(count), 1):
        _insert(connection, case, number, person)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def _insert(connection: sqlite3.Connection, case: Case, number: int, person: dict[str, object]) -> None:
    tables: dict[str, dict[str, object]] = {}
    for field, place in case.truth.items():
        table, column = place.split(".")
        tables.setdefault(table, {})[column] = person[field]
    for table, values in tables.items():
        guid = f"{number:08d}-AAAA-BBBB-CCCC-{number * 7:012d}"
        shared = {"FchPat_GUID": guid, "IDDos": guid, "person_id": number, "id_persona": number, "patient_id": number}
        extra = {"date_creation": "2024-01-02 10:00:00", "statut": "ACTIF", "FchPat_NomAss": "DUPONT"}
        names = [row[1] for row in connection.execute(f"pragma table_info({table})")]
        values |= {name: value for name, value in (shared | extra).items() if name in names and name not in values}
        marks = ", ".join("?" * len(values))
        connection.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))
    if case.attributes:
        connection.execute("insert into personnes values (?, 'patient')", [number])
        for kind, (field, label) in enumerate(case.attributes.items(), 1):
            connection.execute("insert or ignore into types_donnees values (?, ?, ?)", [kind, f"t{kind}", label])
            connection.execute(
                "insert into donnees (personne, auteur, type, valeur) values (?, 1, ?, ?)",
                [number, kind, person[field]],
            )


def _places(seen: Inspection) -> dict[str, str]:
    return {
        one.field: f"{one.table}.{one.column}" for one in seen.columns if one.section == "patient" and not one.where
    }


@pytest.mark.parametrize("name", CASES)
def test_identity_columns_are_told(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    seen = inspect(_built(case, tmp_path / "his.db", 120), None, TODAY)
    wanted = case.truth or case.attributes
    told = _places(seen)
    if case.attributes:
        kinds = {str(kind): field for kind, field in enumerate(case.attributes, 1)}
        told = {one.field: case.attributes[kinds[one.where[1]]] for one in seen.columns if one.where}
    right = sum(told.get(field) == place for field, place in wanted.items())
    assert right >= 0.8 * len(wanted), told
    sure = [one for one in seen.columns if one.section == "patient" and one.confidence > 0.95]
    assert all(told.get(one.field) == wanted.get(one.field) for one in sure)


@pytest.mark.parametrize("name", ["french", "german", "spanish"])
def test_names_alone_are_never_sure(name: str, tmp_path: Path) -> None:
    seen = inspect(_built(CASES[name], tmp_path / "his.db", 0), None, TODAY)
    told = _places(seen)
    assert sum(told.get(field) == place for field, place in CASES[name].truth.items()) >= 0.8 * len(CASES[name].truth)
    assert all(one.confidence <= 0.9 for one in seen.columns)


def test_no_value_of_a_patient_is_kept(tmp_path: Path) -> None:
    everybody = people(120)
    for name in CASES:
        seen = repr(inspect(_built(CASES[name], tmp_path / f"{name}.db", 120), None, TODAY))
        for field in ("surname", "first_name", "birth_date", "street", "phone", "email", "national_id", "local_id"):
            assert not any(str(person[field]) in seen for person in everybody if len(str(person[field])) > 5), field


def test_the_proposal_is_taken_as_it_is_where_nothing_is_missing(tmp_path: Path) -> None:
    url = _built(CASES["german"], tmp_path / "his.db", 120)
    seen = inspect(url, None, TODAY)
    assert seen.complete, seen.notes
    with connect(url, None, seen.mapping) as adapter:
        adapter.check()
        assert adapter.patient_count() == 120
    assert {one.section for one in seen.found} == {"patient", "stay"}


def test_a_column_that_must_be_filled_gets_what_most_rows_have(tmp_path: Path) -> None:
    seen = inspect(_built(CASES["french"], tmp_path / "his.db", 120), None, TODAY)
    assert 'statut = { constant = "ACTIF" }' in seen.mapping
    assert 'date_creation = { time = "planted" }' in seen.mapping
    assert 'sexe = { field = "sex", values = { female = "F", male = "M" } }' in seen.mapping


def test_a_database_without_patients_says_so(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "create table orders (id integer primary key, total real); create table empty_one (a text)"
    )
    connection.close()
    seen = inspect(f"sqlite:///{path}", None, TODAY)
    assert not seen.complete
    assert seen.notes


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("DateDeNaissance", ["date", "naissance"]),
        ("NOM_JEUNE_FILLE", ["nom", "jeune", "fille"]),
        ("Téléphone", ["telephone"]),
        ("HTMLCode2", ["html", "code", "2"]),
    ],
)
def test_names_are_taken_apart(name: str, words: list[str]) -> None:
    assert split(name) == words


@pytest.mark.parametrize(("word", "parts"), [("codepostal", 1), ("prenompatient", 2), ("dateofbirth", 2), ("xyzzy", 1)])
def test_glued_names_are_taken_apart(word: str, parts: int) -> None:
    assert len(unglued(word)) == parts


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
def test_a_known_system_is_recognised(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        for table in ("patient_data", "form_encounter", "forms", "sequences", "lists"):
            connection.execute(sa.text(f"create table {table} (id int primary key)"))
        connection.execute(sa.text("create table version (v_major int, v_minor int, v_patch int)"))
        connection.execute(sa.text("insert into version values (8, 2, 0)"))
    engine.dispose()
    seen = inspect(database_url, None, TODAY)
    assert (seen.system, seen.version) == ("OpenEMR", "8.2.0")
