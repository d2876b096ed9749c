"""How right verdicts are: errors beside what they state, and what it takes to decide. Seeds are printed."""

from __future__ import annotations

from benchmarks.attribution import codes, extent, replays, windows

SEED = 20261127


def run() -> None:
    """Print every measure."""
    print(f"seed {SEED}")
    extent.run(SEED)
    windows.run(SEED)
    replays.run(SEED)
    codes.run(SEED)
