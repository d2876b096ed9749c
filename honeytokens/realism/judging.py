"""The verdict on decoys: how far they are told from patients, beyond how far patients are told from each other.

Needs scikit-learn, as :mod:`~honeytokens.realism.attack` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from honeytokens.realism.attack import BOOSTING, Leaked, attack, telling
from honeytokens.realism.detectors import Detection, detections

MARGIN = 0.08
"""By how much the AUC may exceed that of patients against patients, as many decoys as patients being looked at."""
FEWEST = 50
"""From fewer patients or decoys than this nothing is judged."""
_MOST = 2500
_QUICK = 800
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
    the patients who have none: they are attacked among these, as long as there are enough. Samples of patients for the
    attack and for the baseline are disjoint where there are enough.
    """
    everybody = len(host)
    host, empty = _among(host, decoys)
    if min(len(host), len(decoys)) < FEWEST:
        return None
    most = _QUICK if quick else _MOST
    attacks: list[Attacked] = []
    for share in (1.0,) if quick else (1.0, 0.05, 0.01):
        runs = []
        for seed in range(seeds):
            ours, others, planted = _sampled(host, decoys, share, most, seed)
            found = attack(Leaked.of(ours, planted, seed), seed, quick=quick)
            alone = attack(Leaked.of(ours, others, seed), seed, quick=True)[BOOSTING]
            runs.append((found, alone, len(ours), len(planted)))
            if on_progress:
                on_progress(1)
        for name in runs[0][0]:
            aucs = [found[name].auc for found, _, _, _ in runs]
            error = _error(float(np.mean(aucs)), runs[0][2], runs[0][3], aucs)
            mean = float(np.mean(aucs))
            baseline = float(np.mean([alone.auc for _, alone, _, _ in runs]))
            caught = float(np.mean([found[name].caught for found, _, _, _ in runs]))
            attacks.append(Attacked(name, share, mean, mean - 1.96 * error, mean + 1.96 * error, baseline, caught))
    ours, _, planted = _sampled(host, decoys, 1.0, most, 0)
    tells, fired = _words(Leaked.of(ours, planted, 0)), detections(host, decoys)
    return Verdict(everybody, len(decoys), empty, tuple(attacks), tuple(tells), tuple(fired))


def _among(host: pl.DataFrame, decoys: pl.DataFrame) -> tuple[pl.DataFrame, tuple[tuple[str, float], ...]]:
    """Return the patients who lack what every decoy lacks, column by column while there are enough, and these."""
    found = []
    for name in decoys.columns:
        lacking = host.filter(pl.col(name).is_null())
        if decoys[name].null_count() == len(decoys) and FEWEST <= len(lacking) < len(host):
            found.append((name, len(lacking) / len(host)))
            host = lacking
    return host, tuple(found)


def _sampled(
    host: pl.DataFrame, decoys: pl.DataFrame, share: float, most: int, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return patients, other patients in the decoys' place, and decoys: so many for each patient."""
    shuffled = host.sample(fraction=1.0, shuffle=True, seed=seed)
    number = min(len(decoys), int(share * min(most / min(1.0, 20 * share), len(host) / (1 + share))))
    number = max(number, min(len(decoys), 10))
    patients = min(len(host) - number, round(number / share))
    return (
        shuffled.head(patients),
        shuffled.tail(number),
        decoys.sample(number, shuffle=True, seed=seed),
    )


def _error(auc: float, patients: int, decoys: int, aucs: Sequence[float]) -> float:
    """Return the standard error of an AUC (Hanley and McNeil 1982), no less than the spread over the seeds."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (decoys - 1) * (q1 - auc**2) + (patients - 1) * (q2 - auc**2)
    by_size = float(np.sqrt(max(spread, 0.0) / (patients * decoys)))
    return max(by_size, float(np.std(aucs, ddof=1) / np.sqrt(len(aucs))) if len(aucs) > 1 else 0.0)


def _words(leaked: Leaked) -> list[str]:
    """Return which features give decoys away, the worst first, one line for those that say the same."""
    decoys = int(leaked.label.sum())
    noise = 2 * _error(0.5, len(leaked.label) - decoys, decoys, [0.5])
    said, seen = [], set[str]()
    for name, auc, patients, ours in telling(leaked, 24):
        column = name.rpartition(" of ")[2] if " of " in name else name
        if abs(auc - 0.5) < max(_TOLD, noise) or column in seen:
            continue
        seen.add(column)
        way = "more" if auc > 0.5 else "less"
        means = f"{ours:.3g} on average, {patients:.3g} in patients"
        said.append(f"{name}: {way} in decoys ({means}; told by this alone: AUC {max(auc, 1 - auc):.2f})")
    return said[:8]
