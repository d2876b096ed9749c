"""The profile of a country: all that its decoys are drawn from where no host's profile tells otherwise.

A locale draws from nothing else: handed another profile of this form, the same code makes the people that it describes.
``docs/profiles.md`` describes each part for readers, ``docs/data_sources.md`` says where the weights come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.places import Places
from honeytokens.locales.tables import Ages, Choice
from honeytokens.markers.draws import I64


@dataclass(frozen=True, slots=True, eq=False)
class National:
    """What patients of a country are drawn from. All weights are whole numbers, and per cents are of 100."""

    ages: Ages
    """How many patients have each sex and year of age."""
    married: Sequence[Sequence[int]]
    """Women whose surname is not their birth name: rows of ``[from age, per cent]``."""
    names: Mapping[str, Choice]
    """Names by kind, ``surname``, ``female`` or ``male``: before it the origin where names go by origin, after it the
    first year of birth where they go by time, as in ``pt female 1950``."""
    places: Places
    """Where patients live: pairs of postcode and town, and how much nearness to the establishment counts."""
    towns: pl.DataFrame
    """Where people are born, and what roads are named for: at least ``town``, ``area`` and ``population``."""
    born: Mapping[str, int]
    """How many per cent are born near home and how many far away, and from how many inhabitants a town has a ward."""
    abroad: Mapping[str, Choice]
    """Places of birth abroad, by origin."""
    ways: Mapping[str, Choice]
    """Street names, by language."""
    house_numbers: Mapping[str, I64]
    """Running totals of the weights of house numbers 1, 2 and so on: ``town`` and, where it differs, ``village``."""
    email_forms: Sequence[tuple[int, str, int]]
    """What stands before the ``@``: (born from, form, weight), in order of years."""
    phone_blocks: Sequence[tuple[str, int, int]]
    """Numbers reserved for fiction: (first digits, how many digits follow, weight)."""
    street_rules: Mapping[str, int] = field(default_factory=dict)
    """What else street lines depend on: per cents of names, and from how many inhabitants a place is no village."""
    street_line: str = "{number} {street}"
    ordinary: frozenset[str] = frozenset()
    """Words of a street line that tell no street from another: a scan leaves them out."""
    origins: Mapping[str, Choice] = field(default_factory=dict)
    """Where names go by origin: how many of those who live in a region are of each."""
    languages: Mapping[str, Choice] = field(default_factory=dict)
    """Where streets go by language: how many streets of a region are named in each."""
    present: Mapping[str, int] = field(default_factory=lambda: {"phone": 90, "email": 55})
    """How many per cent have a phone and an e-mail (assumed)."""

    def eras(self, kind: str) -> NDArray[np.int64]:
        """Return the first years of birth by which names of a kind, such as ``surname``, are told apart, in order."""
        return np.array(sorted(int(name.removeprefix(kind)) for name in self.names if name.startswith(f"{kind} ")))


def era_of(years: NDArray[np.integer], eras: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the index of each year's era; years before the first belong to it."""
    return np.maximum(np.searchsorted(eras, years, side="right") - 1, 0)
