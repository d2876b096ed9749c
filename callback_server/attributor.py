"""From a sighting to the decoy that it betrays, without holding the decoys' links in clear."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

from callback_server.sighting import Sighting
from honeytokens.model import DecoyRef

WEB_LINK = "web_link"
"""The reason code of a hit on a web link."""

_PRINT_BYTES = 16
_BITS_PER_CHARACTER = 5.0
"""The last segment of a decoy's link is drawn from 32 letters."""
_MOST_BITS = 64.0


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which decoy a sighting betrays; ``bits`` is -log2 of the chance that an unrelated request does so.

    ``reason`` is a code, which the pages put into words.
    """

    decoy: DecoyRef
    establishment: str
    bits: float
    reason: str


class Attributor(Protocol):
    """Explains sightings. Pure: the same sighting gives the same answer until the decoys change."""

    def attribute(self, sighting: Sighting) -> Attribution | None:
        """Return the decoy that the sighting betrays, or ``None``."""


@dataclass(frozen=True, slots=True)
class WebLinkAttributor:
    """Knows web links by their keyed prints only; ``prints`` gives each print's decoy and establishment."""

    prints: Mapping[bytes, tuple[DecoyRef, str]] = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def from_links(cls, links: Iterable[tuple[str, DecoyRef, str]], key: bytes) -> WebLinkAttributor:
        """Print (link, decoy, establishment) triples with a 32-byte key."""
        prints = {}
        for link, decoy, establishment in links:
            parts = urlsplit(link)
            prints[link_print(parts.netloc, parts.path, key)] = (decoy, establishment)
        return cls(prints, key)

    def attribute(self, sighting: Sighting) -> Attribution | None:
        """Return the decoy whose link was asked for, whatever the method, the port, the query or a final slash."""
        found = self.prints.get(link_print(sighting.host, sighting.path, self.key))
        if found is None:
            return None
        decoy, establishment = found
        return Attribution(decoy, establishment, self._bits(sighting.path), WEB_LINK)

    def _bits(self, path: str) -> float:
        """Return the strength of a link's path: five bits a letter, less what many known links give a guesser."""
        last = unquote(path).rstrip("/").rpartition("/")[2].partition(".")[0]
        drawn = sum(character.isalnum() for character in last)
        return max(0.0, min(_MOST_BITS, _BITS_PER_CHARACTER * drawn) - math.log2(len(self.prints)))


def link_print(host: str, path: str, key: bytes) -> bytes:
    """Return the 16-byte print of a web link: keyed BLAKE2b (RFC 7693) of its normal form.

    The normal form is the host in lower case without port or final dot, and the path, percent-decoded, without a final
    slash; scheme and query do not count.
    """
    name = host.rpartition("@")[2].lower()
    if not name.startswith("["):
        name = name.partition(":")[0].rstrip(".")
    normal = f"{name}\n{unquote(path, errors='surrogateescape').rstrip('/')}"
    return hashlib.blake2b(normal.encode(errors="surrogateescape"), key=key, digest_size=_PRINT_BYTES).digest()
