"""The quick index: what the screen needs to know of decoys, all of it by quick hashes of their marks.

It says which marks and pairs of marks any decoy has, which decoys, and what each field of a decoy may bring in bits. It
is built from decoys' values a batch at a time and keeps none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.fingerprints import NAME_FIELDS, PAIRED_FIELDS, fold
from honeytokens.fingerprints.byte_marks import MOST_JOINED, NAME_CODES, QuickPrinter
from honeytokens.fingerprints.columns import column_prints
from honeytokens.fingerprints.compiled import F32, U8, U32, U64
from honeytokens.fingerprints.marks import Part
from honeytokens.fingerprints.prints import CODES, PAIRED, PAIRED_CODES, STRONG_CODES
from honeytokens.model import Field, KnownDecoys
from honeytokens.scanning.matcher import CLOSE_CUT_BITS
from honeytokens.scanning.potentials import LEAST_PRICE, let_pass, pairs_within

UNSEEN_NAME_BITS = 4.0
"""What a name may still earn whose first four letters are not in the record: one of them is wrong."""

BY_WORDS = frozenset({*NAME_FIELDS, Field.TOWN, Field.BIRTH_PLACE})
"""The fields at which every word of a record that may be a name is one more chance."""

_BATCH = 1 << 15
_FILTER_BITS = 16
"""How many bits a filter has for each hash in it, at least: it lets about one in a hundred others pass."""
_ROUNDING = 1e-3
_FIELD_NUMBERS = {field: number for number, field in enumerate(Field)}
_DIGEST = CODES[Part.DIGEST]
_TELLING = frozenset(
    {Field.BIRTH_DATE, Field.STREET, Field.PHONE, Field.EMAIL, Field.LOCAL_ID, Field.NATIONAL_ID, Field.WEB_LINK}
)
"""The fields that a decoy shows by where it also shows by a surname, or by themselves."""
_TELLING_PAIRS = np.zeros_like(PAIRED)
_TELLING_PAIRS[[CODES[Part.DATE], CODES[Part.HEAD]]] = 1
"""Pairs, by the codes of both, that are of one of those fields: a birth date, a phone or a street, and a head."""

_OTHERS: Mapping[tuple[Field, Field], tuple[Field, ...]] = {
    (Field.FIRST_NAME, Field.BIRTH_NAME): (),
    (Field.FIRST_NAME, Field.SURNAME): (Field.BIRTH_NAME,),
    (Field.POSTCODE, Field.BIRTH_NAME): (Field.FIRST_NAME,),
    (Field.POSTCODE, Field.SURNAME): (Field.FIRST_NAME, Field.BIRTH_NAME),
}
"""All other pairs of fields, and with each the names of which only a part is there, if no pair before it is there."""


class QuickIndex(NamedTuple):
    """Columns; a row of ``rows`` is what one field of one decoy may bring.

    ``known_names``, ``known`` and ``known_pairs`` are filters of names, of all other marks, and of pairs. ``pairs`` and
    ``singles`` (of strong marks but hashed ones) are in ascending order, each with a decoy that has it. ``pair_most``
    are the bits that the decoy may bring where it shows by no pair that says more; of one pair, those with most come
    first. The fields of decoy ``d`` are at ``rows[d]`` to ``rows[d + 1]``. A row of ``stakes`` has the bits it brings
    where all of it is there, where some of it is, and where nothing is, and 1 where words that were tried are to be
    paid for. Its marks are ``own[own_bounds[row]:own_bounds[row + 1]]``: lower halves of hashes, whose last bit is 1 if
    it stands for all.
    """

    known: U64
    known_names: U64
    known_pairs: U64
    pairs: U64
    pair_decoys: U32
    pair_most: U8
    singles: U64
    single_decoys: U32
    rows: U32
    stakes: F32
    own: U32
    own_bounds: U32

    @classmethod
    def build(cls, known: KnownDecoys, printer: QuickPrinter, salts: Sequence[bytes] = ()) -> QuickIndex:
        """Return the quick index of decoys, whose values may have been hashed with ``salts``."""
        every, names = list[U64](), list[U64]()
        singles, pairs = list[pl.DataFrame](), list[tuple[U64, U32, U8]]()
        rows, own = list[pl.DataFrame](), list[pl.DataFrame]()
        for start in range(0, len(known), _BATCH):
            values = known.values(range(start, min(start + _BATCH, len(known))))
            paired, batch = dict[Field, pl.DataFrame](), list[pl.DataFrame]()
            for (name,), column in values.group_by("field"):
                field = Field(name)
                marks = column_prints(printer, field, column["decoy"], column["value"], salts)
                named = NAME_CODES[marks["code"].to_numpy()]
                every.append(marks.filter(~named)["print"].unique().to_numpy())
                names.append(marks.filter(named)["print"].unique().to_numpy())
                plain = marks.filter(pl.col("code") != _DIGEST)
                singles.append(plain.filter(STRONG_CODES[plain["code"].to_numpy()]).select("decoy", "print"))
                if field in PAIRED_FIELDS:
                    paired[field] = plain.filter(PAIRED_CODES[plain["code"].to_numpy()])
                batch.append(_rows(field, column, plain))
                own.append(_own(printer, field, column, plain))
                if field in BY_WORDS:
                    names.append(own[-1]["print"].unique().to_numpy())
            rows += batch
            if paired:
                pairs += _pairs(paired, pl.concat(batch), start)
        return cls(
            _filter(every),
            _filter([np.unique(np.concatenate(names))] if names else []),
            _filter([hashes for hashes, *_ in pairs]),
            *_ordered_pairs(pairs),
            *_ordered([(frame["print"].to_numpy(), frame["decoy"].to_numpy()) for frame in singles]),
            *_stakes(len(known), rows, own),
        )

    def starts(self) -> tuple[U32, U32]:
        """Return where the hashes of pairs, and of single marks, with the same upper bits begin."""
        return _starts(self.pairs), _starts(self.singles)


def _number(field: Field) -> pl.Expr:
    return pl.lit(_FIELD_NUMBERS[field], dtype=pl.UInt8)


def _rows(field: Field, column: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return what a field may bring, by decoy: values that are sure to be met, like a sex, tell nothing."""
    telling = column.filter((pl.col("bits") > 0) & (pl.col("value") != ""))
    most = telling.group_by("decoy").agg(most=pl.col("bits").max().cast(pl.Float32) + _ROUNDING)
    marked = pl.col("decoy").is_in(marks["decoy"].unique().implode())
    named = field in NAME_FIELDS
    # A name of more words than two can be there as a whole and make no pair.
    long = column.filter(pl.col("value").str.contains(r"\w\W+\w+\W+\w"))["decoy"]
    many = pl.col("decoy").is_in(long.unique().implode())
    near, unseen = (_no_more(bits if named else 0.0) for bits in (CLOSE_CUT_BITS, UNSEEN_NAME_BITS))
    return most.with_columns(
        field=_number(field),
        near=pl.when(marked).then(near).otherwise("most"),
        unseen=pl.when(marked).then(unseen).otherwise("most"),
        part=pl.when(marked & ~many).then(near).otherwise("most"),
        by_words=pl.lit(field in BY_WORDS).cast(pl.Float32),
    )


def _no_more(bits: float) -> pl.Expr:
    return pl.min_horizontal("most", pl.lit(bits, dtype=pl.Float32))


def _wholes(printer: QuickPrinter, field: Field, column: pl.DataFrame) -> pl.DataFrame:
    """Return the hashes of names whose words are all joined, by decoy; and whether a name is too long to be read so."""
    values = column["value"].unique()
    words = [fold(value).split() for value in values]
    forms = ["".join(own).encode() for own in words]
    codes = np.full(len(forms), CODES[Part.FIRST_NAME if field is Field.FIRST_NAME else Part.SURNAME], dtype=np.uint8)
    offsets = np.cumsum([0, *map(len, forms)])
    hashes = printer.singles(codes, np.frombuffer(b"".join(forms), dtype=np.uint8), offsets)
    long = pl.Series([len(own) > MOST_JOINED for own in words], dtype=pl.Boolean)
    return column.select("decoy", "value").join(
        pl.DataFrame({"value": values, "print": hashes, "long": long}), on="value"
    )


def _own(printer: QuickPrinter, field: Field, column: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return the marks of a field, by decoy, each with whether it stands for a whole value."""
    if field not in BY_WORDS:
        return marks.select("decoy", "print", field=_number(field), whole=pl.lit(True)).unique()
    wholes = _wholes(printer, field, column)
    joined = wholes.select("decoy", "print", whole=pl.lit(True))
    long = pl.col("decoy").is_in(wholes.filter("long")["decoy"].unique().implode())
    others = marks.select("decoy", "print", whole=long).filter(pl.lit(field in NAME_FIELDS) | pl.col("whole"))
    found = pl.concat([joined, others]).group_by("decoy", "print").agg(pl.col("whole").any())
    return found.select("decoy", "print", field=_number(field), whole="whole")


def _pairs(paired: Mapping[Field, pl.DataFrame], rows: pl.DataFrame, first: int) -> Iterator[tuple[U64, U32, U8]]:
    """Yield the hashes of pairs, the decoys that have them, and what these bring where no other pair tells more."""
    hashes, decoys = _paired(pl.concat(paired.values()), PAIRED * _TELLING_PAIRS)
    yield hashes, decoys, np.full(len(decoys), 255, dtype=np.uint8)
    for fields, others in _OTHERS.items():
        if paired.keys() >= {*fields}:
            hashes, decoys = _paired(pl.concat(paired[field] for field in fields), PAIRED * (1 - _TELLING_PAIRS))
            most = np.ceil(_most(rows, first, others)[decoys - first])
            yield hashes, decoys, np.minimum(most, 255).astype(np.uint8)


def _paired(marks: pl.DataFrame, table: U8) -> tuple[U64, U32]:
    """Return the hashes of pairs of marks, and the decoys that have them."""
    ordered = marks.unique().sort("decoy")
    decoys, starts = np.unique(ordered["decoy"].to_numpy(), return_index=True)
    bounds = np.append(starts, len(ordered))
    hashes, places = pairs_within(ordered["code"].to_numpy(), ordered["print"].to_numpy(), bounds, table)
    return hashes, decoys[places]


def _most(rows: pl.DataFrame, first: int, others: Collection[Field]) -> F32:
    """Return, by decoy, what it brings at most by no field that tells, and no more than a part of some others."""
    bits = (
        pl.when(_is_one_of(_TELLING)).then("unseen").when(_is_one_of(others)).then("part").otherwise("most")
        - LEAST_PRICE * pl.col("by_words")
    ).clip(0)
    totals = rows.group_by("decoy").agg(bits=bits.sum())
    found = np.zeros(_BATCH, np.float32)
    found[totals["decoy"].to_numpy() - first] = totals["bits"].to_numpy()
    return found


def _is_one_of(fields: Collection[Field]) -> pl.Expr:
    return pl.col("field").is_in([_FIELD_NUMBERS[field] for field in fields])


def _ordered_pairs(parts: list[tuple[U64, U32, U8]]) -> Iterator[NDArray[Any]]:
    """Yield pairs in ascending order, their decoys and bits; of one pair, those with most bits first."""
    hashes = np.concatenate([np.empty(0, np.uint64), *(own for own, *_ in parts)])
    decoys = np.concatenate([np.empty(0, np.uint32), *(own for _, own, _ in parts)])
    most = np.concatenate([np.empty(0, np.uint8), *(own for *_, own in parts)])
    order = np.lexsort((255 - most, hashes))
    yield from (hashes[order], decoys[order], most[order])


def _ordered(parts: list[tuple[U64, U32]]) -> Iterator[NDArray[Any]]:
    """Yield hashes in ascending order, and their decoys."""
    hashes = np.concatenate([np.empty(0, np.uint64), *(own for own, _ in parts)])
    decoys = np.concatenate([np.empty(0, np.uint32), *(own for _, own in parts)])
    order = np.argsort(hashes)
    yield hashes[order]
    yield decoys[order]


def _stakes(decoys: int, rows: list[pl.DataFrame], own: list[pl.DataFrame]) -> Iterator[NDArray[Any]]:
    """Yield the last columns of the index."""
    if not rows:
        yield from (np.zeros(decoys + 1, np.uint32), np.empty((0, 4), np.float32))
        yield from (np.empty(0, np.uint32), np.zeros(1, np.uint32))
        return
    by_field = pl.concat(rows).sort("decoy", "field")
    marks = by_field.select("decoy", "field").join(pl.concat(own), on=["decoy", "field"]).sort("decoy", "field")
    counted = marks.group_by("decoy", "field").len()
    counts = by_field.join(counted, on=["decoy", "field"], how="left", maintain_order="left")["len"].fill_null(0)
    yield np.searchsorted(by_field["decoy"].to_numpy(), np.arange(decoys + 1)).astype(np.uint32)
    yield np.ascontiguousarray(by_field.select("most", "near", "unseen", "by_words").to_numpy(), dtype=np.float32)
    halves = (marks["print"].to_numpy() & np.uint64(0xFFFFFFFE)).astype(np.uint32)
    yield halves | marks["whole"].to_numpy().astype(np.uint32)
    yield np.append(0, np.cumsum(counts.to_numpy())).astype(np.uint32)


def _filter(parts: list[U64]) -> U64:
    """Return a Bloom filter of hashes."""
    size = max(1, sum(map(len, parts)) * _FILTER_BITS // 64)
    known = np.zeros(1 << (size - 1).bit_length(), dtype=np.uint64)
    for hashes in parts:
        let_pass(known, hashes)
    return known


def _starts(ordered: U64) -> U32:
    bits = max(1, len(ordered).bit_length() - 1)
    firsts = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    return np.append(np.searchsorted(ordered, firsts), len(ordered)).astype(np.uint32)
