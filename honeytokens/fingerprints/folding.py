"""Folding of text: every usual spelling of a name becomes the same lower-case ASCII words.

The folding is frozen: prints of decoys are compared with prints of dumps read years later, so a change here changes
every print (letters are mapped by ``anyascii``, whose version is locked).
"""

from __future__ import annotations

import re

from anyascii import anyascii

_MOJIBAKE_ROUNDS = 3

# What UTF-8 bytes become when they are read as CP1252 (as Latin-1 where CP1252 has no character).
_BYTE_OF = {bytes([byte]).decode("cp1252", errors="ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
_BYTE_OF |= {chr(byte): byte for byte in range(0x80, 0x100)}
_CONTINUATION = "[" + "".join(re.escape(char) for char, byte in _BYTE_OF.items() if byte < 0xC0) + "]"
_MOJIBAKE = re.compile(f"[\u00c2-\u00df]{_CONTINUATION}|[\u00e0-\u00ef]{_CONTINUATION}{{2}}")

_SEPARATORS = {code: " " for code in range(128) if not chr(code).isalnum()}


def _decoded(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTE_OF[char] for char in match[0]).decode()
    except UnicodeDecodeError:
        return match[0]


def repair(text: str) -> str:
    """Return text with UTF-8 that was read as Latin-1 or CP1252, up to three times over, put right."""
    for _ in range(_MOJIBAKE_ROUNDS):
        repaired = _MOJIBAKE.sub(_decoded, text)
        if repaired == text:
            break
        text = repaired
    return text


def fold(text: str) -> str:
    """Return the words of a text: ASCII letters and digits in lower case, one space between words.

    Accents go, ligatures and foreign letters are spelled out (``œ`` oe, ``ø`` o, ``ł`` l, ``ß`` ss), mojibake is
    repaired, and apostrophes, hyphens, control characters and any other sign part words.
    """
    if not text.isascii():
        text = anyascii(repair(text))
    return " ".join(text.lower().translate(_SEPARATORS).split())
