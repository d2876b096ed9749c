"""Whole patients in OpenEMR (283 tables) and OpenMRS (119 tables, 448 foreign keys), in strict mode."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openemr_hospital
import openmrs_hospital
import pytest
import sqlalchemy as sa
from granting import least_privileged
from named_schemas import everything
from private_server import DatabaseServer

from honeytokens.keys import Keyring
from honeytokens.model import Establishment, Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.systems.openmrs import luhn_digit
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

pytestmark = pytest.mark.mariadb
STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYRING = Keyring((bytes(range(32)),))
DECOYS = 6


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with Home(path, KEYRING, Registry.open(path / REGISTRY, KEYRING), lambda: STARTS) as opened:
        opened.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
        yield opened


def _planted(home: Home, kind: str, url: str, site: Establishment, every: timedelta | None) -> str:
    """Plant decoys, and return the keys of their patients for a list in SQL."""
    add_establishment(home, site)
    add_system(home, "his", url, "", password_env=None, password=None, kind=kind)
    plan(home, PlanRequest("spring", "his", site.name, DECOYS, "en_gb", STARTS, timedelta(), every))
    assert apply(home).planted == DECOYS
    assert verify(home).sound
    return ", ".join(str(placement.rows[0].key) for placement in home.registry.placements())


def _rows(engine: sa.Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_openemr(mariadb_server: DatabaseServer, mariadb_url: str, home: Home) -> None:
    engine = openemr_hospital.build_openemr(mariadb_url)
    before = everything(engine)
    with least_privileged(mariadb_server, mariadb_url, "openemr") as url:
        inside = _planted(home, "openemr", url, openemr_hospital.SITE, timedelta(days=30))
        people = _rows(engine, f"SELECT id, pid, hipaa_mail, sex FROM patient_data WHERE pid IN ({inside})")
        assert all(number != pid and mail == "NO" and sex in ("Female", "Male") for number, pid, mail, sex in people)
        unregistered = "SELECT COUNT(*) FROM {} t LEFT JOIN uuid_registry r ON r.uuid = t.uuid AND r.table_id = t.id"
        for table in ("patient_data", "form_encounter", "lists", "prescriptions", "form_vitals", "history_data"):
            assert _rows(engine, f"{unregistered.format(table)} WHERE r.uuid IS NULL") == [(0,)]
        visits = _rows(
            engine,
            "SELECT e.encounter, f.encounter, s.id FROM form_encounter e JOIN sequences s"
            f" LEFT JOIN forms f ON f.form_id = e.id AND f.formdir = 'newpatient' WHERE e.pid IN ({inside})",
        )
        assert visits
        assert all(number == form <= last for number, form, last in visits)
        assert len({number for number, *_ in visits}) == len(visits)
        assert withdraw(home).refused == []
    after = everything(engine)
    assert after.pop("sequences") > before.pop("sequences")
    assert after == before
    engine.dispose()


def test_openmrs(mariadb_server: DatabaseServer, mariadb_url: str, home: Home) -> None:
    engine = openmrs_hospital.build_openmrs(mariadb_url)
    before = everything(engine)
    with least_privileged(mariadb_server, mariadb_url, "openmrs") as url:
        inside = _planted(home, "openmrs", url, openmrs_hospital.SITE, None)
        numbers = _rows(engine, f"SELECT identifier FROM patient_identifier WHERE patient_id IN ({inside})")
        assert len(numbers) == DECOYS
        assert all(luhn_digit(number.partition("-")[0]) == int(number[-1]) for (number,) in numbers)
        assert _rows(engine, f"SELECT DISTINCT voided FROM allergy WHERE patient_id IN ({inside})") in ([(0,)], [])
        hidden = "SELECT COUNT(*) FROM allergy a JOIN patient p USING (patient_id) WHERE p.allergy_status <> 'See list'"
        assert _rows(engine, hidden) == [(0,)]
        family = _rows(engine, f"SELECT family_name FROM person_name WHERE person_id = {inside.split(',')[0]}")[0][0]
        by_name = f"SELECT person_id FROM person_name WHERE family_name LIKE '{family[:4]}%%' AND voided = 0"
        assert int(inside.split(",")[0]) in [key for (key,) in _rows(engine, by_name)]
        met = _rows(engine, f"SELECT COUNT(DISTINCT patient_id) FROM encounter WHERE patient_id IN ({inside})")
        assert met == [(DECOYS,)]
        assert withdraw(home).refused == []
    assert everything(engine) == before
    engine.dispose()


def test_openmrs_check_digit() -> None:
    assert luhn_digit("100042") == 1
