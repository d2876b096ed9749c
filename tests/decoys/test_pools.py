"""Values of the pools that the operator owns: how large a pool may be, and that none repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from honeytokens.decoys import pools
from honeytokens.errors import PlanRefusedError
from honeytokens.model import Campaign, Pool, PoolKind, PoolShare, Recipe

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


def campaign(*shares: PoolShare, serials: Sequence[int]) -> Campaign:
    recipe = Recipe("fr_fr", "d" * 64, "75014", date(2026, 3, 1), shares)
    starts = datetime(2026, 3, 1, tzinfo=UTC)
    return Campaign("ff", "spring", 1, "x", "his", recipe, tuple(serials), starts, starts, timedelta(), None, 1000)


def test_a_new_campaign_takes_what_earlier_ones_left() -> None:
    both = campaign(PoolShare(SMALL, 10), PoolShare(LARGE, 0), serials=[0, 1, 7])
    given = {str(value) for value in filled([0, 1, 7], *both.recipe.shares)}
    shares = pools.fresh_shares([SMALL, LARGE], [both], 100)
    assert shares == (PoolShare(SMALL, 14), PoolShare(LARGE, 4))
    assert given.isdisjoint(str(value) for value in filled(list(range(100)), *shares))


def test_a_pool_that_is_too_full_is_left_out_where_another_has_room() -> None:
    nearly = campaign(PoolShare(SMALL, 0), serials=[89])
    assert [share.pool for share in pools.fresh_shares([SMALL, LARGE], [nearly], 20)] == [SMALL, LARGE]
    assert [share.pool for share in pools.fresh_shares([SMALL, LARGE], [nearly], 21)] == [LARGE]
    assert pools.fresh_shares([SMALL], [nearly], 10) == (PoolShare(SMALL, 90),)
    with pytest.raises(PlanRefusedError, match="No local_id pool has room for 11 more decoys"):
        pools.fresh_shares([SMALL], [nearly], 11)


def test_domains_never_run_out() -> None:
    mail = Pool(PoolKind.MAIL, "x.fr")
    full = campaign(PoolShare(mail, 0), PoolShare(SMALL, 0), serials=[99])
    assert pools.fresh_shares([mail], [full], 10**6)[0].pool == mail
    assert pools.fresh_shares([], [full], 10**6) == ()
