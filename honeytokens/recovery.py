"""The recovery page: a keyring as text that can be printed, locked away, and typed in again years later.

Each line holds one master key in base 32 with a check of its own, so that a slip of the pen is found where it is.
The page is not sealed: whoever reads it can recognise every decoy. It belongs in a safe.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

from honeytokens.errors import KeyringError
from honeytokens.keys import Keyring

_TITLE = "honeytokens recovery page, version 1"
_NOTES = (
    "Whoever has this page can recognise every decoy. Keep it in a safe, apart from the hospital's systems.",
    "To use it: honeytokens key restore FILE --home DIRECTORY",
)
_LINE = re.compile(r"\s*(\d+) of (\d+):((?:\s+[A-Za-z0-9]{4}){13})\s+check\s+([A-Za-z0-9]{8})\s*")
_MISREAD = str.maketrans("018", "OIB")
"""Digits that base 32 does not have, and the letters that they are misread from."""


def write_page(keyring: Keyring) -> str:
    """Return the recovery page of a keyring."""
    total = len(keyring.masters)
    lines = [_line(version, total, key) for version, key in enumerate(keyring.masters, 1)]
    return "\n".join((_TITLE, "", *_NOTES, "", *lines, ""))


def read_page(text: str) -> Keyring:
    """Return the keyring of a recovery page; raise :class:`KeyringError` naming the first key that is wrong."""
    if not text.lstrip().startswith(_TITLE):
        raise KeyringError("This is no recovery page", "Use the text that honeytokens key recovery wrote")
    found = [match for line in text.splitlines() if (match := _LINE.fullmatch(line))]
    keys = [_key(match) for match in found]
    totals = {int(match[2]) for match in found}
    if totals != {len(keys)} or [int(match[1]) for match in found] != list(range(1, len(keys) + 1)):
        raise KeyringError("Keys are missing from the recovery page, or out of order", "Type every key line, in order")
    return Keyring(tuple(keys))


def _line(version: int, total: int, key: bytes) -> str:
    letters = _letters(key)
    groups = " ".join(letters[place : place + 4] for place in range(0, len(letters), 4))
    return f"{version} of {total}: {groups} check {_check(version, key)}"


def _key(match: re.Match[str]) -> bytes:
    letters = re.sub(r"\s", "", match[3]).upper().translate(_MISREAD)
    wrong = KeyringError(
        f"Key {match[1]} of the recovery page was not typed as it is written", "Compare its letters one by one"
    )
    try:
        key = base64.b32decode(letters + "====")
    except binascii.Error as error:
        raise wrong from error
    check = match[4].upper().translate(_MISREAD)
    if _letters(key) != letters or not hmac.compare_digest(check, _check(int(match[1]), key)):
        raise wrong
    return key


def _letters(key: bytes) -> str:
    return base64.b32encode(key).decode().rstrip("=")


def _check(version: int, key: bytes) -> str:
    """Return 8 letters (40 bits) of the SHA-256 of a key and its version."""
    return base64.b32encode(hashlib.sha256(f"{_TITLE} {version} ".encode() + key).digest()[:5]).decode()
