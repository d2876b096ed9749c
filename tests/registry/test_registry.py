"""The registry: what it keeps, what it gives away when it is stolen, and what it notices."""

from __future__ import annotations

import base64
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from honeytokens.errors import RegistryError, UnknownNameError
from honeytokens.keys import Keyring
from honeytokens.model import (
    Campaign,
    DecoyRef,
    Establishment,
    HospitalSystem,
    Placement,
    PlacementState,
    Pool,
    PoolKind,
    PoolShare,
    Practitioner,
    Recipe,
    Stamp,
    WrittenRow,
)
from honeytokens.registry import Registry

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
SECRETS = (
    "Vandenbroucke",
    "Maëlys",
    "0639981234",
    "maelys.v@courrier.example",
    "8001234567",
    "1961-03-12",
    "s3cr3t-pass",
)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring((bytes(range(32)),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture
def registry(path: Path, keyring: Keyring) -> Iterator[Registry]:
    opened = Registry.create(path, keyring)
    yield opened
    opened.close()


def a_placement(number: int = 1, campaign: str = "spring") -> Placement:
    values: dict[str, object] = {
        "nom": "Vandenbroucke",
        "prenom": "Maëlys",
        "naissance": date(1961, 3, 12),
        "tel": "0639981234",
        "mail": "maelys.v@courrier.example",
        "ipp": 8001234567,
        "cree": datetime(2026, 3, 1, 9, 0),  # noqa: DTZ001 - a hospital's local time
        "poids": Decimal("61.50"),
        "photo": b"\x00\xff",
        "note": None,
        "actif": True,
    }
    return Placement(
        number,
        DecoyRef(campaign, number),
        "saint-anne",
        "his",
        NOW,
        PlacementState.PLANTED,
        (WrittenRow("patients", "id", 80_000 + number, values),),
        (Stamp(0, NOW, NOW), Stamp(1, NOW + timedelta(days=30), NOW + timedelta(days=30, seconds=1))),
    )


def a_campaign(name: str = "spring") -> Campaign:
    recipe = Recipe("fr_fr", "d" * 64, "75014", date(2026, 3, 1), (PoolShare(Pool(PoolKind.MAIL, "x.fr"), 0),))
    return Campaign(
        "00ff", name, 1, "saint-anne", "his", recipe, (1, 2), NOW, NOW, timedelta(days=90), timedelta(days=30), 750_000
    )


def test_everything_comes_back_as_it_was(registry: Registry, path: Path, keyring: Keyring) -> None:
    establishment = Establishment("saint-anne", "3", "75014", None)
    system = HospitalSystem("his", "mysql+pymysql://u@h/d", "version = 1", "s3cr3t-pass")
    registry.add_establishment(establishment)
    registry.add_system(system)
    registry.add_pool(Pool(PoolKind.PHONE, "06 39 98 ## ##"))
    registry.add_campaign(a_campaign(), [a_placement(1), a_placement(2)])
    registry.log(NOW, "is-decoy", "his 80001: yes")
    registry.close()
    again = Registry.open(path, keyring)
    assert again.establishments() == [establishment]
    assert again.system("his") == system
    assert again.pools() == [Pool(PoolKind.PHONE, "06 39 98 ## ##")]
    assert again.campaign("spring") == a_campaign()
    assert again.placements() == [a_placement(1), a_placement(2)]
    assert again.placements("autumn") == []
    assert again.next_placement_id() == 3
    assert again.events() == [(NOW, "is-decoy", "his 80001: yes")]
    again.close()


def test_a_placement_is_saved_over_itself(registry: Registry) -> None:
    registry.add_campaign(a_campaign(), [a_placement()])
    moved = replace(a_placement(), state=PlacementState.WITHDRAWN, withdrawn=NOW)
    registry.save(moved)
    assert registry.placements() == [moved]


def test_a_stolen_registry_reveals_no_decoy(registry: Registry, path: Path) -> None:
    registry.add_system(HospitalSystem("his", "mysql+pymysql://u@h/d", "version = 1", "s3cr3t-pass"))
    registry.add_campaign(a_campaign(), [a_placement(1), a_placement(2)])
    registry.log(NOW, "whois", "Vandenbroucke Maëlys 80001")
    stolen = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert len(stolen) > 10_000
    for secret in (*SECRETS, "80001", "75014"):
        raw = secret.encode()
        for form in (raw, raw.lower(), secret.encode("utf-16-le"), raw.hex().encode(), base64.b64encode(raw)[:-4]):
            assert not form or form not in stolen, secret


def test_names_are_taken_once(registry: Registry) -> None:
    registry.add_establishment(Establishment("saint-anne", "3", "75014"))
    with pytest.raises(UnknownNameError, match="already"):
        registry.add_establishment(Establishment("saint-anne", "4", "75013"))
    with pytest.raises(UnknownNameError, match="Known: saint-anne"):
        registry.establishment("saint-ann")
    with pytest.raises(UnknownNameError, match="honeytokens system add"):
        registry.system("his")


def test_a_campaign_is_whole_or_not_there(registry: Registry) -> None:
    def failing() -> Iterator[Placement]:
        yield a_placement(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        registry.add_campaign(a_campaign(), failing())
    assert registry.campaigns() == []
    assert registry.placements() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "update placements set state = 'withdrawn' where id = 1",
        "update placements set campaign = 'other' where id = 1",
        "update placements set sealed = (select sealed from placements where id = 2) where id = 1",
        "update placements set sealed = x'00' where id = 1",
        "update placements set sealed = x'' where id = 1",
    ],
)
def test_a_changed_row_is_noticed(registry: Registry, path: Path, tampering: str) -> None:
    registry.add_campaign(a_campaign(), [a_placement(1), a_placement(2)])
    with sqlite3.connect(path) as connection:
        connection.execute(tampering)
    connection.close()
    with pytest.raises(RegistryError, match="changed or damaged"):
        registry.placements()


@pytest.mark.parametrize(
    "tampering",
    [
        "delete from placements where id = 2",
        "delete from placements",
        "delete from campaigns",
        "delete from events",
        "delete from pools",
        "insert into placements select 9, campaign, state, sealed from placements where id = 1",
        "delete from meta where key = 'tally'",
        "delete from lookups",
        "update lookups set placement = 1",
        "update lookups set term = x'00' where placement = 1",
    ],
)
def test_a_row_that_came_or_went_is_noticed(registry: Registry, path: Path, keyring: Keyring, tampering: str) -> None:
    registry.add_pool(Pool(PoolKind.MAIL, "x.fr"))
    registry.add_campaign(a_campaign(), [a_placement(1), a_placement(2)])
    registry.log(NOW, "apply", "planted 2")
    registry.close()
    Registry.open(path, keyring).close()
    with sqlite3.connect(path) as connection:
        connection.execute(tampering)
    connection.close()
    with pytest.raises(RegistryError, match="deleted, added or put back"):
        Registry.open(path, keyring)


def test_a_row_put_back_to_an_earlier_state_is_noticed(registry: Registry, path: Path, keyring: Keyring) -> None:
    registry.add_campaign(a_campaign(), [a_placement(1)])
    connection = sqlite3.connect(path)
    earlier = connection.execute("select * from placements").fetchone()
    registry.save(replace(a_placement(1), state=PlacementState.WITHDRAWN, withdrawn=NOW))
    registry.close()
    Registry.open(path, keyring).close()
    with connection:
        connection.execute("delete from placements")
        connection.execute("insert into placements values (?, ?, ?, ?)", earlier)
    connection.close()
    with pytest.raises(RegistryError, match="deleted, added or put back"):
        Registry.open(path, keyring)


def test_no_changed_bit_alters_an_answer(registry: Registry, path: Path, keyring: Keyring) -> None:
    """Rows are found through indexes: a bit that hides a row from one is as bad as a bit in the row itself."""
    registry.add_campaign(a_campaign(), [a_placement(number) for number in range(1, 41)])
    registry.close()
    whole = path.read_bytes()
    expected = _answers(path, keyring)
    chances = random.Random(5)
    refused = 0
    for _ in range(300):
        place = chances.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chances.randrange(8)]) + whole[place + 1 :])
        try:
            assert _answers(path, keyring) == expected, place
        except RegistryError:
            refused += 1
    assert refused > 50, "bits that matter are among them"


def _answers(path: Path, keyring: Keyring) -> object:
    opened = Registry.open(path, keyring)
    try:
        spring = opened.placements("spring")
        return spring, [
            (opened.placements_of(each.ref), opened.placements_with_key("his", str(each.rows[0].key)))
            for each in spring
        ]
    finally:
        opened.close()


def test_a_write_that_failed_does_not_count(registry: Registry, path: Path, keyring: Keyring) -> None:
    def failing() -> Iterator[Placement]:
        yield a_placement(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        registry.add_campaign(a_campaign(), failing())
    registry.add_campaign(a_campaign(), [a_placement(2)])
    registry.close()
    again = Registry.open(path, keyring)
    assert again.placements() == [a_placement(2)]
    again.close()


def test_another_keyring_opens_nothing(registry: Registry, path: Path) -> None:
    registry.add_campaign(a_campaign(), [a_placement()])
    with pytest.raises(RegistryError, match="changed or damaged"):
        Registry.open(path, Keyring.generate())


@pytest.mark.parametrize(
    "content", [b"not a database, surely not one at all" * 40, b"SQLite format 3\x00" + b"x" * 5000]
)
def test_a_damaged_file_is_refused(path: Path, keyring: Keyring, content: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(RegistryError):
        Registry.open(path, keyring)


def test_a_foreign_database_is_refused(path: Path, keyring: Keyring) -> None:
    path.touch(0o600)
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (x)")
    connection.close()
    with pytest.raises(RegistryError, match="not a registry"):
        Registry.open(path, keyring)


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "2.0"])
def test_a_registry_that_does_not_say_its_version_is_refused(
    registry: Registry, path: Path, keyring: Keyring, version: str
) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("update meta set value = ? where key = 'schema_version'", (version,))
    connection.close()
    with pytest.raises(RegistryError, match="is damaged"):
        Registry.open(path, keyring)


def test_a_newer_registry_is_refused(registry: Registry, path: Path, keyring: Keyring) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("update meta set value = '99'")
    connection.close()
    with pytest.raises(RegistryError, match="newer version"):
        Registry.open(path, keyring)


def test_a_registry_of_the_first_version_is_brought_up_to_date(path: Path, keyring: Keyring) -> None:
    """The first version had no blind index, and no count of commits."""
    registry = Registry.create(path, keyring)
    registry.add_campaign(a_campaign(), [a_placement(1), a_placement(2)])
    with registry.transaction():
        registry._database.execute("drop table lookups")
        total = registry._no_change()
        for table, key in (("campaigns", "name"), ("placements", "id")):
            for row in registry._query(f"select {key} as key, sealed from {table}"):
                total.add(table, row["key"], bytes(row["sealed"]))  # type: ignore[call-overload]
        sealed = registry._box.seal(total.encoded(bytes(32)), "tally")
        registry._database.execute("update meta set value = ? where key = 'tally'", (sealed,))
        registry._database.execute("update meta set value = '1' where key = 'schema_version'")
    registry.close()
    path.with_name(f"{path.name}.generation").unlink()
    first = path.read_bytes()
    for _ in range(2):
        again = Registry.open(path, keyring)
        assert again.placements_with_key("his", "80002") == [a_placement(2)]
        assert again.placements_of(DecoyRef("spring", 1)) == [a_placement(1)]
        assert again.placements() == [a_placement(1), a_placement(2)]
        again.close()
    upgraded = path.read_bytes()
    path.write_bytes(first)
    with pytest.raises(RegistryError, match="put back"):
        Registry.open(path, keyring)
    path.write_bytes(upgraded)
    path.with_name(f"{path.name}.generation").unlink()
    with pytest.raises(RegistryError, match="put back"):
        Registry.open(path, keyring)


def test_a_registry_of_the_second_version_is_brought_up_to_date_and_still_noticed_when_put_back(
    path: Path, keyring: Keyring
) -> None:
    """The second version knew neither policies nor practitioners."""
    registry = Registry.create(path, keyring)
    registry.add_campaign(a_campaign(), [a_placement(1)])
    registry._database.execute("update meta set value = '2' where key = 'schema_version'")
    registry.close()
    generation = path.with_name(f"{path.name}.generation")
    kept = generation.read_bytes()
    generation.unlink()
    with pytest.raises(RegistryError, match="put back"):
        Registry.open(path, keyring)
    generation.write_bytes(kept)
    for _ in range(2):
        again = Registry.open(path, keyring)
        assert again.campaign("spring") == a_campaign()
        assert again.placements_with_key("his", "80001") == [a_placement(1)]
        again.close()


def test_an_establishment_can_be_changed(registry: Registry, path: Path, keyring: Keyring) -> None:
    site = Establishment("saint-anne", "3", "75014")
    with pytest.raises(UnknownNameError):
        registry.change_establishment(site)
    registry.add_establishment(site)
    doctors = (Practitioner("Lebrun", "Anne", "17", "10003456786", "cardiology"),)
    registry.change_establishment(replace(site, practitioners=doctors))
    registry.close()
    again = Registry.open(path, keyring)
    assert again.establishment("saint-anne") == replace(site, practitioners=doctors)
    again.close()


def test_a_placement_is_found_by_its_key_and_its_decoy(registry: Registry) -> None:
    registry.add_campaign(a_campaign(), [a_placement(1), a_placement(2)])
    assert registry.placements_with_key("his", "80001") == [a_placement(1)]
    assert registry.placements_with_key("other", "80001") == []
    moved = replace(a_placement(1), rows=(replace(a_placement(1).rows[0], key=90_000),))
    registry.save(moved)
    assert registry.placements_with_key("his", "80001") == []
    assert registry.placements_with_key("his", "90000") == registry.placements_of(DecoyRef("spring", 1)) == [moved]
    assert registry.placements_of(DecoyRef("spring", 11)) == []


def test_an_earlier_copy_of_the_whole_file_is_refused_unless_it_is_meant(
    registry: Registry, path: Path, keyring: Keyring
) -> None:
    registry.add_campaign(a_campaign(), [a_placement(1)])
    copy = registry.copied()
    registry.save(replace(a_placement(1), state=PlacementState.WITHDRAWN, withdrawn=NOW))
    registry.close()
    for file in path.parent.glob(f"{path.name}-*"):
        file.unlink()
    path.write_bytes(copy)
    with pytest.raises(RegistryError, match="1 writes older"):
        Registry.open(path, keyring)
    Registry.open(path, keyring, put_back=True).close()
    again = Registry.open(path, keyring)
    assert again.placements() == [a_placement(1)]
    again.close()


def test_a_registry_that_others_can_read_is_refused(registry: Registry, path: Path, keyring: Keyring) -> None:
    path.chmod(0o644)
    with pytest.raises(RegistryError, match="chmod 600"):
        Registry.open(path, keyring)


def test_a_locked_registry_says_so(
    registry: Registry, path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("honeytokens.registry.database._BUSY_SECONDS", 0.1)
    waiting = Registry.open(path, keyring)
    with registry.transaction(), pytest.raises(RegistryError, match="locked by another process"):
        waiting.add_establishment(Establishment("saint-anne", "3", "75014"))
    waiting.close()
