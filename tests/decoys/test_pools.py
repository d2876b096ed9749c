"""Values of the pools that the operator owns: how large a pool may be, and that none repeats."""

from __future__ import annotations

import numpy as np
import pytest

from honeytokens.decoys import pools
from honeytokens.errors import PlanRefusedError
from honeytokens.model import Pool, PoolKind, PoolShare

SMALL, LARGE = Pool(PoolKind.LOCAL_ID, "80##"), Pool(PoolKind.LOCAL_ID, "7" + "#" * 18)
KEYS = {(pool.kind, pool.value): bytes([number]) * 32 for number, pool in enumerate((SMALL, LARGE))}


def filled(serials: list[int], *shares: PoolShare) -> list[str | None]:
    return pools.fill(shares, PoolKind.LOCAL_ID, KEYS, np.array(serials, dtype=np.uint64))


@pytest.mark.parametrize("digits", [1, 7, 8, 18])
def test_a_pool_of_1_to_18_digits_is_taken(digits: int) -> None:
    pools.check(Pool(PoolKind.LOCAL_ID, "80" + "#" * digits))


@pytest.mark.parametrize("digits", [0, 19])
@pytest.mark.parametrize("kind", [PoolKind.LOCAL_ID, PoolKind.PHONE])
def test_a_pool_of_other_sizes_is_refused(kind: PoolKind, digits: int) -> None:
    with pytest.raises(PlanRefusedError, match="must have 1 to 18 # signs"):
        pools.check(Pool(kind, "80" + "#" * digits))


def test_serials_take_turns_over_pools_of_any_size() -> None:
    values = filled([0, 1, 2, 3, 199], PoolShare(SMALL, 0), PoolShare(LARGE, 10**18 - 100))
    assert [len(str(value)) for value in values] == [4, 19, 4, 19, 19]
    assert len(set(values)) == 5
    assert filled([3], PoolShare(SMALL, 0), PoolShare(LARGE, 10**18 - 100)) == values[3:4]


@pytest.mark.parametrize("share", [PoolShare(SMALL, 98), PoolShare(LARGE, 10**18 - 2)])
def test_a_pool_is_full_after_its_last_value(share: PoolShare) -> None:
    assert len(set(filled([0, 1], share))) == 2
    for beyond in (2, 2**64 - 1):
        with pytest.raises(PlanRefusedError, match="no value left"):
            filled([0, beyond], share)


def test_a_share_beyond_the_end_of_its_pool_has_no_value() -> None:
    with pytest.raises(PlanRefusedError, match="no value left"):
        filled([0], PoolShare(SMALL, 101))
