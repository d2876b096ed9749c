"""What a store must do. Methods block; each object may be used from any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from callback_server.attributor import Attribution
from callback_server.sighting import Sighting


@dataclass(frozen=True, slots=True)
class StoredHit:
    """A hit as it is shown. ``number`` orders hits by arrival; ``name`` is opaque, for alerts and people."""

    number: int
    name: str
    sighting: Sighting
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class HitCounts:
    """How much is stored; ``unattributed`` are the sightings that betray no decoy."""

    hits: int
    unattributed: int


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts are still owed (``waiting``), were taken (``delivered``) or given up (``dead``)."""

    waiting: int
    delivered: int
    dead: int


@dataclass(frozen=True, slots=True)
class Leased:
    """An alert handed to one deliverer for a while. ``attempts`` counts this one."""

    number: int
    hit: int
    channel: str
    attempts: int


class Store(Protocol):
    """Sightings and hits. Nothing is ever dropped."""

    def add(self, items: Sequence[tuple[Sighting, Attribution | None]]) -> int:
        """Store sightings, their hits and the hits' alerts, durably and together; return how many hits are new.

        A sighting whose id is stored already is left as it is.
        """

    def credit(self, sighting_id: str, attribution: Attribution) -> None:
        """Make a hit, with its alerts, of a stored sighting that had none."""

    def unattributed(self, limit: int) -> list[Sighting]:
        """Return the newest sightings without a hit, newest first."""

    def hits(self, limit: int, before: int | None = None) -> list[StoredHit]:
        """Return hits, newest first, those numbered below ``before`` if it is given."""

    def hit(self, number: int) -> StoredHit:
        """Return one hit."""

    def counts(self) -> HitCounts:
        """Count what is stored."""


class Outbox(Protocol):
    """Alerts that are owed. A row stays until it is delivered or dead, and dead ones stay visible."""

    def lease(self, now: datetime, lasting: timedelta, limit: int) -> list[Leased]:
        """Take alerts that are due; one that is not settled within ``lasting`` is due again."""

    def delivered(self, number: int) -> None:
        """Settle an alert that was taken."""

    def postpone(self, number: int, due: datetime, problem: str) -> None:
        """Have an alert tried again from ``due`` on."""

    def bury(self, number: int, problem: str) -> None:
        """Give an alert up; it stays, and can be sent again."""

    def resend(self, now: datetime) -> int:
        """Make every dead alert due again, its attempts forgotten; return how many."""

    def counts(self) -> AlertCounts:
        """Count alerts by state."""
