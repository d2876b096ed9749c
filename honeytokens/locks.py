"""What a keyring is locked by: a passphrase, which must be stretched, or a key, which is random already.

A lock turns its secret into the AES-256-GCM key of one keyring file. It knows neither where its secret was read nor
what is sealed with it.
"""

from __future__ import annotations

import base64
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from honeytokens.errors import KeyringError

_KEY_BYTES = 32
_SCRYPT_COST = 2**17
"""scrypt's N with r = 8, p = 1: 128 MiB, about 0.35 s; the OWASP password storage cheat sheet's first choice."""
_SCRYPT_MAX_COST = 2**20
_KEY_PURPOSE = b"honeytokens/lock/v1/key"
_FEWEST_DIFFERENT = 16
"""A random key has fewer different bytes than this once in 10^15; a placeholder or a repeated pattern does."""


class Lock(ABC):
    """What seals a keyring and opens it again."""

    __slots__ = ()

    name: ClassVar[str]
    """What an operator calls the secret; its systemd credential is ``honeytokens-`` and this."""
    options: ClassVar[str]
    """The options that give it, to be named in a remedy."""
    derivation: ClassVar[str]
    """What a keyring's header calls the way from the secret to the sealing key; never given to another way."""
    costs: ClassVar[Mapping[str, int]]
    """The parameters of the derivation for new keyrings."""

    @classmethod
    @abstractmethod
    def read(cls, content: bytes, origin: str) -> Self:
        """Return the lock whose secret was read; raise :class:`KeyringError`, naming ``origin``, when it is none."""

    @property
    @abstractmethod
    def written(self) -> bytes:
        """The secret as :meth:`read` takes it."""

    @abstractmethod
    def sealing_key(self, salt: bytes, costs: Mapping[str, object]) -> bytes:
        """Return the 32-byte key of one keyring file; raise ``ValueError`` for costs that no honest header has."""


@dataclass(frozen=True, slots=True)
class PassphraseLock(Lock):
    """A passphrase, stretched by scrypt (RFC 7914)."""

    passphrase: bytes = field(repr=False)

    name = "passphrase"
    options = "--passphrase-file or --passphrase-fd"
    derivation = "scrypt"
    costs: ClassVar[Mapping[str, int]] = {"n": _SCRYPT_COST, "r": 8, "p": 1}

    def __post_init__(self) -> None:
        if not self.passphrase:
            raise KeyringError("The passphrase is empty", "Choose one that a thief of this machine cannot guess")

    @classmethod
    def read(cls, content: bytes, origin: str) -> Self:
        """Return the lock of a passphrase, without the ends of lines after it."""
        passphrase = content.rstrip(b"\r\n")
        if not passphrase:
            raise KeyringError(f"The passphrase in {origin} is empty", "Write the passphrase there")
        return cls(passphrase)

    @property
    def written(self) -> bytes:
        """The passphrase."""
        return self.passphrase

    def sealing_key(self, salt: bytes, costs: Mapping[str, object]) -> bytes:
        """Stretch the passphrase; 128 bytes times ``n`` times ``r`` of memory are needed."""
        match costs:
            case {"n": int(cost), "r": 8, "p": 1} if 2 <= cost <= _SCRYPT_MAX_COST:
                stretched = Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=8, p=1)
            case _:
                raise ValueError("not the costs of scrypt")
        try:
            return stretched.derive(self.passphrase)
        except MemoryError as error:
            raise KeyringError(
                f"There is not enough memory to try the passphrase: {cost // 1024} MiB are needed", "Free some memory"
            ) from error


@dataclass(frozen=True, slots=True)
class KeyLock(Lock):
    """A random key of 32 bytes, from which HKDF-SHA256 (RFC 5869) derives."""

    key: bytes = field(repr=False)

    name = "key"
    options = "--key-file or --key-command"
    derivation = "hkdf-sha256"
    costs: ClassVar[Mapping[str, int]] = {}

    def __post_init__(self) -> None:
        if len(self.key) != _KEY_BYTES or len(set(self.key)) < _FEWEST_DIFFERENT:
            raise KeyringError("The key is not 32 random bytes", "Make one with honeytokens key generate")

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def read(cls, content: bytes, origin: str) -> Self:
        """Return the lock of a key in hex, in base64 with its padding, or as it is, 32 bytes and nothing else."""
        text = content.strip()
        if not text:
            raise KeyringError(f"{origin} is empty", "Make a key with honeytokens key generate")
        try:
            if re.fullmatch(rb"[0-9A-Fa-f]{64}", text):
                return cls(bytes.fromhex(text.decode()))
            if re.fullmatch(rb"[0-9A-Za-z+/]{43}=", text):
                return cls(base64.b64decode(text))
            return cls(b"" if _is_writing(text) else content)
        except KeyringError as error:
            raise KeyringError(
                f"{origin} holds no key", "Give 32 random bytes, in hex or base64 (honeytokens key generate makes them)"
            ) from error

    @property
    def written(self) -> bytes:
        """The key in hex."""
        return self.key.hex().encode()

    def sealing_key(self, salt: bytes, costs: Mapping[str, object]) -> bytes:
        """Derive from the key, at once."""
        if costs:
            raise ValueError("a key needs no costs")
        return HKDF(SHA256(), _KEY_BYTES, salt, _KEY_PURPOSE).derive(self.key)


def _is_writing(text: bytes) -> bool:
    """Return whether bytes are letters: a password, or half of a key in hex, which are far easier to guess than 32."""
    try:
        return text.decode().isprintable()
    except UnicodeDecodeError:
        return False


LOCKS: Mapping[str, type[Lock]] = {kind.derivation: kind for kind in (PassphraseLock, KeyLock)}
"""Every lock by the name of its derivation."""
