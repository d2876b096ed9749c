"""From a plan to decoys in a hospital's tables, and out again."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from honeytokens.errors import HomeError, MappingError, PlanRefusedError, SystemUnreachableError, UnknownNameError
from honeytokens.fingerprints import fold
from honeytokens.model import MAIN_FIELDS, Establishment, Field, PlacementState
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.is_decoy import is_decoy
from honeytokens.workflows.plan import PlanReport, PlanRequest, plan
from honeytokens.workflows.scan import whois
from honeytokens.workflows.setup import add_establishment, change_system
from honeytokens.workflows.status import status
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from .conftest import MAPPING, STARTS, Clock

Rows = Callable[[], dict[str, list[tuple[object, ...]]]]


def request(name: str = "spring", count: int = 20, **changes: object) -> PlanRequest:
    base = PlanRequest(name, "his", "saint-anne", count, "fr_fr", STARTS, timedelta(days=10), timedelta(days=30))
    return replace(base, **changes)  # type: ignore[arg-type]


def planted(home: Home, clock: Clock, **changes: object) -> PlanReport:
    """Plan a campaign and plant it whole."""
    report = plan(home, request(**changes))  # type: ignore[arg-type]
    clock.forward(days=11)
    apply(home)
    return report


def execute(hospital: Path, sql: str, *arguments: object) -> list[Any]:
    with sqlite3.connect(hospital) as connection:
        found = connection.execute(sql, arguments).fetchall()
    connection.close()
    return found


def test_a_plan_writes_nothing_to_the_hospital(home: Home, rows: Rows) -> None:
    before = rows()
    report = plan(home, request())
    assert rows() == before
    assert len(report.placements) == len(set(report.campaign.serials)) == 20
    assert all(STARTS <= placement.due <= STARTS + timedelta(days=11) for placement in report.placements)
    assert report.campaign.host_patients == 40
    assert report.sample[0].table == "patients"


def test_a_preview_remembers_nothing(home: Home) -> None:
    plan(home, request(), save=False)
    assert home.registry.campaigns() == []
    assert home.registry.placements() == []


def test_decoys_are_planted_when_they_are_due(home: Home, clock: Clock, rows: Rows) -> None:
    plan(home, request())
    first = apply(home)
    clock.forward(days=4)
    second = apply(home)
    clock.forward(days=7)
    third = apply(home)
    assert first.planted + second.planted + third.planted == 20
    assert 0 < second.planted < 20
    assert first.next_due is not None
    assert third.not_due == 0
    assert len(rows()["patients"]) == 60


def test_applying_twice_does_nothing_the_second_time(home: Home, clock: Clock, rows: Rows) -> None:
    planted(home, clock)
    before = rows()
    again = apply(home)
    assert (again.planted, again.rewritten, again.resumed) == (0, 0, 0)
    assert rows() == before


def test_a_decoy_is_whole_and_coherent(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    found = execute(
        hospital,
        "select p.*, s.site, s.medecin, s.entree, s.sortie from patients p join sejours s on s.patient_id = p.id"
        " where p.id > 40",
    )
    assert len({row[0] for row in found}) == 20
    for row in found:
        assert str(row[1]) == str(row[1]).upper()
        assert row[4] in ("F", "M")
        assert str(row[11]).startswith("8001")
        assert str(row[12]).startswith("https://resultats.example/")
        assert row[-4] == "1"
        assert row[-3] in (1, 2)
        assert str(row[-2]) < str(row[-1]) < STARTS.isoformat()
        assert row[9] is None or str(row[9]).startswith("06 39 98")


def test_withdrawing_leaves_every_row_as_it_was(home: Home, clock: Clock, rows: Rows) -> None:
    before = rows()
    planted(home, clock)
    clock.forward(days=40)
    assert apply(home).rewritten > 15
    preview = withdraw(home, preview=True)
    assert preview.withdrawn == 20
    assert len(rows()["patients"]) == 60
    report = withdraw(home)
    assert (report.withdrawn, report.rows, report.refused) == (20, preview.rows, [])
    assert report.residues
    assert rows() == before
    assert withdraw(home).withdrawn == 0


def test_what_is_not_planted_yet_is_cancelled(home: Home, clock: Clock, rows: Rows) -> None:
    before = rows()
    plan(home, request())
    assert withdraw(home, "spring").cancelled == 20
    clock.forward(days=20)
    assert apply(home).planted == 0
    assert rows() == before


def test_streets_are_rewritten_on_each_decoys_own_calendar(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    first = dict(execute(hospital, "select id, adresse from patients where id > 40"))
    clock.forward(days=15)
    some = apply(home).rewritten
    assert 0 < some < 20
    clock.forward(days=200)
    later = apply(home)
    assert later.rewritten + later.waiting == 20
    last = dict(execute(hospital, "select id, adresse from patients where id > 40"))
    assert sum(first[key] != last[key] for key in first) >= 17  # one may come back by chance, or wait for the next
    for placement in home.registry.placements():
        versions = [stamp.version for stamp in placement.stamps]
        assert versions == sorted(set(versions))
        assert all(a.settled <= b.since for a, b in zip(placement.stamps, placement.stamps[1:], strict=False))
    assert verify(home).sound


def test_decoys_are_kept_apart_at_every_version(home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are few streets, some decoys wait for their next version, and others are not planned."""
    monkeypatch.setattr(
        "honeytokens.locales.fr_fr.FrFr.streets",
        lambda _self, draws, _people: pl.Series([f"{number} rue de la Paix" for number in draws.below("street", 60)]),
    )
    waited = 0
    for name in ("spring", "autumn"):
        plan(home, request(name, 20, over=timedelta(), stamp_every=timedelta(days=1)))
        for _ in range(5):
            waited += apply(home).waiting
            clock.forward(days=1)
    assert waited > 0
    ever = pl.concat(
        home.maker(campaign)
        .identities([placement.ref.serial], stamp.version)
        .with_columns(pl.lit(str(placement.ref)).alias("decoy"))
        for campaign in home.registry.campaigns()
        for placement in home.registry.placements(campaign.name)
        for stamp in placement.stamps
    )
    assert len(ever) > 30 * 2
    for field in set(MAIN_FIELDS) - {Field.STREET}:
        pairs = ever.select(field, Field.STREET, "decoy").drop_nulls().unique()
        assert pairs.select(field, Field.STREET).is_unique().all(), field


def test_a_street_that_comes_out_the_same_again_holds_nothing_up(
    home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "honeytokens.locales.fr_fr.FrFr.streets",
        lambda _self, _draws, people: pl.Series(["1 rue de la Paix"] * len(people)),
    )
    planted(home, clock, count=1)
    clock.forward(days=200)
    assert apply(home).rewritten == 1
    assert apply(home).rewritten == 0
    assert verify(home).sound


def test_a_decoy_that_equals_a_patient_is_never_chosen(home: Home, hospital: Path) -> None:
    report = plan(home, request(), save=False)
    maker_serials = report.campaign.serials
    plan(home, request(name="later"))
    with sqlite3.connect(hospital) as connection:
        for identity in (d.identity for d in home.maker(home.registry.campaign("later")).decoys(maker_serials[:5])):
            connection.execute(
                "insert into patients (nom, prenom, sexe, naissance, cree) values (?, ?, 'F', ?, '2026-01-01')",
                (identity.surname.upper(), identity.first_name.lower(), identity.birth_date.isoformat()),
            )
    connection.close()
    apply_time = verify(home)
    assert apply_time.arrived == []  # nothing is planted yet


def test_a_real_patient_who_comes_to_equal_a_decoy_is_reported(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    decoy = home.maker(home.registry.campaign("spring")).decoys([home.registry.placements()[0].ref.serial])[0]
    identity = decoy.identity
    execute(
        hospital,
        "insert into patients (nom, prenom, sexe, naissance, cree) values (?, ?, 'F', ?, '2026-04-01 09:00:00')",
        identity.surname.lower(),
        identity.first_name.upper(),
        identity.birth_date.isoformat(),
    )
    report = verify(home)
    assert [(one.ref, one.same) for one in report.arrived] == [(decoy.ref, True)]
    assert not report.sound


def test_a_decoy_that_a_patient_came_to_equal_before_it_was_planted_is_cancelled(
    home: Home, clock: Clock, hospital: Path
) -> None:
    report = plan(home, request())
    decoy = home.maker(report.campaign).decoys(report.campaign.serials)[7]
    execute(
        hospital,
        "insert into patients (nom, prenom, sexe, naissance, ipp, cree) values (?, ?, 'F', ?, 'X1', '2026-03-02')",
        fold(decoy.identity.surname).upper(),
        decoy.identity.first_name.lower(),
        decoy.identity.birth_date.isoformat(),
    )
    clock.forward(days=11)
    applied = apply(home)
    assert (applied.planted, applied.problems) == (
        19,
        [f"{decoy.ref} was cancelled: a patient who came since has its name and birth date"],
    )
    assert (apply(home).planted, apply(home).problems) == (0, [])
    assert verify(home).sound


def test_changes_by_staff_are_seen_and_respected(home: Home, clock: Clock, hospital: Path, rows: Rows) -> None:
    planted(home, clock)
    execute(hospital, "update patients set tel = '0102030405' where id = 41")
    execute(hospital, "delete from allergies where patient_id = 42")
    execute(hospital, "delete from ordonnances where patient_id = 42")
    execute(hospital, "delete from sejours where patient_id = 42")
    execute(hospital, "delete from patients where id = 42")
    execute(hospital, "insert into factures values (1, 43)")
    report = verify(home)
    assert [place for _, place in report.changed] == ["patients.tel"]
    assert {place for _, place in report.missing} >= {"patients", "sejours"}
    assert [place for _, place in report.linked] == ["factures.patient_id"]
    kept = withdraw(home)
    assert kept.withdrawn == 18
    assert len(kept.refused) == 2
    assert {row[0] for row in rows()["patients"]} == {*range(1, 42), 43}
    execute(hospital, "delete from factures")
    assert withdraw(home, include_changed=True).withdrawn == 2
    assert len(rows()["patients"]) == 40


def test_a_changed_row_is_not_rewritten(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    execute(hospital, "update patients set adresse = '1 rue du Changement' where id = 41")
    clock.forward(days=40)
    report = apply(home)
    assert report.rewritten + report.waiting == 19
    assert len(report.problems) == 1
    assert execute(hospital, "select adresse from patients where id = 41") == [("1 rue du Changement",)]


def test_campaigns_share_no_value_of_a_pool(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    planted(home, clock, name="summer", starts=clock.time)
    for column in ("tel", "mail", "ipp", "lien"):
        values = [value for (value,) in execute(hospital, f"select {column} from patients where id > 40") if value]
        assert len(values) == len(set(values)), column


def test_staff_are_told_what_is_fictitious(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    ((local_id,),) = execute(hospital, "select ipp from patients where id = 41")
    assert is_decoy(home, "his", ["41", "1", str(local_id), "IPP3", "999"]) == [True, False, True, False, False]
    asked = [detail for _, kind, detail in home.registry.events() if kind == "is-decoy"]
    assert asked[0] == "his 41: yes"
    withdraw(home)
    assert is_decoy(home, "his", ["41"]) == [False]


def replace_patient(hospital: Path, key: int) -> None:
    """Put a real patient under a decoy's key, as a hospital does that goes on from an older backup."""
    for table in ("sejours", "allergies", "ordonnances"):
        execute(hospital, f"delete from {table} where patient_id = ?", key)
    execute(hospital, "delete from patients where id = ?", key)
    execute(
        hospital,
        "insert into patients (id, nom, prenom, sexe, naissance, cree)"
        " values (?, 'REEL', 'Paul', 'M', '1944-01-01', '2026-03-01 09:00:00')",
        key,
    )


def test_another_row_under_a_decoys_key_is_said_and_never_deleted(
    home: Home, clock: Clock, hospital: Path, rows: Rows
) -> None:
    planted(home, clock)
    replace_patient(hospital, 41)
    report = verify(home)
    assert [place for _, place in report.replaced] == ["patients"]
    assert not report.sound
    kept = withdraw(home)
    assert [reason for _, reason in kept.refused if "another row" in reason]
    assert kept.withdrawn == 19
    assert withdraw(home, include_changed=True).withdrawn == 1
    assert {row[0] for row in rows()["patients"]} == set(range(1, 42))
    assert withdraw(home).refused == []


def test_a_real_patient_under_a_decoys_key_is_never_called_fictitious(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    ((local_id,),) = execute(hospital, "select ipp from patients where id = 41")
    replace_patient(hospital, 41)
    assert is_decoy(home, "his", ["41", str(local_id), "42"]) == [False, False, True]


def test_a_record_that_cannot_be_looked_at_is_not_called_fictitious(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    hospital.unlink()
    assert is_decoy(home, "his", ["1"]) == [False]
    with pytest.raises(SystemUnreachableError):
        is_decoy(home, "his", ["41"])


def test_a_decoy_that_is_gone_is_not_called_changed(home: Home, clock: Clock, hospital: Path) -> None:
    planted(home, clock)
    for table in ("sejours", "allergies", "ordonnances"):
        execute(hospital, f"delete from {table} where patient_id = 41")
    execute(hospital, "delete from patients where id = 41")
    clock.forward(days=40)
    assert [problem.split(" ", 1)[1] for problem in apply(home).problems] == ["is missing in patients: run verify"]


def test_status_tells_what_is_due(home: Home, clock: Clock) -> None:
    assert status(home) == []
    plan(home, request())
    before = status(home)[0]
    assert before.states == {PlacementState.PLANNED: 20}
    assert before.next_due is not None
    clock.forward(days=11)
    assert status(home)[0].due_now == 20
    apply(home)
    after = status(home)[0]
    assert (after.states, after.due_now) == ({PlacementState.PLANTED: 20}, 0)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"system": "other"}, UnknownNameError, "Known: his"),
        ({"establishment": "other"}, UnknownNameError, "Known: saint-anne"),
        ({"locale": "xx_xx"}, UnknownNameError, "fr_fr"),
        ({"count": 20_000}, PlanRefusedError, "pool has room for 20000 more decoys"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    home: Home, changes: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        plan(home, request(**changes))  # type: ignore[arg-type]
    assert home.registry.campaigns() == []


def test_a_campaigns_name_is_taken_once(home: Home) -> None:
    plan(home, request())
    with pytest.raises(UnknownNameError, match="already"):
        plan(home, request())


def test_an_establishment_in_no_town_is_refused(home: Home) -> None:
    with pytest.raises(PlanRefusedError, match="no postcode of any locale"):
        add_establishment(home, Establishment("nowhere", "9", "00000"))
    add_establishment(home, Establishment("london", "9", "SE1"))
    with pytest.raises(PlanRefusedError, match="no postcode of locale fr_fr"):
        plan(home, request(establishment="london"))


def test_whois_knows_a_decoy_that_is_only_planned(home: Home) -> None:
    campaign = plan(home, request()).campaign
    person = home.maker(campaign).decoys(campaign.serials)[0]
    who = person.identity
    hits, _ = whois(home, [f"{who.surname} {who.first_name}", f"{who.birth_date:%d/%m/%Y}", str(who.postcode)])
    assert [hit.decoy for hit in hits] == [person.ref]
    assert whois(home, ["Nobody Atall", "01/01/1900", "75014"])[0] == []


@pytest.mark.parametrize("finess", ["12345678", "750000001", "7500A0018", ""])
def test_a_wrong_finess_is_refused(home: Home, finess: str) -> None:
    with pytest.raises(PlanRefusedError, match="FINESS"):
        add_establishment(home, Establishment("x", "1", "75014", finess))


def test_a_schema_that_changed_stops_apply_before_it_writes(home: Home, hospital: Path, clock: Clock) -> None:
    plan(home, request())
    execute(hospital, "alter table patients rename column adresse to adresse1")
    clock.forward(days=11)
    with pytest.raises(MappingError, match="adresse"):
        apply(home)
    assert execute(hospital, "select count(*) from patients") == [(40,)]


def test_a_schema_that_changed_gets_its_new_mapping(home: Home, hospital: Path, clock: Clock, rows: Rows) -> None:
    before = rows()
    planted(home, clock)
    execute(hospital, "alter table patients rename column tel to telephone")
    with pytest.raises(MappingError, match=r"no column patients\.tel.*system change"):
        withdraw(home)
    with pytest.raises(MappingError, match="unknown field"):
        change_system(home, "his", mapping=MAPPING.replace('"phone"', '"fone"'))
    change_system(home, "his", mapping=MAPPING.replace("tel =", "telephone ="))
    with contextlib.closing(Registry.open(home.path / REGISTRY, home.keyring)) as reopened:
        assert "telephone" in reopened.system("his").mapping
    assert verify(home).changed
    report = withdraw(home, include_changed=True)
    assert (report.withdrawn, report.refused) == (20, [])
    assert rows()["patients"] == before["patients"]


def test_a_mapping_that_names_another_table_leaves_old_rows_alone(
    home: Home, hospital: Path, clock: Clock, rows: Rows
) -> None:
    ((schema,),) = execute(hospital, "select sql from sqlite_master where name = 'patients'")
    execute(hospital, str(schema).replace("patients", "personnes"))
    before = rows()
    planted(home, clock)
    alone = MAPPING.partition("[stay]")[0].replace('"patients"', '"personnes"')
    change_system(home, "his", mapping=alone)
    clock.forward(days=40)
    report = apply(home)
    assert report.rewritten == 0
    assert len(report.problems) == 20
    assert "the mapping writes personnes now" in report.problems[0]
    assert {placement.stamps[-1].version for placement in home.registry.placements()} == {0}
    assert withdraw(home).withdrawn == 20
    assert rows() == before


def test_a_hospital_that_is_gone_is_said(home: Home, hospital: Path, clock: Clock) -> None:
    plan(home, request())
    clock.forward(days=11)
    hospital.rename(hospital.with_suffix(".away"))
    with pytest.raises(SystemUnreachableError):
        apply(home)
    assert not hospital.exists()
    hospital.with_suffix(".away").rename(hospital)
    assert apply(home).planted == 20


def test_two_writers_of_one_home_do_not_meet(home: Home) -> None:
    with home.writing(), pytest.raises(HomeError, match="Another honeytokens process"):
        apply(home)
