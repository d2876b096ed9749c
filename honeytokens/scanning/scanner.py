"""The whole road of a scan: records from the readers, through the sieve and the matcher, to graded hits and leads."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from honeytokens.model import Field, Hit, KnownDecoys, Location, ScanResult, ScanStats, Unread
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.grading import LEAD_BITS, Ledger, threshold
from honeytokens.scanning.matcher import Matcher
from honeytokens.scanning.readers import Record
from honeytokens.scanning.reading import Reading
from honeytokens.scanning.sieve import Sieve
from honeytokens.scanning.values import Value
from honeytokens.scanning.windows import cut

_PROGRESS_STEP = 1 << 20


def scan(
    paths: Sequence[Path], known: KnownDecoys, key: bytes, *, on_progress: Callable[[int], None] | None = None
) -> ScanResult:
    """Look for decoys in files and folders.

    ``key`` is the 32-byte key of prints (``ValueError`` on any other length); it decides nothing about the result.
    ``on_progress`` is told, about once every MiB, how many more bytes were read from disk. What cannot be read is in
    the result and raises nothing.
    """
    start = time.monotonic()
    progress = _Progress(on_progress)
    search = _Search(known, key)
    unread = []
    for found in read_paths(paths, progress.count):
        if isinstance(found, Unread):
            unread.append(found)
        else:
            source, whole = found
            for record in cut(whole):
                search.look(record, source.path, source.member)
    hits, leads = search.grade()
    return ScanResult(
        hits=hits,
        leads=leads,
        unread=tuple(unread),
        threshold_bits=threshold(search.records, len(known.refs)),
        stats=ScanStats(progress.bytes, time.monotonic() - start, search.records),
    )


def match_values(text_fields: Sequence[str], known: KnownDecoys, key: bytes) -> tuple[list[Hit], list[Hit]]:
    """Return the hits and leads of a dump that holds one record, with these fields."""
    search = _Search(known, key)
    for record in cut(Record(tuple(text_fields), row=1)):
        search.look(record, "", None)
    hits, leads = search.grade()
    return list(hits), list(leads)


class _Search:
    """The decoys that are looked for, and what was found of them so far."""

    def __init__(self, known: KnownDecoys, key: bytes) -> None:
        self.records = 0
        self._decoys = len(known.refs)
        self._values = decoy_values(known)
        self._matchers: dict[int, Matcher] = {}
        self._sieve = Sieve(self._values, key)
        self._ledger = Ledger(known)

    def look(self, record: Record, path: str, member: str | None) -> None:
        """Hold one record against all decoys."""
        self.records += 1
        # The bar for leads only rises as records are read, so what is below it now would not pass at the end.
        bar = threshold(self.records, self._decoys) - LEAD_BITS
        candidates = self._sieve.candidates(record.fields, bar)
        if not candidates:
            return
        reading = Reading(record.fields)
        for decoy in candidates:
            matcher = self._matchers.get(decoy)
            if matcher is None:
                matcher = self._matchers[decoy] = Matcher(self._values[decoy])
            bits, trials = matcher.match(reading, bar)
            if bits >= bar and trials:
                self._ledger.add(decoy, Location(path, member, record.line, record.row, record.offset), bits, trials)

    def grade(self) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        """Return the hits and leads among the records so far."""
        return self._ledger.grade(self.records)


def decoy_values(known: KnownDecoys) -> list[list[Value]]:
    """Return the distinct values of each decoy; those that are sure to be met, like a sex, are left out."""
    versions: defaultdict[tuple[int, str, str, float], set[int]] = defaultdict(set)
    columns = known.values.select("decoy", "field", "value", "bits", "version")
    for decoy, field, value, bits, version in columns.iter_rows():
        if bits is not None and bits > 0 and value:
            versions[decoy, field, value, bits].update(() if version is None else (version,))
    values: list[list[Value]] = [[] for _ in known.refs]
    for (decoy, field, text, bits), seen in versions.items():
        values[decoy].append(Value(Field(field), text, bits, frozenset(seen)))
    return values


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
