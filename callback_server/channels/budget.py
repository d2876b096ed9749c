"""How much of all bodies together a front holds at one time: beyond it, bodies are kept in part, none is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_ALL = 32 * 1024 * 1024
"""Bytes. A body is held several times over while it is sealed and committed."""
_ALWAYS = 4 * 1024
"""Bytes that each body may have, however many there are."""


class Kept:
    """The start of one body; ``size`` is that of the whole."""

    def __init__(self, budget: Budget, largest: int) -> None:
        self._budget = budget
        self.largest = largest
        self.content = bytearray()
        self.charged = self.size = 0

    def add(self, chunk: bytes) -> None:
        """Take the next bytes, and keep of them what may be kept. Once bytes were left out, none is kept any more."""
        wanted = min(len(chunk), self.largest - len(self.content)) if self.complete else 0
        self.size += len(chunk)
        free = max(0, min(wanted, _ALWAYS - len(self.content)))
        granted = self._budget.take(wanted - free)
        self.charged += granted
        self.content += chunk[: free + granted]

    @property
    def complete(self) -> bool:
        """Return whether all of it is kept."""
        return len(self.content) == self.size

    @property
    def squeezed(self) -> bool:
        """Return whether more would have been kept, had there been room."""
        return len(self.content) < min(self.size, self.largest)


class Budget:
    """Bytes that are shared by everything that a front reads at one time. For one thread."""

    def __init__(self, most: int = _ALL) -> None:
        self._left = most

    @contextmanager
    def keeping(self, largest: int) -> Iterator[Kept]:
        """Give room for one body, of which at most ``largest`` bytes are kept; it is free again after the block."""
        kept = Kept(self, largest)
        try:
            yield kept
        finally:
            self._left += kept.charged

    def take(self, wanted: int) -> int:
        """Take what is wanted, or what is left of it, and return how much that is."""
        given = max(0, min(wanted, self._left))
        self._left -= given
        return given
