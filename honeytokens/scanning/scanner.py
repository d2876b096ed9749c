"""The whole road of a scan: records from the readers, through the sieve and the matcher, to graded hits and leads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from honeytokens.model import Hit, KnownDecoys, ScanResult, ScanStats, Unread
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.grading import threshold
from honeytokens.scanning.index import Index
from honeytokens.scanning.matched_lines import MatchedLine
from honeytokens.scanning.readers import Record
from honeytokens.scanning.search import Search
from honeytokens.scanning.windows import cut

_PROGRESS_STEP = 1 << 20


def scan(
    paths: Sequence[Path],
    known: KnownDecoys,
    index: Index,
    *,
    raw: bool = False,
    passwords: Sequence[str] = (),
    lines: list[MatchedLine] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> ScanResult:
    """Look for decoys in files and folders; ``index`` is that of the same decoys.

    ``raw`` reads every file as bytes of no known format, for what their readers pass over, such as deleted rows.
    ``passwords`` are tried on what is encrypted. ``-`` among the paths stands for standard input.
    ``lines``, if given, are filled with what the records of the hits say; else nothing of it is held.
    ``on_progress`` is told, about once every MiB, how many more bytes were read from disk. What cannot be read is in
    the result and raises nothing.
    """
    start = time.monotonic()
    progress = _Progress(on_progress)
    search = Search(known, index, keeps_texts=lines is not None)
    unread = []
    for found in read_paths(paths, progress.count, raw=raw, passwords=passwords, sift=search):
        if isinstance(found, Unread):
            unread.append(found)
            continue
        source, whole = found
        for record in cut(whole):
            search.look(record, source.path, source.member_of(record))
    hits, leads = search.grade()
    if lines is not None:
        lines += search.lines()
    return ScanResult(
        hits=hits,
        leads=leads,
        unread=tuple(unread),
        threshold_bits=threshold(search.records, len(known)),
        stats=ScanStats(progress.bytes, time.monotonic() - start, search.records),
    )


def match_values(text_fields: Sequence[str], known: KnownDecoys, index: Index) -> tuple[list[Hit], list[Hit]]:
    """Return the hits and leads of a dump that holds one record, with these fields."""
    search = Search(known, index)
    for record in cut(Record(tuple(text_fields), row=1)):
        search.look(record, "", None)
    hits, leads = search.grade()
    return list(hits), list(leads)


class _Progress:
    """Counts bytes, and tells how many more there were every now and then."""

    def __init__(self, on_progress: Callable[[int], None] | None) -> None:
        self.bytes = 0
        self._told = 0
        self._on_progress = on_progress

    def count(self, read: int) -> None:
        """Add bytes that were read."""
        self.bytes += read
        if self._on_progress is not None and self.bytes - self._told >= _PROGRESS_STEP:
            self._on_progress(self.bytes - self._told)
            self._told = self.bytes
