"""From a sighting to the decoys that it betrays, without holding what decoys are known by in clear."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from callback_server.candidates import candidates, link_of
from callback_server.sighting import Sighting
from honeytokens.model import DecoyRef, KnownBy, Watched

_PRINT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which decoy a sighting betrays; ``bits`` is -log2 of the chance that an unrelated request does so.

    ``reason`` is a code, which the pages put into words: how the decoy was known.
    """

    decoy: DecoyRef
    establishment: str
    bits: float
    reason: str


class Attributor(Protocol):
    """Explains sightings. Pure: the same sighting gives the same answer until the decoys change."""

    def attribute(self, sighting: Sighting) -> tuple[Attribution, ...]:
        """Return the decoys that the sighting betrays, each once."""


@dataclass(frozen=True, slots=True)
class PrintAttributor:
    """Knows decoys by keyed prints only; ``prints`` gives each print's decoy, establishment and strength in bits."""

    prints: Mapping[bytes, tuple[DecoyRef, str, float]] = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, watched: Iterable[Watched], key: bytes) -> PrintAttributor:
        """Print what decoys are known by, with a 32-byte key."""
        prints = {}
        for each in watched:
            value = link_of(each.value) if each.kind is KnownBy.WEB_LINK else each.value
            prints[known_print(each.kind, value, key)] = (each.decoy, each.establishment, each.bits)
        return cls(prints, key)

    def knowing(self, more: Iterable[Watched]) -> PrintAttributor:
        """Return an attributor that knows more."""
        return PrintAttributor({**self.prints, **PrintAttributor.of(more, self.key).prints}, self.key)

    def attribute(self, sighting: Sighting) -> tuple[Attribution, ...]:
        """Return the decoys of every link, address, number and row that the sighting may hold."""
        found: dict[DecoyRef, Attribution] = {}
        for candidate in candidates(sighting):
            known = self.prints.get(known_print(candidate.kind, candidate.value, self.key))
            if known is not None:
                decoy, establishment, bits = known
                found.setdefault(decoy, Attribution(decoy, establishment, bits, candidate.reason))
        return tuple(found.values())


def known_print(kind: KnownBy, value: str, key: bytes) -> bytes:
    """Return the 16-byte print of a value in its normal form: keyed BLAKE2b (RFC 7693)."""
    normal = f"{kind}\n{value}".encode(errors="surrogateescape")
    return hashlib.blake2b(normal, key=key, digest_size=_PRINT_BYTES).digest()
