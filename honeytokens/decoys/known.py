"""What a scan looks for: every value that the decoys of some campaigns have or had, and how rare each is."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.clinical import vocabulary
from honeytokens.decoys.maker import Maker
from honeytokens.decoys.story_values import STORY_SCHEMA, StoryShares, story_rows
from honeytokens.model import DecoyRef, Field, StoryField

_OWNED_BITS: Mapping[Field, float] = {
    Field.PHONE: 26.7,
    Field.EMAIL: 40.0,
    Field.LOCAL_ID: 23.0,
    Field.NATIONAL_ID: 15.0,
    Field.WEB_LINK: 60.0,
}
"""Strength of values that are nobody else's: what a chance agreement of any value of that form is worth.

Phone and local identifier: collision entropy of a mobile number and of a hospital's sequence; e-mail: set below its
own, since a value copied from a decoy's neighbour is likelier than chance; national identifier: what it holds beyond
sex and birth date; link: 60 random bits.
"""
_RATED = (
    Field.SURNAME,
    Field.BIRTH_NAME,
    Field.FIRST_NAME,
    Field.BIRTH_DATE,
    Field.BIRTH_PLACE,
    Field.POSTCODE,
    Field.TOWN,
)


_BATCH_VALUES = 1 << 15
"""How many values of the stamped field are made at a time."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The decoys of one campaign that are looked for, numbered from ``first``, with their number of versions."""

    maker: Maker
    establishment: str
    serials: NDArray[np.uint64]
    versions: int
    first: int

    def batches(self) -> Iterator[dict[Field, pl.DataFrame]]:
        size = max(1, _BATCH_VALUES // self.versions)
        for start in range(0, len(self.serials), size):
            serials = self.serials[start : start + size]
            numbers = pl.Series("decoy", np.arange(len(serials)) + self.first + start, dtype=pl.UInt32)
            people = self.maker.identities(serials.tolist())
            columns = {field: people.select(numbers, value=pl.col(field).cast(pl.String)) for field in Field}
            streets = [columns[Field.STREET].with_columns(value=street) for street in self._streets(serials, people)]
            columns[Field.STREET] = pl.concat(streets).unique()
            yield {field: column.drop_nulls() for field, column in columns.items()}

    def values(self, decoys: Sequence[int]) -> pl.DataFrame:
        """Return the long frame of some of the decoys, given by their numbers."""
        numbers = pl.Series("decoy", decoys, dtype=pl.UInt32)
        serials = self.serials[numbers.to_numpy() - self.first]
        people = self.maker.identities(serials.tolist())
        streets = self._streets(serials, people)
        moved = pl.concat([people.with_columns(street.alias(Field.STREET)) for street in streets])
        # One call rates all versions: rating many people costs hardly more than rating one.
        rarity = self.maker.bits(moved)
        size = len(people)
        columns = [_column(numbers, people[field], rarity[field][:size], field, None) for field in _RATED]
        columns += [
            _column(numbers, people[field], pl.repeat(bits, size, eager=True), field, None)
            for field, bits in _OWNED_BITS.items()
        ]
        stamped = [
            _column(numbers, street, rarity[Field.STREET].slice(version * size, size), Field.STREET, version)
            for version, street in enumerate(streets)
        ]
        return pl.concat([*columns, _dating(pl.concat(stamped))])

    def _streets(self, serials: NDArray[np.uint64], people: pl.DataFrame) -> list[pl.Series]:
        return [self.maker.streets(serials.tolist(), people, version) for version in range(self.versions)]


class RemadeDecoys:
    """The decoys of some campaigns as a scan wants them: a :class:`KnownDecoys` that holds serials and no value."""

    def __init__(self, groups: Sequence[_Group]) -> None:
        self._groups = groups
        self._firsts = [group.first for group in groups]
        self._shares: dict[str, StoryShares] = {}

    def __len__(self) -> int:
        """Return how many decoys there are."""
        return sum(len(group.serials) for group in self._groups)

    def ref(self, decoy: int) -> DecoyRef:
        """Return the name of a decoy."""
        group = self._group(decoy)
        return DecoyRef(group.maker.campaign, int(group.serials[decoy - group.first]))

    def establishment(self, decoy: int) -> str:
        """Return where a decoy lives."""
        return self._group(decoy).establishment

    def batches(self) -> Iterator[Mapping[Field, pl.DataFrame]]:
        """Yield all values, some decoys at a time."""
        for group in self._groups:
            yield from group.batches()

    def values(self, decoys: Sequence[int]) -> pl.DataFrame:
        """Return the values of some decoys, with their versions and bits."""
        frames = [_EMPTY]
        for group, own in groupby(sorted(decoys), self._group):
            frames.append(group.values(list(own)))
        return pl.concat(frames)

    def story_values(self, decoys: Sequence[int]) -> pl.DataFrame:
        """Return the values of some decoys' stories, with their bits."""
        rows = []
        for group, own in groupby(sorted(decoys), self._group):
            numbers = list(own)
            serials = group.serials[np.array(numbers) - group.first].tolist()
            rows += story_rows(group.maker, self._story_shares(group), numbers, serials)
        return pl.DataFrame(rows, schema=STORY_SCHEMA, orient="row")

    def story_vocabulary(self) -> Mapping[StoryField, Mapping[str, str]]:
        """Return what diagnoses, drugs and allergies the decoys may have, by each way in which they are written."""
        found: dict[StoryField, dict[str, str]] = {}
        for locale in {group.maker.recipe.locale for group in self._groups}:
            for kind, forms in vocabulary(locale.partition("_")[0]).items():
                found.setdefault(kind, {}).update(forms)
        return found

    def _story_shares(self, group: _Group) -> StoryShares:
        """Return how common values of stories are: one sample for each locale, since places and days change little."""
        locale = group.maker.recipe.locale
        if locale not in self._shares:
            self._shares[locale] = StoryShares.of(group.maker)
        return self._shares[locale]

    def digest(self, key: bytes) -> bytes:
        """Return a keyed digest (BLAKE2b, 32 bytes) of all that the values depend on, the code and its tables apart.

        The recipes name the digests of the tables.
        """
        state = hashlib.blake2b(key=key, digest_size=32)
        for group in self._groups:
            maker = group.maker
            made = repr((maker.recipe, maker.key, sorted(maker.pool_keys.items()), group.versions)).encode()
            for part in (made, group.serials.astype("<u8").tobytes()):
                state.update(len(part).to_bytes(8) + part)
        return state.digest()

    def _group(self, decoy: int) -> _Group:
        return self._groups[bisect_right(self._firsts, decoy) - 1]


def known_decoys(groups: Sequence[tuple[Maker, str, Sequence[int], int]]) -> RemadeDecoys:
    """Return what to look for: for each group its maker, establishment, serials and number of versions."""
    kept, first = list[_Group](), 0
    for maker, establishment, serials, versions in groups:
        if len(serials):
            kept.append(_Group(maker, establishment, np.array(serials, dtype=np.uint64), versions, first))
            first += len(serials)
    return RemadeDecoys(kept)


_EMPTY = pl.DataFrame(
    schema={"decoy": pl.UInt32, "field": pl.String, "value": pl.String, "version": pl.Int32, "bits": pl.Float64}
)


def _dating(stamped: pl.DataFrame) -> pl.DataFrame:
    """Return stamped values once each; one that a decoy had at two versions tells of neither."""
    returned = pl.len().over("decoy", "value") > 1
    versions = pl.when(returned).then(None).otherwise(pl.col("version")).alias("version")
    return stamped.with_columns(versions).unique(["decoy", "value"], keep="first", maintain_order=True)


def _column(numbers: pl.Series, values: pl.Series, bits: pl.Series, field: Field, version: int | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "decoy": numbers,
            "field": pl.repeat(field.value, len(values), dtype=pl.String, eager=True),
            "value": values.cast(pl.String),
            "version": pl.repeat(version, len(values), dtype=pl.Int32, eager=True),
            "bits": bits.cast(pl.Float64),
        }
    ).drop_nulls("value")
