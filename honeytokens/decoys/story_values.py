"""What tells a decoy by its story, for dumps without birth dates: ages, days of stays, diagnoses, drugs, allergies.

How rare each is comes from a sample of stories that the same maker draws. Diagnoses and drugs are rated among people of
the same sex and of like age, because a record that agrees on the name and the age agrees on those too.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from honeytokens.decoys.maker import Maker
from honeytokens.model import Story, StoryField

_SAMPLE = 1 << 13
_AGES = (2, 15, 35, 55, 75)
"""Where the bands of like age begin, but the first."""
_DAYS_BACK = 8 * 365
"""Stays lie in so many days before the day at which stories are reckoned (``clinical.stays``)."""
_CROWDED = 1.5
"""How much likelier a working day is for a stay than any day: five days a week, less holidays."""

Row = tuple[StoryField, str, float]
_Group = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StoryShares:
    """How common each value of a story is: ``counts`` in the sample, in all (group ``None``) and by group of people."""

    counts: Mapping[tuple[_Group | None, StoryField, str], int]
    sizes: Mapping[_Group | None, int]

    @classmethod
    def of(cls, maker: Maker) -> StoryShares:
        """Draw the sample: stories of one maker, of whoever has the first serials, planted or not.

        Without its pools, which may hold fewer values than the sample has people.
        """
        maker = replace(maker, recipe=replace(maker.recipe, shares=()))
        serials = range(_SAMPLE)
        people = maker.identities(serials)
        counts, sizes = Counter[tuple[_Group | None, StoryField, str]](), Counter[_Group | None]()
        for person, story in zip(people.iter_rows(named=True), maker.stories(serials, people), strict=True):
            group = _group(person, maker.recipe.as_of)
            sizes.update((None, group))
            told = [*_told(story), (StoryField.AGE, str(_years(person["birth_date"], maker.recipe.as_of)))]
            counts.update((place, *one) for one in set(told) for place in (None, group))
        return cls(counts, sizes)

    def rows(self, person: dict[str, Any], story: Story, as_of: date) -> list[Row]:
        """Return the values of one decoy, and the bits of each."""
        born, group = person["birth_date"], _group(person, as_of)
        room = max(1, min((as_of - born).days, _DAYS_BACK))
        day_bits = max(0.0, math.log2(room / _CROWDED))
        rows: list[Row] = [(StoryField.STAY, stay.admitted.date().isoformat(), day_bits) for stay in story.stays]
        rows += [(StoryField.AGE, str(age), self._age_bits(age)) for age in sorted(_ages(born, story, as_of))]
        rows += [
            (kind, value, self._bits(None if kind is StoryField.ALLERGY else group, kind, value))
            for kind, value in dict.fromkeys(_told(story))
        ]
        return rows

    def _bits(self, group: _Group | None, kind: StoryField, value: str) -> float:
        # One more is counted than was seen, so that what is rare in the sample is not called rarer than it shows.
        return math.log2((self.sizes.get(group, 0) + 1) / (self.counts.get((group, kind, value), 0) + 1))

    def _age_bits(self, age: int) -> float:
        near = sum(self.counts.get((None, StoryField.AGE, str(age + step)), 0) for step in (-1, 0, 1))
        return math.log2((self.sizes[None] + 1) / (near / 3 + 1))


def _told(story: Story) -> Iterator[tuple[StoryField, str]]:
    """Yield the diagnoses, drugs and allergies of a story."""
    yield from ((StoryField.DIAGNOSIS, stay.icd10) for stay in story.stays)
    yield from ((StoryField.DRUG, drug.atc) for drug in story.prescriptions)
    yield from ((StoryField.ALLERGY, allergy.substance) for allergy in story.allergies)


def _ages(born: date, story: Story, as_of: date) -> set[int]:
    """Return the ages that an export may tell: on the day of each stay, and when stories end or in the year after.

    Mediboard divides days by 365, which gives the next age some days early.
    """
    days = [*(stay.admitted.date() for stay in story.stays), as_of]
    ages = {_years(born, day) for day in days} | {(day - born).days // 365 for day in days}
    return ages | {_years(born, as_of) + 1}


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _group(person: dict[str, Any], as_of: date) -> _Group:
    return person["sex"], bisect(_AGES, _years(person["birth_date"], as_of))


def story_rows(
    maker: Maker, shares: StoryShares, numbers: Sequence[int], serials: Sequence[int]
) -> list[tuple[int, str, str, float]]:
    """Return (decoy's number, field, value, bits) of all values that the stories of some decoys have."""
    people = maker.identities(serials)
    told = zip(numbers, people.iter_rows(named=True), maker.stories(serials, people), strict=True)
    return [
        (number, kind.value, value, bits)
        for number, person, story in told
        for kind, value, bits in shares.rows(person, story, maker.recipe.as_of)
    ]


STORY_SCHEMA = {"decoy": pl.UInt32, "field": pl.String, "value": pl.String, "bits": pl.Float64}
"""The columns of the frame of story values."""
