"""Masked values: what they show counts for what it shows, and never alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import people
import pytest

from honeytokens.model import ScanResult
from honeytokens.scanning import Index, match_values, scan
from honeytokens.scanning.masks import read_masks

DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(40)]
KNOWN = people.known(DECOYS)
INDEX = Index.build(KNOWN, people.KEY)
STRANGERS = [people.person(random.Random(f"stranger {seed}")) for seed in range(300)]

PHONES: dict[str, Callable[[str], str]] = {
    "middle": lambda p: f"{p[:2]} ** ** {p[6:8]} {p[8:]}",
    "last four": lambda p: f"******{p[6:]}",
    "abroad": lambda p: f"+33 {p[1]} {p[2:4]} {p[4:6]} ** **",
    "bullets": lambda p: f"{p[:6]}••••",
}


def found(path: Path, rows: list[list[str]]) -> ScanResult:
    path.write_text("".join(";".join(row) + "\n" for row in rows))
    return scan([path], KNOWN, INDEX)


def row(who: people.Person, phone: Callable[[str], str]) -> list[str]:
    return [
        who.surname,
        who.first_name,
        phone(who.phone.replace(" ", "")),
        f"{who.email[0]}****@{who.email.partition('@')[2]}",
    ]


@pytest.mark.parametrize("form", PHONES)
def test_names_in_clear_with_a_masked_telephone(tmp_path: Path, form: str) -> None:
    rows = [row(who, PHONES[form]) for who in (*STRANGERS, *DECOYS)]
    result = found(tmp_path / "a.csv", rows)
    assert {hit.decoy.serial for hit in result.hits} == set(range(40))
    hidden = [[*one[:2], "**********", "****@****"] for one in rows]
    assert len(found(tmp_path / "b.csv", hidden).hits) < 20


def test_masked_names_beside_a_telephone_in_clear() -> None:
    who = DECOYS[3]
    plain = match_values(["A*** Z***", who.phone], KNOWN, INDEX)[0][0]
    initials = match_values([f"{who.surname[0]}*** {who.first_name[0]}***", who.phone], KNOWN, INDEX)[0][0]
    assert plain.decoy == initials.decoy
    assert 2 < initials.bits - plain.bits < 6


def test_what_is_in_clear_and_masked_counts_once() -> None:
    who = DECOYS[5]
    clear = [who.surname, who.first_name, who.phone]
    (alone,), _ = match_values(clear, KNOWN, INDEX)
    (twice,), _ = match_values([*clear, PHONES["middle"](who.phone.replace(" ", ""))], KNOWN, INDEX)
    assert twice.bits <= alone.bits + 0.01


def test_each_masked_value_is_one_more_chance() -> None:
    who = DECOYS[7]
    number = PHONES["middle"](who.phone.replace(" ", ""))
    (one,), _ = match_values([who.surname, who.first_name, number], KNOWN, INDEX)
    (two,), _ = match_values([who.surname, who.first_name, number, "06 ** ** 00 00"], KNOWN, INDEX)
    assert 0.9 < one.bits - two.bits < 1.5


def test_a_masked_telephone_of_another_is_no_agreement() -> None:
    who = DECOYS[9]
    last = (int(who.phone[-1]) + 1) % 10
    hits, leads = match_values([who.surname, who.first_name, f"06 ** ** ** {who.phone[-2]}{last}"], KNOWN, INDEX)
    assert all(item.field != "phone" for one in (*hits, *leads) for item in one.evidence)


@pytest.mark.parametrize(
    "text", ["5 * 3", "***", "** important **", "2024-**-**", "xx", "note***", "#### title", "a*b@c", "", "*" * 5000]
)
def test_stars_that_mask_nobody(text: str) -> None:
    masked = read_masks([text])
    assert (masked.phones, masked.names - {"a"}) == (frozenset(), frozenset())
