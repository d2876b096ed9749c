"""Sealing at rest: AES-256-GCM, bound to the place that holds the sealed content.

A sealed content is ``key number from 1 (1 byte) || nonce (12) || ciphertext and tag (16)``. The place, which names a
table and a row's clear columns or a file, is authenticated with it: a content that was moved to another place, and a
clear column that was changed, are noticed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from honeytokens.errors import HoneytokensError

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Box:
    """Seals with the newest of ``keys`` (32 bytes each, oldest first) and opens with any.

    ``broken`` makes, from a place, the error to raise when what lies there was not sealed to it.
    """

    keys: Sequence[bytes] = field(repr=False)
    broken: Callable[[str], HoneytokensError]
    _ciphers: dict[int, AESGCM] = field(default_factory=dict, init=False, repr=False)

    def seal(self, content: bytes, place: str) -> bytes:
        """Return ``content`` sealed to ``place``; two calls never give the same bytes."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return bytes([len(self.keys)]) + nonce + self._cipher(len(self.keys)).encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed to ``place``; raise the error that ``broken`` makes when it is not that."""
        if len(sealed) <= 1 + _NONCE_BYTES or not 1 <= sealed[0] <= len(self.keys):
            raise self.broken(place)
        nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher(sealed[0]).decrypt(nonce, content, place.encode())
        except InvalidTag as error:
            raise self.broken(place) from error

    def _cipher(self, number: int) -> AESGCM:
        if number not in self._ciphers:
            self._ciphers[number] = AESGCM(self.keys[number - 1])
        return self._ciphers[number]
