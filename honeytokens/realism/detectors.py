"""What public detectors of canaries look for: fixed shapes and ranges that no host's own patients have.

The rules are those of canary-token scanners and of makers of test data as they are publicly known; none is about
a hospital. A rule that fires on decoys is a filter of one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

_SERVICES = "canarytokens", "canary.tools", "thinkst", "interactsh", "oast.fun", "oast.live", "oast.me", "oast.pro"
_FICTION = "01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98"
RULES = {
    "a domain of canary services": "(?i)" + "|".join(map(re.escape, _SERVICES)),
    "a domain reserved for examples": r"(?i)[@./]example\.(?:com|net|org)\b|\.(?:test|invalid|localhost|example)\b",
    "a local part of 25 letters and digits": r"(?i)(?<![\w.])[a-z0-9]{25}@",
    "a phone number reserved for fiction": r"(?x)^(?:" + "|".join(one.replace(" ", r"\s?") for one in _FICTION)
    + r")[\s\d]*$ | \b555-?01\d\d\b",
    "a social security number of 999": r"^999-\d\d-\d{4}$",
    "a name that ends in digits": r"^[A-Z][a-z]+\d{2,}$",
    "the words of test data": r"(?i)\b(?:honey\s?token|canary|decoy|dummy|test\s?patient|lorem ipsum|placeholder)\b",
    "base64 of 40 signs or more": r"(?<![\w/+])[A-Za-z0-9+/]{40,}={0,2}(?![\w/+])",
}  # fmt: skip
"""The rules by what they find."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A rule that fires on ``decoys`` values of a column."""

    rule: str
    column: str
    decoys: int


def detections(host: pl.DataFrame, decoys: pl.DataFrame) -> Iterator[Detection]:
    """Yield the rules that fire on decoys and on no patient in the same column."""
    for name in decoys.columns:
        for rule, pattern in RULES.items():
            fired = _fired(decoys[name], pattern)
            if fired and not _fired(host[name], pattern):
                yield Detection(rule, name, fired)


def _fired(texts: pl.Series, pattern: str) -> int:
    return sum(re.search(pattern, text) is not None for text in texts.drop_nulls().unique().to_list())
