"""Attacking a campaign before it is planted, and refusing to plant what can be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from honeytokens.errors import RealismError, UnknownNameError
from honeytokens.locks import PassphraseLock
from honeytokens.model import Establishment
from honeytokens.workflows import realism as realism_workflow
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.profile import learn_profile
from honeytokens.workflows.realism import realism
from honeytokens.workflows.setup import add_establishment, add_system

from .conftest import Clock
from .test_profile import MAPPING, fill, planned

pytest.importorskip("sklearn", reason="NOT TESTED: the extra realism is not installed")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    path = tmp_path / "nantes.db"
    fill(path, 700)
    return path


@pytest.fixture
def home(tmp_path: Path, host: Path, clock: Clock) -> Iterator[Home]:
    with Home.create(tmp_path / "home", PassphraseLock(b"secret")) as made:
        opened = replace(made, now=clock)
        add_establishment(opened, Establishment("nantes", "1", "44000"))
        add_system(opened, "his", f"sqlite:///{host}", MAPPING, password_env=None, password=None)
        yield opened


def patients(host: Path) -> int:
    with sqlite3.connect(host) as connection:
        (count,) = connection.execute("select count(*) from patients").fetchone()
    connection.close()
    return int(count)


def test_decoys_of_the_country_are_refused_where_the_host_writes_otherwise(home: Home, host: Path) -> None:
    planned(home, "national", 120)
    report = apply(home)
    assert (report.planted, patients(host)) == (0, 700)
    [problem] = report.problems
    assert "national was not begun: its decoys can be told from patients" in problem
    assert "--accept-detectable" in problem
    assert apply(home, accept_detectable=True).planted == 120
    assert apply(home).problems == []
    entries = [detail for _, _, detail in home.registry.events() if "whether or not" in detail]
    assert len(entries) == 1


def test_without_the_extra_all_else_works(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(home, "national", 60)
    monkeypatch.setattr(realism_workflow, "find_spec", lambda _name: None)
    with pytest.raises(RealismError, match="pip install"):
        realism(home, "his")
    report = apply(home)
    assert (report.planted, report.unattacked) == (60, ["national"])


def test_realism_looks_at_the_last_campaign_and_at_no_planted_decoy(home: Home) -> None:
    with pytest.raises(UnknownNameError, match="No campaign"):
        realism(home, "his")
    planned(home, "early", 60)
    apply(home, accept_detectable=True)
    learn_profile(home, "his")
    planned(home, "late", 20)
    with pytest.raises(RealismError, match="too few"):
        realism(home, "his")
    with pytest.raises(UnknownNameError):
        realism(home, "his", "unknown")
