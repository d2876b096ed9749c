"""Text in short lines that belong together: letters, forms, bodies of mails."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.scanning.readers.interface import Reader, Record, Source
from honeytokens.scanning.readers.passages import Passages
from honeytokens.scanning.readers.plain_text import line_records

_LOOKED_AT = 100
_LEAST_LINES = 3
_SHORT = 120
_MOST_LINES = 20_000
"""A longer text is a log or a list, where neighbours have nothing to do with one another."""


class LetterText(Reader):
    """Yields each line, and short lines with their neighbours (:mod:`.passages`)."""

    def recognises(self, source: Source) -> bool:
        """Return whether nearly all of the first lines are short, and most have more than one word."""
        lines = [line for line in source.sample.splitlines()[:_LOOKED_AT] if line.strip()]
        short = sum(len(line) <= _SHORT and line.replace("\t", " ").isprintable() for line in lines)
        worded = sum(" " in line.strip() or ":" in line for line in lines)
        return len(lines) >= _LEAST_LINES and 10 * short >= 9 * len(lines) and 2 * worded > len(lines)

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records in the order of the text."""
        passages, last = Passages(), 0
        for count, record in enumerate(line_records(source, _MOST_LINES)):
            if count >= _MOST_LINES:
                yield record
                continue
            line = record.line or 0
            if line > last + 1:
                passages.pause()
            last = line
            passages.add(record.fields, record.line, record.offset)
            yield from passages.drain()
        passages.end()
        yield from passages.drain()
