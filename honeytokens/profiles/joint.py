"""Which levels of columns go together: each column's table beside the one or two earlier columns that tell most of it.

A level says that a column is empty, that its value is of the tail, or which of its cells it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from honeytokens.markers import Draws
from honeytokens.profiles.schema import FIRST, LEAST, NULL, Table

Levels = NDArray[np.int64]
_WHOLE = 1 << 40
_MOST_PARENTS = 2
_TELLS = 0.004
"""How many nats a parent must tell of a patient's value, beyond what chance would."""
_JUDGED = 60_000
COARSE = "~"
_STEPS = (4, 8)
"""How many neighbouring cells of a parent may be taken together, so that fewer and fuller ones remain."""


def learn_tables(levels: Mapping[str, Levels], name: str, before: Sequence[str]) -> tuple[Table, ...]:
    """Return the tables of a column: beside some of those ``before`` it, beside each of these alone, by itself."""
    own = levels[name]
    before = [one for other in before for one in (other, *(f"{other}{COARSE}{step}" for step in _STEPS))]
    parents: list[str] = []
    best = 0.0
    while len(parents) < _MOST_PARENTS:
        told = {
            other: _told([level_of(levels, parent)[:_JUDGED] for parent in [*parents, other]], own[:_JUDGED])
            for other in before
            if other.partition(COARSE)[0] not in {parent.partition(COARSE)[0] for parent in parents}
        }
        other = max(told, key=lambda one: told[one], default=None)
        if other is None or told[other] < best + _TELLS:
            break
        parents.append(other)
        best = told[other]
    alone = [(parent,) for parent in parents] if len(parents) > 1 else []
    asked: list[tuple[str, ...]] = [tuple(parents), *alone, ()] if parents else [()]
    return tuple(_table(levels, name, each) for each in asked)


def level_of(levels: Mapping[str, Levels], parent: str) -> Levels:
    """Return the levels of a parent; of ``birth_date~4`` those of ``birth_date``, four neighbouring cells as one."""
    name, _, step = parent.partition(COARSE)
    found = levels[name]
    return np.where(found < FIRST, found, FIRST + (found - FIRST) // int(step)) if step else found


def draw_levels(tables: Sequence[Table], drawn: Mapping[str, Levels], draws: Draws, label: str) -> Levels:
    """Return a level for each serial, given those of the parents."""
    richest = tables[0]
    combined = np.stack([level_of(drawn, parent) for parent in richest.parents], axis=1) if richest.parents else None
    if combined is None:
        combined = np.zeros((len(draws.serials), 0), dtype=np.int64)
    found, rows = np.unique(combined, axis=0, return_inverse=True) if combined.shape[1] else (combined[:1], None)
    rows = np.zeros(len(draws.serials), dtype=np.int64) if rows is None else rows.ravel()
    points = draws.below(label, _WHOLE)
    levels = np.zeros(len(draws.serials), dtype=np.int64)
    for number, key in enumerate(found.tolist()):
        mask = rows == number
        shares = _shares(tables, tuple(key))
        totals = np.cumsum(np.array(list(shares.values())))
        limits = (totals / totals[-1] * _WHOLE).astype(np.int64)
        limits[-1] = _WHOLE
        levels[mask] = np.array(list(shares))[np.searchsorted(limits, points[mask], side="right")]
    return levels


def _shares(tables: Sequence[Table], key: tuple[int, ...]) -> dict[int, float]:
    """Return the share of each level under a combination of the parents' levels.

    What the combination's own table does not tell is drawn as if each parent told of it by itself.
    """
    *richer, alone = tables
    shares = base = _refined({}, alone, ())
    if len(richer) > 1:
        for table, level in zip(richer[1:], key, strict=True):
            told = _refined(base, table, (level,))
            shares = {one: share * told.get(one, 0.0) / base[one] for one, share in shares.items()}
        shares = _whole(shares) or base
    return _refined(shares, richer[0], key) if richer else base


def _refined(below: Mapping[int, float], table: Table, key: tuple[int, ...]) -> dict[int, float]:
    """Return the shares that a table tells; of levels that it does not, those ``below``, in what it leaves.

    A level that would be expected in as many patients as make a cell, and is none, is rarer: it is left out.
    """
    name = ",".join(map(str, key))
    whole = table.wholes.get(name, 0)
    if not whole:
        return dict(below) or {NULL: 1.0}
    cells = {int(level): count for level, count in table.cells[name].items()}
    rest = whole - sum(cells.values())
    others = {level: share for level, share in below.items() if level not in cells and share * whole < LEAST}
    spread = sum(others.values())
    shares = {level: count / whole for level, count in cells.items()}
    if spread > 0 and rest > 0:
        shares |= {level: rest / whole * share / spread for level, share in others.items()}
    return dict(sorted(shares.items()))


def _whole(shares: Mapping[int, float]) -> dict[int, float]:
    total = sum(shares.values())
    return {level: share / total for level, share in shares.items()} if total > 0 else {}


def _told(parents: Sequence[Levels], own: Levels) -> float:
    """Return how many nats the parents tell of a value, each cell of :data:`LEAST` counted and paid for."""
    above = _merged(parents)
    _, cells, counts = np.unique(np.stack([above, own], axis=1), axis=0, return_index=True, return_counts=True)
    kept = counts >= LEAST
    if not kept.any():
        return 0.0
    wholes, owns = np.bincount(above), np.bincount(own)
    expected = wholes[above[cells]] / len(own) * owns[own[cells]]
    n, e = counts[kept], expected[kept]
    # The deviance of Poisson counts: by chance alone it is about a half for each cell.
    return float((n * np.log(n / e) - n + e - 1.5).sum() / len(own))


def _merged(parents: Sequence[Levels]) -> Levels:
    merged = np.zeros(len(parents[0]), dtype=np.int64)
    for parent in parents:
        merged = np.unique(merged * (int(parent.max()) + 1) + parent, return_inverse=True)[1].ravel()
    return merged


def _table(levels: Mapping[str, Levels], name: str, parents: tuple[str, ...]) -> Table:
    columns = np.stack([*(level_of(levels, parent) for parent in parents), levels[name]], axis=1)
    wholes: dict[str, int] = {}
    cells: dict[str, dict[str, int]] = {}
    found, counts = np.unique(columns, axis=0, return_counts=True)
    for (*above, own), count in zip(found.tolist(), counts.tolist(), strict=True):
        key = ",".join(map(str, above))
        wholes[key] = wholes.get(key, 0) + count
        if count >= LEAST:
            cells.setdefault(key, {})[str(own)] = count
    return Table(parents, {key: wholes[key] for key in cells}, cells)
