"""How paragraphs, lines and rows of documents become records: each alone, and with its neighbours.

A letter or a form spreads a patient over several short lines: the name on one, the birth date on the next. So short
texts that follow one another are also read together, up to a heading, a table or a blank line, and beyond it as far as
they fit into one window of the scan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from honeytokens.scanning.readers.interface import Record

_WINDOW = 512
_LONGEST = _WINDOW // 2
_MOST_FIELDS = 4
"""A row of more cells is a patient's own row, not a line of a form."""


class Passages:
    """The latest short texts of a document. Records that are complete wait until :meth:`drain` is called.

    ``row`` counts the texts of the document from 1; a passage has line and row of its first text.
    """

    def __init__(self) -> None:
        self._ready: list[Record] = []
        self._latest: deque[Record] = deque()
        self._size = 0
        self._new = 0
        self._row = 0

    def drain(self) -> list[Record]:
        """Return the records that are complete, each once."""
        records, self._ready = self._ready, []
        return records

    def add(self, fields: Sequence[str], line: int | None, offset: int | None = None) -> None:
        """Add a text, or the cells of a row; none of them blank."""
        self._row += 1
        record = Record(tuple(fields), line, self._row, offset)
        self._ready.append(record)
        size = _size(record)
        if size > _LONGEST or len(fields) > _MOST_FIELDS:
            self.end()
            return
        if self._size + size > _WINDOW:
            self.pause()
            while self._size > _LONGEST:
                self._size -= _size(self._latest.popleft())
        self._latest.append(record)
        self._size += size
        self._new += 1

    def pause(self) -> None:
        """Give out the latest texts as one record, if there are new ones among them: they may be all that is wanted."""
        if self._new and len(self._latest) > 1:
            first = self._latest[0]
            self._ready.append(first._replace(fields=tuple(text for one in self._latest for text in one.fields)))
        self._new = 0

    def end(self) -> None:
        """End the passage: what comes next is no neighbour."""
        self.pause()
        self._latest.clear()
        self._size = 0


def _size(record: Record) -> int:
    return sum(map(len, record.fields))
