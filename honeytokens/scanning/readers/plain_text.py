"""Any text, and any bytes of no known kind: one record per line, with the whole line as its only field."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.fingerprints.byte_folding import Shape
from honeytokens.scanning.readers.interface import Reader, Record, Source

_OVERLAP = 256


class PlainText(Reader):
    """Reads everything, so it comes last."""

    def recognises(self, source: Source) -> bool:  # noqa: ARG002
        """Return True."""
        return True

    def records(self, source: Source) -> Iterator[Record]:
        """Yield each line that is not blank; pieces of an overlong line overlap, so that nothing is cut in two."""
        return line_records(source, 0)


def line_records(source: Source, read: int) -> Iterator[Record]:
    """Yield each line that is not blank; so many of the first are read, whether they are worth it or not."""
    row, tail = 0, ""
    lines = source.lines(Shape(True))
    while True:
        if row >= read:
            row += lines.pass_over()
        line = lines.next()
        if line is None:
            return
        text = line.text if line.whole else tail + line.text
        offset = line.offset if text is line.text else None
        tail = "" if line.whole else text[-_OVERLAP:]
        if text.strip("\0 \t"):
            row += 1
            yield Record((text,), line.number, row, offset)
