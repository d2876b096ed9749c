"""vCards (RFC 6350, and the older 2.1 and 3.0): address books of phones and mail programs, one card after the other."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

from honeytokens.scanning.readers.decoding import Lines, decode_sample
from honeytokens.scanning.readers.interface import Reader, Record, Source

_START = re.compile(r"\s*BEGIN:VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_EDGE = re.compile(r"(?:BEGIN|END):VCARD\s*", re.IGNORECASE)
_PROPERTY = re.compile(r"([A-Za-z0-9.-]+)((?:;(?:\"[^\"]*\"|[^\":;])*+)*+):(.*)", re.DOTALL)
_PART = re.compile(r"(?:[^;\\]|\\.)++", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_UNTOLD = frozenset({"VERSION", "PRODID", "REV", "PHOTO", "LOGO", "SOUND", "KEY"})
"""Properties that tell nobody: pictures and keys are no text, and the others would only be more words to agree with."""

_MOST_VALUES = 128
_MOST_SIGNS = 1 << 16


class VcardText(Reader):
    """Yields one record per card: every part of every property. ``row`` counts the cards.

    A card that is never closed ends where the next begins. A line that is no property is a value as it stands.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the text begins with a card."""
        return _START.match(source.sample.removeprefix("\ufeff")) is not None

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the cards in the order of the file; one of more than 128 values in parts."""
        values, size, row, first = list[str](), 0, 1, 1
        for text, line in _unfolded(source):
            if _EDGE.fullmatch(text):
                if values:
                    yield Record(tuple(values), first, row)
                    values, size, row = [], 0, row + 1
                first = line
                continue
            for value in _values(text):
                values.append(value)
                size += len(value)
            if len(values) >= _MOST_VALUES or size > _MOST_SIGNS:
                yield Record(tuple(values), first, row)
                values, size = [], 0
        if values:
            yield Record(tuple(values), first, row)


def _unfolded(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each property, with the lines that it runs on to, and the line it begins in."""
    text, start = "", 1
    for line in Lines(source.stream, source.encoding, source.sample):
        folded = line.text[:1] in {" ", "\t"} or not line.whole
        soft = text.endswith("=") and "QUOTED-PRINTABLE" in text[:200].upper()
        if text and (folded or soft) and len(text) < _MOST_SIGNS:
            text += "\n" + line.text if soft else line.text[1:] if line.whole else line.text
            continue
        if text.strip():
            yield text, start
        text, start = line.text, line.number
    if text.strip():
        yield text, start


def _values(text: str) -> Iterator[str]:
    """Yield the parts of a property's value."""
    found = _PROPERTY.fullmatch(text)
    if found is None:
        yield text
        return
    name, parameters, value = found.groups()
    if name.rpartition(".")[2].upper() in _UNTOLD:
        return
    if "QUOTED-PRINTABLE" in parameters.upper():
        value = decode_sample(quopri.decodestring(value.encode("utf-8", "surrogateescape")), "utf-8")
    for part in _PART.findall(value):
        plain = _ESCAPE.sub(lambda escape: " " if escape[1] in "nN" else escape[1], part).strip()
        if plain:
            yield plain.removeprefix("tel:")
