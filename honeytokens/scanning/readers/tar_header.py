"""The headers of tar archives: ustar and pax (POSIX), GNU, and those of before, which only their sum tells."""

from __future__ import annotations

import re
from typing import NamedTuple

BLOCK = 512
ZEROS = bytes(BLOCK)

_SUM = slice(148, 156)
_SUM_FORM = re.compile(rb" *[0-7]{1,8}[ \0]*")
_NUMBER_FORM = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_GNU_SPARSE_MORE = 482
_PAX_RECORD = re.compile(rb"(\d{1,7}) ([^=]{1,100})=")

EXTENDED = b"xX"
GLOBAL = b"g"
LONG_NAME = b"L"
LONG_LINK = b"K"
WITHOUT_DATA = b"123456V"
"""Links (what a hard one shows is another member), devices, folders, pipes, and the label of a volume."""


class Header(NamedTuple):
    """One header. ``size`` is what is packed, in bytes; ``is_sparse`` says that more blocks of a GNU header follow."""

    name: str
    size: int
    kind: bytes
    is_sparse: bool


def is_header(block: bytes) -> bool:
    """Return whether a block's sum is right, which makes it a header; signed bytes are summed by some old programs."""
    if len(block) < BLOCK or not _SUM_FORM.fullmatch(block, 148, 156):
        return False
    said = int(block[_SUM].strip(b" \0"), 8)
    without = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(without)
    return said in {unsigned, unsigned - 256 * sum(byte >> 7 for byte in without)}


def is_tar(head: bytes) -> bool:
    """Return whether a file begins with a header, be it a damaged one."""
    return head.startswith(b"ustar", 257) or is_header(head[:BLOCK])


def read_header(block: bytes) -> Header | None:
    """Return what a block says, or ``None`` if it is no whole header."""
    size = _number(block[124:136]) if is_header(block) else None
    if size is None:
        return None
    name, kind = _text(block[:100]), block[156:157]
    if block.startswith(b"ustar\0", 257) and (prefix := _text(block[345:500])):
        name = f"{prefix}/{name}"
    return Header(name, size, kind, kind == b"S" and block[_GNU_SPARSE_MORE] != 0)


def read_pax(data: bytes) -> dict[str, str]:
    """Return the records of an extended header, as far as they can be read."""
    found, start = {}, 0
    while match := _PAX_RECORD.match(data, start):
        end = start + int(match[1])
        if end <= match.end():
            break
        found[match[2].decode("utf-8", "replace")] = _text(data[match.end() : end - 1])
        start = end
    return found


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")


def _number(field: bytes) -> int | None:
    """Return a number in octal digits, or in bytes when the first bit is set (GNU); ``None`` if it is neither."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    match = _NUMBER_FORM.fullmatch(field)
    return int(match[1] or b"0", 8) if match else None
