"""The sieve: just the decoys that share a strong mark or a pair of marks with a record, whatever comes beside it."""

from __future__ import annotations

import random
from dataclasses import asdict
from itertools import pairwise, product
from pathlib import Path

import people
import pytest

from honeytokens.fingerprints import PART_PAIRS, STRONG, Mark, marks, read_forms, value_marks
from honeytokens.model import Field, ScanResult
from honeytokens.scanning import Index, scan, search, sieve
from honeytokens.scanning.sieve import Sieve

DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(300)]
KNOWN = people.known(DECOYS)
INDEX = Index.build(KNOWN, people.KEY)
OWN: list[set[Mark]] = [
    set[Mark]().union(*(value_marks(Field(name), value) for name, value in asdict(who).items() if name != "town"))
    for who in DECOYS
]


def expected(fields: list[str]) -> list[int]:
    seen = set[Mark]().union(*(marks(read_forms(text)) for text in fields))
    return [
        number
        for number, own in enumerate(OWN)
        if any(mark in own for mark in seen if mark[0] in STRONG)
        or any((one[0], other[0]) in PART_PAIRS for one, other in product(own & seen, repeat=2))
    ]


def test_candidates_are_those_that_the_definitions_say() -> None:
    rng = random.Random(5)
    records = [
        [],
        [""],
        *(people.person(rng).row() for _ in range(60)),
        *(who.row() for who in DECOYS[:30]),
        *(who.row("surname", "first_name") for who in DECOYS[30:60]),
        *(who.row("phone") for who in DECOYS[60:70]),
        *([who.surname, other.birth_date, who.phone] for who, other in pairwise(DECOYS)),
        [" ".join(people.person(rng).row()) for _ in range(3)],
    ]
    found = Sieve(INDEX).candidates(records)
    assert [candidates.decoys for candidates in found] == [expected(list(fields)) for fields in records]
    assert sum(len(candidates.decoys) for candidates in found) > 100


def test_records_are_sifted_the_same_alone_and_together() -> None:
    records = [who.row() for who in DECOYS[:50]]
    used = Sieve(INDEX)
    together = used.candidates(records)
    assert [used.candidates([fields])[0] for fields in records] == together
    assert [Sieve(INDEX).candidates([fields])[0] for fields in records] == together
    assert used.candidates([]) == []


def test_of_a_pile_only_strong_marks_are_followed() -> None:
    names = [text for who in DECOYS for text in who.row("surname", "first_name", "birth_date")]
    found = Sieve(INDEX).candidates([[*names, DECOYS[7].phone], DECOYS[8].row()])
    assert found[0].decoys == [7]
    assert 8 in found[1].decoys


@pytest.mark.parametrize("held", ["_MATCHED_RECORDS", "_MATCHED_SIGNS", "MOST"])
def test_bounds_on_what_is_held_change_nothing(held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leak.csv"
    rng = random.Random(6)
    rows = [people.person(rng).row() for _ in range(200)] + [who.row() for who in DECOYS[:100]]
    rng.shuffle(rows)
    path.write_text("\n".join(";".join(row) for row in rows) + "\n")

    def run() -> ScanResult:
        return scan([path], KNOWN, INDEX)

    usual = run()
    assert len(usual.hits) == 100
    monkeypatch.setattr(search, "_SIFTED_RECORDS", 7)
    monkeypatch.setattr(search, held, 3)
    monkeypatch.setattr("honeytokens.scanning.suspects.MOST", 3)
    monkeypatch.setattr(sieve, "_CACHED", 5)
    monkeypatch.setattr(sieve, "_MANY_PAIRS", 50)
    bounded = run()
    assert (bounded.hits, bounded.leads) == (usual.hits, usual.leads)
