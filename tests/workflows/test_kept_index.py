"""The index that a home keeps between scans: used, made anew when it is out of date, and never in the way."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from honeytokens.model import Hit
from honeytokens.scanning import Index
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.scan import INDEX, scan, whois

from .conftest import STARTS, Clock


def plant(home: Home, clock: Clock, name: str) -> None:
    plan(home, PlanRequest(name, "his", "saint-anne", 15, "fr_fr", STARTS, timedelta(days=10), timedelta(days=30)))
    clock.forward(days=11)
    apply(home)


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    return tmp_path / "leak.csv"


def steal(hospital: Path, leak: Path) -> None:
    with sqlite3.connect(hospital) as connection:
        rows = connection.execute("select nom, prenom, naissance, adresse, cp, tel from patients").fetchall()
    connection.close()
    leak.write_text("\n".join(";".join(str(value) for value in row) for row in rows))


def found(home: Home, leak: Path) -> tuple[Hit, ...]:
    return scan(home, [leak])[0].hits


def test_the_index_is_made_once(
    home: Home, clock: Clock, hospital: Path, leak: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(home, clock, "spring")
    steal(hospital, leak)
    hits = found(home, leak)
    assert len(hits) == 15
    kept = home.path / INDEX
    assert kept.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(Index, "build", None)  # it is not called again
    assert found(home, leak) == hits
    assert whois(home, leak.read_text().splitlines()[-1].split(";"))[0]


def test_what_was_planted_since_is_found(home: Home, clock: Clock, hospital: Path, leak: Path) -> None:
    plant(home, clock, "spring")
    steal(hospital, leak)
    assert len(found(home, leak)) == 15
    clock.forward(days=40)
    apply(home)
    plant(home, clock, "summer")
    steal(hospital, leak)
    hits = found(home, leak)
    assert len(hits) == 30
    assert any(hit.versions and max(hit.versions) > 0 for hit in hits)


def test_an_index_that_is_damaged_or_cannot_be_kept_changes_nothing(
    home: Home, clock: Clock, hospital: Path, leak: Path
) -> None:
    plant(home, clock, "spring")
    steal(hospital, leak)
    hits, kept = found(home, leak), home.path / INDEX
    content = kept.read_bytes()
    kept.write_bytes(content[: len(content) // 2])
    assert found(home, leak) == hits
    assert len(kept.read_bytes()) == len(content)
    kept.unlink()
    kept.mkdir()
    assert found(home, leak) == hits
