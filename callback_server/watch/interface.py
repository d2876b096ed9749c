"""What a source of log entries must do: give the reads that came since a position, and the position after them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from honeytokens.model import ReadSighting

Position = Mapping[str, Any]
"""How far a source was read: what JSON can hold, and only the source understands."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What a source gave: ``reads`` in order, the ``position`` after them, and whether ``more`` may be there."""

    reads: Sequence[ReadSighting]
    position: Position
    more: bool


class Source(ABC):
    """One log, wherever it is kept.

    A poll changes nothing: until its position is durable, the same reads are given again.
    """

    name: str
    """Unlike that of any other source of the watch; positions are kept under it."""

    @abstractmethod
    def poll(self, position: Position | None) -> Polled | None:
        """Return what came since ``position`` (``None`` at the very first), or ``None`` when nothing did.

        Raises ``OSError``, ``EOFError`` or ``ServiceError`` when the log cannot be read now.
        """

    def close(self) -> None:
        """Let go of what is open."""
        return
