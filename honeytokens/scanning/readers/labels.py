"""Words that say what stands in a file: names of elements, attributes, fields, segments."""

from __future__ import annotations

from honeytokens.scanning.readers.interface import Record

_MOST_LABELS = 2000
_TOGETHER = 100


class Labels:
    """Gives out each label once, many together, apart from all else.

    In the records that they name they would only be more words that chance could agree with. That they are read at all
    is for files that keep something else in their place. Records wait until :meth:`drain` is called.
    """

    def __init__(self) -> None:
        self._ready: list[Record] = []
        self._seen: set[str] = set()
        self._new: list[str] = []

    def drain(self) -> list[Record]:
        """Return the records that are complete, each once."""
        records, self._ready = self._ready, []
        return records

    def note(self, label: str) -> None:
        """Have a label given out, unless it was before."""
        if label not in self._seen and label:
            if len(self._seen) >= _MOST_LABELS:
                self._seen.clear()
            self._seen.add(label)
            self._new.append(label)
            if len(self._new) >= _TOGETHER:
                self.finish()

    def finish(self) -> None:
        """Have those given out that wait for others."""
        if self._new:
            self._ready.append(Record(tuple(self._new)))
            self._new = []
