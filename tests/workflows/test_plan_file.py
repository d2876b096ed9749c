"""A saved plan writes exactly what was shown, or nothing; what was cut short is taken back; what came back is found."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from honeytokens.errors import PlanFileError
from honeytokens.model import PlacementState
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.plan_file import draft_lines, read_plan, save_plan, shown_rows, take_plan
from honeytokens.workflows.relocate import relocate
from honeytokens.workflows.setup import change_system
from honeytokens.workflows.undo import undo
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from .conftest import STARTS, Clock

REQUEST = PlanRequest("spring", "his", "saint-anne", 8, "fr_fr", STARTS, timedelta(), timedelta(days=30))
Rows = Callable[[], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def saved(home: Home, tmp_path: Path) -> Path:
    path = tmp_path / "spring.plan"
    save_plan(home, plan(home, REQUEST, save=False), path, force=False)
    return path


def execute(hospital: Path, sql: str, *arguments: object) -> None:
    with closing(sqlite3.connect(hospital)) as connection, connection:
        connection.execute(sql, arguments)


def test_a_saved_plan_is_written_as_it_was_shown(home: Home, saved: Path, rows: Rows, clock: Clock) -> None:
    before = rows()
    shown = [row for _, each in shown_rows(home, read_plan(home, saved)) for row in each]
    assert rows() == before
    assert home.registry.campaigns() == []
    clock.forward(days=1)
    apply(home, take_plan(home, saved).name)
    written = [row for one in home.registry.placements() for row in one.rows]
    assert [row.table for row in written] == [row.table for row in shown]
    for drafted, row in zip(shown, written, strict=True):
        same = {name: value for name, value in drafted.values.items() if name != "cree"}
        assert row.values.items() >= same.items()
    with pytest.raises(PlanFileError, match="taken already"):
        take_plan(home, saved)


def test_every_row_is_shown_with_the_keys_that_it_waits_for(home: Home, saved: Path) -> None:
    _, rows = next(shown_rows(home, read_plan(home, saved)))
    lines = list(draft_lines(rows))
    assert lines[0].startswith("+ 1 patients (")
    assert any("patient_id=<key of row 1>" in line for line in lines[1:])


def test_no_decoy_can_be_read_in_the_file(home: Home, saved: Path) -> None:
    content = saved.read_bytes()
    assert saved.stat().st_mode & 0o077 == 0
    assert b"saint-anne" not in content
    assert b"spring" not in content


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("expired", "expired"),
        ("another plan", "Another campaign"),
        ("mapping", "changed in the registry"),
        ("schema", "tables of the system"),
        ("arrival", "Patients came"),
        ("file", "changed, damaged"),
        ("no plan", "no plan file"),
    ],
)
def test_a_plan_that_no_longer_holds_is_refused(
    home: Home, saved: Path, hospital: Path, clock: Clock, rows: Rows, change: str, message: str
) -> None:
    if change == "expired":
        clock.forward(days=8)
    elif change == "another plan":
        plan(home, replace(REQUEST, name="other", count=1))
    elif change == "mapping":
        mapping = home.registry.system("his").mapping.replace(
            'prenom = "first_name"', 'prenom = { field = "first_name", case = "upper" }'
        )
        change_system(home, "his", mapping=mapping)
    elif change == "schema":
        execute(hospital, "alter table patients add column etage integer")
    elif change == "arrival":
        one = next(shown_rows(home, read_plan(home, saved)))[0].identity
        sql = "insert into patients (nom, prenom, sexe, naissance, cree) values (?, 'Z', 'F', ?, '2026-03-02')"
        execute(hospital, sql, one.surname, one.birth_date.isoformat())
    elif change == "file":
        content = bytearray(saved.read_bytes())
        content[-10] ^= 1
        saved.write_bytes(content)
    else:
        saved.write_text("nothing")
    before = rows()
    with pytest.raises(PlanFileError, match=message):
        take_plan(home, saved)
    assert rows() == before
    assert not [one for one in home.registry.campaigns() if one.name == "spring"]


def test_what_was_cut_short_is_taken_back(home: Home, clock: Clock, rows: Rows) -> None:
    plan(home, REQUEST)
    before = rows()
    apply(home)
    planted = rows()
    first, second, *_ = home.registry.placements()
    home.registry.save(replace(first, state=PlacementState.WRITING, stamps=()))
    moved = replace(second.rows[0], values=second.rows[0].values | {"adresse": "1 rue Neuve"})
    home.registry.save(
        replace(second, state=PlacementState.REWRITING, intended=(moved, *second.rows[1:]), intended_version=1)
    )
    assert undo(home).undone == 2
    states = {one.id: one.state for one in home.registry.placements()}
    assert states[first.id] is PlacementState.PLANNED
    assert states[second.id] is PlacementState.PLANTED
    assert len(rows()["patients"]) == len(planted["patients"]) - 1
    assert verify(home).sound
    assert undo(home).undone == 0
    withdraw(home)
    assert rows() == before


def test_resuming_begins_nothing(home: Home, clock: Clock) -> None:
    plan(home, REQUEST)
    assert apply(home, only_cut_short=True).planted == 0
    apply(home)
    first = home.registry.placements()[0]
    home.registry.save(replace(first, state=PlacementState.WRITING, stamps=()))
    assert apply(home, only_cut_short=True).resumed == 1
    assert verify(home).sound


def test_what_a_restored_backup_brings_back_is_found_and_taken_out(
    home: Home, clock: Clock, hospital: Path, rows: Rows, tmp_path: Path
) -> None:
    before = rows()
    plan(home, REQUEST)
    apply(home)
    shutil.copy(hospital, tmp_path / "backup.db")
    withdraw(home)
    shutil.copy(tmp_path / "backup.db", hospital)
    report = relocate(home)
    assert (len(report.back), report.moved, report.lost) == (8, [], [])
    assert verify(home).sound
    assert withdraw(home).withdrawn == 8
    assert rows() == before


def test_decoys_under_new_keys_are_found(home: Home, clock: Clock, hospital: Path, rows: Rows) -> None:
    before = rows()
    plan(home, REQUEST)
    apply(home)
    with closing(sqlite3.connect(hospital)) as connection, connection:
        for table, column in (
            ("patients", "id"),
            ("sejours", "patient_id"),
            ("allergies", "patient_id"),
            ("ordonnances", "patient_id"),
        ):
            connection.execute(f"update {table} set {column} = {column} + 5000 where {column} > 40")
    assert relocate(home).moved == [one.ref for one in home.registry.placements()]
    assert verify(home).sound
    assert withdraw(home).withdrawn == 8
    assert rows() == before


def test_a_real_homonym_of_a_withdrawn_decoy_is_not_taken_for_it(home: Home, clock: Clock, hospital: Path) -> None:
    report = plan(home, REQUEST)
    apply(home)
    withdraw(home)
    for one in home.maker(report.campaign).decoys(report.campaign.serials):
        sql = "insert into patients (nom, prenom, sexe, naissance, cree) values (?, ?, ?, ?, '2026-03-02')"
        who = one.identity
        execute(hospital, sql, who.surname.upper(), who.first_name, who.sex[0].upper(), who.birth_date.isoformat())
    found = relocate(home)
    assert (found.back, found.moved) == ([], [])
    assert withdraw(home).withdrawn == 0
