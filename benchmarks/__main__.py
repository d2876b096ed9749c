"""Run the benchmarks that are named, or all."""

from __future__ import annotations

import sys

from benchmarks import (
    attribution,
    callback,
    exchange,
    foreign,
    generation,
    guarding,
    indexing,
    planting,
    realism,
    recall,
    scanning,
    stories,
)

BENCHMARKS = {
    "generation": generation.run,
    "stories": stories.run,
    "exchange": exchange.run,
    "realism": realism.run,
    "guarding": guarding.run,
    "indexing": indexing.run,
    "planting": planting.run,
    "scanning": scanning.run,
    "recall": recall.run,
    "foreign": foreign.run,
    "attribution": attribution.run,
    "callback": callback.run,
}

for name in sys.argv[1:] or BENCHMARKS:
    if name not in BENCHMARKS:
        sys.exit(f"There is no benchmark named {name}. Known: {', '.join(BENCHMARKS)}.")
    print(f"## {name}")
    BENCHMARKS[name]()
