"""Keeping the load on a hospital's server within what its administrator allows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """At most ``rate`` rows in a second, over the whole run; ``None`` for as fast as it goes."""

    rate: float | None = None
    _begun: float = field(default_factory=time.monotonic)
    _done: int = 0

    def wrote(self, rows: int) -> None:
        """Count rows that were written or deleted, and wait until they are within the rate."""
        if self.rate is not None:
            self._done += rows
            time.sleep(max(0.0, self._begun + self._done / self.rate - time.monotonic()))
