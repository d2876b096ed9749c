"""One number from which the whole story follows, so that a story can be told again."""

from __future__ import annotations

import hashlib
import random
import secrets
from dataclasses import dataclass

_FRESH_BELOW = 10**12


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole number. What is drawn for one purpose tells nothing of what is drawn for another."""

    number: int

    @classmethod
    def fresh(cls) -> Seed:
        """Return a fresh seed."""
        return cls(secrets.randbelow(_FRESH_BELOW))

    def key(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose."""
        return hashlib.blake2b(f"{self.number}/{purpose}".encode(), digest_size=32, person=b"honeytokens-demo").digest()

    def dice(self, purpose: str) -> random.Random:
        """Return a source of chance for one purpose; it plays hospital and thief, and makes no secret."""
        return random.Random(self.key(purpose))  # noqa: S311
