"""Accounts are ranked by what their reads explain; an account that reads everything is no suspect."""

from __future__ import annotations

import numpy as np
from cases import day

from honeytokens.attribution import DecoyRead, rank
from honeytokens.model import DecoyRef

PRESENT = frozenset(DecoyRef("a", serial) for serial in range(200))


def reads(account: str, serials: list[int], at: float = 10.0) -> list[DecoyRead]:
    return [DecoyRead(account, DecoyRef("a", serial), day(at)) for serial in serials]


def leaked(*serials: int) -> frozenset[DecoyRef]:
    return frozenset(DecoyRef("a", serial) for serial in serials)


def test_the_account_whose_reads_are_the_leak_comes_first() -> None:
    ranking = rank(leaked(*range(10)), PRESENT, [*reads("thief", list(range(12))), *reads("ward", [3, 50, 60])], None)
    assert ranking.names[1] == "thief"
    assert ranking.findings[0].probability > 0.99
    assert ranking.findings[0].chance < 1e-6
    assert ranking.findings[1].probability < 0.01
    assert "thief" not in repr(ranking.findings)


def test_who_reads_everything_is_no_suspect() -> None:
    ranking = rank(leaked(*range(10)), PRESENT, reads("archive", list(range(200))), None)
    assert ranking.findings[0].odds == 1
    assert ranking.nobody >= 0.5
    assert ranking.findings[0].chance == 1
    assert "usual_work" in ranking.findings[0].alternatives


def test_reads_after_the_copy_do_not_count() -> None:
    ranking = rank(leaked(*range(10)), PRESENT, reads("late", list(range(10)), at=50), day(40))
    assert ranking.findings == ()
    assert ranking.nobody == 1


def test_two_accounts_that_read_the_same_are_told_as_alternatives() -> None:
    both = [*reads("one", list(range(12))), *reads("two", list(range(12)))]
    ranking = rank(leaked(*range(10)), PRESENT, both, None)
    assert all("another_account" in each.alternatives for each in ranking.findings)
    assert all(abs(each.probability - 0.5) < 0.01 for each in ranking.findings)


def test_an_export_of_half_the_table_explains_a_leak_a_little_and_one_of_all_of_it_does_not() -> None:
    def export(account: str, chance: float) -> list[DecoyRead]:
        return [DecoyRead(account, decoy, day(10.0), chance) for decoy in sorted(PRESENT)]

    taken = leaked(*range(10))
    assert rank(taken, PRESENT, export("whole", 1.0), None).findings[0].odds == 1
    # A random half holds each decoy with the same chance: which ones leaked says nothing of it.
    assert abs(rank(taken, PRESENT, export("half", 0.5), None).findings[0].odds - 1) < 1e-9
    # One who also read those that leaked stands out in spite of it.
    both = rank(taken, PRESENT, [*export("both", 0.1), *reads("both", list(range(10)))], None).findings[0]
    assert both.odds > 1e3
    assert (both.leaked_read, both.read) == (10, 10)


def test_chance_is_stated_no_smaller_than_it_is() -> None:
    rng = np.random.default_rng(1)
    small = 0
    for _ in range(400):
        own = [r for n in range(5) for r in reads(f"u{n}", rng.choice(200, 30, replace=False).tolist())]
        taken = leaked(*rng.choice(200, 12, replace=False).tolist())
        small += min(each.chance for each in rank(taken, PRESENT, own, None).findings) <= 0.05
    assert small <= 400 * 0.05 + 12


def test_nothing_leaked_or_read_points_to_nobody() -> None:
    assert rank(frozenset(), PRESENT, reads("a", [1]), None).findings[0].odds == 1
    assert rank(leaked(1), PRESENT, [], None).findings == ()
    assert rank(leaked(1), frozenset(), reads("a", [1]), None).findings == ()
