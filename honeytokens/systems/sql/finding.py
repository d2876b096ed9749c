"""Finding decoys again in the tables of a site, when nothing but what they are is known: no key, no time.

Whole key columns are streamed and compared on our side, so that no statement holds a value of a decoy. Rows are then
read by primary key alone, as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from honeytokens.fingerprints import fold
from honeytokens.model import Identity, WrittenRow
from honeytokens.systems.interface import DraftRow, RowState
from honeytokens.systems.sql.layout import Layout
from honeytokens.systems.sql.schema import Kind, Table

Key = int | str
Held = dict[str, str | None]
Person = tuple[str, str, date]
Place = tuple[str, str]
"""A table, and the key of the row that others lie below."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One decoy that may stand in the tables: who it is, and its rows as they would have been drafted."""

    identity: Identity
    drafts: Sequence[DraftRow]


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds decoys through what the adapter lends.

    ``people`` streams the patients' keys with name and birth date; ``stream`` columns of every row of a table, as text;
    ``held`` reads rows by key; ``standing`` compares a row with what its key holds.
    """

    layout: Layout
    people: Callable[[], Iterator[tuple[str, Person]]]
    stream: Callable[[Table, Sequence[str]], Iterator[tuple[str | None, ...]]]
    held: Callable[[Sequence[WrittenRow]], list[Held | None]]
    standing: Callable[[WrittenRow, Held | None], RowState]

    def find(self, sought: Sequence[Sought]) -> list[tuple[WrittenRow, ...]]:
        """Return the rows of each decoy that stand in the tables, the patient's first; none when it is not there."""
        keys = self._patients(sought)
        patients = next(iter(self.layout.branches))
        candidates = {(patients, ""): [key for found in keys for key in found]}
        candidates |= self._children({str(key) for key in candidates[patients, ""]})
        search = _Search(self, candidates, self._read(sought, candidates))
        return [search.rows(one.drafts, found) for one, found in zip(sought, keys, strict=True)]

    def key_column(self, table: str) -> str:
        """Return the key column of a table."""
        return self.layout.branches[table].key

    def _patients(self, sought: Sequence[Sought]) -> list[list[Key]]:
        """Return, for each decoy, the keys of the patients who have its name and birth date."""
        wanted = {_person(one.identity) for one in sought}
        named: defaultdict[Person, list[Key]] = defaultdict(list)
        branch = next(iter(self.layout.branches.values()))
        for text, (surname, first_name, born) in self.people():
            person = (fold(surname), fold(first_name), born)
            if person in wanted:
                named[person].append(_key(text, self.layout.tables[branch.table], branch.key))
        return [named.get(_person(one.identity), []) for one in sought]

    def _children(self, patients: set[str]) -> dict[Place, list[Key]]:
        """Return the keys of the rows below some patients, and below what is theirs, by table and the parent's key."""
        found: defaultdict[Place, list[Key]] = defaultdict(list)
        branches = iter(self.layout.branches.values())
        ours = {next(branches).table: patients}
        for branch in branches:
            if not branch.parents:
                continue
            table, (column, parents) = self.layout.tables[branch.table], next(iter(branch.parents.items()))
            mine = ours.setdefault(table.name, set())
            above = set().union(*(ours.get(parent, set()) for parent in parents))
            for key, pointed in self.stream(table, [branch.key, column]):
                if key is not None and pointed is not None and pointed in above:
                    found[table.name, pointed].append(_key(key, table, branch.key))
                    mine.add(key)
        return found

    def _read(
        self, sought: Sequence[Sought], candidates: Mapping[Place, Sequence[Key]]
    ) -> dict[tuple[str, Key], Held | None]:
        """Return what each candidate's row holds in the columns that decoys are written to."""
        columns: defaultdict[str, dict[str, object]] = defaultdict(dict)
        for draft in (draft for one in sought for draft in one.drafts):
            parents = [draft.parent_column] if draft.parent_column else []
            columns[draft.table] |= dict.fromkeys((*draft.values, *parents, *draft.also))
        rows = [
            WrittenRow(table, self.key_column(table), key, columns[table])
            for (table, _), keys in candidates.items()
            for key in keys
        ]
        return {(row.table, row.key): values for row, values in zip(rows, self.held(rows), strict=True)}


@dataclass(slots=True)
class _Search:
    """The assignment of rows to drafts; no row is given to two decoys."""

    finder: Finder
    candidates: Mapping[Place, Sequence[Key]]
    now: Mapping[tuple[str, Key], Held | None]
    taken: set[tuple[str, Key]] = field(default_factory=set)

    def rows(self, drafts: Sequence[DraftRow], keys: Sequence[Key]) -> tuple[WrittenRow, ...]:
        """Return the rows of one decoy: the patient's, of those with its name the one that agrees best, and below."""
        found: dict[int, WrittenRow] = {}
        if drafts:
            self._assign(0, drafts[0], {}, keys, found, exact=False)
        # Rows that agree wholly are given first, so that a row which is gone takes no other's.
        for exact in (True, False):
            for index, draft in enumerate(drafts):
                above = draft.key_of if draft.parent is None else draft.parent
                if index in found or above is None or above not in found:
                    continue
                parent = found[above].key
                linked: dict[str, object] = {draft.parent_column: parent} if draft.parent_column else {}
                linked |= {column: found[other].key for column, other in draft.also.items() if other in found}
                below = self.candidates.get((draft.table, str(parent)), ())
                self._assign(index, draft, linked, below, found, exact=exact)
        self._pointed(drafts, found)
        return tuple(found[index] for index in sorted(found))

    def _pointed(self, drafts: Sequence[DraftRow], found: dict[int, WrittenRow]) -> None:
        """Add the rows that hang below nothing and that a row which was found points at, where they agree wholly."""
        for number, row in list(found.items()):
            for column, index in drafts[number].also.items():
                held = (self.now.get((row.table, row.key)) or {}).get(column)
                if index in found or held is None or drafts[index].parent is not None:
                    continue
                table = drafts[index].table
                key = _key(held, self.finder.layout.tables[table], self.finder.key_column(table))
                pointed = WrittenRow(table, self.finder.key_column(table), key, drafts[index].values)
                if self.finder.standing(pointed, self.finder.held([pointed])[0]).standing == "same":
                    found[index] = pointed
                    found[number] = replace(row, values=row.values | {column: key})

    def _assign(
        self,
        index: int,
        draft: DraftRow,
        linked: Mapping[str, object],
        keys: Sequence[Key],
        found: dict[int, WrittenRow],
        *,
        exact: bool,
    ) -> None:
        branch = self.finder.layout.branches[draft.table]
        telling = branch.telling
        agreeing: list[tuple[int, int, RowState]] = []
        for number, key in enumerate(keys):
            if (draft.table, key) not in self.taken:
                row = WrittenRow(draft.table, self.finder.key_column(draft.table), key, {**draft.values, **linked})
                state = self.finder.standing(row, self.now.get((draft.table, key)))
                differing = len(telling.intersection(state.columns))
                if branch.exact.intersection(state.columns):
                    continue
                if state.standing in ("same", "changed") and not (exact and differing):
                    agreeing.append((differing, number, state))
        if agreeing:
            _, _, best = min(agreeing, key=lambda one: one[:2])
            self.taken.add((best.row.table, best.row.key))
            held = self.now[best.row.table, best.row.key] or {}
            # What depends on the moment of writing is as it stands; what tells whose row it is must be as we write it.
            found[index] = replace(
                best.row, values=best.row.values | {name: held[name] for name in best.columns if name not in telling}
            )


def _person(identity: Identity) -> Person:
    return fold(identity.surname), fold(identity.first_name), identity.birth_date


def _key(text: str, table: Table, column: str) -> Key:
    return int(text) if table.columns[column].domain.kind is Kind.INTEGER else text
