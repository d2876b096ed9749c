"""The worker's keys, all of them subkeys of the honeytokens keyring, and its public key for the front."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from callback_server.errors import ServiceError
from callback_server.sealing import Opener
from honeytokens.files import replacing
from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import Lock
from honeytokens.sealing import Box

_READABLE_BY_ALL = 0o644


def foreign_store(_place: str) -> ServiceError:
    """Return the error for a row of the store that these keys did not seal."""
    return ServiceError(
        "The store was changed, or belongs to another keyring", "Restore the store or the keyring from a backup"
    )


@dataclass(frozen=True, slots=True)
class WorkerKeys:
    """What the worker opens sightings, seals its store and prints links with."""

    opener: Opener
    box: Box
    prints: bytes = field(repr=False)
    rows: bytes = field(repr=False)
    signing: tuple[Ed25519PrivateKey, ...] = field(repr=False)
    """What checkpoints of the evidence log are signed with, by version of the keyring; the newest signs."""

    @property
    def origin(self) -> str:
        """The name of the evidence log: of the keyring, and of nothing else."""
        public = self.signing[0].public_key().public_bytes_raw()
        return f"honeytokens.invalid/evidence/{hashlib.sha256(public).hexdigest()[:16]}"

    @classmethod
    def open(cls, home: Path, lock: Lock) -> WorkerKeys:
        """Derive the keys of a home; raise ``KeyringError`` when it cannot be opened."""
        keyring = Keyring.open(home / KEYRING, lock)
        versions = range(1, keyring.newest + 1)
        seeds = [keyring.subkey("callback/worker", version) for version in versions]
        return cls(
            opener=Opener([X25519PrivateKey.from_private_bytes(seed) for seed in seeds]),
            box=Box([keyring.subkey("callback/store", version) for version in versions], foreign_store),
            prints=keyring.subkey("callback/prints"),
            rows=keyring.subkey("callback/rows", 1),
            signing=tuple(
                Ed25519PrivateKey.from_private_bytes(keyring.subkey("callback/evidence", version))
                for version in versions
            ),
        )

    def publish(self, path: Path) -> None:
        """Leave the public key for the front, unless it is there; raise :class:`ServiceError` when another's is there.

        A front that seals to a key that nobody here holds would lose every sighting.
        """
        ours = self.opener.sealer.to_text()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            present = path.read_text(encoding="ascii", errors="replace") if path.exists() else None
        except OSError as error:
            raise ServiceError(
                f"{path} cannot be used: {error.strerror}", "Give this account the folder, or set another data_dir"
            ) from error
        if present == ours:
            return
        if present is not None and present not in self.opener.public_texts():
            raise ServiceError(
                f"{path} is the public key of another keyring", "Set the right home or data_dir, or delete that file"
            )
        with replacing(path, force=True) as stream:
            stream.write(ours.encode())
        path.chmod(_READABLE_BY_ALL)  # whatever the umask: the front may have another account
