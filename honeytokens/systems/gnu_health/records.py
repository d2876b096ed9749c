"""Records as they stand in the system, compared with what was written.

The server gives primary keys as it writes. Until then a decoy's records go by the number of their person, which is
unique and ours to choose, and by their place in the decoy: they are found again below the person who has that number.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from honeytokens.model import WrittenRow
from honeytokens.systems.gnu_health.client import Client, Record
from honeytokens.systems.gnu_health.kinds import KINDS, LINKS, PERSON, Kind, ref_of
from honeytokens.systems.interface import RowState

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Records:
    """Reads records through one session."""

    client: Client

    def states(self, rows: Sequence[WrittenRow]) -> list[RowState]:
        """Return how each row stands; one that the server has given a key meanwhile comes back with it."""
        by_name = [row for row in rows if isinstance(row.key, str)]
        people, taken = self._people(by_name)
        placed = iter(self._assigned(by_name, people))
        known = [next(placed) if isinstance(row.key, str) else row for row in rows]
        held = self._held([row for row in known if isinstance(row.key, int)])
        return [
            RowState(asked, "foreign")
            if asked.key in taken
            else state_of(_begun(row, held) if isinstance(asked.key, str) else row, held.get((row.table, row.key)))
            for asked, row in zip(rows, known, strict=True)
        ]

    def below(self, person: int, rows: Sequence[WrittenRow]) -> list[WrittenRow]:
        """Return reserved rows of one decoy as they lie below a person; those that are not there keep their name."""
        return self._assigned(rows, dict.fromkeys((ref_of(str(row.key)) for row in rows), person))

    def standing(self, rows: Sequence[WrittenRow], *, telling: bool) -> list[WrittenRow]:
        """Return rows with the values that their records hold, where these differ; telling ones only if so asked."""
        held = self._held(rows)
        return [
            replace(
                row,
                values={
                    name: held_value(held[row.table, row.key], name, value)
                    if telling or name not in KINDS[row.table].telling
                    else value
                    for name, value in row.values.items()
                },
            )
            for row in rows
        ]

    def _people(self, rows: Sequence[WrittenRow]) -> tuple[dict[str, int], set[object]]:
        """Return the keys of the persons who go by their numbers, and the numbers that are somebody else's."""
        ours = {str(row.key): row for row in rows if row.table == PERSON}
        people: dict[str, int] = {}
        taken: set[object] = set()
        refs = sorted(ours)
        for start in range(0, len(refs), _AT_ONCE):
            domain = [["ref", "in", refs[start : start + _AT_ONCE]]]
            for one in self.client.read(KINDS[PERSON].model, domain, KINDS[PERSON].fields):
                if state_of(ours[one["ref"]], one).standing == "foreign":
                    taken.add(one["ref"])
                else:
                    people[one["ref"]] = one["id"]
        return people, taken

    def _assigned(self, rows: Sequence[WrittenRow], people: Mapping[str, int]) -> list[WrittenRow]:
        """Give rows the keys of the records that are theirs, those above first; no record is given twice."""
        keys: dict[object, int] = {}
        found = list(rows)
        for table, kind in KINDS.items():
            mine = [number for number, row in enumerate(found) if row.table == table]
            if table == PERSON:
                keys |= {found[number].key: people[key] for number in mine if (key := str(found[number].key)) in people}
                found = [self._keyed(row, keys) for row in found]
                continue
            above = {number: self._above(kind, found[number], keys, people) for number in mine}
            candidates = self._candidates(kind, sorted({key for key in above.values() if key is not None}))
            for number in mine:
                row = replace(found[number], values=_resolved(kind, found[number].values, keys, above[number]))
                free = candidates[above[number]]
                match = next((one for one in free if all(_same(row.values.get(f), one[f]) for f in kind.telling)), None)
                if match is not None:
                    free.remove(match)
                    keys[row.key] = match["id"]
                    found[number] = self._keyed(row, keys)
        return found

    @staticmethod
    def _keyed(row: WrittenRow, keys: Mapping[object, int]) -> WrittenRow:
        return replace(row, key_column="id", key=keys[row.key]) if row.key in keys else row

    @staticmethod
    def _above(kind: Kind, row: WrittenRow, keys: Mapping[object, int], people: Mapping[str, int]) -> int | None:
        named = row.values.get(kind.parent)
        return named if isinstance(named, int) else keys.get(named, people.get(str(named)))

    def _candidates(self, kind: Kind, above: Sequence[int]) -> defaultdict[int | None, list[Record]]:
        found: defaultdict[int | None, list[Record]] = defaultdict(list)
        for start in range(0, len(above), _AT_ONCE):
            domain = [[kind.parent, "in", list(above[start : start + _AT_ONCE])]]
            for one in self.client.read(kind.model, domain, [kind.parent, *kind.telling]):
                found[one[kind.parent]].append(one)
        return found

    def _held(self, rows: Sequence[WrittenRow]) -> dict[tuple[str, object], Record]:
        """Return what the records hold in every field that was written, by table and key."""
        found: dict[tuple[str, object], Record] = {}
        by_table: defaultdict[str, list[WrittenRow]] = defaultdict(list)
        for row in rows:
            by_table[row.table].append(row)
        for table, alike in by_table.items():
            fields = list(dict.fromkeys(name for row in alike for name in row.values))
            keys = sorted({int(row.key) for row in alike})
            for start in range(0, len(keys), _AT_ONCE):
                domain = [["id", "in", keys[start : start + _AT_ONCE]]]
                for one in self.client.read(KINDS[table].model, domain, fields):
                    found[table, one["id"]] = one
        return found


def _resolved(
    kind: Kind, values: Mapping[str, object], keys: Mapping[object, int], above: int | None
) -> dict[str, object]:
    """Return values with keys in the place of reserved names."""
    named = {name: keys[values[name]] for name in LINKS if values.get(name) in keys}
    return {**values, **named, kind.parent: values[kind.parent] if above is None else above}


def _begun(row: WrittenRow, held: Mapping[tuple[str, object], Record]) -> WrittenRow:
    """Return a row that a crash may have kept from its second call, as it stands after the first."""
    settled, now = KINDS[row.table].settled, held.get((row.table, row.key))
    return replace(row, values={**row.values, settled: now[settled]}) if settled and now else row


def state_of(row: WrittenRow, held: Record | None) -> RowState:
    """Compare one row with its record.

    The record is foreign when at most half of the telling values that we wrote are there: one that a clerk corrected
    keeps most of them, another person's shares a sex or a town.
    """
    if held is None:
        return RowState(row, "missing")
    equal = {name for name, value in row.values.items() if _same(value, held_value(held, name, value))}
    if equal == row.values.keys():
        return RowState(row, "same")
    judged = {name for name in KINDS[row.table].telling if row.values.get(name) is not None}
    judged = judged or {name for name, value in row.values.items() if value is not None}
    standing = "foreign" if 2 * len(judged & equal) <= len(judged) else "changed"
    return RowState(row, standing, tuple(name for name in row.values if name not in equal))  # type: ignore[arg-type]


def held_value(held: Record, name: str, wanted: object) -> object:
    """Return what a record holds in a field; of a field of several records below, the wanted value when it is there."""
    path, dot, last = name.rpartition(".")
    if not dot:
        return held[name]
    values = [one[last] for one in held[f"{path}."]]
    return wanted if wanted in values else next(iter(values), None)


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9)
    return (ours or None) == (theirs or None) if isinstance(ours, str) or isinstance(theirs, str) else ours == theirs
