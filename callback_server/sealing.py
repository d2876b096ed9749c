"""Sealing sightings to the worker: HPKE (RFC 9180), base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305.

Who seals holds a public key only and cannot read back what it sealed. What is sealed, a group of sightings, is a
format byte, the encapsulated key and the ciphertext; the format and the purpose are bound to it as HPKE's ``info``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from callback_server.errors import ServiceError, UnreadableSightingError

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_FORMAT = b"\x01"
_INFO = b"honeytokens/callback/sighting/v1"
_KIND = "callback-worker-x25519"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals sightings to one worker."""

    public_key: X25519PublicKey

    def seal(self, content: bytes) -> bytes:
        """Return ``content`` sealed; two calls never give the same bytes."""
        return _FORMAT + _SUITE.encrypt(content, self.public_key, info=_INFO)

    def to_text(self) -> str:
        """Return the one-line public key file that :meth:`from_text` reads."""
        return f"{_KIND} {base64.b64encode(self.public_key.public_bytes_raw()).decode()}\n"

    @classmethod
    def from_text(cls, text: str) -> Sealer:
        """Read a public key file; raise :class:`ServiceError` when it is none."""
        kind, _, encoded = text.strip().rpartition(" ")
        try:
            raw = base64.b64decode(encoded if kind == _KIND else "", validate=True)
            return cls(X25519PublicKey.from_public_bytes(raw))
        except ValueError as error:
            raise ServiceError(
                "The worker's public key file is damaged", "Delete it and run: callback-server init"
            ) from error


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens what was sealed to any of the worker's keys, oldest first in ``private_keys``."""

    private_keys: Sequence[X25519PrivateKey] = field(repr=False)

    @property
    def sealer(self) -> Sealer:
        """Return what seals to the newest key."""
        return Sealer(self.private_keys[-1].public_key())

    def public_texts(self) -> list[str]:
        """Return the public key file of each key, oldest first."""
        return [Sealer(private_key.public_key()).to_text() for private_key in self.private_keys]

    def open(self, sealed: bytes) -> bytes:
        """Return the content; raise :class:`UnreadableSightingError` when it was changed or is not for us."""
        if sealed[:1] == _FORMAT:
            for private_key in reversed(self.private_keys):
                try:
                    return _SUITE.decrypt(sealed[1:], private_key, info=_INFO)
                except InvalidTag:
                    continue
        raise UnreadableSightingError(
            "A sealed sighting cannot be opened", "Give the worker the keyring that the front's public key came from"
        )
