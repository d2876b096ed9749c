"""The index: every strong mark and every pair of marks of every decoy, and no others, at every version."""

from __future__ import annotations

import random
from datetime import date
from itertools import product

import numpy as np
import people
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.decoys import Maker, RemadeDecoys, digest_of_data, known_decoys
from honeytokens.fingerprints import PAIRS, STRONG, Mark, value_marks
from honeytokens.fingerprints.prints import CODES, Printer
from honeytokens.keys import Keyring
from honeytokens.model import Field, Pool, PoolKind, PoolShare, Recipe
from honeytokens.scanning.index import Index, Table

POOLS = (
    Pool(PoolKind.MAIL, "courrier-sante.fr"),
    Pool(PoolKind.WEB, "resultats-tilleuls.fr"),
    Pool(PoolKind.PHONE, "06 39 98 ## ##"),
    Pool(PoolKind.LOCAL_ID, "8001####"),
)


def remade(decoys: int, versions: int) -> RemadeDecoys:
    def maker(campaign: str, locale: str, near: str, *pools: Pool) -> Maker:
        shares = tuple(PoolShare(pool, 0) for pool in pools)
        recipe = Recipe(locale, digest_of_data(locale), near, date(2026, 3, 1), shares)
        return Maker.of(Keyring((bytes(range(32)),)), campaign, campaign, 1, recipe)

    return known_decoys(
        [
            (maker("00ff", "fr_fr", "75014", *POOLS), "saint-anne", range(decoys), versions),
            (maker("00fe", "en_gb", "LS6 2AB", *POOLS[:2]), "st-james", range(5, decoys), 1),
        ]
    )


def rows(table: Table) -> list[tuple[int, int]]:
    return list(zip(table.prints.tolist(), table.decoys.tolist(), strict=True))


def test_the_index_holds_what_the_definitions_say() -> None:
    """The definitions, one by one: STRONG, and PAIRS of fields."""
    known = remade(120, 3)
    index, printer = Index.build(known, people.KEY), Printer(people.KEY)
    strong, pairs, weak = set[tuple[int, int]](), set[tuple[int, int]](), set[int]()
    for (decoy,), own in known.values(range(len(known))).group_by("decoy"):
        marks: dict[Field, set[Mark]] = {field: set() for field in Field}
        for name, value in own.select("field", "value").iter_rows():
            marks[Field(name)] |= value_marks(Field(name), value)
        for mark in set[Mark]().union(*marks.values()):
            if mark[0] in STRONG:
                strong.add((printer.single(mark), int(str(decoy))))
            else:
                weak.add(printer.single(mark))
        for (one_field, one_part), (other_field, other_part) in PAIRS:
            for one, other in product(marks[one_field], marks[other_field]):
                if (one[0], other[0]) == (one_part, other_part):
                    pairs.add((printer.pair(one, other), int(str(decoy))))
    assert set(rows(index.strong)) == strong
    assert sorted(rows(index.pairs)) == sorted(pairs)
    assert index.weak.tolist() == sorted(weak)
    assert len(strong) > 2000
    assert len(pairs) > 2000


def test_an_index_is_the_same_however_its_decoys_come() -> None:
    known = people.known([people.person(random.Random(seed)) for seed in range(250)])
    whole = people.Known(known.refs, known.frame.sample(fraction=1, shuffle=True, seed=1).sort("field"))
    one, other = (Index.build(decoys, people.KEY) for decoys in (known, whole))
    assert sorted(rows(one.pairs)) == sorted(rows(other.pairs))
    assert sorted(rows(one.strong)) == sorted(rows(other.strong))
    assert one.weak.tolist() == other.weak.tolist()


def test_known_marks() -> None:
    known = remade(20, 1)
    index = Index.build(known, people.KEY)
    surname, phone = known.values([0]).filter(pl.col("field").is_in(["surname", "phone"]))["value"].to_list()
    marks = [*value_marks(Field.SURNAME, surname), *value_marks(Field.PHONE, phone)]
    others = [*value_marks(Field.SURNAME, "Xyzzy"), *value_marks(Field.PHONE, "06 00 00 00 00")]
    codes, prints = index.printer.marks([*marks, *others])
    assert index.knows(codes, prints).tolist() == [True] * len(marks) + [False] * len(others)


def test_an_empty_index_knows_nobody() -> None:
    index = Index.build(people.known([]), people.KEY)
    prints = np.array([0, 2**64 - 1], dtype=np.uint64)
    for table in (index.strong, index.pairs):
        assert [column.tolist() for column in table.find(prints)] == [[], []]
    codes = np.array([min(CODES.values()), max(CODES.values())], dtype=np.uint8)
    assert index.knows(codes, prints).tolist() == [False, False]


PRINTS = st.integers(0, 6) | st.integers(2**64 - 4, 2**64 - 1)


@given(st.lists(st.tuples(PRINTS, st.integers(0, 2**32 - 1))), st.lists(PRINTS))
def test_all_decoys_of_all_prints_are_found(content: list[tuple[int, int]], asked: list[int]) -> None:
    parts = [
        (np.array([p for p, _ in part], dtype=np.uint64), np.array([d for _, d in part], dtype=np.uint32))
        for part in (content[::2], content[1::2])
    ]
    table = Table.of(parts)
    assert table.prints.tolist() == sorted(p for p, _ in content)
    places, decoys = table.find(np.array(asked, dtype=np.uint64))
    found = sorted(zip(places.tolist(), decoys.tolist(), strict=True))
    assert found == sorted((place, d) for place, p in enumerate(asked) for q, d in content if p == q)
