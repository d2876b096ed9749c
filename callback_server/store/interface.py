"""What a store must do. Methods block; each object may be used from any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from callback_server.attributor import Attribution
from callback_server.noise import Noise
from callback_server.sighting import Sighting
from honeytokens.model import DecoyRef


@dataclass(frozen=True, slots=True)
class Explained:
    """A sighting, the decoys that it betrays, and, when it is no news, why."""

    sighting: Sighting
    attributions: tuple[Attribution, ...] = ()
    noise: Noise | None = None
    source: str = ""
    """The address that is behind it, as far as is known."""
    place: Mapping[str, str] = field(default_factory=dict)
    """What the operator's files say of that address: country, network, operator ..."""


@dataclass(frozen=True, slots=True)
class StoredHit:
    """A hit as it is shown. ``number`` orders hits by arrival; ``name`` is opaque, for alerts and people."""

    number: int
    name: str
    sighting: Sighting
    attribution: Attribution
    noise: Noise | None = None
    source: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSighting:
    """A sighting as it is shown; ``number`` orders them by arrival, ``hits`` are those that it became."""

    number: int
    sighting: Sighting
    noise: str | None
    hits: int


@dataclass(frozen=True, slots=True)
class HitFilter:
    """Which hits: all of them, or those that agree with everything given. ``None`` asks nothing.

    ``establishments`` are those that the reader may see.
    """

    establishments: frozenset[str] | None = None
    incident: str | None = None
    channel: str | None = None
    noise: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None


EVERY_HIT = HitFilter()


@dataclass(frozen=True, slots=True)
class HitCounts:
    """How much is stored; ``unattributed`` are the sightings that betray no decoy, ``noise`` the hits that are none."""

    hits: int
    unattributed: int
    noise: int = 0


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
    """Sightings and hits. Nothing is dropped before its time."""

    def add(self, items: Sequence[Explained]) -> int:
        """Store sightings, their hits, incidents and alerts, durably and together; return how many hits are new.

        A sighting whose id is stored already is left as it is.
        """

    def credit(self, item: Explained) -> None:
        """Make hits, with incidents and alerts, of a stored sighting that had none."""

    def unattributed(self, limit: int) -> list[Sighting]:
        """Return the newest sightings without a hit, newest first."""

    def sightings(self, limit: int, before: int | None = None) -> list[StoredSighting]:
        """Return sightings, newest first, those numbered below ``before`` if it is given."""

    def hits(self, limit: int, before: int | None = None, which: HitFilter = EVERY_HIT) -> list[StoredHit]:
        """Return hits, newest first, those numbered below ``before`` if it is given."""

    def hit(self, number: int) -> StoredHit:
        """Return one hit."""

    def first_seen(self, decoy: DecoyRef, before: datetime) -> datetime | None:
        """Return when a decoy was first seen, if that was before a time."""

    def seen_since(self, decoy: DecoyRef, since: datetime) -> bool:
        """Return whether a decoy was seen at or after a time."""

    def counts(self) -> HitCounts:
        """Count what is stored."""

    def erase(self, before: datetime) -> int:
        """Erase sightings from before a time, with their hits, but for incidents on hold; return how many."""


class Outbox(Protocol):
    """Alerts that are owed. A row stays until it is delivered or dead, and dead ones stay visible."""

    def lease(self, channel: str, now: datetime, lasting: timedelta, limit: int) -> list[Leased]:
        """Take a channel's alerts that are due; one that is not settled within ``lasting`` is due again."""

    def delivered(self, numbers: Sequence[int]) -> None:
        """Settle alerts that were taken."""

    def postpone(self, numbers: Sequence[int], due: datetime, problem: str) -> None:
        """Have alerts tried again from ``due`` on."""

    def bury(self, numbers: Sequence[int], problem: str) -> None:
        """Give alerts up; they stay, and can be sent again."""

    def resend(self, now: datetime) -> int:
        """Make every dead alert due again, its attempts forgotten; return how many."""

    def counts(self) -> AlertCounts:
        """Count alerts by state."""
