"""What an audit log tells of reading: which account read which records, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReadSighting:
    """One read that a log of a hospital system or of its database tells of.

    ``account`` and ``workstation`` are as the log writes them. ``keys`` are the primary keys of the rows read, in the
    log's own writing, as text; empty where the log names none. ``rows`` is how many rows were read where the log says
    so (an export of unnamed rows), at least ``len(keys)``. ``source`` names the log, for the reader of a report.
    """

    account: str
    at: datetime
    table: str | None
    keys: tuple[str, ...] = ()
    rows: int | None = None
    workstation: str | None = None
    source: str = ""
