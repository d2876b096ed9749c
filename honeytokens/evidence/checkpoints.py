"""Signed checkpoints of a log: C2SP's tlog-checkpoint in its signed note (Ed25519), as text that anybody can keep.

A checkpoint says how many entries a log had and what their root was. One that is kept elsewhere shows that nothing
before it was changed, removed or put in another order since.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from honeytokens.errors import EvidenceError

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_WRONG_KEY = "Give the key that callback-server evidence key prints, from where it was kept"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many entries a log had, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; its text form is C2SP's ``name+hash+key``."""

    name: str
    public: Ed25519PublicKey

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key of a text form; raise :class:`EvidenceError` when it is none."""
        try:
            name, hashed, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except (ValueError, binascii.Error) as error:
            raise EvidenceError("That is no public key of a log", _WRONG_KEY) from error
        if raw[:1] != _ED25519 or key.hash.hex() != hashed:
            raise EvidenceError("That public key of a log is damaged", _WRONG_KEY)
        return key

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public.public_bytes_raw()).digest()[:4]

    def __str__(self) -> str:
        encoded = base64.b64encode(_ED25519 + self.public.public_bytes_raw()).decode()
        return f"{self.name}+{self.hash.hex()}+{encoded}"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return a checkpoint as a signed note; the key's name is the log's origin."""
    verifier = VerifierKey(checkpoint.origin, key.public_key())
    signature = base64.b64encode(verifier.hash + key.sign(checkpoint.text.encode())).decode()
    return f"{checkpoint.text}\n{_DASH}{checkpoint.origin} {signature}\n"


def opened(note: str, keys: list[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a note that one of the keys signed; raise :class:`EvidenceError` for any other."""
    try:
        text, _, signatures = note.partition("\n\n")
        origin, size, root = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        signed = [line.removeprefix(_DASH).rsplit(" ", 1) for line in signatures.splitlines() if line]
        given = {(name, (raw := base64.b64decode(encoded, validate=True))[:4], raw[4:]) for name, encoded in signed}
    except (ValueError, binascii.Error) as error:
        raise EvidenceError("A checkpoint of the log is damaged", "Take another copy of it") from error
    for key in keys:
        for name, hashed, signature in given:
            if (name, hashed) == (key.name, key.hash) and _is_by(key, signature, checkpoint):
                return checkpoint
    raise EvidenceError(f"The checkpoint of {checkpoint.size} entries was not signed by that key", _WRONG_KEY)


def _is_by(key: VerifierKey, signature: bytes, checkpoint: Checkpoint) -> bool:
    try:
        key.public.verify(signature, checkpoint.text.encode())
    except InvalidSignature:
        return False
    return True
