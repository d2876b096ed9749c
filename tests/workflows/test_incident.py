"""An incident from its first claim to its second file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from honeytokens.errors import PlanRefusedError, ScanError, UnknownNameError
from honeytokens.model import Claim, ClaimStanding
from honeytokens.workflows.forms import forms_of, known_exports
from honeytokens.workflows.generate import GenerateRequest, generate_demo
from honeytokens.workflows.home import Home
from honeytokens.workflows.incident import add_claim, attribute, open_incident, set_aware

AWARE = datetime(2026, 11, 9, 8, 10, tzinfo=UTC)


def people(path: Path, count: int) -> list[str]:
    stream = BytesIO()
    generate_demo(GenerateRequest(count, "fr_fr", "75014", date(2026, 1, 1)), "csv", stream)
    return stream.getvalue().decode().splitlines()


def test_files_are_joined_and_compared_and_not_counted_twice(home: Home, tmp_path: Path) -> None:
    head, *rows = people(tmp_path, 400)
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("\n".join([head, *rows[:200]]) + "\n")
    two.write_text("\n".join([head, *rows[100:300]]) + "\n")
    open_incident(home, "november", None)
    add_claim(home, "november", Claim("X", "all", AWARE, records=100_000))
    found = attribute(home, "november", [one, two])
    assert found.verdict.overlaps[0].both == 100
    assert found.verdict.claims[0].standing is ClaimStanding.REFUTED
    again = attribute(home, "november", [one])
    assert again.added[0].repeated
    assert len(again.incident.leaks) == 2
    assert again.verdict.overlaps[0].both == 100
    assert again.result.stats.records == found.result.stats.records
    assert set_aware(home, "november", AWARE).aware == AWARE
    assert "CNIL by Thursday 12 November 2026, 09:10 (Paris)" in attribute(home, "november").verdict.sentence
    sealed = next((home.path / "incidents").iterdir()).read_bytes()
    assert b"november" not in sealed


def test_what_is_wrong_is_said_in_one_line(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no incident"):
        attribute(home, "november")
    open_incident(home, "november", None)
    with pytest.raises(UnknownNameError, match="already"):
        open_incident(home, "november", None)
    with pytest.raises(PlanRefusedError, match="no file"):
        attribute(home, "november", [tmp_path / "nothing.csv"])
    assert attribute(home, "november").result.hits == ()


def test_a_site_adds_its_own_exports(home: Home, tmp_path: Path) -> None:
    leak = tmp_path / "leak.csv"
    leak.write_text("Numero;Nom;Prenom\n1;X;Y\n")
    assert forms_of([leak], known_exports(home.path)) == ()
    (home.path / "exports.toml").write_text(
        '[[export]]\nmade_by = "Ours: ward list"\ncolumns = ["Numero", "Nom", "Prenom"]\n'
    )
    [form] = forms_of([leak], known_exports(home.path))
    assert form.made_by == "Ours: ward list"
    (home.path / "exports.toml").write_text("[[export]]\nmade = 1\n")
    with pytest.raises(ScanError, match="exports"):
        known_exports(home.path)


def test_shipped_forms_know_the_dumps_of_usual_tools(home: Home, tmp_path: Path) -> None:
    heads = {
        "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB": "mariadb-dump",
        "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump": "mariadb-dump",
        "--\n-- PostgreSQL database dump\n--": "pg_dump",
        "-- phpMyAdmin SQL Dump\n-- version 5.2.1": "phpMyAdmin",
        "Patient;Âge à l'époque;Dossier Médical;Evenement;Prescription;DCI;Code ATC;Libellé ATC;Commentaire / Motif": (
            "Mediboard"
        ),
    }
    for head, made_by in heads.items():
        path = tmp_path / "head.sql"
        path.write_text(head + "\n")
        [form] = forms_of([path], known_exports(home.path))
        assert form.made_by.startswith(made_by)
