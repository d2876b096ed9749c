"""What mails wrap text in: encoded words in headers (RFC 2047), base64, quoted-printable, uuencode; damaged or not."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from honeytokens.scanning.readers.decoding import charset, decode_sample

Decoder = Callable[[Iterable[bytes]], Iterator[bytes]]
"""Turns the lines of a part into its bytes."""

_WORD = re.compile(r"=\?([^?\s]+)\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
# A letter that damage made invalid becomes some letter, so that those after it keep their places.
_MENDED = bytes(byte if byte in _BASE64 else ord("A") for byte in range(256))
_WHITE = b" \t\r\n"
_MOST_DAMAGE = 0.1
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{56,}={0,2}\s*")
_UU_BEGIN = re.compile(rb"begin [0-7]{3,4} (.{1,200})\n", re.DOTALL)


def header_text(raw: bytes) -> str:
    """Return a header's text: encoded words decoded, lines unfolded."""
    text = " ".join(decode_sample(raw, "utf-8").split())
    return _WORD.sub(_decoded_word, _BETWEEN_WORDS.sub(r"\1", text))


def _decoded_word(match: re.Match[str]) -> str:
    name, coding, text = match.groups()
    data = text.encode("utf-8", errors="ignore")
    raw = b"".join(base64_lines([data])) if coding in "bB" else binascii.a2b_qp(data, header=True)
    return decode_sample(raw, charset(name.partition("*")[0]) or "utf-8")


def plain_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Return the lines as they are."""
    return iter(lines)


def base64_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Decode base64; lines that are clearly something else come out as they are."""
    rest = b""
    in_fours: bool | None = None
    for line in lines:
        letters = line.translate(None, _WHITE)
        if len(letters.translate(None, _BASE64)) > _MOST_DAMAGE * len(letters):
            yield line
            continue
        if in_fours is None:
            in_fours = len(letters) % 4 == 0
        elif in_fours and rest:  # the line before has too many letters or too few: this one begins anew
            yield _from_base64(rest)
            rest = b""
        *ended, rest = (rest + letters.translate(_MENDED)).split(b"=")
        yield from map(_from_base64, ended)
        whole = len(rest) & ~3
        yield binascii.a2b_base64(rest[:whole])
        rest = rest[whole:]
    yield _from_base64(rest)


def _from_base64(letters: bytes) -> bytes:
    """Decode letters, all of base64, whose padding is missing; a last one that makes no byte is left out."""
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def quoted_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Decode quoted-printable."""
    return map(binascii.a2b_qp, lines)


def uu_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Decode uuencode; lines that are none, such as its first and last, come out as they are."""
    for line in lines:
        if not is_uu_line(line):
            yield b"" if uu_name(line) or line.strip() == b"end" else line
            continue
        try:
            yield binascii.a2b_uu(line.rstrip(b"\r\n"))
        except binascii.Error:
            yield line


def is_uu_line(line: bytes) -> bool:
    """Return whether a line is as long as its first letter says that a line of uuencode is."""
    letters = line.rstrip(b"\r\n")
    if not letters or not 0x20 <= letters[0] <= 0x60 or max(letters) > 0x60:
        return False
    wanted = -(-((letters[0] - 32) & 63) // 3) * 4
    return wanted <= len(letters) - 1 <= wanted + 2


def uu_name(line: bytes) -> str | None:
    """Return the name of the file that uuencode begins with this line, or ``None``."""
    match = _UU_BEGIN.fullmatch(line) if line.startswith(b"begin ") else None
    return decode_sample(match[1].strip(), "utf-8") if match else None


_DECODERS: Mapping[str, Decoder] = {
    "7bit": plain_lines,
    "8bit": plain_lines,
    "binary": plain_lines,
    "base64": base64_lines,
    "quoted-printable": quoted_lines,
    "uuencode": uu_lines,
    "x-uuencode": uu_lines,
    "x-uue": uu_lines,
}


def decoder(declared: str, first_line: bytes) -> Decoder:
    """Return how to decode a part, by what its headers declare, or by its first line if that is nothing known."""
    found = _DECODERS.get(declared.strip().lower())
    if found is not None:
        return found
    return base64_lines if _BASE64_LINE.fullmatch(first_line) else plain_lines
