"""The screen changes how long a scan takes, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import damage
import numpy as np
import people
import pytest

from honeytokens.model import ScanResult
from honeytokens.scanning import Index, scan
from honeytokens.scanning.screen import Screen

DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(120)]
KNOWN = people.known(DECOYS)
INDEX = Index.build(KNOWN, people.KEY)
NAMES = ("surname", "first_name", "birth_date", "street", "postcode", "town", "phone", "email")


def read(path: Path, known: people.Known, index: Index) -> ScanResult:
    return scan([path], known, index)


def without_screen(monkeypatch: pytest.MonkeyPatch, path: Path, known: people.Known, index: Index) -> ScanResult:
    def all_pass(_: Screen, records: Sequence[Sequence[str]], bar: float) -> object:
        return np.ones(len(records), dtype=np.bool_)

    with monkeypatch.context() as patched:
        patched.setattr(Screen, "records", all_pass)
        return scan([path], known, index)


def rows(rng: random.Random) -> list[damage.Row]:
    """Strangers, decoys, and crosses of the two that agree on some fields: damaged in all ways, one by one."""
    found = list[damage.Row]()
    for who in [*DECOYS, *(people.person(rng) for _ in range(400))]:
        row, decoy = asdict(who), asdict(rng.choice(DECOYS))
        for name in rng.sample(NAMES, rng.randrange(4)):
            row[name] = decoy[name]
        spelt = damage.DATES[rng.choice(list(damage.DATES))](date.fromisoformat(row["birth_date"]))
        phone = damage.PHONES[rng.choice(list(damage.PHONES))](damage.bare_phone(row))
        row = damage.WORDING[rng.choice(list(damage.WORDING))](row)
        if rng.random() < 0.2:
            row["surname"] = row["surname"][: rng.randrange(3, 9)]
        found.append({**row, "birth_date": spelt, "phone": phone})
    rng.shuffle(found)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_hits_and_leads_are_the_same_without_it(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    names = NAMES if seed == 0 else rng.sample(NAMES, rng.randrange(3, 7))
    table = [[row[name] for name in names] for row in rows(rng)]
    path = tmp_path / "leak"
    texts = (damage.as_csv(table), "".join(" ".join(row) + "\n" for row in table), damage.as_inserts(table))
    path.write_text(texts[seed % 3])
    full = without_screen(monkeypatch, path, KNOWN, INDEX)
    screened = read(path, KNOWN, INDEX)
    assert (screened.hits, screened.leads, screened.stats.records) == (full.hits, full.leads, full.stats.records)
    assert full.hits


def test_it_passes_over_most_records() -> None:
    rng = random.Random(8)
    records = [people.person(rng).row() for _ in range(2000)] + [who.row() for who in DECOYS]
    passed = Screen(INDEX.quick, INDEX.quick_printer).records(records, 35.0)
    assert passed[2000:].all()
    assert np.count_nonzero(passed[:2000]) < 40


def test_what_it_does_not_understand_passes() -> None:
    screen = Screen(INDEX.quick, INDEX.quick_printer)
    assert screen.records([["a\0b"], ["Жанна"], ["x" * 40_000], []], 1e6).tolist() == [True, True, True, False]


def test_no_decoys(tmp_path: Path) -> None:
    known = people.Known((), people.frame([]))
    (tmp_path / "t.csv").write_text("a;b\nc;d\n")
    assert read(tmp_path / "t.csv", known, Index.build(known, people.KEY)).hits == ()
