"""Learning a system's profile, planning after it, and what stays as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from host_populations import french

from honeytokens.errors import PlanRefusedError, ProfileError
from honeytokens.locks import PassphraseLock
from honeytokens.model import Campaign, Establishment, Field, Policy
from honeytokens.profiles import digest
from honeytokens.registry.manifest import read_manifests
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import MANIFESTS, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.profile import forget_profile, kept_profile, learn_profile, shown_profile
from honeytokens.workflows.setup import add_establishment, add_system

from .conftest import STARTS, Clock

MAPPING = """
version = 1
[patient]
table = "patients"
key = "id"
[patient.columns]
nom = { field = "surname", case = "upper" }
prenom = "first_name"
sexe = { field = "sex", values = { female = "F", male = "M" } }
naissance = { field = "birth_date", format = "%d/%m/%Y" }
adresse = "street"
cp = "postcode"
ville = "town"
tel = "phone"
ipp = "local_id"
regime = { learned = true }
[stay]
table = "sejours"
key = "id"
parent_column = "patient_id"
[stay.columns]
entree = "admitted"
"""
OTHERS = ("street", "postcode", "town", "phone", "local_id", "patients.regime")
SCHEMA = """
create table patients (id integer primary key autoincrement, nom text not null, prenom text not null, sexe char(1),
    naissance varchar(10), adresse text, cp varchar(5), ville text, tel text, ipp varchar(12) unique, regime text);
create table sejours (id integer primary key, patient_id integer references patients (id), entree datetime);
"""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    path = tmp_path / "nantes.db"
    fill(path, 900)
    return path


def fill(path: Path, count: int, key: bytes = b"h" * 32) -> None:
    people = french(count, key)
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
        for number, row in enumerate(people.iter_rows(named=True)):
            born = "/".join(reversed(row["birth_date"].split("-")))
            connection.execute(
                "insert into patients values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number + 1, row["surname"], row["first_name"], row["sex"][0].upper(), born, *(row[f] for f in OTHERS)),
            )
            for _ in range(number % 3):
                connection.execute("insert into sejours (patient_id, entree) values (?, '2025-01-01 10:00')", (number,))
    connection.close()


@pytest.fixture
def home(tmp_path: Path, host: Path, clock: Clock) -> Iterator[Home]:
    with Home.create(tmp_path / "home", PassphraseLock(b"secret")) as made:
        opened = replace(made, now=clock)
        add_establishment(opened, Establishment("nantes", "1", "44000"))
        add_system(opened, "his", f"sqlite:///{host}", MAPPING, password_env=None, password=None)
        yield opened


def planned(home: Home, name: str = "spring", count: int = 60, **options: object) -> Campaign:
    request = PlanRequest(name, "his", "nantes", count, None, STARTS, timedelta(), timedelta(days=30), **options)  # type: ignore[arg-type]
    return plan(home, request).campaign


def test_decoys_look_like_the_host(home: Home, host: Path) -> None:
    learnt = learn_profile(home, "his")
    assert (learnt.patients, learnt.profile.locale) == (900, "fr_fr")
    assert learnt.fit > 90
    campaign = planned(home, policies={"local_id": Policy.GAPS})
    assert digest(campaign.recipe.profile) == learnt.digest
    apply(home)
    with sqlite3.connect(host) as connection:
        rows = connection.execute("select nom, ville, tel, ipp, regime from patients where id > 900").fetchall()
        stays = connection.execute(
            "select count(s.id) from patients p left join sejours s on s.patient_id = p.id"
            " where p.id > 900 group by p.id"
        ).fetchall()
    connection.close()
    assert len(rows) == 60
    assert all(name.isascii() and name == name.upper() for name, *_ in rows)
    assert all(town.isascii() and town == town.upper() for _, town, *_ in rows)
    assert {phone for *_, phone, _, _ in rows} == {None}, "no pool: decoys are like those who have no phone"
    assert {regime for *_, regime in rows} == {None}, "who has no phone has no regime"
    assert all(number.startswith("P1") and len(number) == 7 for *_, number, _ in rows)
    assert max(count for (count,) in stays) <= 2


def test_a_planned_campaign_keeps_its_profile(home: Home, host: Path) -> None:
    learn_profile(home, "his")
    campaign = planned(home)
    before = home.maker(campaign).decoys(campaign.serials)
    with sqlite3.connect(host) as connection:
        connection.execute("update patients set nom = lower(nom)")
    connection.close()
    again = learn_profile(home, "his")
    assert digest(campaign.recipe.profile) != again.digest
    assert forget_profile(home, "his")
    assert kept_profile(home, "his") == ""
    kept = home.registry.campaign("spring")
    assert home.maker(kept).decoys(kept.serials) == before
    [manifest] = read_manifests([home.path / MANIFESTS], home.keyring)
    assert manifest.campaign == kept
    assert planned(home, "summer", national=True).recipe.profile == ""


def test_streets_move_and_stay_the_hosts_own_way_of_writing(home: Home) -> None:
    learn_profile(home, "his")
    campaign = planned(home)
    maker = home.maker(campaign)
    first, second = (maker.identities(campaign.serials, version) for version in (0, 1))
    moved = first[Field.STREET] != second[Field.STREET]
    assert moved.sum() > 50
    assert second[Field.STREET].str.contains(r"^\d+ [A-Z]").all()
    assert first.drop(Field.STREET).equals(second.drop(Field.STREET))
    bits = maker.bits(first)
    assert bits.null_count().select(Field.STREET).item() == 0
    assert (bits[Field.SURNAME] <= 20).all()


def test_the_profile_lies_sealed_and_what_was_changed_is_noticed(home: Home) -> None:
    learn_profile(home, "his")
    [path] = (home.path / "profiles").iterdir()
    assert path.stat().st_mode & 0o77 == 0
    assert b"GENERAL" not in path.read_bytes()
    assert shown_profile(home, "his").patients == 900
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ProfileError, match="was changed"):
        planned(home)


def test_too_few_patients_leave_the_earlier_profile(home: Home, host: Path) -> None:
    before = learn_profile(home, "his").digest
    with sqlite3.connect(host) as connection:
        connection.execute("delete from patients where id > 12")
    connection.close()
    with pytest.raises(ProfileError, match="12 patients"):
        learn_profile(home, "his")
    assert digest(kept_profile(home, "his")) == before


def test_a_host_that_fits_no_locale_is_learnt_and_what_is_lacking_is_said(home: Home, host: Path) -> None:
    with sqlite3.connect(host) as connection:
        connection.execute(
            "update patients set nom = 'Wyz' || (id * 7919 % 499) || 'ski', prenom = 'Zdzich' || id % 90"
        )
        connection.execute("update patients set ville = 'Pcim' || id % 70, cp = '9' || (1000 + id % 70)")
    connection.close()
    learnt = learn_profile(home, "his")
    assert any("no locale knows these names" in lack for lack in learnt.profile.lacking)
    campaign = planned(home, count=15)
    people = home.maker(campaign).identities(campaign.serials)
    assert people[Field.SURNAME].str.contains("^WYZ|SKI$|^[A-Z]").all()


def test_numbers_in_gaps_need_a_profile_that_shows_them(home: Home) -> None:
    with pytest.raises(PlanRefusedError, match="No profile shows"):
        planned(home, policies={"local_id": Policy.GAPS})


def test_every_second_patient_is_enough(home: Home) -> None:
    assert learn_profile(home, "his", every=2).profile.patients == 450
