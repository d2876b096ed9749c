"""The error rate that every verdict prints, held against people who are no decoys.

Strangers and decoys are drawn from the same tables, with streets and towns made of the same names, so that every trap
that a matcher can fall into is there. A pair is one decoy held against one record.
"""

from __future__ import annotations

import math
import random

import people
import pytest

from honeytokens.model import Field
from honeytokens.scanning.evidence import Trial, strength
from honeytokens.scanning.index import Index
from honeytokens.scanning.reading import Reading
from honeytokens.scanning.sieve import Sieve
from honeytokens.scanning.suspects import Suspects

DECOYS = 500
BATCH = 1000


def bound(pairs: int, bits: int) -> float:
    """What chance may bring at most: the expectation, and five standard deviations of a Poisson number of it."""
    mean = pairs * 2.0**-bits
    return mean + 5 * math.sqrt(mean) + 1


@pytest.mark.parametrize(("zipf", "count"), [(False, 30_000), (True, 10_000)])
def test_strangers_agree_no_more_often_than_the_bits_say(zipf: bool, count: int) -> None:
    rng = random.Random(20_240_319 + zipf)
    known = people.known([people.person(rng, zipf) for _ in range(DECOYS)], zipf)
    index = Index.build(known, people.KEY)
    sieve, suspects = Sieve(index), Suspects(known, index.printer).fetch(range(DECOYS))
    found = []
    for _ in range(0, count, BATCH):
        rows = [people.person(rng, zipf, domain="autre.example").row() for _ in range(BATCH)]
        for row, (decoys, seen) in zip(rows, sieve.candidates(rows), strict=True):
            if likely := [suspects[decoy] for decoy in decoys if suspects[decoy].potential(seen) >= 12]:
                reading = Reading(row)
                found += [suspect.matcher.match(reading, 12)[0] for suspect in likely]
    for bits in range(12, 25):
        assert sum(strong >= bits for strong in found) <= bound(DECOYS * count, bits), bits


def test_strength_counts_every_way_to_reach_a_score() -> None:
    fields = (Field.SURNAME, Field.FIRST_NAME, Field.TOWN, Field.STREET, Field.POSTCODE)
    trials = [Trial(field, (10.0,), 10.0 if index < 2 else 0.0) for index, field in enumerate(fields)]
    p = 2.0**-10
    ways = sum(math.comb(5, count) * p**count * (1 - p) ** (5 - count) for count in range(2, 6))
    assert strength(trials) == pytest.approx(-math.log2(ways))


def test_strength_of_partial_agreement() -> None:
    trials = [Trial(Field.SURNAME, (12.0, 5.0), 5.0), Trial(Field.BIRTH_DATE, (15.0,), 15.0)]
    assert strength(trials) == pytest.approx(20.0, abs=1e-3)
    assert strength([Trial(Field.SURNAME, (12.0, 5.0), 0.0)]) == 0.0


def test_strength_is_the_share_of_simulated_chance_at_least_this_good() -> None:
    rng = random.Random(8)
    levels = [(5.0, 2.0), (4.0,), (3.0, 1.0), (2.0,), (2.0,)]
    observed = [Trial(Field.SURNAME, own, own[0] if index in {1, 3} else 0.0) for index, own in enumerate(levels)]
    draws, reached = 200_000, 0
    for _ in range(draws):
        score = 0.0
        for own in levels:
            chance = rng.random()
            score += next((bits for bits in own if chance < 2.0**-bits), 0.0)
        reached += score >= 6.0
    assert strength(observed) == pytest.approx(-math.log2(reached / draws), abs=0.05)
