"""The innocent are safe whatever the leakers do; leakers who give enough away are found."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from honeytokens.attribution.codes import ABSENT, BIAS, BOTH, SCORES, innocent_chances

Bits = NDArray[np.bool_]
Attack = Callable[[Bits, np.random.Generator], Bits]


def code(rng: np.random.Generator, people: int, rows: int) -> tuple[Bits, NDArray[np.float64]]:
    chance = np.where(rng.random(rows) < 0.5, BIAS, 1 - BIAS)
    return rng.random((people, rows)) < chance, chance


def interleaved(words: Bits, rng: np.random.Generator) -> Bits:
    return np.asarray(words[rng.integers(0, len(words), words.shape[1]), np.arange(words.shape[1])])


def majority(words: Bits, rng: np.random.Generator) -> Bits:
    return np.where(2 * words.sum(0) == len(words), rng.random(words.shape[1]) < 0.5, 2 * words.sum(0) > len(words))


def minority(words: Bits, rng: np.random.Generator) -> Bits:
    mixed = words.any(0) & ~words.all(0)
    return np.where(mixed, ~majority(words, rng), words.all(0))


def coin(words: Bits, rng: np.random.Generator) -> Bits:
    mixed = words.any(0) & ~words.all(0)
    return np.where(mixed, rng.random(words.shape[1]) < 0.5, words.all(0))


def all_b(words: Bits, rng: np.random.Generator) -> Bits:
    return np.asarray(words.any(0))


ATTACKS: tuple[Attack, ...] = (interleaved, majority, minority, coin, all_b)


def test_the_bound_is_above_the_exact_chance_on_every_word_of_a_short_code() -> None:
    rng = np.random.default_rng(1)
    rows = 10
    _, chance = code(rng, 1, rows)
    words = np.array(list(product([False, True], repeat=rows)))
    law = np.where(words, chance, 1 - chance).prod(axis=1)
    for leaked in (rng.integers(0, 2, rows) for _ in range(5)):
        stated = innocent_chances(words, chance, leaked.astype(np.int8))
        for level in np.unique(stated):
            assert law[stated <= level].sum() <= level + 1e-12


@pytest.mark.parametrize("attack", ATTACKS)
def test_innocents_are_named_no_more_often_than_said(attack: Attack) -> None:
    rng = np.random.default_rng(2)
    drawn = 0
    named = np.zeros(3)
    for _ in range(4):
        words, chance = code(rng, 5_003, 120)
        leaked = attack(words[:3], rng).astype(np.int8)
        stated = innocent_chances(words[3:], chance, leaked)
        drawn += len(stated)
        named += [(stated <= level).sum() for level in (1e-2, 1e-3, 1e-4)]
    assert (named <= drawn * np.array([1e-2, 1e-3, 1e-4]) + 3).all()


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("leakers", "rows"), [(1, 75), (2, 300), (3, 620)])
def test_somebody_who_leaked_is_found(attack: Attack, leakers: int, rows: int) -> None:
    rng = np.random.default_rng(3)
    for _ in range(3):
        words, chance = code(rng, 100, rows)
        stated = innocent_chances(words, chance, attack(words[:leakers], rng).astype(np.int8)) * 100
        assert stated.min() <= 1e-6
        assert stated.argmin() < leakers


def test_those_who_only_drop_what_differs_are_found_by_what_is_left() -> None:
    rng = np.random.default_rng(4)
    words, chance = code(rng, 100, 300)
    ours = words[:3]
    leaked = np.where(ours.all(0) | ~ours.any(0), ours[0], ABSENT).astype(np.int8)
    stated = innocent_chances(words, chance, leaked) * 100
    assert (stated[:3] <= 1e-6).all()
    assert stated[3:].min() > 1e-6


def test_what_is_absent_or_shows_both_variants_tells_nothing() -> None:
    rng = np.random.default_rng(5)
    words, chance = code(rng, 5, 50)
    nothing = np.where(rng.random(50) < 0.5, ABSENT, BOTH).astype(np.int8)
    assert (innocent_chances(words, chance, nothing) == 1).all()
    assert len(innocent_chances(words[:0], chance, nothing)) == 0


def test_a_likelihood_ratio_has_mean_one_over_innocents() -> None:
    chance = np.array([0.18, 0.82, 0.5])
    for name, score in SCORES.items():
        if name in {"symmetric", "capacity"}:
            continue
        for leaked in (np.zeros(3, dtype=bool), np.ones(3, dtype=bool)):
            with_a, with_b = score(chance, leaked)
            assert np.allclose((1 - chance) * np.exp(with_a) + chance * np.exp(with_b), 1)


def test_published_scores_have_mean_nought_over_innocents() -> None:
    """Skoric et al. (2008) and Oosterwijk et al. (2013) define theirs so; the symmetric one has variance one."""
    chance = np.array([0.1, 0.3, 0.5])
    for name in ("symmetric", "capacity"):
        with_a, with_b = SCORES[name](chance, np.ones(3, dtype=bool))
        assert np.allclose((1 - chance) * with_a + chance * with_b, 0)
    with_a, with_b = SCORES["symmetric"](chance, np.ones(3, dtype=bool))
    assert np.allclose((1 - chance) * with_a**2 + chance * with_b**2, 1)
    assert math.isclose(with_b[0], 3.0)
