"""How right verdicts are: errors beside what they state, and what it takes to decide. Seeds are printed."""

from __future__ import annotations

from benchmarks.attribution import codes

SEED = 20261127


def run() -> None:
    """Print every measure."""
    print(f"seed {SEED}")
    codes.run(SEED)
