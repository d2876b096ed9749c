"""Whole decoys, with their medical stories, made on every core at once; and letters."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from datetime import date
from multiprocessing import get_context

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read when polars is first loaded

from honeytokens.decoys import Maker
from honeytokens.keys import Keyring
from honeytokens.workflows.generate import GenerateRequest, demo_recipe

DECOYS = 400_000
"""How many each process makes."""
LETTERS = 5_000
BATCH = 5_000


def maker() -> Maker:
    recipe = demo_recipe(GenerateRequest(DECOYS, "fr_fr", "75014", date(2026, 1, 1)))
    return Maker.of(Keyring((bytes(range(32)),)), "benchmark", "00ff", 1, recipe)


def whole(first: int) -> tuple[float, float]:
    """Make identities and stories in one process; return the CPU and the wall seconds, tables read before."""
    made = maker()
    made.stories([0], made.identities([0]))
    gc.disable()  # as the product does while it writes a file
    cpu, wall = time.process_time(), time.perf_counter()
    for start in range(first, first + DECOYS, BATCH):
        serials = range(start, start + BATCH)
        made.stories(serials, made.identities(serials))
    return time.process_time() - cpu, time.perf_counter() - wall


def letters() -> float:
    """Return letters a CPU second."""
    made, serials = maker(), range(LETTERS)
    people = made.identities(serials)
    stories = made.stories(serials, people)
    start = time.process_time()
    found = made.letters(serials, people, stories)
    return sum(map(len, found)) / (time.process_time() - start)


def run() -> None:
    """Print the rates of two processes at once, by the clock and by CPU seconds."""
    work: Callable[[int], tuple[float, float]] = whole
    with get_context("spawn").Pool(2) as processes:
        taken = processes.map(work, [0, DECOYS])
    cpu, wall = sum(one for one, _ in taken), max(one for _, one in taken)
    print(f"whole decoys in two processes:  {2 * DECOYS / wall:>10,.0f} a second by the clock")
    print(f"the same, of two whole cores:   {2 * 2 * DECOYS / cpu:>10,.0f} a second")
    print(f"letters:                        {letters():>10,.0f} a CPU second")
