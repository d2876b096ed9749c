"""The verdict on decoys: how far they are told from patients, beyond how far patients are told from each other.

Needs scikit-learn, as :mod:`~honeytokens.realism.attack` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.realism.attack import BOOSTING, Leaked, attack, telling
from honeytokens.realism.detectors import Detection, detections

MARGIN = 0.08
"""By how much the AUC may exceed that of patients against patients, as many decoys as patients being looked at."""
FEWEST = 50
"""From fewer patients or decoys than this nothing is judged."""
_MOST = 2500
_QUICK = 800
_FEWEST_TOLD = 20
_LOOKED, _SAID = 100, 8
_TOLD = 0.04
"""A feature gives decoys away when its own AUC is farther than this from chance, and twice as far as its error."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """How one attacker fares: with 95% intervals; ``baseline`` is the AUC of patients against other patients."""

    attacker: str
    decoys_per_patient: float
    auc: float
    low: float
    high: float
    baseline: float
    caught: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether decoys can be told from patients: every attack, what gives them away in words, known detectors' hits."""

    patients: int
    decoys: int
    empty: tuple[tuple[str, float], ...]
    """Columns that are empty in every decoy, with the share of patients in whom they are: the attack is among these."""
    attacks: tuple[Attacked, ...]
    tells: tuple[str, ...]
    detections: tuple[Detection, ...]

    @property
    def detectable(self) -> bool:
        """Whether a labelled attacker surely does better than the margin, or a known detector fires."""
        equal = [one for one in self.attacks if one.attacker == BOOSTING and one.decoys_per_patient == 1]
        return bool(self.detections) or any(one.low > max(one.baseline, 0.5) + MARGIN for one in equal)


def judge(
    host: pl.DataFrame,
    decoys: pl.DataFrame,
    *,
    seeds: int = 5,
    quick: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Verdict | None:
    """Return the verdict on decoys as they would be written; ``None`` when there are too few of either to judge.

    Both frames have the same columns of texts. Where decoys have a column empty by the operator's choice, they imitate
    the patients who have none: they are attacked among these, as long as there are enough. Patients of the attack and
    those in the decoys' place of the baseline are disjoint.
    """
    everybody = len(host)
    host, empty = _among(host, decoys)
    if min(len(host), len(decoys)) < FEWEST:
        return None
    leaked = Leaked.of(host, decoys, 0)
    attacks: list[Attacked] = []
    for share in (1.0,) if quick else (1.0, 0.05, 0.01):
        attacks += _attacked(leaked, share, 1 if quick else seeds, quick=quick, on_progress=on_progress)
    tells, fired = _words(leaked, host, decoys), detections(host, decoys)
    return Verdict(everybody, len(decoys), empty, tuple(attacks), tuple(tells), tuple(fired))


def _attacked(
    leaked: Leaked, share: float, seeds: int, *, quick: bool, on_progress: Callable[[int], None] | None
) -> list[Attacked]:
    """Return how each attacker fares who is given so many decoys for each patient; all see the whole table's counts."""
    runs, sizes = [], (0, 0)
    for seed in range(seeds):
        ours, others, planted = _drawn(leaked, share, _QUICK if quick else _MOST, seed)
        sizes = len(ours), len(planted)
        alone = attack(leaked.part(ours, others), seed, quick=True)[BOOSTING]
        runs.append((attack(leaked.part(ours, planted), seed, quick=quick), alone))
        if on_progress:
            on_progress(1)
    baseline = float(np.mean([alone.auc for _, alone in runs]))
    found = []
    for name in runs[0][0]:
        aucs = [scores[name].auc for scores, _ in runs]
        mean, error = float(np.mean(aucs)), 1.96 * _error(float(np.mean(aucs)), *sizes, aucs)
        caught = float(np.mean([scores[name].caught for scores, _ in runs]))
        found.append(Attacked(name, share, mean, mean - error, mean + error, baseline, caught))
    return found


Rows = NDArray[np.int64]


def _drawn(leaked: Leaked, share: float, most: int, seed: int) -> tuple[Rows, Rows, Rows]:
    """Return patients, other patients in the decoys' place, and decoys: so many for each patient."""
    dice = np.random.default_rng(seed)
    patients, decoys = dice.permutation(np.flatnonzero(~leaked.label)), dice.permutation(np.flatnonzero(leaked.label))
    room = min(len(patients), most * 4)
    number = max(min(len(decoys), most, int(room * share / (1 + share))), min(len(decoys), _FEWEST_TOLD))
    count = min(len(patients) - number, round(number / share), room)
    return patients[:count], patients[len(patients) - number :], decoys[:number]


def _among(host: pl.DataFrame, decoys: pl.DataFrame) -> tuple[pl.DataFrame, tuple[tuple[str, float], ...]]:
    """Return the patients who lack what every decoy lacks, column by column while there are enough, and these."""
    found = []
    for name in decoys.columns:
        lacking = host.filter(pl.col(name).is_null())
        if decoys[name].null_count() == len(decoys) and FEWEST <= len(lacking) < len(host):
            found.append((name, len(lacking) / len(host)))
            host = lacking
    return host, tuple(found)


def _error(auc: float, patients: int, decoys: int, aucs: Sequence[float]) -> float:
    """Return the standard error of an AUC (Hanley and McNeil 1982), no less than the spread over the seeds."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (decoys - 1) * (q1 - auc**2) + (patients - 1) * (q2 - auc**2)
    by_size = float(np.sqrt(max(spread, 0.0) / (patients * decoys)))
    return max(by_size, float(np.std(aucs, ddof=1) / np.sqrt(len(aucs))) if len(aucs) > 1 else 0.0)


def _words(leaked: Leaked, host: pl.DataFrame, decoys: pl.DataFrame) -> list[str]:
    """Return what gives decoys away, the worst first, each column named once."""
    said, named = [], set[str]()
    for name in decoys.columns:
        lacking = host[name].null_count() / len(host)
        if decoys[name].null_count() == len(decoys) and lacking < 1:
            said.append(f"{name} is empty in every decoy and in {lacking:.0%} of patients")
            named.add(name)
    noise = 2 * _error(0.5, len(host), len(decoys), [0.5])
    for name, auc, patients, ours in telling(leaked, _LOOKED):
        columns = {column for column in decoys.columns if f" {column} " in f" {name} "}
        if abs(auc - 0.5) < max(_TOLD, noise) or (columns & named) or (named and not columns):
            continue
        named |= columns
        way = "more" if auc > 0.5 else "less"
        means = f"{ours:.3g} on average, {patients:.3g} in patients"
        said.append(f"{name}: {way} in decoys ({means}; told by this alone: AUC {max(auc, 1 - auc):.2f})")
    return said[:_SAID]
