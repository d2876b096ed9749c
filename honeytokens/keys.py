"""The keyring: random master keys, sealed by a lock, versioned oldest to newest.

Every other key of the product is a subkey: HKDF-SHA256 of one master key, bound to a purpose. The newest version makes
new things; all versions stay, so that what an old one made is still understood. The sealed form is AES-256-GCM under
a key that the lock derives from its secret; the header, which names the lock and its costs, is authenticated with it.
A keyring file has one spelling: a byte that is not as it was written is noticed wherever it stands.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from honeytokens.errors import KeyringError
from honeytokens.files import exposed_to, replacing
from honeytokens.locks import LOCKS, Lock

KEYRING = "keyring.json"
"""The name of a keyring's file in its home."""
_FORMAT = "honeytokens-keyring"
_VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 16
_MOST_BYTES = 65_536
"""Longer than any keyring file: 255 keys take 17 kB."""
_MOST_VERSIONS = 255
"""A sealed content names its key's version in one byte."""
_SUBKEY_PREFIX = b"honeytokens/subkey/v1/"


@dataclass(frozen=True, slots=True)
class Keyring:
    """An open keyring. ``masters`` holds the master keys by version, 1 the oldest; it never leaves this object."""

    masters: tuple[bytes, ...] = field(repr=False)

    @property
    def newest(self) -> int:
        """Return the version that makes new things."""
        return len(self.masters)

    def subkey(self, purpose: str, version: int | None = None) -> bytes:
        """Return the 32-byte key for one purpose, of the newest version unless another is named.

        Raises :class:`KeyringError` when the keyring has no such version.
        """
        wanted = self.newest if version is None else version
        if not 1 <= wanted <= self.newest:
            raise KeyringError(
                f"The keyring has no key of version {wanted}", "Restore the keyring that this registry was made with"
            )
        expand = HKDFExpand(SHA256(), _KEY_BYTES, _SUBKEY_PREFIX + purpose.encode())
        return expand.derive(self.masters[wanted - 1])

    @classmethod
    def generate(cls, master: bytes | None = None) -> Keyring:
        """Return a new keyring of one random master key (``master`` fixes it, for a replay that can be repeated)."""
        return cls((master or secrets.token_bytes(_KEY_BYTES),))

    def rotated(self) -> Keyring:
        """Return this keyring with one more random master key, which makes new things from now on.

        Raises :class:`KeyringError` when it holds as many as a sealed content can name.
        """
        if self.newest == _MOST_VERSIONS:
            raise KeyringError(f"The keyring holds {_MOST_VERSIONS} keys already", "Start a new home for new campaigns")
        return Keyring((*self.masters, secrets.token_bytes(_KEY_BYTES)))

    def save(self, path: Path, lock: Lock, *, replace: bool = False) -> None:
        """Seal the keyring into a private file: a new one, or in place of the one that is there with ``replace``.

        Raises ``OutputError`` when the file cannot be written.
        """
        salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
        header: dict[str, Any] = {
            "format": _FORMAT,
            "version": _VERSION,
            "kdf": {"name": lock.derivation, **lock.costs, "salt": _text(salt)},
            "nonce": _text(nonce),
        }
        content = json.dumps([_text(master) for master in self.masters]).encode()
        sealed = AESGCM(lock.sealing_key(salt, lock.costs)).encrypt(nonce, content, _authenticated(header))
        with replacing(path, force=replace) as stream:
            stream.write(_spelled({**header, "sealed": _text(sealed)}))

    @classmethod
    def open(cls, path: Path, lock: Lock) -> Keyring:
        """Unseal a keyring file; raise :class:`KeyringError` when it is missing, unsafe, damaged or locked to us."""
        sealed = _Sealed.read(path)
        if not isinstance(lock, sealed.kind):
            raise KeyringError(
                f"{path} is locked by a {sealed.kind.name}, not by a {lock.name}", f"Use {sealed.kind.options}"
            )
        try:
            content = AESGCM(lock.sealing_key(sealed.salt, sealed.costs)).decrypt(
                sealed.nonce, sealed.content, sealed.header
            )
        except ValueError as error:
            raise _damaged(path) from error
        except InvalidTag as error:
            raise KeyringError(
                f"{path} cannot be opened: wrong {lock.name}, or the file was changed",
                f"Try the {lock.name} again; if it is right, restore the keyring from its recovery copy",
            ) from error
        return cls(tuple(_raw(master) for master in json.loads(content)))

    @staticmethod
    def locked_by(path: Path) -> type[Lock]:
        """Return what kind of lock a keyring file says it has; raise as :meth:`open` does when it cannot be read."""
        return _Sealed.read(path).kind


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A keyring file whose form is right. None of it is to be believed before ``content`` is opened with ``header``."""

    header: bytes
    kind: type[Lock]
    costs: Mapping[Any, object]
    salt: bytes
    nonce: bytes
    content: bytes

    @classmethod
    def read(cls, path: Path) -> _Sealed:
        """Read a keyring file; raise :class:`KeyringError` when it is missing, unsafe, damaged or newer than we are."""
        written = _read(path)
        try:
            document = json.loads(written)
        except (ValueError, RecursionError) as error:
            raise _damaged(path) from error
        match document:
            case {"format": str(name), "version": int(version)} if name == _FORMAT and version > _VERSION:
                raise KeyringError(f"{path} was made by a newer version of honeytokens", "Upgrade honeytokens")
            case {
                "format": str(name),
                "version": int(version),
                "kdf": {"name": str(derivation), "salt": str(salt), **costs},
                "nonce": str(nonce),
                "sealed": str(content),
            } if (name, version) == (_FORMAT, _VERSION) and derivation in LOCKS and _spelled(document) == written:
                del document["sealed"]
            case _:
                raise _damaged(path)
        try:
            return cls(_authenticated(document), LOCKS[derivation], costs, _raw(salt), _raw(nonce), _raw(content))
        except ValueError as error:
            raise _damaged(path) from error


def _read(path: Path) -> bytes:
    try:
        exposed = exposed_to(path)
        with path.open("rb") as stream:
            written = stream.read(_MOST_BYTES)
    except FileNotFoundError as error:
        raise KeyringError(f"There is no keyring at {path}", "Run honeytokens init, or set --home") from error
    except OSError as error:
        raise KeyringError(f"{path} cannot be read: {error.strerror}", "Run as the account that owns it") from error
    if exposed:
        raise KeyringError(f"{path} can be read by {exposed}", f"Run: chmod 600 {path}")
    return written


def _damaged(path: Path) -> KeyringError:
    return KeyringError(f"{path} is damaged or is not a keyring", "Restore the keyring from its recovery copy")


def _spelled(document: dict[str, Any]) -> bytes:
    """Return the one way in which a keyring file is written."""
    return json.dumps(document, indent=1).encode() + b"\n"


def _authenticated(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    """Return the bytes of base64; raise ``ValueError`` for any other way to write them."""
    raw = base64.b64decode(text, validate=True)
    if _text(raw) != text:
        raise ValueError("not the usual base64")
    return raw
