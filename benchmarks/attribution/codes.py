"""Recipients: how rarely an innocent is named, and how many A/B rows find a leaker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from honeytokens.attribution.codes import ABSENT, BIAS, innocent_chances

Bits = NDArray[np.bool_]
Symbols = NDArray[np.int8]
RECIPIENTS = 100
TRIALS = 400
CATCH = 0.95
RISK = 1e-6
ROWS = {1: (55, 60, 65), 2: (225, 240, 255), 3: (460, 490, 520)}
"""Rows tried for each number of leakers; those of earlier arcsine codes were 73, 326 and 834."""


def run(seed: int) -> None:
    """Print false accusations over a million innocents an attack, and the catch of leakers."""
    rng = np.random.default_rng(seed)
    print("false accusations, per innocent (3 leakers, 490 rows, full leak)")
    for name, attack in ATTACKS.items():
        told = _innocents(rng, attack, 1_000_000)
        print(f"  {name:12}", "  ".join(f"{level:g}: {share:.2e}" for level, share in told.items()))
    print(f"leakers found: {RECIPIENTS} recipients, full leak, family-wise {RISK:g}, {TRIALS} trials")
    for leakers, tried in ROWS.items():
        for rows in tried:
            caught = {name: _caught(rng, attack, leakers, rows) for name, attack in ATTACKS.items()}
            print(f"  {leakers} leaker(s), {rows} rows:", ", ".join(f"{n} {share:.1%}" for n, share in caught.items()))
    print(f"3 leakers who drop what differs, 220 rows: {_caught(rng, _dropped, 3, 220):.1%}")


def _code(rng: np.random.Generator, people: int, rows: int) -> tuple[Bits, NDArray[np.float64]]:
    chance = np.where(rng.random(rows) < 0.5, BIAS, 1 - BIAS)
    return rng.random((people, rows)) < chance, chance


def _innocents(rng: np.random.Generator, attack: Attack, draws: int) -> dict[float, float]:
    counts = dict.fromkeys((1e-2, 1e-3, 1e-4), 0)
    batch = 20_000
    for _ in range(draws // batch):
        words, chance = _code(rng, batch + 3, 490)
        stated = innocent_chances(words[3:], chance, attack(words[:3], rng))
        for level in counts:
            counts[level] += int((stated <= level).sum())
    return {level: count / draws for level, count in counts.items()}


def _caught(rng: np.random.Generator, attack: Attack, leakers: int, rows: int) -> float:
    found = 0
    for _ in range(TRIALS):
        words, chance = _code(rng, leakers, rows)
        found += bool((innocent_chances(words, chance, attack(words, rng)) * RECIPIENTS <= RISK).any())
    return found / TRIALS


def _interleaved(words: Bits, rng: np.random.Generator) -> Symbols:
    return np.asarray(words[rng.integers(0, len(words), words.shape[1]), np.arange(words.shape[1])], dtype=np.int8)


def _majority(words: Bits, rng: np.random.Generator) -> Symbols:
    ones, half = 2 * words.sum(0), len(words)
    return np.where(ones == half, rng.random(len(ones)) < 0.5, ones > half).astype(np.int8)


def _mixed(words: Bits) -> Bits:
    return np.asarray(words.any(0) & ~words.all(0))


def _minority(words: Bits, rng: np.random.Generator) -> Symbols:
    return np.where(_mixed(words), 1 - _majority(words, rng), words.all(0)).astype(np.int8)


def _coin(words: Bits, rng: np.random.Generator) -> Symbols:
    return np.where(_mixed(words), rng.random(words.shape[1]) < 0.5, words.all(0)).astype(np.int8)


def _all_b(words: Bits, rng: np.random.Generator) -> Symbols:  # noqa: ARG001
    return np.asarray(words.any(0), dtype=np.int8)


def _dropped(words: Bits, rng: np.random.Generator) -> Symbols:  # noqa: ARG001
    return np.where(_mixed(words), ABSENT, words.all(0)).astype(np.int8)


Attack = Callable[[Bits, np.random.Generator], Symbols]
ATTACKS: dict[str, Attack] = {
    "interleaving": _interleaved,
    "majority": _majority,
    "minority": _minority,
    "coin": _coin,
    "all B": _all_b,
}
