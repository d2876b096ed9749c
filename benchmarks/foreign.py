"""How often chance takes strangers for decoys, beside what the bits foretell.

Two measures against the 10,000 decoys of one campaign. Pairs: in how many pairs of a stranger and a decoy do two main
fields agree, counted by columns over a million strangers. Strength: how many pairs reach each strength that a scan
would state, over 100,000 of them. The strangers are other packages' people, and those of our own tables under another
key, who resemble decoys most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.foreign_people import POPULATIONS, Population
from benchmarks.foreign_strength import strengths
from honeytokens.decoys import Ledger, Maker, digest_of_data, known_decoys
from honeytokens.fingerprints import fold, read_forms, street_words
from honeytokens.keys import Keyring
from honeytokens.model import MAIN_FIELDS, Field, Pool, PoolKind, PoolShare, Recipe

DECOYS = 10_000
STRANGERS = 1_000_000
READ = 100_000
BITS = range(15, 31)
NEAR = {"fr_fr": "75014", "en_gb": "LS1 3EX"}
POOLS = (
    Pool(PoolKind.MAIL, "courrier-sante.fr"),
    *(Pool(PoolKind.PHONE, f"{block} ## ##") for block in ("06 39 98", "01 99 00", "02 61 91")),
    Pool(PoolKind.LOCAL_ID, "80######"),
)
BATCH = 2_000
FREQUENT = 25
FAR = 5
"""Above what was foretold is what lies this many standard deviations above it."""


class Agreement(NamedTuple):
    """Some fields: in how many pairs of a stranger and a decoy they agree, and how many the bits foretell.

    ``heaviest`` is how many times more often than foretold strangers have one decoy's value, at most, among the values
    that :data:`FREQUENT` strangers have.
    """

    fields: tuple[Field, ...]
    observed: int
    foretold: float
    deviation: float
    heaviest: float

    @property
    def above(self) -> bool:
        """Whether more agreed than chance allows for."""
        return self.observed > self.foretold + FAR * self.deviation + 1


def maker(locale: str, key: bytes, shares: Sequence[PoolShare]) -> Maker:
    """Return the maker of one campaign under a fixed key: the same measure each time."""
    recipe = Recipe(locale, digest_of_data(locale), NEAR[locale], date(2026, 3, 1), tuple(shares))
    return Maker.of(Keyring((key,)), "spring", "00ff", 1, recipe)


def campaign(locale: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the decoys of a campaign, as planning chooses them, and all that a scan knows of them, value by value."""
    of_decoys, ledger = maker(locale, b"decoys" * 5 + b"..", [PoolShare(pool, 0) for pool in POOLS]), Ledger(DECOYS)
    serials: list[int] = []
    for start in range(0, 10 * DECOYS, BATCH):
        batch = range(start, start + BATCH)
        serials += np.array(batch)[ledger.admit(of_decoys.identities(batch))].tolist()
        if len(serials) >= DECOYS:
            break
    serials = serials[:DECOYS]
    known = known_decoys([(of_decoys, "saint-anne", serials, 1)])
    return of_decoys.identities(serials), known.values(range(len(serials)))


def neighbours(locale: str, rows: int) -> pl.DataFrame:
    """Return people of the decoys' own tables under another key, in a hospital whose numbers run through our pool."""
    fields = [Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE, Field.STREET, Field.POSTCODE, Field.TOWN]
    people = maker(locale, b"others" * 5 + b"..", ()).identities(range(rows)).select(fields)
    return people.with_columns(pl.format("80{}", pl.int_range(rows).cast(pl.String).str.zfill(6)).alias(Field.LOCAL_ID))


def as_read(people: pl.DataFrame) -> pl.DataFrame:
    """Return people's main fields in the forms in which a scan compares them."""
    columns = []
    for field in MAIN_FIELDS:
        if field in people.columns:
            texts = people[field].cast(pl.String).unique().drop_nulls()
            forms = pl.Series([form(field, text) for text in texts], dtype=pl.String)
            columns.append(people[field].cast(pl.String).replace_strict(texts, forms, default=None).alias(field))
    return pl.DataFrame(columns)


def form(field: Field, text: str) -> str | None:
    """Return the form in which a scan compares a value; a value that is read in several ways has its first one."""
    if field in {Field.SURNAME, Field.FIRST_NAME}:
        return "".join(fold(text).split()) or None
    if field is Field.STREET:
        return " ".join(street_words(fold(text).split())) or None
    forms = read_forms(text)
    found = {
        Field.BIRTH_DATE: forms.dates,
        Field.POSTCODE: forms.postcodes,
        Field.PHONE: forms.phones,
        Field.EMAIL: forms.emails,
        Field.LOCAL_ID: forms.ids,
    }
    return min(found[field], default=None)


def agreements(strangers: pl.DataFrame, decoys: pl.DataFrame, known: pl.DataFrame) -> Iterator[Agreement]:
    """Yield how often each main field and each pair of them agrees. Columns are joined: no pair is visited."""
    there, ours = as_read(strangers), as_read(decoys)
    fields = [field for field in MAIN_FIELDS if field in there.columns]
    share = {field: np.exp2(-bits_of(known, field, len(decoys))) for field in fields}
    for chosen in (*((field,) for field in fields), *combinations(fields, 2)):
        met = there.select(chosen).drop_nulls()
        rare = ours.select(*chosen, share=np.prod([share[field] for field in chosen], axis=0)).drop_nulls(chosen)
        rare = rare.group_by(chosen).agg(pl.len().alias("decoys"), pl.col("share").mean())
        both = rare.join(met.group_by(chosen).len("strangers"), on=chosen)
        counts, shares = rare["decoys"].to_numpy(), rare["share"].to_numpy()
        mean, variance = (len(met) * float(counts**power @ shares) for power in (1, 2))
        observed = int(both["decoys"].to_numpy() @ both["strangers"].to_numpy())
        frequent = both.filter(pl.col("strangers") >= FREQUENT)
        times = (frequent["strangers"] / frequent["share"] / len(met)).to_numpy()
        yield Agreement(chosen, observed, mean, math.sqrt(variance), times.max(initial=0.0))


def bits_of(known: pl.DataFrame, field: Field, decoys: int) -> NDArray[np.float64]:
    """Return the bits of one field of each decoy; not a number where it has no value."""
    rated = known.filter(pl.col("field") == field)
    bits = np.full(decoys, np.nan)
    bits[rated["decoy"].to_numpy()] = rated["bits"].to_numpy()
    return bits


def run() -> None:
    """Print both measures for every population that is installed."""
    for locale, populations in POPULATIONS.items():
        decoys, known = campaign(locale)
        means = [f"{field} {np.nanmean(bits_of(known, field, len(decoys))):.1f}" for field in MAIN_FIELDS]
        print(f"{len(decoys):,} decoys of {locale}; mean bits: {', '.join(means)}")
        everyone: dict[str, Population] = {**populations, "another key": partial(neighbours, locale)}
        for name, draw in everyone.items():
            strangers = draw(STRANGERS)
            if strangers is None:
                print(f"{name}: NOT MEASURED, the package is not installed")
                continue
            print(f"{name}: {len(strangers):,} strangers; pairs that agree, of those foretold")
            for found in agreements(strangers, decoys, known):
                print_agreement(found)
            sample = strangers.sample(min(READ, len(strangers)), seed=4)
            print_strengths(strengths(sample, known), len(sample) * len(decoys))


def print_agreement(found: Agreement) -> None:
    """Print one line: fields, observed, foretold, and for a single field the heaviest value."""
    words = " x ".join(found.fields)
    heaviest = f"  one value up to {found.heaviest:,.1f} times" if len(found.fields) == 1 else ""
    above = "  ABOVE" if found.above else ""
    print(f"  {words:24} {found.observed:>12,} of {found.foretold:>14,.1f}{above}{heaviest}")


def print_strengths(found: NDArray[np.float64], pairs: int) -> None:
    """Print how many pairs reach each number of bits, beside the most that chance may bring."""
    print(f"  of {pairs:,} pairs, those of so many bits at least, and the bound:")
    for bits in BITS:
        print(f"  {bits} bits {np.sum(found >= bits):>10,} of {pairs * 2.0**-bits:>12,.1f}")
