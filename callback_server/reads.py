"""Reads that an audit log told of, and their one form between the watch and the worker. No key, no file here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from callback_server.errors import UnreadableSightingError
from honeytokens.model import ReadSighting

HOOK_TYPE = "honeytokens.reads"
"""The ``type`` of a delivery; its ``sealed`` holds, sealed and in base64, what :func:`encode_reads` returns."""

_VERSION = 1
"""Of the form; a number is never reused, and old ones stay readable."""
_MOST_ROWS = 10**12


def encode_reads(reads: Sequence[ReadSighting]) -> bytes:
    """Return the form that :func:`decode_reads` takes."""
    each = [
        [read.account, read.at.isoformat(), read.table, list(read.keys), read.rows, read.workstation, read.source]
        for read in reads
    ]
    return json.dumps({"version": _VERSION, "reads": each}, separators=(",", ":")).encode()


def decode_reads(encoded: bytes) -> list[ReadSighting]:
    """Return the reads of an encoded form; raise :class:`UnreadableSightingError` when it is not one.

    Everything is checked: whoever has the worker's public key could seal what he likes.
    """
    try:
        document = json.loads(encoded)
        if document["version"] != _VERSION:
            raise UnreadableSightingError("Reads were sealed by a newer version", "Upgrade honeytokens")
        return [_read(*each) for each in document["reads"]]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise UnreadableSightingError("Sealed reads are damaged", "Look at the watch that sends them") from error


def _read(
    account: object, at: object, table: object, keys: object, rows: object, workstation: object, source: object
) -> ReadSighting:
    if not isinstance(keys, list) or not (rows is None or (type(rows) is int and 0 <= rows <= _MOST_ROWS)):
        raise TypeError("not the form of a read")
    moment = datetime.fromisoformat(_text(at))
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return ReadSighting(
        _text(account),
        moment.astimezone(UTC),
        None if table is None else _text(table),
        tuple(map(_text, keys)),
        rows,
        None if workstation is None else _text(workstation),
        _text(source),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value))
    value.encode()
    return value
