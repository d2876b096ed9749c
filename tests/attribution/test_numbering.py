"""Numbers in a leak bound how many were given out, where they look like a random sample of a numbering from 1."""

from __future__ import annotations

import numpy as np
import pytest
from cases import NOW, hit, scan, site

from honeytokens.attribution import Beside, judge, numbering_of
from honeytokens.attribution.numbering import claimed_numbers, evenness
from honeytokens.model import Claim, ClaimStanding, NumberingFinding


def sample(size: int, count: int, seed: int = 1) -> list[int]:
    return [int(n) + 1 for n in np.random.default_rng(seed).choice(size, count, replace=False)]


def test_the_bound_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(20261127)
    held, told = 0, 0
    for _ in range(400):
        numbers = [int(n) + 1 for n in rng.choice(75_000, 500, replace=False)]
        if found := numbering_of("f", "id", numbers, 0.95):
            told += 1
            held += found.high >= 75_000
    assert told >= 370  # a twentieth of true samples look uneven
    assert held / told >= 0.93


def test_a_claim_of_ten_times_the_truth_is_refuted_and_the_truth_is_not() -> None:
    found = numbering_of("1.csv", "ipp", sample(75_000, 1000), 0.95)
    assert found is not None
    assert 75_000 <= found.high < 76_000
    assert claimed_numbers(found, 750_000) < 1e-9
    assert claimed_numbers(found, 75_000) > 0.05
    assert claimed_numbers(found, 10_000) == 1
    places = site("A", 50)
    claims = [Claim("X", "data", NOW, records=750_000), Claim("Y", "data", NOW, records=70_000)]
    judged = judge(
        scan([hit(p) for p in places[:20]]), places, now=NOW, beside=Beside(claims=claims, numberings=[found])
    )
    assert [each.standing for each in judged.claims] == [ClaimStanding.REFUTED, ClaimStanding.OPEN]
    assert "at most" in judged.size
    assert "1,000 numbers" in judged.numberings[0].reason


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(list(range(1, 1001)), id="the whole table, or its first page"),
        pytest.param([70_000 + n for n in sample(5_000, 500)], id="recent patients alone"),
        pytest.param([*sample(1_000, 300), *sample(75_000, 300)], id="two mixed"),
        pytest.param([n % 50 + 1 for n in range(1000)], id="repeated: no numbering"),
        pytest.param(sample(75_000, 10), id="too few"),
        pytest.param([n**2 for n in range(1, 500)], id="uneven"),
    ],
)
def test_what_is_no_random_sample_says_nothing(numbers: list[int]) -> None:
    assert numbering_of("f", "c", numbers, 0.95) is None


def test_the_greatest_number_is_kept_rounded() -> None:
    numbers = sample(83_457, 400)
    found = numbering_of("f", "c", numbers, 0.95)
    assert isinstance(found, NumberingFinding)
    assert found.greatest % 100 == 0
    assert found.greatest >= max(numbers)


def test_kolmogorov_s_test_is_fair() -> None:
    rng = np.random.default_rng(3)
    small = [evenness(sorted(rng.choice(10**6, 200, replace=False).tolist())) <= 0.05 for _ in range(1000)]
    assert 0.03 <= np.mean(small) <= 0.07
