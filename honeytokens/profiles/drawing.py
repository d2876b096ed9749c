"""From a profile to new patients: levels that go together, then a fresh text for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.markers import Draws, cumulative
from honeytokens.profiles import codes, days, joint, texts
from honeytokens.profiles.schema import FIRST, NULL, TAIL, Codes, Days, Profile, Values

_LABEL = "profile/"


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """Draws patients as a profile describes them. Every draw depends on its own serial only."""

    profile: Profile
    size: int
    """How many patients are about to be drawn: of so many some share a surname or a street."""
    _writers: dict[str, texts.Writer] = field(default_factory=dict, init=False)

    def levels(self, draws: Draws, empty: Collection[str] = ()) -> dict[str, joint.Levels]:
        """Return a level for each column and serial; the columns named in ``empty`` have no value in any.

        The other columns are then those of the host's patients who have none there, as far as there are such.
        """
        drawn: dict[str, joint.Levels] = {}
        for name, column in self.profile.columns.items():
            if name in empty:
                drawn[name] = np.full(len(draws.serials), NULL, dtype=np.int64)
            else:
                drawn[name] = joint.draw_levels(column.tables, drawn, draws, f"{_LABEL}{name}")
        return drawn

    def again(self, name: str, draws: Draws, levels: Mapping[str, joint.Levels]) -> joint.Levels:
        """Return the levels of a column at the version of ``draws``; a column that is empty stays so, others filled."""
        now = joint.draw_levels(self.profile.columns[name].tables, levels, draws, f"{_LABEL}{name}")
        before = levels[name]
        return np.where((before == NULL) | (now == NULL), before, now)

    def texts(self, name: str, levels: joint.Levels, draws: Draws, until: date | None = None) -> pl.Series:
        """Return the texts of a column; null where it is empty, and where no text could be made. None is after a day.

        ``until`` is the last day that a date may be.
        """
        shape, label = self.profile.columns[name].shape, f"{_LABEL}{name}/text"
        match shape:
            case Values():
                return self._values(name, shape, levels, draws)
            case Codes():
                spread = _spread(shape, levels, draws, label)
                return pl.Series(codes.draw_codes(shape, spread, draws, label), dtype=pl.String)
            case Days():
                spread = _spread(shape, levels, draws, label)
                return pl.Series(days.draw_days(shape, spread, draws, label, until), dtype=pl.String)

    def rare(self, name: str, levels: joint.Levels) -> NDArray[np.bool_]:
        """Return where a column's text is one of the tail of a column of texts."""
        texts_only = isinstance(self.profile.columns[name].shape, Values)
        return np.equal(levels, TAIL) if texts_only else np.zeros(len(levels), dtype=np.bool_)

    def children(self, section: str, draws: Draws) -> NDArray[np.int64] | None:
        """Return how many rows of a section each serial has at most; ``None`` where that was not learnt."""
        counts = self.profile.children.get(section)
        if not counts:
            return None
        numbers = np.array([int(number) for number in counts], dtype=np.int64)
        return numbers[draws.pick(f"{_LABEL}rows of {section}", cumulative(counts.values()))]

    def _values(self, name: str, shape: Values, levels: joint.Levels, draws: Draws) -> pl.Series:
        values = pl.Series([None, None, *shape.cells], dtype=pl.String)
        found = values.gather(levels)
        rare = levels == TAIL
        if rare.any():
            writer = self._writers.setdefault(name, texts.Writer(shape))
            filled = sum(shape.cells.values()) + shape.tail
            new = writer.draw(draws.where(rare), f"{_LABEL}{name}/text", self.size * shape.tail // max(filled, 1))
            found = found.scatter(np.flatnonzero(rare), pl.Series(new, dtype=pl.String))
        return found


def _spread(shape: Codes | Days, levels: joint.Levels, draws: Draws, label: str) -> joint.Levels:
    """Return levels in which a value of the tail, too rare to say anything of, is one of the others."""
    if not shape.cells:
        return np.zeros_like(levels)
    return np.where(levels == TAIL, FIRST + draws.pick(f"{label}/cell", cumulative(shape.cells.values())), levels)


def shares_of(profile: Profile, people: pl.DataFrame) -> Mapping[str, NDArray[np.float64]]:
    """Return the share of the host's patients who have each frequent text, 0 for others, by column of texts."""
    found = {}
    for name, column in profile.columns.items():
        if name in people.columns and isinstance(column.shape, Values):
            cells = column.shape.cells
            counts = people[name].replace_strict(list(cells), list(cells.values()), default=0, return_dtype=pl.Int64)
            found[name] = counts.fill_null(0).to_numpy() / max(profile.patients, 1)
    return found
