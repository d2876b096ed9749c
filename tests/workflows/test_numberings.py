"""Columns that number records are found in files of several forms; phones, dates and postcodes are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from honeytokens.workflows.numberings import numberings


def test_the_record_numbers_of_a_csv_and_of_a_dump(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    ids = [int(n) + 1 for n in rng.choice(75_000, 600, replace=False)]
    postcodes = rng.integers(75001, 75021, 600)
    births = [f"19{y:02}{m:02}{d:02}" for y, m, d in rng.integers(10, 13, (600, 3))]
    phones = [f"06{n:08}" for n in rng.integers(0, 10**8, 600)]
    rows = list(zip(ids, births, postcodes, phones, strict=True))
    table, dump = tmp_path / "a.csv", tmp_path / "b.sql"
    table.write_text("ipp;born;cp;tel\n" + "".join(f"{a};{b};{c};{d}\n" for a, b, c, d in rows))
    dump.write_text("INSERT INTO `p` VALUES " + ",".join(f"({a},'{b}','{c}','{d}')" for a, b, c, d in rows) + ";\n")
    found = numberings([table, dump], 0.95)
    assert [(each.file, each.column, each.seen) for each in found] == [("a.csv", "ipp", 600), ("b.sql", "1", 600)]
    assert all(75_000 <= each.high < 77_000 for each in found)
