"""What a hit is when it is no news, and why; it is kept and shown all the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noise:
    """``reason`` is a code, which the pages put into words; ``detail`` says what was recognised."""

    reason: str
    detail: str = ""
