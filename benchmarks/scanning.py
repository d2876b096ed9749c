"""Megabytes a CPU second: a scan of a patient CSV for 1,000 decoys, beside grep -F with their strong fields."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

from honeytokens import scanning
from honeytokens.decoys import Maker, digest_of_data, known_decoys
from honeytokens.keys import Keyring
from honeytokens.model import DEMO, Field, Policies, Pool, PoolKind, PoolShare, Recipe

ROWS = 100_000
DECOYS = 1_000
FIELDS = [Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE, Field.STREET, Field.POSTCODE, Field.TOWN, Field.PHONE]


def people(campaign: str, count: int, *, demo: bool) -> tuple[Maker, pl.DataFrame]:
    """Return some identities of a throw-away key."""
    shares = () if demo else (PoolShare(Pool(PoolKind.PHONE, "06 4# ## ## ##"), 0),)
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 1, 1), shares, DEMO if demo else Policies())
    maker = Maker.of(Keyring.generate(), campaign, os.urandom(8).hex(), 1, recipe)
    return maker, maker.identities(range(count))


def run() -> None:
    """Print both speeds and their ratio, and how many decoys were found."""
    maker, decoys = people("decoys", DECOYS, demo=False)
    _, host = people("host", ROWS, demo=True)
    known = known_decoys([(maker, "saint-anne", range(DECOYS), 1)])
    leak = pl.concat([host, decoys]).select(FIELDS).sample(fraction=1, shuffle=True)
    with tempfile.TemporaryDirectory() as folder:
        path, needles = Path(folder) / "leak.csv", Path(folder) / "needles"
        leak.write_csv(path)
        needles.write_text("\n".join(decoys[Field.PHONE].drop_nulls()) + "\n")
        megabytes = path.stat().st_size / 1e6
        start = time.process_time()
        result = scanning.scan([path], known, scanning.Index.build(known, bytes(32)))
        ours = megabytes / (time.process_time() - start)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(["grep", "-c", "-F", "-f", needles, path], stdout=subprocess.DEVNULL, check=False)
        grep = megabytes / max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 1e-3)
    print(f"honeytokens scan, every field and pair: {ours:.1f} MB a CPU second, {len(result.hits)} of {DECOYS} found")
    print(f"grep -F -f, phones alone:               {grep:.1f} MB a CPU second")
    print(f"ratio: {ours / grep:.5f}")
