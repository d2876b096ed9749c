"""Keyed draws: the same alone and in a batch, the same for ever, and spread as they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.markers import Draws, cumulative

KEY = bytes(range(32))
GOLDEN = [8732931946020450421, 8402764876118484942, 17577418921743026893]
GOLDEN_VERSION = [15631602360525345686]
# Computed apart, with hmac (RFC 5869) and single AES-256 blocks (FIPS 197).
serials = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=30)


def draws_of(chosen: list[int], version: int = 0) -> Draws:
    return Draws(KEY, np.array(chosen, dtype=np.uint64), version)


def test_draws_never_change() -> None:
    """Golden: a change here would make every decoy ever planted unknown to us."""
    assert draws_of([0, 1, 2**63]).u64("surname").tolist() == GOLDEN
    assert draws_of([1], version=3).u64("street", index=2).tolist() == GOLDEN_VERSION


@given(serials, st.text(max_size=10), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_decoy_is_the_same_alone_and_in_a_batch(chosen: list[int], label: str, version: int, index: int) -> None:
    batch = draws_of(chosen, version).u64(label, index)
    for serial, number in zip(chosen, batch, strict=True):
        assert draws_of([serial], version).u64(label, index)[0] == number


def test_key_label_version_and_index_part_the_draws() -> None:
    base = draws_of([7])
    others = [
        base.u64("a"),
        base.u64("b"),
        base.u64("a", index=1),
        base.at(1).u64("a"),
        Draws(bytes(32), base.serials).u64("a"),
    ]
    assert len({int(numbers[0]) for numbers in others}) == len(others)


@given(serials, st.integers(1, 2**40))
def test_below_stays_below(chosen: list[int], bound: int) -> None:
    numbers = draws_of(chosen).below("x", bound)
    assert ((numbers >= 0) & (numbers < bound)).all()


def test_below_takes_a_bound_for_each_serial() -> None:
    bounds = np.array([1, 2, 3, 1000], dtype=np.int64)
    assert (draws_of([1, 2, 3, 4]).below("x", bounds) < bounds).all()


def test_pick_follows_the_weights() -> None:
    weights = np.array([1, 0, 3, 96])
    picked = draws_of(list(range(50_000))).pick("x", cumulative(weights))
    counts = np.bincount(picked, minlength=4)
    assert counts[1] == 0
    expected = weights * 500
    assert (np.abs(counts - expected) <= 5 * np.sqrt(expected)).all()


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 3], [-1, 2]])
def test_weights_that_are_none_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        cumulative(weights)


def test_where_keeps_the_chosen_serials() -> None:
    base = draws_of([1, 2, 3])
    mask = np.array([True, False, True])
    assert (base.where(mask).u64("x") == base.u64("x")[mask]).all()
