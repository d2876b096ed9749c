"""The registry's tables, and the only code that reads and writes them."""

from __future__ import annotations

import hashlib
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
    DecoyRef,
    Establishment,
    HospitalSystem,
    Placement,
    Pool,
)
from honeytokens.registry.codec import decode, encode
from honeytokens.registry.database import (
    SCHEMA_VERSION,
    TABLES,
    check_trees,
    connect,
    create_lookups,
    create_tables,
    explained,
    immediate,
    schema_version,
)
from honeytokens.registry.generation import Generation
from honeytokens.registry.tally import SUM_BYTES, Tally
from honeytokens.sealing import Box

T = TypeVar("T")
Row = dict[str, object]

_BLIND_BYTES = 16
_COUNT_BYTES = 8
_TERMS = "select term from lookups where placement = ?"
_LOOKED_UP = "select p.* from placements p join lookups l on l.placement = p.id where l.term = ? order by p.id"
_FIRST = 0
"""The count of commits of a registry that was just made."""
_COUNTED = 2
"""The first version that counted commits, and had a blind index."""


class Registry:
    """An open registry. One write transaction at a time, whichever process asks; every commit is durable."""

    def __init__(self, path: Path, database: sqlite_utils.Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._box = Box([keyring.subkey("registry/seal", version + 1) for version in range(keyring.newest)], _changed)
        self._generation = Generation(path, self._box)
        self._commits = _FIRST
        self._change = self._no_change()

    @classmethod
    def create(cls, path: Path, keyring: Keyring) -> Registry:
        """Make a new, empty, private registry file; raise :class:`RegistryError` when that fails."""
        with explained(path):
            path.touch(mode=0o600, exist_ok=False)
            database = connect(path)
            database.enable_wal()
            with immediate(database):
                create_tables(database)
        registry = cls(path, database, keyring)
        registry._generation.write(_FIRST)
        return registry

    @classmethod
    def open(cls, path: Path, keyring: Keyring, *, put_back: bool = False) -> Registry:
        """Open a registry; raise :class:`RegistryError` when it is missing, unsafe, damaged, newer or put back.

        One of an earlier version of honeytokens is brought up to date. With ``put_back`` an earlier copy of the file
        is taken as it is, and is the registry from now on.
        """
        if not path.exists():
            raise RegistryError(
                f"There is no registry at {path}", "Run honeytokens registry restore or rebuild, or set --home"
            )
        if exposed := exposed_to(path):
            raise RegistryError(f"{path} can be read by {exposed}", f"Run: chmod 600 {path}")
        with explained(path):
            database = connect(path)
            version = schema_version(database, path)
        registry = cls(path, database, keyring)
        # The count beside the registry is read first: another process may commit at any moment.
        uncounted = version < _COUNTED and not registry._generation.kept
        seen = _FIRST if put_back or uncounted else registry._generation.read()
        registry._check_sum()
        registry._generation.check(seen, registry._commits)
        if version < SCHEMA_VERSION:
            registry._migrate(version)
        if put_back:
            registry._generation.write(registry._commits)
        return registry

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def copied(self) -> bytes:
        """Return the whole file as it stands between two transactions."""
        with explained():
            return self._database.conn.serialize()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written inside durable together, or not at all."""
        try:
            with explained(), immediate(self._database):
                yield
                self._count_changes()
        finally:
            self._change = self._no_change()
        if not self._database.conn.in_transaction:
            self._generation.write(self._commits)

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

    def change_establishment(self, establishment: Establishment) -> None:
        """Remember a care site anew; raise ``UnknownNameError`` when there is none of its name."""
        self.establishment(establishment.name)
        self._replace("establishments", establishment.name, establishment)

    def add_system(self, system: HospitalSystem) -> None:
        """Remember a hospital system; raise ``UnknownNameError`` when the name is taken."""
        self._add("systems", system.name, system)

    def change_system(self, system: HospitalSystem) -> None:
        """Remember a hospital system anew; raise ``UnknownNameError`` when there is none of its name."""
        self.system(system.name)
        self._replace("systems", system.name, system)

    def systems(self) -> list[HospitalSystem]:
        """Return every hospital system, by name."""
        return self._all("systems", HospitalSystem)

    def system(self, name: str) -> HospitalSystem:
        """Return one hospital system; raise ``UnknownNameError`` when there is none of that name."""
        return self._named("systems", "system", name, HospitalSystem)

    def add_pool(self, pool: Pool) -> None:
        """Remember a pool; raise ``UnknownNameError`` when it is there already."""
        self._add("pools", self._blind(f"pool|{pool.kind}|{pool.value}").hex(), pool, shown=pool.value)

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

    def placements_with_key(self, system: str, key: str) -> list[Placement]:
        """Return the placements whose patient's row had or has this primary key in a system."""
        return self._looked_up(f"key|{system}|{key}")

    def placements_of(self, decoy: DecoyRef) -> list[Placement]:
        """Return the placements of one decoy, by id."""
        return self._looked_up(f"decoy|{decoy}")

    def save(self, placement: Placement) -> None:
        """Write how a placement stands, durably."""
        with self.transaction():
            self._write_placement(placement)

    def _write_placement(self, placement: Placement) -> None:
        clear: Row = {"id": placement.id, "campaign": placement.ref.campaign, "state": placement.state.value}
        sealed = self._box.seal(encode(placement), _placement_place(clear))
        for row in self._query("select sealed from placements where id = ?", (placement.id,)):
            self._change.take("placements", placement.id, _blob(row["sealed"]))
        # Plain SQL: a table's upsert reads the schema anew each time, and this is what apply does most.
        self._database.execute(
            "insert or replace into placements (id, campaign, state, sealed) values (:id, :campaign, :state, :sealed)",
            {**clear, "sealed": sealed},
        )
        self._change.add("placements", placement.id, sealed)
        self._index(placement)

    def _index(self, placement: Placement) -> None:
        """Bring the blind index up to what a placement is found by: its decoy, and its patient's primary key."""
        wanted = {f"decoy|{placement.ref}"}
        if placement.rows:
            wanted.add(f"key|{placement.system}|{placement.rows[0].key}")
        terms = {self._blind(term) for term in wanted}
        stored = {_blob(row["term"]) for row in self._query(_TERMS, (placement.id,))}
        for term in stored - terms:
            self._database.execute("delete from lookups where placement = ? and term = ?", (placement.id, term))
            self._change.take("lookups", placement.id, term)
        for term in terms - stored:
            self._database.execute("insert into lookups (placement, term) values (?, ?)", (placement.id, term))
            self._change.add("lookups", placement.id, term)

    def _looked_up(self, term: str) -> list[Placement]:
        rows = self._query(_LOOKED_UP, (self._blind(term),))
        return [self._read_placement(row) for row in rows]

    def _blind(self, text: str) -> bytes:
        """Return the 16-byte blind index of a text: keyed BLAKE2b (RFC 7693), never re-keyed."""
        key = self._keyring.subkey("registry/blind", 1)
        return hashlib.blake2b(text.encode(), key=key, digest_size=_BLIND_BYTES).digest()

    def _read_placement(self, row: Row) -> Placement:
        return decode(Placement, self._box.open(_blob(row["sealed"]), _placement_place(row)))

    # Events

    def log(self, at: datetime, kind: str, detail: str) -> None:
        """Add an entry to the audit trail: who was told what, what was written. ``detail`` is sealed."""
        with self.transaction():
            place = f"events|{at.isoformat()}|{kind}"
            sealed = self._box.seal(detail.encode(), place)
            events = self._database.table("events")
            events.insert({"at": at.isoformat(), "kind": kind, "sealed": sealed})
            self._change.add("events", events.last_pk, sealed)

    def count_events(self, kind: str, since: datetime) -> int:
        """Return how many entries of one kind the audit trail has from ``since`` (UTC) on."""
        [row] = self._query("select count(*) as n from events where kind = ? and at >= ?", (kind, since.isoformat()))
        return int(str(row["n"]))

    def events(self) -> list[tuple[datetime, str, str]]:
        """Return the audit trail, oldest first, as (time, kind, detail)."""
        rows = self._query("select * from events order by id")
        return [
            (
                datetime.fromisoformat(str(row["at"])),
                str(row["kind"]),
                self._box.open(_blob(row["sealed"]), f"events|{row['at']}|{row['kind']}").decode(),
            )
            for row in rows
        ]

    # Named things: one sealed content under one name

    def _add(self, table: str, name: str, thing: object, shown: str | None = None) -> None:
        sealed = self._box.seal(encode(thing), f"{table}|{name}")
        with self.transaction():
            if self._query(f"select 1 from {table} where name = ?", (name,)):  # noqa: S608
                raise UnknownNameError(f"{shown or name} is in the registry already", "Choose another name")
            self._database.table(table).insert({"name": name, "sealed": sealed}, pk="name")
            self._change.add(table, name, sealed)

    def _replace(self, table: str, name: str, thing: object) -> None:
        sealed = self._box.seal(encode(thing), f"{table}|{name}")
        with self.transaction():
            [before] = self._query(f"select sealed from {table} where name = ?", (name,))  # noqa: S608
            self._database.execute(f"update {table} set sealed = ? where name = ?", (sealed, name))  # noqa: S608
            self._change.take(table, name, _blob(before["sealed"]))
            self._change.add(table, name, sealed)

    def _all(self, table: str, kind: type[T]) -> list[T]:
        rows = self._query(f"select * from {table} order by name")  # noqa: S608
        return [decode(kind, self._box.open(_blob(row["sealed"]), f"{table}|{row['name']}")) for row in rows]

    def _named(self, table: str, word: str, name: str, kind: type[T]) -> T:
        rows = self._query(f"select * from {table} where name = ?", (name,))  # noqa: S608
        if not rows:
            names = [str(row["name"]) for row in self._query(f"select name from {table} order by name")]  # noqa: S608
            command = "plan" if word == "campaign" else f"{word} add"
            known = f"Known: {', '.join(names)}" if names else f"Add one with: honeytokens {command}"
            raise UnknownNameError(f"There is no {word} named {name}", known)
        return decode(kind, self._box.open(_blob(rows[0]["sealed"]), f"{table}|{name}"))

    # The sum over all rows, and the count of commits

    def _no_change(self) -> Tally:
        return Tally(self._keyring.subkey("registry/tally", 1))

    def _count_changes(self) -> None:
        """Bring the stored sum and count up to what the transaction changed."""
        if self._change.total:
            total, commits = self._stored_sum()
            self._commits = commits + 1
            content = self._change.encoded(total) + self._commits.to_bytes(_COUNT_BYTES)
            sealed = self._box.seal(content, "tally")
            self._database.execute("insert or replace into meta (key, value) values ('tally', ?)", (sealed,))
            self._change = self._no_change()

    def _stored_sum(self) -> tuple[bytes, int]:
        rows = self._query("select value from meta where key = 'tally'")
        content = self._box.open(_blob(rows[0]["value"]), "tally") if rows else bytes(SUM_BYTES)
        return content[:SUM_BYTES], int.from_bytes(content[SUM_BYTES:])

    def _check_sum(self) -> None:
        """Raise :class:`RegistryError` when the rows are not those that the sum was taken over.

        The sum sees every row; a later query finds rows through the file's trees and indexes, so these are checked too.
        """
        found = self._no_change()
        with explained(), self._database.atomic():
            check_trees(self._database)
            names = set(self._database.table_names())
            for table, (key, content) in TABLES.items():
                if table in names:
                    for row in self._query(f"select {key}, {content} from {table}"):  # noqa: S608
                        found.add(table, row[key], _blob(row[content]))
            stored, self._commits = self._stored_sum()
        if found.encoded(bytes(SUM_BYTES)) != stored:
            raise RegistryError(
                "Rows of the registry were deleted, added or put back to an earlier state",
                "Restore the registry from a backup; do not trust its answers meanwhile",
            )

    def _migrate(self, version: int) -> None:
        """Bring a registry of an earlier version up to date."""
        with self.transaction():
            if version < _COUNTED:
                create_lookups(self._database)
                for placement in self.placements():
                    self._index(placement)
            self._database.execute("update meta set value = ? where key = 'schema_version'", (str(SCHEMA_VERSION),))

    def _query(self, sql: str, arguments: Iterable[object] = ()) -> list[Row]:
        with explained():
            return list(self._database.query(sql, tuple(arguments)))


def _changed(place: str) -> RegistryError:
    return RegistryError(
        f"The registry was changed or damaged at {place.partition('|')[0]}",
        "Restore the registry from a backup; do not trust its answers meanwhile",
    )


def _placement_place(row: Row) -> str:
    return f"placements|{row['id']}|{row['campaign']}|{row['state']}"


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
