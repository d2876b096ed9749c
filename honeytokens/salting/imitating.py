"""Values for columns that hold nothing of a patient's identity, as the extract has them, without copying a person's.

A value that many rows share is drawn by its frequency; a number or date is drawn between two that stand in the
extract; an identifier is one that the extract leaves free. What cannot be imitated so is left empty where some rows
are empty, and refused where none is.
"""

from __future__ import annotations

import re
import uuid
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np

from honeytokens.salting.forms import date_form, parse

T = TypeVar("T", int, float, datetime)
Draw = Callable[[int, np.random.Generator], str | None]
"""From the row before which a new row is to stand, and a source of chance, to a value; ``None``: there is none."""

_SHARED = 5
"""A value that so many rows have is nobody's own."""
_COMMON = 0.9
"""A column is drawn by frequency when shared values make up so much of it."""
_UNIQUE = 0.95
_SORTED = 0.1
"""A column orders the rows when it rises or falls throughout and so many of its values differ."""
_TRIES = 200
_GAP = 10_000
_NUMBER = re.compile(r"(?P<head>\D*)(?P<digits>\d{1,18})")
_DECIMAL = re.compile(r"-?\d+[.,]\d+|-?\d+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_Rank = tuple[int, float, str]


@dataclass(slots=True)
class Column:
    """One column of the extract: its values, by which order they stand, and how it is imitated."""

    name: str
    values: Sequence[str | None]
    present: list[str] = field(init=False)
    order: int = field(init=False)
    """1 when its values rise from row to row, -1 when they fall, 0 otherwise."""
    _distinct: Counter[str] = field(init=False)
    _ranks: list[_Rank] = field(init=False)
    _form: str | None = field(init=False)
    _draw: Draw | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.present = [value for value in self.values if value is not None]
        self._distinct = Counter(self.present)
        self._form = date_form(self.present)
        self._ranks = [_rank(value, self._form) for value in self.present]
        differ = len(self.present) == len(self.values) and len(self._distinct) > max(1, _SORTED * len(self.present))
        self.order = _order(self._ranks) if differ else 0

    @property
    def empty_share(self) -> float:
        """The share of rows in which the column is empty."""
        return 1 - len(self.present) / len(self.values)

    def draw(self, place: int, random: np.random.Generator) -> str | None:
        """Return a value for a row that is to stand before row ``place``, or ``None`` for an empty one."""
        if self._draw is None:
            self._draw = self._imitation()
        return None if random.random() < self.empty_share else self._draw(place, random)

    def rank(self, value: str) -> _Rank:
        """Return by what a value is sorted in a column that orders the rows."""
        return _rank(value, self._form)

    def place_of(self, value: str) -> int:
        """Return before which row a value belongs in a column that orders the rows."""
        rank = _rank(value, self._form)
        if self.order > 0:
            return bisect_left(self._ranks, rank)
        return len(self._ranks) - bisect_left(self._ranks[::-1], rank)

    def _imitation(self) -> Draw:
        common = {value: count for value, count in self._distinct.items() if count >= _SHARED}
        if len(self._distinct) == 1 or sum(common.values()) >= _COMMON * len(self.present):
            return _frequent(common or dict(self._distinct))
        if self._form:
            return self._dates(self._form)
        if all(map(_UUID.fullmatch, self.present)):
            return partial(_uuid, upper=self.present[0].isupper())
        matches = [_NUMBER.fullmatch(value) for value in self.present]
        heads = {match["head"] for match in matches if match}
        if all(matches) and len(heads) == 1:
            return self._numbers(heads.pop())
        if all(map(_DECIMAL.fullmatch, self.present)):
            return self._decimals()
        return lambda _place, _random: None

    def _dates(self, form: str) -> Draw:
        moments = [moment for value in self.present if (moment := parse(value, form))]
        whole = timedelta(seconds=1) if "%M" in form else timedelta(days=1)
        ranked = sorted(moments)

        def draw(place: int, random: np.random.Generator) -> str:
            low, high = self._neighbours(place, moments, ranked, random)
            return (low + whole * int(random.integers((high - low) // whole + 1))).strftime(form)

        return draw

    def _numbers(self, head: str) -> Draw:
        numbers = [int(value.removeprefix(head)) for value in self.present]
        widths = {len(value) for value in self.present}
        width = widths.pop() - len(head) if len(widths) == 1 else 0
        used = set(numbers) if len(self._distinct) > _UNIQUE * len(self.present) else None
        ranked = sorted(numbers)

        def draw(place: int, random: np.random.Generator) -> str | None:
            number = None
            for _ in range(_TRIES if used is not None else 1):
                low, high = self._neighbours(place, numbers, ranked, random)
                number = int(random.integers(low, high + 1))
                if used is None or number not in used:
                    break
            else:
                low, high = self._neighbours(place, numbers, ranked, random)
                number = next((n for n in range(low + 1, min(high, low + _GAP)) if used and n not in used), None)
            if number is None:
                return None
            if used is not None:
                used.add(number)
            return head + str(number).zfill(width)

        return draw

    def _decimals(self) -> Draw:
        ranked = sorted(float(value.replace(",", ".")) for value in self.present)
        places = max(len(re.split("[.,]", value)[1]) if re.search("[.,]", value) else 0 for value in self.present)
        comma = any("," in value for value in self.present)

        def draw(_place: int, random: np.random.Generator) -> str:
            at = int(random.integers(max(1, len(ranked) - 1)))
            low, high = ranked[at], ranked[min(at + 1, len(ranked) - 1)]
            text = f"{low + (high - low) * random.random():.{places}f}"
            return text.replace(".", ",") if comma else text

        return draw

    def _neighbours(self, place: int, values: list[T], ranked: list[T], random: np.random.Generator) -> tuple[T, T]:
        """Return the values above and below a row's place in a column that orders the rows, or any two in order."""
        if self.order:
            one, other = values[max(0, place - 1)], values[min(place, len(values) - 1)]
            return (one, other) if one <= other else (other, one)
        at = int(random.integers(max(1, len(ranked) - 1)))
        return ranked[at], ranked[min(at + 1, len(ranked) - 1)]


def _frequent(counts: dict[str, int]) -> Draw:
    values = sorted(counts)
    weights = np.array([counts[value] for value in values], dtype=np.float64)
    totals = np.cumsum(weights) / weights.sum()
    return lambda _place, random: values[min(int(np.searchsorted(totals, random.random())), len(values) - 1)]


def _uuid(_place: int, random: np.random.Generator, *, upper: bool) -> str:
    made = str(uuid.UUID(bytes=random.bytes(16), version=4))
    return made.upper() if upper else made


def _rank(value: str, form: str | None) -> _Rank:
    """Return what a value is sorted by: a date or number by itself, a text by its letters in lower case."""
    if form and (moment := parse(value, form)):
        return (0, (moment - datetime(1800, 1, 1)).total_seconds(), "")  # noqa: DTZ001 - the extract's wall clock
    if re.fullmatch(r"-?\d{1,18}", value):
        return (0, float(value), "")
    return (1, 0.0, value.casefold())


def _order(ranks: Sequence[_Rank]) -> int:
    pairs = list(pairwise(ranks))
    if all(one <= other for one, other in pairs):
        return 1
    return -1 if all(one >= other for one, other in pairs) else 0
