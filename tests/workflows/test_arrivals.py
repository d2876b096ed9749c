"""The arrival guard: no real patient stays beside a decoy that a clerk could take for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from honeytokens.fingerprints import fold
from honeytokens.model import Identity, PlacementState
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.apply import apply
from honeytokens.workflows.arrivals import arrivals
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import head_of
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.tick import tick
from honeytokens.workflows.verify import verify

from .conftest import STARTS, Clock


def planted(home: Home, clock: Clock, count: int = 20) -> list[Identity]:
    request = PlanRequest("spring", "his", "saint-anne", count, "fr_fr", STARTS, timedelta(), None)
    report = plan(home, request)
    apply(home)
    return [decoy.identity for decoy in home.maker(report.campaign).decoys(report.campaign.serials)]


def admit(hospital: Path, surname: str, first_name: str, born: date, birth_name: str | None = None) -> None:
    with closing(sqlite3.connect(hospital)) as connection, connection:
        connection.execute(
            "insert into patients (nom, nom_naissance, prenom, sexe, naissance, cree)"
            " values (?, ?, ?, 'F', ?, '2026-03-02')",
            (surname, birth_name, first_name, born.isoformat()),
        )


def standing(home: Home) -> int:
    return sum(placement.state is PlacementState.PLANTED for placement in home.registry.placements())


@pytest.mark.parametrize(
    ("surname", "same"),
    [
        (lambda one: one.surname.lower(), True),
        (lambda one: head_of(fold(one.surname)) + "zzyx", False),
        (lambda one: head_of(fold(one.surname))[:2], False),
    ],
)
def test_a_tick_takes_out_the_decoy_beside_whom_a_patient_came(
    home: Home, clock: Clock, hospital: Path, surname: Callable[[Identity], str], same: bool
) -> None:
    decoy = planted(home, clock)[3]
    admit(hospital, surname(decoy), decoy.first_name, decoy.birth_date)
    seen = verify(home)
    assert [one.same for one in seen.arrived] == [same]
    assert not seen.sound
    report = tick(home)
    assert (len(report.arrived), report.withdrawn, report.problems) == (1, 1, [])
    assert standing(home) == 19
    again = tick(home)
    assert (again.arrived, again.withdrawn) == ([], 0)
    assert verify(home).sound


def test_a_patient_is_known_by_her_birth_name_too(home: Home, clock: Clock, hospital: Path) -> None:
    decoy = planted(home, clock)[5]
    admit(hospital, "XQWERTZ", "Anne", decoy.birth_date, birth_name=decoy.surname)
    assert tick(home).withdrawn == 1


def test_others_of_the_same_day_or_of_the_same_letters_are_let_be(home: Home, clock: Clock, hospital: Path) -> None:
    for decoy in planted(home, clock):
        admit(hospital, "XQWERTZ", decoy.first_name, decoy.birth_date)
        admit(hospital, decoy.surname, decoy.first_name, decoy.birth_date + timedelta(days=40_000))
    assert tick(home).arrived == []


def test_what_staff_used_is_reported_and_left(home: Home, clock: Clock, hospital: Path) -> None:
    decoy = planted(home, clock)[0]
    key = home.registry.placements()[0].rows[0].key
    with closing(sqlite3.connect(hospital)) as connection, connection:
        connection.execute("insert into factures (patient_id) values (?)", (key,))
    admit(hospital, decoy.surname, decoy.first_name, decoy.birth_date)
    report = tick(home)
    assert (report.withdrawn, standing(home)) == (0, 20)
    assert "factures.patient_id" in report.problems[0]


def test_no_decoy_is_planned_or_planted_beside_a_patient(home: Home, clock: Clock, hospital: Path) -> None:
    request = PlanRequest("spring", "his", "saint-anne", 20, "fr_fr", STARTS, timedelta(), None)
    trial = plan(home, request, save=False, campaign_id="0123456789abcdef")
    decoys = [one.identity for one in home.maker(trial.campaign).decoys(trial.campaign.serials)]
    admit(hospital, head_of(fold(decoys[4].surname)) + "zzyx", "Luc", decoys[4].birth_date)
    report = plan(home, request, campaign_id="0123456789abcdef")
    assert trial.campaign.serials[4] not in report.campaign.serials
    later = home.maker(report.campaign).decoys(report.campaign.serials[:1])[0].identity
    admit(hospital, head_of(fold(later.surname)) + "zzyx", "Luc", later.birth_date)
    applied = apply(home)
    assert applied.planted == 19
    assert "the first 3 letters" in applied.problems[0]


def test_a_system_out_of_reach_does_not_leave_the_others_unguarded(home: Home, clock: Clock, hospital: Path) -> None:
    from dataclasses import replace

    decoy = planted(home, clock)[2]
    gone = replace(home.registry.system("his"), name="aged", url="sqlite:////nowhere/else.db")
    home.registry.add_system(gone)
    first = home.registry.placements()[0]
    home.registry.save(replace(first, id=999, system="aged"))
    admit(hospital, decoy.surname, decoy.first_name, decoy.birth_date)
    report = tick(home)
    assert report.withdrawn == 1
    assert "aged was not guarded" in report.problems[0]


def test_a_stream_of_arrivals_is_judged_without_fault(home: Home, clock: Clock) -> None:
    """Every near-homonym is found, and nobody else, among tens of thousands: the full size is a benchmark."""
    decoys = planted(home, clock, 60)
    placements = home.registry.placements()
    crowd = [
        (f"c{number}", f"Q{number:x}", "Luc", date(1930 + number % 90, 1 + number % 12, 1 + number % 28))
        for number in range(40_000)
    ]
    near = [
        (f"n{number}", head_of(fold(one.surname)).upper() + "ZZ", "Zoé", one.birth_date)
        for number, one in enumerate(decoys)
    ]

    def names() -> Iterator[tuple[str, str, str, date]]:
        yield from crowd
        yield from near

    adapter = cast("HospitalAdapter", SimpleNamespace(host_names=names))
    found: dict[int, Any] = dict(arrivals(home, adapter, placements))
    assert found.keys() == {placement.id for placement in placements}
