"""What decoys can prove: how many for a wanted power, and what the present ones can and cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from honeytokens.attribution.chance import decoys_to_exclude, none_in_sample, records_to_exclude

_MOST = 10**7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator wants: to name an establishment from any ``rows`` rows, and a window of at most ``window``.

    Both with probability ``power``. ``stamp_every`` is how often stamped fields are rewritten.
    """

    rows: int
    power: float
    window: timedelta
    stamp_every: timedelta


@dataclass(frozen=True, slots=True)
class Power:
    """What the decoys of one establishment can prove, and how many more are wanted.

    ``named`` is the chance that ``rows`` random rows of it hold a decoy; ``rows_needed`` how many rows would give the
    wanted power (``None`` without decoys); ``decoys_for_naming`` and ``decoys_for_window`` how many decoys would;
    ``window`` the width that the decoys hit in a full leak keep with that power (``None``: none can be stated).
    ``every`` is the distance of decoys in the table's own order that lets no page of ``rows`` escape.
    """

    establishment: str
    patients: int
    decoys: int
    named: float
    rows_needed: int | None
    decoys_for_naming: int
    decoys_for_window: int
    window: timedelta | None
    every: int


def power_of(establishment: str, patients: int, decoys: int, wanted: Wanted) -> Power:
    """Return what ``decoys`` living among ``patients`` can prove (both counts of patients, decoys not among them)."""
    whole = max(1, patients + decoys)
    miss = 1 - wanted.power
    needed = min(decoys_to_exclude(miss, wanted.rows, whole), whole)
    hits = hits_for_window(wanted.window, wanted.stamp_every, wanted.power)
    share = min(1.0, wanted.rows / whole)
    return Power(
        establishment,
        patients,
        decoys,
        1 - none_in_sample(wanted.rows, decoys, whole) if decoys else 0.0,
        records_to_exclude(miss, decoys, whole),
        needed,
        min(whole, round(hits / share)),
        window_for(decoys, wanted.stamp_every, wanted.power),
        max(1, wanted.rows // 2),
    )


def gap_beyond(width: float, hits: int) -> float:
    """Return the chance that a moment lies in a gap wider than ``width`` (of a period of 1) between random stamps.

    Of n stamps at random phases, the gap that holds a given moment is Beta(2, n - 1): P(gap > w) is
    (1 - w)^(n - 1) (1 + (n - 1) w) (R. Pyke, Spacings, J. Royal Statistical Society B 27, 1965).
    """
    if hits < 2:
        return 1.0
    return float((1 - width) ** (hits - 1) * (1 + (hits - 1) * width)) if width < 1 else 0.0


def hits_for_window(window: timedelta, stamp_every: timedelta, power: float) -> int:
    """Return how many decoys must be hit for a window of at most ``window``; as many as there are at most."""
    width = window / stamp_every
    if width >= 1:
        return 2
    low, high = 2, _MOST
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if gap_beyond(width, middle) <= 1 - power else (middle + 1, high)
    return low


def window_for(hits: int, stamp_every: timedelta, power: float) -> timedelta | None:
    """Return the width that the window of so many hits keeps with a probability; ``None`` below two hits."""
    if hits < 2:
        return None
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if gap_beyond(middle, hits) <= 1 - power else (middle, high)
    return stamp_every * high


def power_table(sites: Sequence[tuple[str, int, int]], wanted: Wanted) -> list[Power]:
    """Return the power of each establishment, given as (name, patients, living decoys)."""
    return [power_of(name, patients, decoys, wanted) for name, patients, decoys in sites]
