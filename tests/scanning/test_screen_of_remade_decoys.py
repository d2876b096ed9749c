"""The screen loses none of the decoys drawn from a country's tables: with birth names, places and versions."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from honeytokens.decoys import Maker, digest_of_data, known_decoys
from honeytokens.keys import Keyring
from honeytokens.model import Field, Hit, Pool, PoolKind, PoolShare, Recipe
from honeytokens.scanning import Index, scan, scanner
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.screen import Screen

NAMES = (Field.SURNAME, Field.BIRTH_NAME, Field.FIRST_NAME)
FIELDS = (*NAMES, Field.BIRTH_DATE, Field.BIRTH_PLACE, Field.STREET, Field.POSTCODE, Field.TOWN, Field.PHONE)


def people(campaign: str, count: int) -> tuple[Maker, list[list[str]]]:
    shares = (PoolShare(Pool(PoolKind.PHONE, "06 39 98 ## ##"), 0),)
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 3, 1), shares)
    maker = Maker.of(Keyring((bytes(range(32)),)), campaign, campaign, 1, recipe)
    rows = maker.identities(range(count)).select(pl.col([*FIELDS]).cast(pl.String).fill_null("")).rows()
    return maker, [list(row) for row in rows]


def damaged(rng: random.Random, row: list[str]) -> list[str]:
    kept = ["" if rng.random() < 0.3 else cell for cell in row]
    kept[0] = kept[0][: rng.choice([4, 6, 99])]
    changes: list[Callable[[str], str]] = [
        str.upper,
        str.lower,
        lambda text: text.replace("-", " "),
        lambda text: text.replace(" ", ""),
    ]
    change = rng.choice(changes)
    return [change(cell) for cell in kept]


def told(hits: Sequence[Hit]) -> list[tuple[int, float]]:
    return sorted((hit.decoy.serial, round(hit.bits, 6)) for hit in hits)


@pytest.mark.parametrize("seed", range(3))
def test_hits_and_leads_are_the_same_without_it(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    maker, decoys = people("00ff", 500)
    _, strangers = people("00fe", 250)
    for row in strangers:  # each agrees with some decoy on some fields
        other = rng.choice(decoys)
        for place in rng.sample(range(len(FIELDS)), rng.randrange(7)):
            row[place] = other[place]
    table = [*strangers, *(damaged(rng, row) for row in rng.sample(decoys, 150))]
    columns = rng.sample(range(len(FIELDS)), rng.randrange(4, len(FIELDS) + 1))
    path = tmp_path / "leak.csv"
    path.write_text("".join(";".join(row[column] for column in columns) + "\n" for row in table))
    known = known_decoys([(maker, "saint-anne", range(500), 2)])
    index = Index.build(known, bytes(32))
    screened = scan([path], known, index)

    def all_pass(_: Screen, records: Sequence[Sequence[str]], bar: float) -> object:
        return np.ones(len(records), dtype=np.bool_)

    def all_lines(*args: Any, sift: object, **others: Any) -> object:
        return read_paths(*args, **others)

    monkeypatch.setattr(Screen, "records", all_pass)
    monkeypatch.setattr(scanner, "read_paths", all_lines)
    full = scan([path], known, index)
    assert (told(screened.hits), told(screened.leads)) == (told(full.hits), told(full.leads))
    assert full.hits
    assert full.leads
