"""What a scan looks for: every value that the decoys of some campaigns have or had, and how rare each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from honeytokens.decoys.maker import Maker
from honeytokens.model import DecoyRef, Field, KnownDecoys

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


def known_decoys(groups: Sequence[tuple[Maker, str, Sequence[int], int]]) -> KnownDecoys:
    """Return what to look for: for each group its maker, establishment, serials and number of versions."""
    refs: list[DecoyRef] = []
    establishments: list[str] = []
    frames: list[pl.DataFrame] = [_EMPTY]
    for maker, establishment, serials, versions in groups:
        if serials:
            frames.append(_values(maker, serials, versions, first=len(refs)))
            refs += [DecoyRef(maker.campaign, serial) for serial in serials]
            establishments += [establishment] * len(serials)
    return KnownDecoys(tuple(refs), tuple(establishments), pl.concat(frames))


_EMPTY = pl.DataFrame(
    schema={"decoy": pl.UInt32, "field": pl.String, "value": pl.String, "version": pl.Int32, "bits": pl.Float64}
)


def _values(maker: Maker, serials: Sequence[int], versions: int, first: int) -> pl.DataFrame:
    """Return the long frame of one campaign's decoys, numbered from ``first``."""
    people = maker.identities(serials)
    streets = [maker.streets(serials, version) for version in range(versions)]
    moved = pl.concat([people.with_columns(street.alias(Field.STREET)) for street in streets])
    # One call rates all versions: rating many people costs hardly more than rating one.
    rarity = maker.locale.bits(moved, maker.recipe.near, maker.recipe.as_of)
    size = len(people)
    columns = [_column(people[field], rarity[field][:size], field, None, first) for field in _RATED]
    columns += [
        _column(people[field], pl.repeat(bits, len(people), eager=True), field, None, first)
        for field, bits in _OWNED_BITS.items()
    ]
    stamped = [
        _column(street, rarity[Field.STREET].slice(version * size, size), Field.STREET, version, first)
        for version, street in enumerate(streets)
    ]
    return pl.concat([*columns, _dating(pl.concat(stamped))])


def _dating(stamped: pl.DataFrame) -> pl.DataFrame:
    """Return stamped values once each; one that a decoy had at two versions tells of neither."""
    returned = pl.len().over("decoy", "value") > 1
    versions = pl.when(returned).then(None).otherwise(pl.col("version")).alias("version")
    return stamped.with_columns(versions).unique(["decoy", "value"], keep="first", maintain_order=True)


def _column(values: pl.Series, bits: pl.Series, field: Field, version: int | None, first: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "decoy": pl.int_range(first, first + len(values), dtype=pl.UInt32, eager=True),
            "field": pl.repeat(field.value, len(values), dtype=pl.String, eager=True),
            "value": values.cast(pl.String),
            "version": pl.repeat(version, len(values), dtype=pl.Int32, eager=True),
            "bits": bits.cast(pl.Float64),
        }
    ).drop_nulls("value")
