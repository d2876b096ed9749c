"""The header that a proxy sends before all else, to say who is behind it: HAProxy's PROXY protocol, versions 1 and 2.

https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt
"""

from __future__ import annotations

import ipaddress
import struct

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_FIXED = 16
_LONGEST_TEXT = 107
_MOST = 2_048
_BY_FAMILY = {0x11: 4, 0x12: 4, 0x21: 16, 0x22: 16}
"""Bytes of an address, by the second version's family and transport."""


def read_header(start: bytes) -> tuple[str, int] | None:
    """Return the true source and how many bytes the header has; ``None`` while more is needed.

    The source is empty where the proxy speaks for itself. Raises ``ValueError`` when no header begins here.
    """
    if start.startswith(b"PROXY "):
        return _text(start)
    if start.startswith(_SIGNATURE[: len(start)]):
        return _binary(start)
    if b"PROXY ".startswith(start):
        return None
    raise ValueError("no PROXY header")


def _text(start: bytes) -> tuple[str, int] | None:
    end = start.find(b"\r\n")
    if end < 0:
        if len(start) >= _LONGEST_TEXT:
            raise ValueError("a PROXY line without an end")
        return None
    words = start[:end].decode("ascii").split(" ")
    if words[1] == "UNKNOWN":
        return "", end + 2
    if len(words) != 6:
        raise ValueError("a PROXY line with the wrong number of words")
    return str(ipaddress.ip_address(words[2])), end + 2


def _binary(start: bytes) -> tuple[str, int] | None:
    if len(start) < _FIXED:
        return None
    command, family, length = struct.unpack("!BBH", start[len(_SIGNATURE) : _FIXED])
    if command >> 4 != 2 or length > _MOST:
        raise ValueError("a PROXY header of another version")
    if len(start) < _FIXED + length:
        return None
    size = _BY_FAMILY.get(family)
    if command & 15 == 0 or size is None:
        return "", _FIXED + length
    if length < 2 * size:
        raise ValueError("a PROXY header without its addresses")
    return str(ipaddress.ip_address(start[_FIXED : _FIXED + size])), _FIXED + length
