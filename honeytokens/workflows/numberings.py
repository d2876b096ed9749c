"""Columns of a leaked file that number records in sequence: what bounds how many there are, and nothing of a record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from honeytokens.attribution import numbering_of
from honeytokens.model import NumberingFinding, Unread
from honeytokens.scanning.dump import read_paths

_MOST_BYTES = 64 << 20
"""Larger files are no sample: they are counted, not estimated from."""
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_DATE = re.compile(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")


def numberings(paths: Sequence[Path], confidence: float, passwords: Sequence[str] = ()) -> list[NumberingFinding]:
    """Return the numberings of some files of a leak, by column: its name where the file says it, else its place."""
    found = []
    for path in paths:
        if path.stat().st_size <= _MOST_BYTES:
            for column, numbers in _columns(path, passwords):
                if each := numbering_of(path.name, column, numbers, confidence):
                    found.append(each)
    return found


def _columns(path: Path, passwords: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return the columns that hold whole numbers alone; records of other lengths are other tables."""
    names: dict[tuple[str | None, int], tuple[str, ...]] = {}
    columns: defaultdict[tuple[str | None, int], list[list[int] | None]] = defaultdict(list)
    for part in read_paths([path], lambda _read: None, passwords=passwords):
        if isinstance(part, Unread):
            continue
        record = part[1]
        table = (record.part, len(record.fields))
        own = columns[table]
        if table not in names and not any(map(str.isdigit, "".join(record.fields))):
            names[table] = record.fields
            continue
        names.setdefault(table, ())
        own.extend([] for _ in range(len(record.fields) - len(own)))
        for number, text in enumerate(record.fields):
            kept = own[number]
            if kept is None or not text:
                continue
            if _NUMBER.fullmatch(text) and not _DATE.fullmatch(text):
                kept.append(int(text))
            else:
                own[number] = None
    return [
        (names[table][number] if names[table] else str(number + 1), kept)
        for table, own in columns.items()
        for number, kept in enumerate(own)
        if kept
    ]
