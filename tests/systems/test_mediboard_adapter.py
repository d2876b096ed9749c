"""Whole patients in a Mediboard of 392 MyISAM tables: planted, found by its own searches, exported, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from granting import least_privileged
from mediboard_hospital import DOCTORS, SECRETARY, SITE, build_mediboard
from named_schemas import everything
from private_server import DatabaseServer

from honeytokens.errors import MappingError
from honeytokens.keys import Keyring
from honeytokens.mediboard import soundex2
from honeytokens.model import Field, Placement, Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.systems import connect
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.rebuild import rebuild
from honeytokens.workflows.scan import scan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

pytestmark = pytest.mark.mariadb
STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYRING = Keyring((bytes(range(32)),))
DECOYS = 8


@dataclass
class Site:
    """A live Mediboard and a home that knows it."""

    url: str
    engine: sa.Engine
    home: Home
    admin: str
    now: datetime = STARTS

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]

    def placements(self) -> list[Placement]:
        return self.home.registry.placements()

    def plan(self, count: int = DECOYS) -> None:
        every = timedelta(days=30)
        plan(self.home, PlanRequest("spring", "his", SITE.name, count, "fr_fr", STARTS, timedelta(), every))


@pytest.fixture
def site(mariadb_server: DatabaseServer, mariadb_url: str, tmp_path: Path) -> Iterator[Site]:
    yield from _site(mariadb_server, mariadb_url, tmp_path)


@pytest.fixture(scope="module")
def seeded(mariadb_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with decoys, for tests that only look."""
    with mariadb_server.database() as url:
        for found in _site(mariadb_server, url, tmp_path_factory.mktemp("seeded")):
            found.plan()
            apply(found.home)
            yield found


def _site(server: DatabaseServer, admin: str, folder: Path) -> Iterator[Site]:
    """Build the hospital as its administrator, and know it by an account with the documented grants alone."""
    engine = build_mediboard(admin)
    path = folder / "home"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    registry = Registry.open(path / REGISTRY, KEYRING)
    with least_privileged(server, admin, "mediboard") as url, Home(path, KEYRING, registry, lambda: found.now) as home:
        found = Site(url, engine, home, admin)
        add_establishment(home, SITE)
        add_system(home, "his", url, f'accounts = "{SECRETARY}"', password_env=None, password=None, kind="mediboard")
        registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
        yield found
    engine.dispose()


def test_a_whole_life_leaves_every_row_as_it_was(site: Site) -> None:
    before = everything(site.engine)
    site.plan()
    assert apply(site.home).planted == DECOYS
    assert verify(site.home).sound
    site.now += timedelta(days=45)
    report = apply(site.home)
    assert report.problems == []
    assert report.rewritten > 0
    assert verify(site.home).sound
    held = everything(site.engine)
    assert all(set(rows) <= set(held[table]) for table, rows in before.items())
    assert withdraw(site.home).refused == []
    assert everything(site.engine) == before


def test_patients_are_found_by_the_systems_own_searches(seeded: Site) -> None:
    for placement in seeded.placements():
        patient = placement.rows[0].values
        name, first = str(patient["nom"]), str(patient["prenom"])
        assert name == name.upper()
        by_name = "SELECT patient_id FROM patients WHERE nom LIKE :nom AND prenom LIKE :prenom AND naissance LIKE :born"
        by_sound = (
            "SELECT patient_id FROM patients WHERE nom_soundex2 LIKE :nom AND prenom_soundex2 LIKE :prenom"
            " AND naissance LIKE :born ORDER BY nom, prenom, naissance"
        )
        for query, sought in (
            (by_name, {"nom": f"{name[:4]}%", "prenom": f"{first[:3]}%"}),
            (by_sound, {"nom": f"{soundex2(name)}%", "prenom": f"{soundex2(first)}%"}),
        ):
            found = seeded.rows(query, born=f"{patient['naissance']}", **sought)
            assert placement.rows[0].key in [key for (key,) in found]


def test_patients_come_out_of_the_patient_export_of_their_practitioners(seeded: Site) -> None:
    export = sa.text(
        "SELECT DISTINCT p.patient_id FROM patients p"
        " LEFT JOIN sejour s ON s.patient_id = p.patient_id AND s.annule = '0'"
        " LEFT JOIN consultation c ON c.patient_id = p.patient_id AND c.annule = '0'"
        " LEFT JOIN plageconsult g ON g.plageconsult_id = c.plageconsult_id"
        " WHERE (s.praticien_id IN :doctors OR g.chir_id IN :doctors)"
        " ORDER BY p.nom, p.nom_jeune_fille, p.prenom, p.naissance, p.patient_id LIMIT 1000"
    ).bindparams(sa.bindparam("doctors", expanding=True))
    with seeded.engine.connect() as connection:
        found = {key for (key,) in connection.execute(export, {"doctors": list(DOCTORS)})}
    assert {placement.rows[0].key for placement in seeded.placements()} <= found


def test_a_dump_of_the_hospital_is_recognised(seeded: Site, mariadb_server: DatabaseServer, tmp_path: Path) -> None:
    leak = tmp_path / "leak.sql"
    leak.write_bytes(mariadb_server.dump(seeded.admin))
    result, _ = scan(seeded.home, [leak])
    assert {hit.decoy for hit in result.hits} == {placement.ref for placement in seeded.placements()}


def test_rows_are_natural(seeded: Site) -> None:
    keys = [placement.rows[0].key for placement in seeded.placements()]
    inside = ", ".join(map(str, keys))
    assert {status for (status,) in seeded.rows(f"SELECT status FROM patients WHERE patient_id IN ({inside})")} == {
        "VALI"
    }
    states = seeded.rows(f"SELECT mediuser_id, state FROM patient_state WHERE patient_id IN ({inside})")
    assert states == [(SECRETARY, "VALI")] * DECOYS
    created = seeded.rows(
        f"SELECT user_id, INET_NTOA(CONV(HEX(ip_address), 16, 10)) FROM user_log"
        f" WHERE object_class = 'CPatient' AND type = 'create' AND object_id IN ({inside})"
    )
    assert created == [(SECRETARY, "10.0.0.7")] * DECOYS
    stays = seeded.rows(
        "SELECT entree = entree_reelle AND sortie = sortie_reelle, facturable, praticien_id, group_id, type"
        f" FROM sejour WHERE patient_id IN ({inside})"
    )
    assert all(whole == 1 and doctor in DOCTORS and group == 1 for whole, _, doctor, group, _ in stays)
    # Half of the host's stays are not billable, so decoys are not; no external one is, so no decoy's is either.
    assert all(facturable == ("1" if kind == "exte" else "0") for _, facturable, _, _, kind in stays)
    having = seeded.rows(f"SELECT COUNT(DISTINCT patient_id) FROM sejour WHERE patient_id IN ({inside})")
    assert having == [(DECOYS,)]
    numbers = seeded.rows(
        "SELECT object_class, COUNT(*), COUNT(DISTINCT id400) FROM id_sante400 GROUP BY object_class, tag"
    )
    assert all(count == different for _, count, different in numbers)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("DROP TABLE sejour", "no table sejour|no stay"),
        ("ALTER TABLE patients CHANGE nom_soundex2 son VARCHAR(255)", "no column patients.nom_soundex2"),
        ("ALTER TABLE patients ADD COLUMN cle VARCHAR(8) NOT NULL", ""),
    ],
)
def test_a_schema_that_does_not_fit_stops_before_anything_is_written(site: Site, change: str, reason: str) -> None:
    with site.engine.begin() as connection:
        connection.exec_driver_sql(change)
        if not reason:
            connection.exec_driver_sql("UPDATE patients SET cle = CONCAT('k', patient_id)")
    before = everything(site.engine)
    with connect(site.url, None, "", "mediboard") as adapter:
        if reason.startswith("no table sejour"):
            adapter.check()
        else:
            with pytest.raises(MappingError, match=reason or "patients.cle must have a value"):
                adapter.check()
    assert everything(site.engine) == before


def test_a_newer_version_is_written_as_its_own_rows_are(site: Site) -> None:
    changes = [
        "ALTER TABLE patients ADD COLUMN creation_reason VARCHAR(20) NOT NULL",
        "UPDATE patients SET creation_reason = IF(patient_id %% 2, 'accueil', 'urgence')",
        "ALTER TABLE patients ADD COLUMN registered DATETIME NOT NULL",
        "ALTER TABLE patients DROP COLUMN rang_naissance, MODIFY COLUMN sexe ENUM('f', 'i', 'm')",
        "ALTER TABLE sejour MODIFY COLUMN libelle VARCHAR(60)",
        "ALTER TABLE patients CONVERT TO CHARACTER SET utf8mb4",
        "DROP TABLE traitement",
        "ALTER TABLE constantes_medicales DROP COLUMN spo2",
    ]
    with site.engine.begin() as connection:
        for change in changes:
            connection.exec_driver_sql(change)
    before = everything(site.engine)
    site.plan()
    assert apply(site.home).planted == DECOYS
    inside = ", ".join(str(placement.rows[0].key) for placement in site.placements())
    reasons = site.rows(f"SELECT DISTINCT creation_reason FROM patients WHERE patient_id IN ({inside})")
    assert {reason for (reason,) in reasons} <= {"accueil", "urgence"}
    assert withdraw(site.home).refused == []
    assert everything(site.engine) == before


def test_a_decoy_that_clinicians_linked_to_something_is_reported_and_left(site: Site) -> None:
    site.plan(2)
    apply(site.home)
    patient = site.placements()[0].rows[0].key
    with site.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO log_access_medical_object (user_id, datetime, object_id, object_class, group_id)"
            f" VALUES (11, NOW(), {patient}, 'CPatient', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO note (user_id, date, object_class, object_id, libelle)"
            f" VALUES (11, NOW(), 'CPatient', {patient}, 'x')"
        )
    assert [link for _, link in verify(site.home).linked] == ["note.object_id"]
    report = withdraw(site.home)
    assert report.withdrawn == 1
    [(ref, reason)] = report.refused
    assert ref == site.placements()[0].ref
    assert "note.object_id" in reason


def test_a_lost_registry_is_made_again_and_everything_is_withdrawn(site: Site, tmp_path: Path) -> None:
    before = everything(site.engine)
    site.plan(4)
    apply(site.home)
    for name in tmp_path.glob(f"home/{REGISTRY}*"):
        name.unlink()
    rebuild(site.home.path, KEYRING, (), now=lambda: site.now)
    with Home(site.home.path, KEYRING, Registry.open(site.home.path / REGISTRY, KEYRING), lambda: site.now) as again:
        assert len([p for p in again.registry.placements() if p.rows]) == 4
        assert withdraw(again).refused == []
    after = everything(site.engine)
    # A practitioner's consultation hours that were opened for a decoy look like the site's own, and stay.
    assert {name for name in after if after[name] != before[name]} <= {"plageconsult", "user_log"}


def test_unique_local_identifiers_are_kept_apart_from_the_hosts(site: Site) -> None:
    with connect(site.url, None, "", "mediboard") as adapter:
        adapter.check()
        assert Field.LOCAL_ID in adapter.unique_fields()
        assert "600003" in set(adapter.host_values(Field.LOCAL_ID))
        assert len(list(adapter.host_people())) == adapter.patient_count() == 200
