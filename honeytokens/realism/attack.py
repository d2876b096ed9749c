"""The attack: classifiers that are given labelled rows try to tell decoys from the host's patients, out of fold.

Needs scikit-learn, the extra ``realism``: import it only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from honeytokens.realism.features import Feature, features

LOST = 0.01
"""Which share of real rows an attacker is ready to lose."""
_FOLDS = 5
BOOSTING, LINEAR, UNLABELLED = "gradient boosting", "linear model", "isolation forest"


@dataclass(frozen=True, slots=True)
class Score:
    """How well decoys are told: the AUC (0.5 is chance), and the share of decoys caught while :data:`LOST` is lost."""

    auc: float
    caught: float


@dataclass(frozen=True, slots=True)
class Leaked:
    """The table that an attacker holds, in no order that tells: its features, and which rows are decoys."""

    features: dict[str, Feature]
    label: NDArray[np.bool_]

    @classmethod
    def of(cls, host: pl.DataFrame, decoys: pl.DataFrame, seed: int) -> Leaked:
        """Return the table of both together."""
        order = np.random.default_rng(seed).permutation(len(host) + len(decoys))
        table = pl.concat([host, decoys.select(host.columns)])[order]
        return cls(features(table), (np.arange(len(order)) >= len(host))[order])

    def part(self, patients: NDArray[np.int64], others: NDArray[np.int64]) -> Leaked:
        """Return some rows of the table, of which ``others`` are to be told from ``patients``."""
        rows = np.concatenate([patients, others])
        return Leaked(
            {name: values[rows] for name, values in self.features.items()}, np.arange(len(rows)) >= len(patients)
        )


def attack(leaked: Leaked, seed: int, *, quick: bool = False) -> dict[str, Score]:
    """Return the score of each attacker; the quick form has one."""
    # On a busy machine the threads of one small model wait for each other far longer than one would work.
    with threadpool_limits(1):
        return _attack(leaked, seed, quick=quick)


def _attack(leaked: Leaked, seed: int, *, quick: bool) -> dict[str, Score]:
    matrix = np.stack(list(leaked.features.values()), axis=1)
    boosting = HistGradientBoostingClassifier(
        max_iter=60 if quick else 120, learning_rate=0.08, max_leaf_nodes=15, min_samples_leaf=10, random_state=seed
    )
    told = {BOOSTING: _out_of_fold(matrix, leaked.label, seed, lambda: boosting)}
    if not quick:
        linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=300))
        told[LINEAR] = _out_of_fold(matrix, leaked.label, seed, lambda: linear)
        forest = IsolationForest(n_estimators=100, random_state=seed)
        told[UNLABELLED] = -forest.fit(matrix).score_samples(matrix)
    return {name: _score(leaked.label, values) for name, values in told.items()}


def telling(leaked: Leaked, most: int = 8) -> list[tuple[str, float, float, float]]:
    """Return the features that give most away by themselves: name, AUC, mean of patients, mean of decoys."""
    rows = []
    for name, values in leaked.features.items():
        auc = float(roc_auc_score(leaked.label, values))
        means = (float(values[~leaked.label].mean()), float(values[leaked.label].mean()))
        rows.append((name, auc, *means))
    return sorted(rows, key=lambda row: -abs(row[1] - 0.5))[:most]


def _score(label: NDArray[np.bool_], values: Feature) -> Score:
    limit = np.quantile(values[~label], 1 - LOST)
    return Score(float(roc_auc_score(label, values)), float((values[label] > limit).mean()))


def _out_of_fold(matrix: NDArray[np.float64], label: NDArray[np.bool_], seed: int, make: Callable[[], Any]) -> Feature:
    found = np.zeros(len(label))
    for train, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(matrix, label):
        found[test] = make().fit(matrix[train], label[train]).predict_proba(matrix[test])[:, 1]
    return found
