"""Sealing to two persons: what is sealed opens only when any two of those authorised give their passphrases.

Each person has an X25519 key drawn from a passphrase by scrypt; only the public half is kept. For each pair of persons
a content key is split in two random parts by exclusive or, and each part is sealed to one of the two by HPKE (RFC
9180). One person alone learns nothing, and no key of the home opens it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from honeytokens.errors import KeyringError

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_COST, _BLOCK, _LANES = 2**17, 8, 1
_BYTES = 32
_NONCE = bytes(12)
"""Each content key seals one content, once."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may open what is sealed, together with another."""

    name: str
    salt: bytes
    public: bytes

    @classmethod
    def authorised(cls, name: str, passphrase: str) -> Person:
        """Return a person with a key of this passphrase; the passphrase is kept nowhere."""
        salt = secrets.token_bytes(16)
        return cls(name, salt, _private(salt, passphrase).public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class SealedToTwo:
    """A content, and for each pair of persons (by name, a line break between) the two sealed parts of its key."""

    content: bytes
    parts: dict[str, tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class AccountsFile:
    """What is kept about accounts: the legal basis (JSON), who may open names, and the names sealed, by incident."""

    basis: str = ""
    persons: tuple[Person, ...] = ()
    sealed: dict[str, SealedToTwo] = field(default_factory=dict)


def seal_to_two(content: bytes, persons: Sequence[Person]) -> SealedToTwo:
    """Seal a content to every pair of persons; raise :class:`KeyringError` when there are fewer than two."""
    if len(persons) < 2:
        raise KeyringError("Names are sealed to two persons, and fewer are authorised", "Run accounts authorise twice")
    key = secrets.token_bytes(_BYTES)
    parts = {}
    for one, other in combinations(sorted(persons, key=lambda person: person.name), 2):
        first = secrets.token_bytes(_BYTES)
        second = bytes(a ^ b for a, b in zip(key, first, strict=True))
        parts[f"{one.name}\n{other.name}"] = (
            _SUITE.encrypt(first, X25519PublicKey.from_public_bytes(one.public), b"honeytokens/two"),
            _SUITE.encrypt(second, X25519PublicKey.from_public_bytes(other.public), b"honeytokens/two"),
        )
    return SealedToTwo(AESGCM(key).encrypt(_NONCE, content, b"names"), parts)


def open_by_two(sealed: SealedToTwo, persons: Sequence[Person], passphrases: Mapping[str, str]) -> bytes:
    """Open what was sealed, by the passphrases of two persons; raise :class:`KeyringError` when either is wrong."""
    known = {person.name: person for person in persons}
    names = sorted(passphrases)
    parts = sealed.parts.get("\n".join(names))
    if len(names) != 2 or parts is None:
        raise KeyringError("It was not sealed to these two persons", "Name two who were authorised when it was made")
    try:
        first, second = (
            _SUITE.decrypt(part, _private(known[name].salt, passphrases[name]), b"honeytokens/two")
            for name, part in zip(names, parts, strict=True)
        )
        key = bytes(a ^ b for a, b in zip(first, second, strict=True))
        return AESGCM(key).decrypt(_NONCE, sealed.content, b"names")
    except (InvalidTag, ValueError, KeyError) as error:
        raise KeyringError("A passphrase is wrong, or what is sealed was changed", "Try again") from error


def _private(salt: bytes, passphrase: str) -> X25519PrivateKey:
    secret = Scrypt(salt=salt, length=_BYTES, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())
    return X25519PrivateKey.from_private_bytes(secret)
