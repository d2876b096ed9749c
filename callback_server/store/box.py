"""Sealing at rest: AES-256-GCM, bound to the row that holds it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callback_server.errors import ServiceError

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Box:
    """Seals with the newest of ``keys`` (32 bytes each, oldest first) and opens with any.

    A sealed content is the key's number from 1 (1 byte), the nonce (12) and the ciphertext with its tag.
    """

    keys: Sequence[bytes] = field(repr=False)

    def seal(self, content: bytes, place: str) -> bytes:
        """Return ``content`` sealed to ``place``, which names its table and row."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return bytes([len(self.keys)]) + nonce + AESGCM(self.keys[-1]).encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed to ``place``; raise :class:`ServiceError` when it is not that."""
        nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            key = dict(enumerate(self.keys, 1))[sealed[0]]
            return AESGCM(key).decrypt(nonce, content, place.encode())
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
            raise ServiceError(
                "The store was changed, or belongs to another keyring", "Restore the store or the keyring from a backup"
            ) from error
