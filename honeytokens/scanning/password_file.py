"""The file in which an operator names the passwords of archives."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path

from honeytokens.errors import ScanError

_MOST_BYTES = 1 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_passwords(file: Path) -> tuple[str, ...]:
    """Return the lines of a file in UTF-8, UTF-16 with its mark, or CP1252; blanks at their ends belong to them.

    Raises :class:`ScanError` when it cannot be read, or is a list for guessing rather than of passwords that are known.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ScanError(f"{file} cannot be read: {error.strerror}", "Name the file with the passwords") from error
    if len(content) > _MOST_BYTES:
        raise ScanError(f"{file} is too long for each of its passwords to be tried", "Name the likely ones only")
    lines = (line.rstrip("\r") for line in _decoded(content).split("\n"))
    return tuple(dict.fromkeys(line for line in lines if line))


def _decoded(content: bytes) -> str:
    if content.startswith(_WIDE):
        return content.decode("utf-16", errors="replace")
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig")
    return content.decode("cp1252", errors="replace")
