"""Every kind of extract: what stood in it stands in it still, and what was mixed in looks like the rest."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from honeytokens.decoys import Maker, digest_of_data
from honeytokens.errors import SaltRefusedError
from honeytokens.keys import Keyring
from honeytokens.model import Field, Recipe, Salt
from honeytokens.salting import Chooser, Form, chances, mix, word_of
from honeytokens.salting.files import read

MASTER = bytes(32)
PATIENTS = 300


@pytest.fixture(scope="module")
def patients() -> list[tuple[str, ...]]:
    """Rows of (nom, prenom, sexe, naissance, adresse, cp, ville, dossier, service, vu le), sorted by name."""
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 1, 1))
    people = Maker.of(Keyring.generate(MASTER), "real", "real", 1, recipe).identities(range(PATIENTS))
    rows = [
        (
            row["surname"].upper(),
            row["first_name"],
            {"female": "F", "male": "H"}[row["sex"]],
            f"{row['birth_date']:%d/%m/%Y}",
            row["street"],
            row["postcode"],
            row["town"],
            f"D{100_000 + 37 * number:07}",
            ("CARDIO", "PEDIATRIE", "URGENCES")[number % 3],
            f"{1 + number % 28:02}/10/2026",
        )
        for number, row in enumerate(people.iter_rows(named=True))
    ]
    return sorted(rows, key=lambda row: row[0].casefold())


HEAD = ("Nom", "Prénom", "Sexe", "Date de naissance", "Adresse", "CP", "Ville", "Dossier", "Service", "Vu le")


def _csv(path: Path, rows: list[tuple[str, ...]]) -> None:
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([HEAD, *rows])
    path.write_bytes(text.getvalue().encode("cp1252"))


def _sql(path: Path, rows: list[tuple[str, ...]]) -> None:
    values = [", ".join("'" + cell.replace("'", "''") + "'" for cell in row) for row in rows]
    columns = "nom, prenom, sexe, naissance, adresse, cp, ville, dossier, service, vu"
    head = f"CREATE TABLE patients ({columns});\nCREATE TABLE other (a);\nINSERT INTO other VALUES ('x;(');\n"
    body = "".join(
        f"INSERT INTO patients ({columns}) VALUES\n(" + "),\n(".join(values[at : at + 100]) + ");\n"
        for at in range(0, len(values), 100)
    )
    path.write_text(head + body + "-- end\n")


def _xlsx(path: Path, rows: list[tuple[str, ...]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    for row in rows:
        sheet.append((*row[:3], datetime.fromisoformat("-".join(row[3].split("/")[::-1])), *row[4:]))
        sheet.cell(sheet.max_row, 4).number_format = "dd/mm/yyyy"
    book.create_sheet("Notes").append(["kept"])
    book.save(path)


def _parquet(path: Path, rows: list[tuple[str, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=HEAD, orient="row")
    frame.with_columns(pl.col("Date de naissance").str.to_date("%d/%m/%Y")).write_parquet(path)


def _ndjson(path: Path, rows: list[tuple[str, ...]]) -> None:
    lines = []
    for nom, prenom, sexe, naissance, adresse, cp, ville, dossier, *_ in rows:
        day, month, year = naissance.split("/")
        patient = {
            "resourceType": "Patient",
            "id": dossier,
            "active": True,
            "name": [{"use": "official", "family": nom, "given": [prenom]}],
            "gender": {"F": "female", "H": "male"}[sexe],
            "birthDate": f"{year}-{month}-{day}",
            "address": [{"line": [adresse], "city": ville, "postalCode": cp}],
        }
        lines += [json.dumps(patient, ensure_ascii=False), json.dumps({"resourceType": "Encounter", "id": dossier})]
    path.write_text("\n".join(lines) + "\n")


Salted = tuple[Path, Path, Form]
WRITERS: dict[str, Callable[[Path, list[tuple[str, ...]]], None]] = {
    "csv": _csv,
    "sql": _sql,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "ndjson": _ndjson,
}


def _loaded(path: Path) -> Sequence[tuple[object, ...]]:
    """Return the rows of patients as another program reads them."""
    if path.suffix == ".csv":
        return [tuple(row) for row in csv.reader(StringIO(path.read_bytes().decode("cp1252")), delimiter=";")][1:]
    if path.suffix == ".sql":
        with sqlite3.connect(":memory:") as database:
            database.executescript(path.read_text())
            found = database.execute("select * from patients").fetchall()
        database.close()
        return found
    if path.suffix == ".xlsx":
        return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True))
    if path.suffix == ".parquet":
        return pl.read_parquet(path).rows()
    return [(line,) for line in path.read_text().splitlines()]


@pytest.fixture(params=WRITERS)
def salted(request: pytest.FixtureRequest, tmp_path: Path, patients: list[tuple[str, ...]]) -> Salted:
    before, after = tmp_path / f"extract.{request.param}", tmp_path / f"copy.{request.param}"
    WRITERS[request.param](before, patients)
    extract = read(before)
    form = Form.of(extract.rows, {})
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 1, 1))
    maker = Maker.of(Keyring.generate(MASTER), "salt:x", "salt/x", 1, recipe)
    serials = Chooser(maker, form.people(), filled=form.always_filled()).take(25)
    mixed = mix(form, maker.identities(serials), serials, maker.key)
    with after.open("wb") as stream:
        extract.write(mixed.added, stream)
    return before, after, form


def test_what_stood_there_stands_there_in_its_order(salted: Salted) -> None:
    before, after, _ = salted
    old, new = _loaded(before), _loaded(after)
    assert len(new) == len(old) + 25
    rest = iter(new)
    assert all(row in rest for row in old)


def test_text_is_kept_to_the_byte(salted: Salted) -> None:
    before, after, _ = salted
    if before.suffix in {".csv", ".ndjson"}:
        rest = iter(after.read_bytes().splitlines(keepends=True))
        assert all(line in rest for line in before.read_bytes().splitlines(keepends=True))


def test_rows_mixed_in_follow_the_order_forms_and_values_of_the_rest(salted: Salted) -> None:
    before, after, form = salted
    old, new = read(before).rows, read(after).rows
    assert new.columns == old.columns
    added = [row for row in new.rows if row not in set(old.rows)]
    names = [row[next(p for p, f in form.fields.items() if f == Field.SURNAME)] or "" for row in new.rows]
    assert names == sorted(names, key=str.casefold)
    for place, held in form.fields.items():
        seen = {row[place] for row in old.rows}
        for row in added:
            if held == Field.SEX:
                assert row[place] in seen
            if held == Field.SURNAME:
                assert (row[place] or "").isupper()
    for place, name in enumerate(new.columns):
        if name.lower() in {"dossier", "id"}:
            assert len({row[place] for row in new.rows}) == len(new.rows)
            assert all(len(row[place] or "") == 8 for row in added)
        if name.lower() == "service":
            assert {row[place] for row in added} <= {"CARDIO", "PEDIATRIE", "URGENCES"}


def test_a_real_patient_is_never_repeated(salted: Salted) -> None:
    before, after, _ = salted
    people = Form.of(read(after).rows, {}).people()
    assert len(set(people)) == len(people)
    assert set(Form.of(read(before).rows, {}).people()) < set(people)


def test_other_sheets_and_formats_of_cells_stay(tmp_path: Path, patients: list[tuple[str, ...]]) -> None:
    _xlsx(tmp_path / "a.xlsx", patients[:20])
    extract = read(tmp_path / "a.xlsx")
    row = extract.rows.rows[3]
    stream = BytesIO()
    extract.write({0: [row], 5: [row, row], 20: [row]}, stream)
    book = openpyxl.load_workbook(stream)
    sheet = book.worksheets[0]
    assert book.sheetnames[1] == "Notes"
    assert sheet.max_row == 25
    assert all(sheet.cell(n, 4).number_format == "dd/mm/yyyy" for n in range(2, 26))
    assert all(isinstance(sheet.cell(n, 4).value, datetime) for n in range(2, 26))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "", "no row"),
        ("a.csv", "nom;prenom\nX;Y\n", "birth_date"),
        ("a.csv", "nom;prenom;naissance\n", "no row"),
        ("a.csv", "nom;prenom;naissance\nX;Y\n", "cells"),
        ("a.csv", "nom;prenom;naissance\nX;Y;soon\n", "dates"),
        ("a.sql", "select 1;", "no rows"),
        ("a.xlsx", "no workbook", "workbook"),
        ("a.parquet", "no table", "Parquet"),
        ("a.ndjson", "{", "NDJSON"),
        ("a.doc", "", "kind"),
    ],
)
def test_what_cannot_be_salted_is_refused_in_one_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(SaltRefusedError, match=told):
        Form.of(read(tmp_path / name).rows, {})


def test_codewords_are_the_recipients_own_and_come_again_from_the_key() -> None:
    recipe = Recipe("fr_fr", "", "75014", date(2026, 1, 1))
    salt = Salt("x", "x", 1, recipe, 18, tuple(range(2000)), 5000)
    words = [word_of(MASTER, salt, number) for number in range(3)]
    assert (words[1] == word_of(MASTER, salt, 1)).all()
    biased = chances(MASTER, salt)
    assert set(biased) == {0.18, 0.82}
    for word in words:
        assert abs((word == (biased > 0.5)).mean() - 0.82) < 0.05
    assert abs((words[0] == words[1]).mean() - (0.18**2 + 0.82**2)) < 0.05
