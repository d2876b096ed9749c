"""Which rows a statement reads, by its text."""

# ruff: noqa: E501 - a statement and what it reads stand on one line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.audit_logs import Watched
from honeytokens.audit_logs.sql_reads import Read, reads

WATCHED = Watched(
    {
        "patients": {"patient_id": "patients"},
        "sejour": {"sejour_id": "sejour", "patient_id": "patients"},
        "party_party": {"id": "party_party"},
    }
)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT * FROM `patients` WHERE `patients`.`patient_id` = '1'", [Read("patients", ("1",))]),
        ("select nom from his.patients p where p.patient_id in (3, 5,'7') and p.nom = 'X'", [Read("patients", ("3", "5", "7"))]),
        ("SELECT * FROM patients WHERE patient_id = 80412 LIMIT 1", [Read("patients", ("80412",))]),
        ('select "dob" from public."party_party" where "id" = ANY (ARRAY[1, 2])', [Read("party_party", ("1", "2"))]),
        ("select dob from party_party where id = '{4,5}'::int[]", [Read("party_party", ("4", "5"))]),
        ("prepare q(int) as select dob,name from party_party where id=17;", [Read("party_party", ("17",))]),
        ("select * from sejour s join patients p on p.patient_id = s.patient_id where s.patient_id = 9", [Read("patients", ("9",))]),
        ("select * from sejour where sejour_id <=> 4", [Read("sejour", ("4",))]),
        ("SELECT /*!40001 SQL_NO_CACHE */ `patient_id`, `nom` FROM `patients`", [Read("patients")]),
        ("COPY public.party_party (id, name) TO stdout", [Read("party_party")]),
        ("TABLE patients", [Read("patients")]),
        ("select nom from patients where nom like 'DUR%'", [Read("patients")]),
        ("select p.nom, s.entree from patients p, sejour as s where s.patient_id = p.patient_id", [Read("patients"), Read("sejour")]),
        ("with w as (select * from patients) select nom from w", [Read("patients")]),
        ("select (select count(*) from sejour) from autre", [Read("sejour")]),
        ("  (select nom from patients where patient_id = 2 -- the second\n)", [Read("patients", ("2",))]),
        ("select nom from patients where patient_id = 'l''autre'", [Read("patients", ("l'autre",))]),
    ],
)  # fmt: skip
def test_rows_are_named_or_read_in_bulk(statement: str, found: list[Read]) -> None:
    assert reads(statement, WATCHED) == found


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "insert into patients (nom) values ('X')",
        "update patients set nom = 'X' where patient_id = 4",
        "delete from patients where patient_id = 4",
        "select count(*) from patients",
        "select count(distinct patient_id) from patients where patient_id = 4",
        "select * from autre where patient_id = 4",
        "select 'from patients where patient_id = 4'",
        "select 1 /* from patients */",
        "select patients.nom from patients_archive patients",
        "set names utf8",
    ],
)
def test_what_reads_no_watched_row(statement: str) -> None:
    assert reads(statement, WATCHED) == []


def test_binds_are_put_in_their_places() -> None:
    statement = "select * from patients where nom = $2 and patient_id = $1"
    assert reads(statement, WATCHED, ["5", "X"]) == [Read("patients", ("5",))]
    assert reads("select * from patients where nom = ? and patient_id in (?, ?)", WATCHED, ["X", "5", "6"]) == [
        Read("patients", ("5", "6"))
    ]
    assert reads(statement, WATCHED) == [Read("patients")], "a value that is not known names no row"


def test_a_comparison_with_another_column_names_no_row() -> None:
    assert reads("select * from patients where patient_id = other_id", WATCHED) == [Read("patients")]


def test_a_statement_that_was_cut_is_read_as_far_as_it_goes() -> None:
    assert reads("select * from patients where patient_id in (1, 2, 'abc", WATCHED) == [
        Read("patients", ("1", "2", "abc"))
    ]


@given(st.text(), st.lists(st.text(), max_size=3))
def test_nothing_breaks_it(text: str, binds: list[str]) -> None:
    reads(text, WATCHED, binds)
    reads(f"select * from patients where patient_id = {text}", WATCHED, binds)
