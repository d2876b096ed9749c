from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, product

import pytest

from honeytokens.attribution.chance import (
    ERROR_FLOOR,
    all_by_chance,
    decoys_to_exclude,
    none_elsewhere,
    none_in_sample,
    records_to_exclude,
)


def silent_share(decoys: list[int], silent: set[int], hits: int) -> Fraction:
    """Count, among all ways to find ``hits`` of all decoys, those that find none of the silent sites'."""
    owners = [site for site, count in enumerate(decoys) for _ in range(count)]
    draws = list(combinations(range(len(owners)), hits))
    quiet = sum(all(owners[i] not in silent for i in draw) for draw in draws)
    return Fraction(quiet, len(draws))


@pytest.mark.parametrize(("decoys_hit", "decoys", "hits"), [(4, 3, 2), (5, 2, 5), (6, 4, 3), (1, 6, 1), (7, 5, 4)])
def test_silence_of_one_site_against_every_possible_draw(decoys_hit: int, decoys: int, hits: int) -> None:
    exact = silent_share([decoys_hit, decoys], {1}, hits)
    # One site was hit and one is silent: the budget of that set is 1/2 x 1/C(2, 1).
    assert none_elsewhere(hits, decoys_hit, 1, decoys, []) == pytest.approx(min(1.0, 4 * float(exact)), abs=1e-9)


def test_the_worst_set_of_silent_sites_counts() -> None:
    one = 2 * 2 * silent_share([6, 4], {1}, 5)
    two = 4 * 3 * silent_share([6, 4, 1], {1, 2}, 5)
    assert one < two
    assert none_elsewhere(5, 6, 1, 4, [1]) == pytest.approx(float(two))
    assert none_elsewhere(5, 6, 1, 4, [0]) == pytest.approx(float(one))


@pytest.mark.parametrize("sizes", [(4, 4), (6, 3, 3), (5, 5, 5, 5), (10, 1, 1, 1), (3, 3, 3, 3, 3), (8, 4, 2, 1)])
@pytest.mark.parametrize("risk", [0.5, 0.2, 0.05])
def test_no_taken_site_is_excluded_beyond_the_risk_whatever_is_found(sizes: tuple[int, ...], risk: float) -> None:
    """Sum, over all ways to find ``hits`` decoys of sites that were all taken, those that would exclude one of them."""
    for hits in range(1, sum(sizes) + 1):
        wrong = 0
        for found in product(*(range(size + 1) for size in sizes)):
            if sum(found) != hits:
                continue
            silent = [size for size, got in zip(sizes, found, strict=True) if not got]
            hit = [size for size, got in zip(sizes, found, strict=True) if got]
            errors = (
                none_elsewhere(hits, sum(hit), len(hit), size, [*silent[:i], *silent[i + 1 :]])
                for i, size in enumerate(silent)
            )
            if any(error <= risk for error in errors):
                wrong += math.prod(math.comb(size, got) for size, got in zip(sizes, found, strict=True))
        assert wrong <= risk * math.comb(sum(sizes), hits)


def test_a_site_without_decoys_is_never_excluded() -> None:
    assert none_elsewhere(100, 100, 2, 0, [50]) == 1.0
    assert none_in_sample(10_000, 0, 500) == 1.0
    assert records_to_exclude(0.05, 0, 500) is None


def test_complete_dump_of_the_others_excludes_at_once() -> None:
    assert none_elsewhere(200, 200, 2, 100, [100, 100]) == ERROR_FLOOR


def test_chance_alone_against_the_exact_poisson_tail() -> None:
    for expected in (1e-6, 1e-3, 0.04, 0.3):
        for hits in (1, 2, 5):
            tail = 1 - sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(hits))
            assert all_by_chance([expected] * hits) >= min(1.0, tail)


def test_chance_alone() -> None:
    assert all_by_chance([]) == 1.0
    assert all_by_chance([0.7]) == 1.0
    assert all_by_chance([0.01]) == pytest.approx(0.02)
    assert all_by_chance([0.01, 0.01]) == pytest.approx(0.0002)
    assert all_by_chance([0.01, 50.0]) == pytest.approx(0.02), "a worthless hit must not weaken a good one"
    assert all_by_chance([0.0]) == all_by_chance([1e-30]) == ERROR_FLOOR


@pytest.mark.parametrize(("records", "decoys", "patients"), [(56, 3460, 750_000), (1000, 2249, 750_000), (5, 3, 20)])
def test_none_in_sample_is_never_below_the_draw_without_replacement(records: int, decoys: int, patients: int) -> None:
    exact = math.exp(sum(math.log1p(-decoys / (patients - i)) for i in range(records)))
    assert exact <= none_in_sample(records, decoys, patients) <= exact * 1.5


def test_published_sizes() -> None:
    # 2,249 decoys show in a random sample of 1,000 of 750,000 with 95%; 56 lines at a density of 0.46% with 23%.
    assert decoys_to_exclude(0.05, 1000, 750_000) == pytest.approx(2249, abs=10)
    assert 1 - none_in_sample(56, 3460, 750_000) == pytest.approx(0.23, abs=0.005)
    records = records_to_exclude(0.05, 2249, 750_000)
    assert records is not None
    assert none_in_sample(records, 2249, 750_000) <= 0.05 < none_in_sample(records - 1, 2249, 750_000)


def test_more_decoys_than_patients_is_no_crash() -> None:
    assert none_in_sample(3, 9, 9) == ERROR_FLOOR
    assert records_to_exclude(0.05, 9, 9) == 1
