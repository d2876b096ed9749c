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


@dataclass(frozen=True, slots=True)
class AccountFinding:
    """How well the reads of one account, known by a number alone, explain which decoys leaked.

    ``leaked_read`` of the ``leaked`` decoys are among the ``read`` decoys that it had read by then; ``usual`` is the
    share of those that leaked. ``odds`` are against chance, ``probability`` that it was this account, ``chance`` how
    likely an account of as many reads, any of them, would hold so many leaked ones. ``alternatives`` are other
    readings: ``another_account``, ``usual_work``, ``stolen_identity``, ``logs_incomplete``.
    """

    number: int
    leaked_read: int
    leaked: int
    read: int
    usual: float
    odds: float
    probability: float
    chance: float
    alternatives: tuple[str, ...]
