"""Sealing a row's content to its place, and the blind index by which a value is found again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from honeytokens.errors import RegistryError
from honeytokens.keys import Keyring

_NONCE_BYTES = 12
_BLIND_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the keyring's newest key, opens with the key that a content names.

    A sealed content is ``key version (1 byte) || nonce (12) || AES-256-GCM ciphertext and tag``; the place, which is
    the table and the row's clear columns, is authenticated with it, so that a content moved to another row, or a
    clear column that was changed, is noticed.
    """

    keyring: Keyring
    _ciphers: dict[int, AESGCM] = field(default_factory=dict, repr=False)

    def seal(self, content: bytes, place: str) -> bytes:
        """Return ``content`` sealed to ``place``."""
        version = self.keyring.newest
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return bytes([version]) + nonce + self._cipher(version).encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed to ``place``; raise :class:`RegistryError` when it is not that."""
        changed = RegistryError(
            f"The registry was changed or damaged at {place.split('|', 1)[0]}",
            "Restore the registry from a backup; do not trust its answers meanwhile",
        )
        if len(sealed) <= 1 + _NONCE_BYTES or not 1 <= sealed[0] <= self.keyring.newest:
            raise changed
        nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher(sealed[0]).decrypt(nonce, content, place.encode())
        except InvalidTag as error:
            raise changed from error

    def blind(self, kind: str, value: str) -> bytes:
        """Return the 16-byte blind index of a value: keyed BLAKE2b (RFC 7693), never re-keyed."""
        key = self.keyring.subkey("registry/blind", 1)
        return hashlib.blake2b(f"{kind}|{value}".encode(), key=key, digest_size=_BLIND_BYTES).digest()

    def _cipher(self, version: int) -> AESGCM:
        if version not in self._ciphers:
            self._ciphers[version] = AESGCM(self.keyring.subkey("registry/seal", version))
        return self._ciphers[version]
