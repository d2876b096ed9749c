"""The registry's tables, and the only code that reads and writes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from honeytokens.errors import RegistryError, UnknownNameError
from honeytokens.files import exposed_to
from honeytokens.keys import Keyring
from honeytokens.model import (
    Campaign,
    Establishment,
    HospitalSystem,
    Placement,
    Pool,
)
from honeytokens.registry.codec import decode, encode
from honeytokens.registry.sealing import Sealer
from honeytokens.registry.tally import Tally

T = TypeVar("T")
Row = dict[str, object]

_SCHEMA_VERSION = 1
_BUSY_SECONDS = 10
_KEYS = {
    "establishments": "name",
    "systems": "name",
    "pools": "name",
    "campaigns": "name",
    "placements": "id",
    "events": "id",
}
"""The tables of sealed rows, each with its primary key."""


class Registry:
    """An open registry. One write transaction at a time, whichever process asks; every commit is durable."""

    def __init__(self, database: sqlite_utils.Database, keyring: Keyring) -> None:
        self._database = database
        self._sealer = Sealer(keyring)
        self._change = self._no_change()

    @classmethod
    def create(cls, path: Path, keyring: Keyring) -> Registry:
        """Make a new, empty, private registry file; raise :class:`RegistryError` when that fails."""
        with _explained(path):
            path.touch(mode=0o600, exist_ok=False)
            database = _connect(path)
            database.enable_wal()
            with _immediate(database):
                _create_tables(database)
                database.table("meta").insert({"key": "schema_version", "value": str(_SCHEMA_VERSION)})
        return cls(database, keyring)

    @classmethod
    def open(cls, path: Path, keyring: Keyring) -> Registry:
        """Open a registry; raise :class:`RegistryError` when it is missing, unsafe, damaged or of another version."""
        if not path.exists():
            raise RegistryError(f"There is no registry at {path}", "Restore it from a backup, or set --home")
        if exposed := exposed_to(path):
            raise RegistryError(f"{path} can be read by {exposed}", f"Run: chmod 600 {path}")
        with _explained(path):
            database = _connect(path)
            if "meta" not in database.table_names():
                raise RegistryError(f"{path} is not a registry", "Restore it from a backup, or set --home")
            version = next(iter(database.query("select value from meta where key = 'schema_version'")))["value"]
        if int(version) != _SCHEMA_VERSION:
            raise RegistryError(f"{path} was made by another version of honeytokens", "Upgrade honeytokens")
        registry = cls(database, keyring)
        registry._check_sum()
        return registry

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written inside durable together, or not at all."""
        try:
            with _explained(), _immediate(self._database):
                yield
                self._count_changes()
        finally:
            self._change = self._no_change()

    # Establishments, systems, pools

    def add_establishment(self, establishment: Establishment) -> None:
        """Remember a care site; raise ``UnknownNameError`` when the name is taken."""
        self._add("establishments", establishment.name, establishment)

    def establishments(self) -> list[Establishment]:
        """Return every care site, by name."""
        return self._all("establishments", Establishment)

    def establishment(self, name: str) -> Establishment:
        """Return one care site; raise ``UnknownNameError`` when there is none of that name."""
        return self._named("establishments", "establishment", name, Establishment)

    def add_system(self, system: HospitalSystem) -> None:
        """Remember a hospital system; raise ``UnknownNameError`` when the name is taken."""
        self._add("systems", system.name, system)

    def change_system(self, system: HospitalSystem) -> None:
        """Remember a hospital system anew; raise ``UnknownNameError`` when there is none of its name."""
        sealed = self._sealer.seal(encode(system), f"systems|{system.name}")
        with self.transaction():
            self.system(system.name)
            [before] = self._query("select sealed from systems where name = ?", (system.name,))
            self._database.execute("update systems set sealed = ? where name = ?", (sealed, system.name))
            self._change.take("systems", system.name, _blob(before["sealed"]))
            self._change.add("systems", system.name, sealed)

    def systems(self) -> list[HospitalSystem]:
        """Return every hospital system, by name."""
        return self._all("systems", HospitalSystem)

    def system(self, name: str) -> HospitalSystem:
        """Return one hospital system; raise ``UnknownNameError`` when there is none of that name."""
        return self._named("systems", "system", name, HospitalSystem)

    def add_pool(self, pool: Pool) -> None:
        """Remember a pool; raise ``UnknownNameError`` when it is there already."""
        self._add("pools", self._sealer.blind("pool", f"{pool.kind}|{pool.value}").hex(), pool, shown=pool.value)

    def pools(self) -> list[Pool]:
        """Return every pool, by kind and value."""
        return sorted(self._all("pools", Pool), key=lambda pool: (pool.kind, pool.value))

    # Campaigns and placements

    def add_campaign(self, campaign: Campaign, placements: Iterable[Placement]) -> None:
        """Remember a campaign with its placements, durably; raise ``UnknownNameError`` when its name is taken."""
        with self.transaction():
            self._add("campaigns", campaign.name, campaign)
            for placement in placements:
                self._write_placement(placement)

    def campaigns(self) -> list[Campaign]:
        """Return every campaign, by name."""
        return self._all("campaigns", Campaign)

    def campaign(self, name: str) -> Campaign:
        """Return one campaign; raise ``UnknownNameError`` when there is none of that name."""
        return self._named("campaigns", "campaign", name, Campaign)

    def next_placement_id(self) -> int:
        """Return an id above every placement's."""
        rows = self._query("select coalesce(max(id), 0) + 1 as id from placements")
        return int(str(rows[0]["id"]))

    def placements(self, campaign: str | None = None) -> list[Placement]:
        """Return the placements of one campaign, or of all, by id."""
        where, arguments = ("where campaign = ?", (campaign,)) if campaign else ("", ())
        rows = self._query(f"select * from placements {where} order by id", arguments)  # noqa: S608
        return [self._read_placement(row) for row in rows]

    def save(self, placement: Placement) -> None:
        """Write how a placement stands, durably."""
        with self.transaction():
            self._write_placement(placement)

    def _write_placement(self, placement: Placement) -> None:
        clear: Row = {"id": placement.id, "campaign": placement.ref.campaign, "state": placement.state.value}
        sealed = self._sealer.seal(encode(placement), _placement_place(clear))
        for row in self._query("select sealed from placements where id = ?", (placement.id,)):
            self._change.take("placements", placement.id, _blob(row["sealed"]))
        # Plain SQL: a table's upsert reads the schema anew each time, and this is what apply does most.
        self._database.execute(
            "insert or replace into placements (id, campaign, state, sealed) values (:id, :campaign, :state, :sealed)",
            {**clear, "sealed": sealed},
        )
        self._change.add("placements", placement.id, sealed)

    def _read_placement(self, row: Row) -> Placement:
        return decode(Placement, self._sealer.open(_blob(row["sealed"]), _placement_place(row)))

    # Events

    def log(self, at: datetime, kind: str, detail: str) -> None:
        """Add an entry to the audit trail: who was told what, what was written. ``detail`` is sealed."""
        with self.transaction():
            place = f"events|{at.isoformat()}|{kind}"
            sealed = self._sealer.seal(detail.encode(), place)
            events = self._database.table("events")
            events.insert({"at": at.isoformat(), "kind": kind, "sealed": sealed})
            self._change.add("events", events.last_pk, sealed)

    def events(self) -> list[tuple[datetime, str, str]]:
        """Return the audit trail, oldest first, as (time, kind, detail)."""
        rows = self._query("select * from events order by id")
        return [
            (
                datetime.fromisoformat(str(row["at"])),
                str(row["kind"]),
                self._sealer.open(_blob(row["sealed"]), f"events|{row['at']}|{row['kind']}").decode(),
            )
            for row in rows
        ]

    # Named things: one sealed content under one name

    def _add(self, table: str, name: str, thing: object, shown: str | None = None) -> None:
        sealed = self._sealer.seal(encode(thing), f"{table}|{name}")
        with self.transaction():
            if self._query(f"select 1 from {table} where name = ?", (name,)):  # noqa: S608
                raise UnknownNameError(f"{shown or name} is in the registry already", "Choose another name")
            self._database.table(table).insert({"name": name, "sealed": sealed}, pk="name")
            self._change.add(table, name, sealed)

    def _all(self, table: str, kind: type[T]) -> list[T]:
        rows = self._query(f"select * from {table} order by name")  # noqa: S608
        return [decode(kind, self._sealer.open(_blob(row["sealed"]), f"{table}|{row['name']}")) for row in rows]

    def _named(self, table: str, word: str, name: str, kind: type[T]) -> T:
        rows = self._query(f"select * from {table} where name = ?", (name,))  # noqa: S608
        if not rows:
            names = [str(row["name"]) for row in self._query(f"select name from {table} order by name")]  # noqa: S608
            known = f"Known: {', '.join(names)}" if names else f"Add one with: honeytokens {word} add"
            raise UnknownNameError(f"There is no {word} named {name}", known)
        return decode(kind, self._sealer.open(_blob(rows[0]["sealed"]), f"{table}|{name}"))

    # The sum over all rows

    def _no_change(self) -> Tally:
        return Tally(self._sealer.keyring.subkey("registry/tally", 1))

    def _count_changes(self) -> None:
        """Bring the stored sum up to what the transaction changed."""
        if self._change.total:
            sealed = self._sealer.seal(self._change.encoded(self._stored_sum()), "tally")
            self._database.execute("insert or replace into meta (key, value) values ('tally', ?)", (sealed,))
            self._change = self._no_change()

    def _stored_sum(self) -> bytes | None:
        rows = self._query("select value from meta where key = 'tally'")
        return self._sealer.open(_blob(rows[0]["value"]), "tally") if rows else None

    def _check_sum(self) -> None:
        """Raise :class:`RegistryError` when the rows are not those that the sum was taken over."""
        found = self._no_change()
        with self._database.atomic():
            for table, key in _KEYS.items():
                for row in self._query(f"select {key}, sealed from {table}"):  # noqa: S608
                    found.add(table, row[key], _blob(row["sealed"]))
            stored = self._stored_sum()
        if found.encoded(None) != (stored or bytes(32)):
            raise RegistryError(
                "Rows of the registry were deleted, added or put back to an earlier state",
                "Restore the registry from a backup; do not trust its answers meanwhile",
            )

    def _query(self, sql: str, arguments: Iterable[object] = ()) -> list[Row]:
        with _explained():
            return list(self._database.query(sql, tuple(arguments)))


def _create_tables(database: sqlite_utils.Database) -> None:
    database.table("meta").create({"key": str, "value": str}, pk="key")
    for named in (table for table, key in _KEYS.items() if key == "name"):
        database.table(named).create({"name": str, "sealed": bytes}, pk="name", not_null={"sealed"})
    database.table("placements").create(
        {"id": int, "campaign": str, "state": str, "sealed": bytes}, pk="id", not_null={"campaign", "state", "sealed"}
    )
    database.table("placements").create_index(["campaign", "state"])
    database.table("events").create({"id": int, "at": str, "kind": str, "sealed": bytes}, pk="id")


def _connect(path: Path) -> sqlite_utils.Database:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    database = sqlite_utils.Database(connection, execute_plugins=False)
    database.execute("pragma synchronous = full")
    database.execute("pragma secure_delete = on")
    # A megabyte of log instead of four: a home on a nearly full disk goes on as soon as a little is freed.
    database.execute("pragma wal_autocheckpoint = 250")
    return database


@contextmanager
def _immediate(database: sqlite_utils.Database) -> Iterator[None]:
    """Hold the write lock from the first statement on; what is inside nests."""
    outermost = not database.conn.in_transaction
    if outermost:
        database.execute("begin immediate")
    try:
        with database.atomic():
            yield
    except BaseException:
        if outermost:
            database.rollback()
        raise
    if outermost:
        database.commit()


@contextmanager
def _explained(path: Path | None = None) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    name = str(path or "The registry")
    try:
        yield
    except FileExistsError as error:
        raise RegistryError(f"{name} exists", "Choose another home, or use this one as it is") from error
    except OSError as error:
        raise RegistryError(f"{name} cannot be written: {error.strerror}", "Free space or mend its folder") from error
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise RegistryError(f"{name} is locked by another process", "Wait until it is done, or stop it") from error
        raise RegistryError(
            f"{name} cannot be used: {error}", "Free space or mend its folder, then try again"
        ) from error
    except sqlite3.DatabaseError as error:
        raise RegistryError(f"{name} is damaged: {error}", "Restore the registry from a backup") from error


def _placement_place(row: Row) -> str:
    return f"placements|{row['id']}|{row['campaign']}|{row['state']}"


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
