"""An attacker who holds a profile cannot tell whether a patient was among those that it was learnt from."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import polars as pl
from host_populations import AS_OF, french
from numpy.typing import NDArray

from honeytokens.profiles import Codes, Days, Profile, Values, document, learn

Numbers = NDArray[np.float64]
PEOPLE = french(6000)
MEMBERS, OTHERS = PEOPLE[:3000].drop("local_id"), PEOPLE[3000:].drop("local_id")
PROFILE = learn(MEMBERS, learnt=AS_OF, locale="fr_fr")


def likelihood(profile: Profile, people: pl.DataFrame) -> Numbers:
    """How well each person agrees with every count that the profile holds: names, beginnings, years, letters, words."""
    found = np.zeros(len(people))
    for name, column in profile.columns.items():
        shape = column.shape
        texts = [text or "" for text in people[name].to_list()]
        if isinstance(shape, Values):
            letters = _letter_pairs(shape)
            whole = sum(letters.values()) or 1
            for row, text in enumerate(texts):
                cell = shape.cells.get(text, 0)
                spelt = [np.log((letters.get(pair, 0) + 1) / whole) for pair in pairwise(text)]
                found[row] += np.log((cell + 1) / profile.patients) + (float(np.mean(spelt)) if spelt else 0.0)
        elif isinstance(shape, Codes):
            begun = {cell.partition("|")[2]: float(np.log(count)) for cell, count in shape.cells.items()}
            for row, text in enumerate(texts):
                found[row] += max((much for head, much in begun.items() if text.startswith(head)), default=0)
        elif isinstance(shape, Days):
            spans = [(*cell.partition("/")[::2], float(np.log(count))) for cell, count in shape.cells.items()]
            for row, text in enumerate(texts):
                found[row] += max((much for first, last, much in spans if first <= text <= last), default=0)
    return found


def _letter_pairs(shape: Values) -> dict[tuple[str, str], int]:
    pairs: dict[tuple[str, str], int] = {}
    for context, cells in shape.letters.items():
        for letter, count in cells.items() if len(context) == 2 else ():
            pairs[context[1], letter] = pairs.get((context[1], letter), 0) + count
    return pairs


def auc(members: Numbers, others: Numbers) -> float:
    ranks = np.argsort(np.argsort(np.concatenate([members, others]))) + 1
    return float((ranks[: len(members)].sum() - len(members) * (len(members) + 1) / 2) / (len(members) * len(others)))


def test_membership_is_not_told() -> None:
    told = auc(likelihood(PROFILE, MEMBERS), likelihood(PROFILE, OTHERS))
    # By chance alone the AUC of 3,000 against 3,000 strays by 0.015 in 95 of 100 cases.
    assert abs(told - 0.5) < 0.02 + 0.015


def test_membership_of_those_with_rare_values_is_not_told() -> None:
    rare = PEOPLE["surname"].is_unique()
    told = auc(likelihood(PROFILE, MEMBERS.filter(rare[:3000])), likelihood(PROFILE, OTHERS.filter(rare[3000:])))
    assert abs(told - 0.5) < 0.02 + 0.025


def test_one_patient_more_changes_no_cell_by_name() -> None:
    stranger = MEMBERS[:1].with_columns(surname=pl.lit("ZYXWOVSKAYA"), street=pl.lit("77 ZUBROWKA ZEILE"))
    with_him = json.loads(document(learn(pl.concat([MEMBERS, stranger]), learnt=AS_OF, locale="fr_fr")))
    without = json.loads(document(PROFILE))
    for name, column in with_him["columns"].items():
        assert column["shape"]["cells"].keys() <= without["columns"][name]["shape"]["cells"].keys() | _new(name)


def _new(name: str) -> set[str]:
    """Values that the copied row makes the tenth of."""
    text = MEMBERS[name][0]
    return {text} if int((MEMBERS[name] == text).sum()) == 9 else set()
