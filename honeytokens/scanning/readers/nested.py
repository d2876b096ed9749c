"""How nested values (objects in JSON, elements in XML) become records that keep one person's values together.

Every part that holds at least three values, at any depth, is a record, as long as it holds no more than 128. The record
of a larger part is the 128 values nearest to it: those that lie least deep and come early in their lists, and none of
long lists. So a patient with a thousand visits keeps name, address and birth date in one record, and a list of patients
is none. No value is left out: what the record of a larger part leaves out is in the records of the parts inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from honeytokens.scanning.readers.interface import Record

LONG = 1024
"""Longer values are records of their own at once: the scan takes them out of the record in any case."""

_MOST_VALUES = 128
_LEAST_VALUES = 3
_LONG_LIST = 16
_MOST_DEPTH = 100
_MOST_NAMES = 1000


class _Value(NamedTuple):
    """A value, how far it is from a part, and the name of the part directly inside that one which it is in, if any."""

    distance: int
    inside: str | None
    text: str


@dataclass(slots=True)
class _Part:
    """An object, array or element that is open.

    ``values`` are those in it, at any depth; ``own`` counts those directly in it. ``small`` are the records of parts
    that are too small to be worth one if this part is; ``covered`` is how many values the largest record of a part
    inside it has. ``names`` counts the parts directly inside by name, ``place`` is this part's among those of its name.
    """

    line: int | None
    row: int
    is_list: bool
    name: str
    place: int = 1
    in_list: bool = False
    values: list[_Value] = field(default_factory=list)
    own: int = 0
    small: list[Record] = field(default_factory=list)
    covered: int = 0
    names: dict[str, int] = field(default_factory=dict)
    too_large: bool = False
    poured: bool = False

    def count(self, name: str) -> int:
        """Return how many parts of this name have begun, this one included."""
        if len(self.names) >= _MOST_NAMES:
            self.names.clear()
        self.names[name] = self.names.get(name, 0) + 1
        return self.names[name]

    def holds_one_kind(self) -> bool:
        """Return whether this is a list, in JSON or by its elements' names: no person, but maybe many."""
        return self.is_list or (len(self.names) == 1 and max(self.names.values()) > 1)

    def keep_nearest(self) -> None:
        """Forget all values but the 128 nearest; those directly in this part are never forgotten."""
        if len(self.values) > _MOST_VALUES:
            distances = [value.distance for value in self.values]
            nearest = sorted(range(len(distances)), key=distances.__getitem__)[:_MOST_VALUES]
            self.values = [self.values[place] for place in sorted(nearest)]

    def forget_long_lists(self) -> None:
        """Forget the values of parts whose name comes often."""
        often = {name for name, count in self.names.items() if count > _LONG_LIST}
        self.values = [value for value in self.values if value.inside not in often]


_text = itemgetter(2)


class Nested:
    """The parts that are open. Records that are complete wait until :meth:`drain` is called.

    ``row`` of a record is the place in the outermost list, or else among the outermost parts of the whole text.
    """

    def __init__(self) -> None:
        self._ready: list[Record] = []
        self._parts: list[_Part] = []
        self._row = 0
        self._too_deep = 0

    def drain(self) -> list[Record]:
        """Return the records that are complete, each once."""
        records, self._ready = self._ready, []
        return records

    def open(self, line: int | None, name: str, *, is_list: bool = False) -> None:
        """Begin a part. A name that comes again in the same part makes a list, as a list does."""
        if len(self._parts) >= _MOST_DEPTH:
            self._too_deep += 1
        elif not self._parts:
            self._row += 1
            self._parts.append(_Part(line, self._row, is_list, name))
        else:
            around = self._parts[-1]
            place = around.count(name)
            repeated = around.is_list or place > 1
            row = place if repeated and not around.in_list else around.row
            self._parts.append(_Part(line, row, is_list, name, place, around.in_list or repeated))

    def add(self, text: str, line: int | None) -> None:
        """Add a value to the innermost part; outside of all parts it is a record of its own."""
        if not self._parts:
            self._row += 1
            self._ready.append(Record((text,), line, self._row))
            return
        part = self._parts[-1]
        if len(text) > LONG:
            self._ready.append(Record((text,), line, part.row))
            return
        if part.own >= _MOST_VALUES:
            self._pour(part)
        part.own += 1
        part.values.append(_Value(0, None, text))
        self._bound(part)

    def close(self) -> None:
        """End the innermost part."""
        if self._too_deep:
            self._too_deep -= 1
        elif self._parts:
            part = self._parts.pop()
            if part.too_large:
                self._close_large(part)
            elif part.values:
                self._close_small(part)

    def end(self) -> None:
        """End all parts."""
        self._too_deep = 0
        while self._parts:
            self.close()

    def _close_small(self, part: _Part) -> None:
        around = self._parts[-1] if self._parts else None
        if around is not None and not around.too_large and len(part.values) < _LEAST_VALUES:
            around.small.append(Record(tuple(map(_text, part.values)), part.line, part.row))
        elif len(part.values) > part.covered:
            self._give(part, part.values)
        self._merge(part)

    def _close_large(self, part: _Part) -> None:
        part.forget_long_lists()
        part.keep_nearest()
        part.covered = 0
        if part.holds_one_kind():
            self._give(part, [value for value in part.values if value.inside is None])
        elif len({value.inside for value in part.values}) > 1 or part.own:
            self._give(part, part.values)
        if not part.poured:
            self._merge(part)

    def _merge(self, part: _Part) -> None:
        """Give the values of a part that ended to the part around it."""
        if self._parts:
            around = self._parts[-1]
            around.covered = max(around.covered, part.covered)
            name, place = part.name, part.place
            around.values += [_Value(distance + place, name, text) for distance, _, text in part.values]
            self._bound(around)

    def _bound(self, part: _Part) -> None:
        if len(part.values) > _MOST_VALUES:
            self._outgrow(part)
            if len(part.values) > 2 * _MOST_VALUES:
                part.keep_nearest()

    def _outgrow(self, part: _Part) -> None:
        part.too_large = True
        self._ready += part.small
        part.small = []

    def _pour(self, part: _Part) -> None:
        """Give out 128 values that lie directly in a part: it has more of them than a record can hold."""
        self._outgrow(part)
        self._give(part, [value for value in part.values if value.inside is None])
        part.values = [value for value in part.values if value.inside is not None]
        part.own, part.poured = 0, True

    def _give(self, part: _Part, values: list[_Value]) -> None:
        if values:
            self._ready.append(Record(tuple(map(_text, values)), part.line, part.row))
            part.covered = max(part.covered, len(values))
