"""Megabytes a CPU second: scans of a patient table as CSV, SQL and JSON, beside grep -F -f with their strong fields."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
from backports import zstd

from honeytokens import scanning
from honeytokens.decoys import Maker, digest_of_data, known_decoys
from honeytokens.keys import Keyring
from honeytokens.model import DEMO, Field, KnownDecoys, Policies, Pool, PoolKind, PoolShare, Recipe

DECOYS = (1_000, 100_000)
ROWS, REPEATS = 200_000, 20
THERE = 500
"""How many decoys are in the table."""
FIELDS = [Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE, Field.STREET, Field.POSTCODE, Field.TOWN, Field.PHONE]


def people(campaign: str, count: int, *, demo: bool) -> tuple[Maker, pl.DataFrame]:
    """Return some identities of a throw-away key."""
    shares = () if demo else (PoolShare(Pool(PoolKind.PHONE, "06 4# ## ## ##"), 0),)
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 1, 1), shares, DEMO if demo else Policies())
    maker = Maker.of(Keyring.generate(), campaign, os.urandom(8).hex(), 1, recipe)
    return maker, maker.identities(range(count))


def as_csv(rows: pl.DataFrame) -> bytes:
    return rows.write_csv(include_header=False).encode()


def as_sql(rows: pl.DataFrame) -> bytes:
    def lines() -> Iterator[str]:
        for row in rows.iter_rows():
            values = ",".join("NULL" if value is None else "'" + str(value).replace("'", "\\'") + "'" for value in row)
            yield f"INSERT INTO `patients` VALUES ({values});\n"

    return "".join(lines()).encode()


def as_json(rows: pl.DataFrame) -> bytes:
    return "".join(
        json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows.iter_rows(named=True)
    ).encode()


FORMS: dict[str, tuple[Callable[[pl.DataFrame], bytes], float]] = {
    "csv": (as_csv, 1),
    "sql": (as_sql, 0.05),
    "json": (as_json, 0.05),
}
"""Each form, and which part of the CSV's repeats it is measured on: those that Python reads take long."""


def grep(needles: Path, path: Path) -> float:
    """Return the CPU seconds of a search for literal strings."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(["grep", "-c", "-F", "-f", needles, path], stdout=subprocess.DEVNULL, check=False)
    return max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 1e-3)


def measure(path: Path, megabytes: float, known: KnownDecoys, index: scanning.Index) -> str:
    cpu, wall = time.process_time(), time.monotonic()
    result = scanning.scan([path], known, index)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    return (
        f"{megabytes / cpu:.1f} MB a CPU second ({megabytes:.0f} MB, {cpu:.1f} s; {wall:.1f} s by the clock),"
        f" {len(result.hits)} hits and {len(result.leads)} leads of {THERE}, {result.stats.records:,} records"
    )


def run() -> None:
    """Print the speeds, and how many decoys were found: those with a phone or rare names are hits, others leads."""
    _, host = people("host", ROWS, demo=True)
    for count in DECOYS:
        maker, decoys = people("decoys", count, demo=False)
        known = known_decoys([(maker, "saint-anne", range(count), 1)])
        start = time.process_time()
        index = scanning.Index.build(known, bytes(32))
        held = sum(column.nbytes for column in index.quick) / count
        print(
            f"{count:,} decoys: indexed in {time.process_time() - start:.1f} CPU s, quick index {held:.0f} bytes each"
        )
        names = [field.value for field in FIELDS]
        there = decoys.select(names).head(THERE)
        with tempfile.TemporaryDirectory() as folder:
            needles = Path(folder) / "needles"
            needles.write_text("\n".join(decoys[Field.PHONE].drop_nulls()) + "\n")
            for form, (write, part) in FORMS.items():
                path = Path(folder) / f"leak.{form}"
                rows = write(host.select(names))
                data = rows * max(1, int(REPEATS * part)) + write(there)
                path.write_bytes(data)
                print(f"  {form}: {measure(path, len(data) / 1e6, known, index)}")
                if form == "csv":
                    print(f"  grep -F -f, phones alone: {len(data) / 1e6 / grep(needles, path):.1f} MB a CPU second")
                    small = (rows * 3 + write(there))[: 100 << 20]
                    for suffix, pack in (("gz", gzip.compress), ("zst", zstd.compress)):
                        packed = path.with_suffix(f".csv.{suffix}")
                        packed.write_bytes(pack(small))
                        print(f"  {suffix}: {measure(packed, len(small) / 1e6, known, index)}")
    print(f"most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB", file=sys.stdout)
