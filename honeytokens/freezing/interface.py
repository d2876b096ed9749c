"""What can be frozen: one file, one table, one list; each says what it is and gives its bytes once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from honeytokens.errors import HoneytokensError


class Item(Protocol):
    """One thing to freeze."""

    name: str
    """What it is, and where: a path, a table of a database."""

    @property
    def copied(self) -> bool:
        """Whether its bytes are kept, or their hash alone."""

    def read(self) -> Iterator[bytes]:
        """Yield its bytes as they are now; what is written to it meanwhile is left out.

        Raises ``OSError`` or ``HoneytokensError`` when it cannot be read.
        """

    def facts(self) -> Mapping[str, object]:
        """Return, once it was read, what else is known of it."""


class Unreadable:
    """What is listed and cannot be read: said, rather than passed over."""

    copied = False

    def __init__(self, name: str, error: HoneytokensError) -> None:
        self.name = name
        self._error = error

    def read(self) -> Iterator[bytes]:
        """Raise the error."""
        raise self._error

    def facts(self) -> Mapping[str, object]:
        """Return nothing."""
        return {}
