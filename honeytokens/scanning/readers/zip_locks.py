"""Encrypted members of ZIP archives: the cipher of the first PKZIP (APPNOTE 6.1) and WinZip's AES (AE-1 and AE-2)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from honeytokens.scanning.readers.streams import DAMAGED, Limited, Readable, UnpackError, exactly
from honeytokens.scanning.readers.zip_headers import Entry

if TYPE_CHECKING:
    from honeytokens.scanning.readers.zip_cipher import PkzipCipher

_ENCODINGS = ("utf-8", "cp1252", "cp850")
_PKZIP_START = 12
_AES_ROUNDS = 1000
_VERIFIER_BYTES = 2
_SUM_BYTES = 10
_BLOCK = 16


def spellings(password: str) -> list[bytes]:
    """Return the bytes that a password may have been typed as, since no header says in what."""
    found = dict[bytes, None]()
    for encoding in _ENCODINGS:
        try:
            found[password.encode(encoding)] = None
        except UnicodeEncodeError:
            continue
    return list(found)


def unlocked(entry: Entry, password: bytes, body: Readable) -> Readable | None:
    """Return the packed bytes of a member in the clear, or ``None`` when the password is wrong.

    Of wrong passwords, one in 256 or 128 passes with the old cipher, one in 65,536 with AES. Raises
    :class:`UnpackError` when the member is cut short.
    """
    return _unlocked_aes(entry, password, body) if entry.aes else _unlocked_pkzip(entry, password, body)


def _unlocked_pkzip(entry: Entry, password: bytes, body: Readable) -> Readable | None:
    from honeytokens.scanning.readers.zip_cipher import PkzipCipher  # noqa: PLC0415 - it loads a compiler

    cipher = PkzipCipher(password)
    start = cipher.decrypt(exactly(body, _PKZIP_START))
    return _Decrypted(body, cipher) if start[-1] in entry.checks else None


def _unlocked_aes(entry: Entry, password: bytes, body: Readable) -> Readable | None:
    key_bytes = 8 * (entry.aes + 1)
    salt = exactly(body, key_bytes // 2)
    verifier = exactly(body, _VERIFIER_BYTES)
    derived = hashlib.pbkdf2_hmac("sha1", password, salt, _AES_ROUNDS, 2 * key_bytes + _VERIFIER_BYTES)
    if derived[2 * key_bytes :] != verifier:
        return None
    cipher = _AesCounter(derived[:key_bytes])
    if entry.packed is None:
        return _Decrypted(body, cipher)
    size = entry.packed - len(salt) - _VERIFIER_BYTES - _SUM_BYTES
    return _Authenticated(body, size, cipher, derived[key_bytes : 2 * key_bytes])


class _AesCounter:
    """AES in counter mode, whose counter is little-endian and starts with 1, unlike in every standard."""

    def __init__(self, key: bytes) -> None:
        self._encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - the counter is below
        self._next = 1
        self._stream = np.empty(0, dtype=np.uint8)

    def decrypt(self, data: bytes) -> bytes:
        """Return the next bytes in the clear."""
        missing = len(data) - self._stream.size
        if missing > 0:
            blocks = -(-missing // _BLOCK)
            counters = np.zeros((blocks, 2), dtype="<u8")
            counters[:, 0] = np.arange(self._next, self._next + blocks, dtype=np.uint64)
            self._next += blocks
            fresh = np.frombuffer(self._encryptor.update(counters.tobytes()), dtype=np.uint8)
            self._stream = np.concatenate([self._stream, fresh])
        used, self._stream = self._stream[: len(data)], self._stream[len(data) :]
        return (np.frombuffer(data, dtype=np.uint8) ^ used).tobytes()


class _Decrypted:
    """Reads what a cipher makes of a stream, byte for byte."""

    def __init__(self, body: Readable, cipher: PkzipCipher | _AesCounter) -> None:
        self._body = body
        self._cipher = cipher

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes in the clear."""
        data = self._body.read1(size)
        return self._cipher.decrypt(data) if data else b""


class _Authenticated:
    """Reads ``size`` bytes that AES encrypted, and checks the sum that follows them."""

    def __init__(self, body: Readable, size: int, cipher: _AesCounter, key: bytes) -> None:
        if size < 0:
            raise UnpackError(DAMAGED)
        self._body = body
        self._data = Limited(body, size)
        self._cipher = cipher
        self._sum = hmac.new(key, digestmod="sha1")
        self._checked = False

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes in the clear; raises :class:`UnpackError` when the sum is wrong."""
        if data := self._data.read1(size):
            self._sum.update(data)
            return self._cipher.decrypt(data)
        if not self._data.left and not self._checked:
            self._checked = True
            if not hmac.compare_digest(self._sum.digest()[:_SUM_BYTES], exactly(self._body, _SUM_BYTES)):
                raise UnpackError(DAMAGED)
        return b""
