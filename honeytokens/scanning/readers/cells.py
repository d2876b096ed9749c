"""Values of tables as a person sees them: what a spreadsheet, a database or a column file holds, as text."""

from __future__ import annotations

from datetime import date, datetime, time

from honeytokens.scanning.readers.decoding import decode_sample, encoding_of
from honeytokens.scanning.readers.raw_text import is_binary, runs


def shown(value: object) -> str:
    """Return one value as text: whole numbers without ``.0``, dates in ISO form, of bytes the text in them."""
    match value:
        case None:
            return ""
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case bytes():
            return _text_of(value)
    return str(value)


def _text_of(data: bytes) -> str:
    """Return bytes decoded where they are text; of others, the runs of text in them, one on each line."""
    encoding = encoding_of(data)
    if encoding.startswith("utf-8") and is_binary(data):
        return "\n".join(run.text for run in runs(data))
    return decode_sample(data, encoding)
