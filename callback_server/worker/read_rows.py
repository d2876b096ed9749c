"""Reads that a watch handed over: what is of decoys is kept, and every read of unnamed rows; the rest is dropped.

A read of unnamed rows of a seeded table read decoys, too, if it read many: it is a hit of no decoy in particular.

A hospital's audit log names real patients' rows by the thousand: none of their keys is ever stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
from dataclasses import replace

from callback_server.attributor import Attribution, Attributor
from callback_server.errors import UnreadableSightingError
from callback_server.reads import HOOK_TYPE, decode_reads
from callback_server.sealing import Opener
from callback_server.sighting import Sighting, delivered_id
from honeytokens.model import DecoyRef, ReadSighting

CHANNEL = "watch"

_log = logging.getLogger(__name__)


BULK = "bulk-read"
"""The campaign that stands for decoys that nobody named; its serials stand for who read which table."""
_BULK_BITS = 64.0
"""As of a row that a log names: the log says so."""


def is_reads(sighting: Sighting) -> bool:
    """Return whether a signed webhook carries reads."""
    return f'"{HOOK_TYPE}"'.encode() in sighting.body[:200]


def rows_read(
    delivery: Sighting, opener: Opener, attributor: Attributor, bulk_rows: int
) -> list[tuple[Sighting, tuple[Attribution, ...]]]:
    """Return the reads of decoys, each with the decoys read, and the reads that name no row; nothing of the others.

    A read of ``bulk_rows`` unnamed rows or more, or of nobody knows how many, is a hit.

    A delivery that cannot be opened gives nothing: it was signed by a watch, and sealed to somebody else.
    """
    try:
        sealed = base64.b64decode(json.loads(delivery.body)["sealed"], validate=True)
        reads = decode_reads(opener.open(sealed))
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError, UnreadableSightingError) as error:
        _log.error("a delivery of reads cannot be opened: %s; give the watch this worker's public key", error)
        return []
    kept = []
    for number, read in enumerate(reads):
        sighting = _sighting(delivery, number, read)
        known = [key for key in read.keys if attributor.attribute(replace(sighting, body=json.dumps([key]).encode()))]
        if known or not read.keys:
            whole = replace(sighting, body=json.dumps(known).encode())
            kept.append((whole, attributor.attribute(whole) if known else _bulk(read, bulk_rows)))
    return kept


def read_of(sighting: Sighting) -> ReadSighting:
    """Return the read that a kept sighting of the watch is; its keys are those of decoys alone."""
    rows = sighting.header("rows")
    return ReadSighting(
        account=sighting.header("account") or "",
        at=sighting.at,
        table=sighting.host or None,
        keys=tuple(json.loads(sighting.body)),
        rows=None if rows is None else int(rows),
        workstation=sighting.peer or None,
        source=sighting.header("log") or "",
    )


def _bulk(read: ReadSighting, bulk_rows: int) -> tuple[Attribution, ...]:
    if read.rows is not None and read.rows < bulk_rows:
        return ()
    who = hashlib.blake2b(f"{read.account}\n{read.table}".encode(), digest_size=6).digest()
    return (Attribution(DecoyRef(BULK, int.from_bytes(who)), "", _BULK_BITS, "bulk_read"),)


def _sighting(delivery: Sighting, number: int, read: ReadSighting) -> Sighting:
    facts = [("account", read.account), ("log", read.source), ("received", delivery.at.isoformat())]
    if read.rows is not None:
        facts.append(("rows", str(read.rows)))
    return Sighting(
        id=delivered_id(delivery.id, str(number)),
        at=read.at,
        channel=CHANNEL,
        peer=read.workstation or "",
        peer_port=0,
        method="READ" if read.keys else "BULK READ",
        host=read.table or "",
        path="",
        query="",
        headers=tuple(facts),
    )
