from __future__ import annotations

import re

from verdicts import HOSTILE, confirmed

from honeytokens.reports import render


def test_hostile_file_names_stay_within_their_cell() -> None:
    text = render("markdown", *confirmed())
    for block in text.split("\n\n"):
        if block.startswith("|"):
            bars = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(bars) == 1, "every row has as many cells as the head"


def test_nothing_from_outside_is_markup() -> None:
    text = render("markdown", *confirmed())
    outside_code = re.sub(r"(`+) .*? \1(?!`)", "", text)
    assert "<script" not in re.sub(r"\\<", "", outside_code)
    assert not re.search(r"(?<!\\)\]\(", outside_code)
    assert "http://" not in outside_code
    assert "www.evil" not in outside_code
    assert r"Clinique \<du Nord\>" in text


def test_a_name_with_code_marks_is_fenced_by_more_of_them() -> None:
    assert f"``` {HOSTILE[3]}!{HOSTILE[3]} ```".replace("|", r"\|") in render("markdown", *confirmed())
