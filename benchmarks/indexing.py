"""Decoys made anew from their key and indexed, a CPU second: in columns, beside one value after the other."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import date
from itertools import product

from honeytokens.decoys import Maker, RemadeDecoys, digest_of_data, known_decoys
from honeytokens.fingerprints import PAIRS, STRONG, Mark, value_marks
from honeytokens.fingerprints.prints import Printer
from honeytokens.keys import Keyring
from honeytokens.model import Field, Pool, PoolKind, PoolShare, Recipe
from honeytokens.scanning import Index

SIZES = (10_000, 1_000_000)
SAMPLE = 1_000
KEY = bytes(32)
POOLS = (
    Pool(PoolKind.MAIL, "courrier.example"),
    Pool(PoolKind.WEB, "resultats.example"),
    Pool(PoolKind.PHONE, "06 4# ## ## ##"),
    Pool(PoolKind.LOCAL_ID, "8########"),
)


def decoys(count: int) -> RemadeDecoys:
    """Decoys of a throw-away key, at one version, with a value in every field but the national identifier."""
    shares = tuple(PoolShare(pool, 0) for pool in POOLS)
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 1, 1), shares)
    maker = Maker.of(Keyring.generate(), "decoys", "00ff", 1, recipe)
    return known_decoys([(maker, "saint-anne", range(count), 1)])


def one_by_one(known: RemadeDecoys) -> None:
    """The same prints, in dictionaries, from each value and each pair alone."""
    printer, strong, pairs = Printer(KEY), dict[int, list[int]](), dict[int, list[int]]()
    for batch in known.batches():
        marks: dict[int, dict[Field, set[Mark]]] = {}
        for field, column in batch.items():
            for decoy, value in column.iter_rows():
                marks.setdefault(decoy, {})[field] = value_marks(field, value)
        for decoy, own in marks.items():
            for mark in set[Mark]().union(*own.values()):
                if mark[0] in STRONG:
                    strong.setdefault(printer.single(mark), []).append(decoy)
            for (one_field, one_part), (other_field, other_part) in PAIRS:
                for one, other in product(own.get(one_field, ()), own.get(other_field, ())):
                    if (one[0], other[0]) == (one_part, other_part):
                        pairs.setdefault(printer.pair(one, other), []).append(decoy)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def run() -> None:
    """Print the rates and their ratio, and the most memory that was held."""
    Index.build(decoys(100), KEY)  # compiles, and reads the tables
    peer = SAMPLE / seconds(lambda: one_by_one(decoys(SAMPLE)))
    for size in SIZES:
        took = seconds(lambda count=size: Index.build(decoys(count), KEY))  # type: ignore[misc]
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rate = size / took
        print(f"{size:,} decoys, in columns: {rate:,.0f} a CPU second ({took:.2f} s, {held:,.0f} MiB at most)")
        print(f"value by value: {peer:,.0f} a CPU second")
        print(f"ratio: {rate / peer:.1f}")
