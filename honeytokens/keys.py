"""The keyring: random master keys, sealed by a passphrase, versioned oldest to newest.

Every other key of the product is a subkey: HKDF-SHA256 of one master key, bound to a purpose. The newest version makes
new things; all versions stay, so that what an old one made is still understood. The sealed form is AES-256-GCM under
a key that scrypt derives from the passphrase; the header, scrypt's costs included, is authenticated with it.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from honeytokens.errors import KeyringError
from honeytokens.files import exposed_to, replacing

_FORMAT = "honeytokens-keyring"
_VERSION = 1
_KEY_BYTES = 32
_SCRYPT_COST = 2**17
"""scrypt's N with r = 8, p = 1: 128 MiB, about 0.35 s; the OWASP password storage cheat sheet's first choice."""
_SCRYPT_MAX_COST = 2**20
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

    def save(self, path: Path, passphrase: bytes, *, replace: bool = False) -> None:
        """Seal the keyring into a private file: a new one, or in place of the one that is there with ``replace``.

        Raises :class:`KeyringError` for an empty passphrase, ``OutputError`` when the file cannot be written.
        """
        if not passphrase:
            raise KeyringError("The passphrase is empty", "Choose one that a thief of this machine cannot guess")
        header: dict[str, Any] = {
            "format": _FORMAT,
            "version": _VERSION,
            "kdf": {"name": "scrypt", "n": _SCRYPT_COST, "r": 8, "p": 1, "salt": _text(secrets.token_bytes(16))},
            "nonce": _text(secrets.token_bytes(12)),
        }
        content = json.dumps([_text(master) for master in self.masters]).encode()
        sealed = AESGCM(_derive(header, passphrase)).encrypt(_raw(header["nonce"]), content, _canonical(header))
        with replacing(path, force=replace) as stream:
            stream.write(json.dumps({**header, "sealed": _text(sealed)}, indent=1).encode() + b"\n")

    @classmethod
    def open(cls, path: Path, passphrase: bytes) -> Keyring:
        """Unseal a keyring file; raise :class:`KeyringError` when it is missing, unsafe, damaged or locked to us."""
        header, sealed = _read(path)
        try:
            content = AESGCM(_derive(header, passphrase)).decrypt(
                _raw(header["nonce"]), _raw(sealed), _canonical(header)
            )
        except InvalidTag as error:
            raise KeyringError(
                f"{path} cannot be opened: wrong passphrase, or the file was changed",
                "Try the passphrase again; if it is right, restore the keyring from its recovery copy",
            ) from error
        return cls(tuple(_raw(master) for master in json.loads(content)))


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """Return the header and the sealed text of a keyring file whose form is right."""
    damaged = KeyringError(f"{path} is damaged or is not a keyring", "Restore the keyring from its recovery copy")
    try:
        exposed = exposed_to(path)
        document = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise KeyringError(f"There is no keyring at {path}", "Run honeytokens init, or set --home") from error
    except OSError as error:
        raise KeyringError(f"{path} cannot be read: {error.strerror}", "Run as the account that owns it") from error
    except ValueError as error:
        raise damaged from error
    if exposed:
        raise KeyringError(f"{path} can be read by {exposed}", f"Run: chmod 600 {path}")
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise damaged
    if document.get("version") != _VERSION:
        raise KeyringError(f"{path} was made by a newer version of honeytokens", "Upgrade honeytokens")
    try:
        sealed = document.pop("sealed")
        kdf = document["kdf"]
        if kdf["name"] != "scrypt" or (kdf["r"], kdf["p"]) != (8, 1) or not 2 <= int(kdf["n"]) <= _SCRYPT_MAX_COST:
            raise damaged
        _raw(kdf["salt"]), _raw(document["nonce"]), _raw(sealed)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise damaged from error
    return document, sealed


def _derive(header: dict[str, Any], passphrase: bytes) -> bytes:
    kdf = header["kdf"]
    return Scrypt(salt=_raw(kdf["salt"]), length=_KEY_BYTES, n=kdf["n"], r=kdf["r"], p=kdf["p"]).derive(passphrase)


def _canonical(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
