"""Cuts long text into overlapping windows, so that a record is about one patient and no pattern meets endless text."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.scanning.readers import Record

WINDOW = 512
_STEP = WINDOW // 2
"""Windows overlap by half, so that whatever is no longer than that lies whole in one of them."""


def cut(record: Record) -> Iterator[Record]:
    """Yield the record without its long fields, then each long field in windows, all at the record's own line and row.

    Free text beside a patient's fields would otherwise cost its fields their strength: every word of it counts as a
    name that was tried. Most records come back as they are.
    """
    if all(len(text) <= WINDOW for text in record.fields):
        yield record
        return
    short = tuple(text for text in record.fields if len(text) <= WINDOW)
    if any(short):
        yield record._replace(fields=short)
    for text in record.fields:
        if len(text) > WINDOW:
            # The offset of a record is where its first field starts; bytes are counted only where they are characters.
            known = record.offset is not None and len(record.fields) == 1 and text.isascii()
            for start in range(0, len(text) - _STEP, _STEP):
                offset = record.offset + start if known and record.offset is not None else None
                yield record._replace(fields=(text[start : start + WINDOW],), offset=offset)
