"""Text from outside (file names, members, reasons) made harmless to show: it stays readable, and stays text."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that do not show, move the cursor, or turn the direction of writing."""


def printable(text: str) -> str:
    r"""Return ``text`` with every character that would not show as itself as an escape (``\x1b``, ``\u202e``)."""
    return "".join(_escape(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def utf8(value: object) -> object:
    r"""Return a string with the bytes of file names that are no UTF-8 written as escapes (``\udcff``)."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
