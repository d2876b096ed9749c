"""What a store must do: five parts over one memory. Methods block; each object may be used from any thread.

Every method may raise ``ServiceError`` (the memory was changed, or is another keyring's) or the database's own error
(disk full, locked). One suite, ``tests/callback_server/test_store_contract.py``, holds every store to this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from callback_server.sighting import Sighting
from callback_server.store.records import (
    EVERY_HIT,
    Account,
    AlertCounts,
    Entry,
    Explained,
    HitCounts,
    HitFilter,
    IncidentFacts,
    IncidentState,
    Kind,
    Leased,
    Look,
    Receiver,
    StoredHit,
    StoredIncident,
    StoredSighting,
    Tally,
)
from honeytokens.model import DecoyRef


class Store(Protocol):
    """Sightings and hits. Nothing is dropped before its time."""

    def add(self, items: Sequence[Explained]) -> int:
        """Store sightings, their hits, incidents and alerts, durably and together; return how many hits are new.

        A sighting whose id is stored already is left as it is.
        """

    def tell(self, channels: Sequence[str], machines: Sequence[str]) -> None:
        """From now on owe an alert of each hit that is news to ``channels``, heartbeats only to the ``machines``."""

    def credit(self, item: Explained) -> None:
        """Make hits, with incidents and alerts, of a stored sighting that had none."""

    def unattributed(self, limit: int) -> Iterator[Sighting]:
        """Yield the newest sightings without a hit, newest first; they may be credited meanwhile."""

    def sightings(self, limit: int, before: int | None = None, channel: str | None = None) -> list[StoredSighting]:
        """Return sightings as they arrived, newest first: of a channel, and numbered below ``before``, if given."""

    def hits(self, limit: int, before: int | None = None, which: HitFilter = EVERY_HIT) -> list[StoredHit]:
        """Return hits by the time at which they were heard, newest first, those older than hit number ``before``."""

    def hit(self, number: int) -> StoredHit:
        """Return one hit."""

    def first_seen(self, decoy: DecoyRef, before: datetime) -> datetime | None:
        """Return when a decoy was first seen, if that was before a time."""

    def seen_since(self, decoy: DecoyRef, since: datetime) -> bool:
        """Return whether a decoy was seen at or after a time."""

    def counts(self, establishments: frozenset[str] | None = None) -> HitCounts:
        """Return how much is stored, of some establishments or of all; the time it takes does not grow with that."""

    def tallies(self, which: HitFilter = EVERY_HIT) -> list[Tally]:
        """Return hits of each hour and channel, oldest first; ``which`` may ask for anything but a source.

        Whole hours are counted: those in which ``since`` and ``until`` lie, too.
        """

    def erase(self, before: datetime) -> int:
        """Erase sightings from before a time, with their hits, but for incidents on hold; return how many."""


class Incidents(Protocol):
    """The hits of one leak, and what people decided and said about them. Hits join incidents in :meth:`Store.add`."""

    def all(
        self,
        limit: int,
        before: int | None = None,
        states: Sequence[str] = (),
        establishments: frozenset[str] | None = None,
    ) -> list[StoredIncident]:
        """Return incidents, newest first, of which the reader may see one of the ``establishments``."""

    def get(self, name: str, establishments: frozenset[str] | None = None) -> StoredIncident:
        """Return one incident; raise ``NotFoundError`` when there is none, or none that the reader may see."""

    def timeline(self, name: str) -> list[Entry]:
        """Return what was done about an incident, oldest first."""

    def note(self, name: str, entry: Entry) -> None:
        """Add a line to the timeline."""

    def decide(self, name: str, state: IncidentState, entry: Entry) -> None:
        """Change an incident's state, and say so in its timeline."""

    def hold(self, name: str, held: bool, entry: Entry) -> None:
        """Keep an incident from being erased when its time is over, or let go of it."""

    def record(self, name: str, facts: IncidentFacts, entry: Entry) -> None:
        """Record what people know."""


class Accounts(Protocol):
    """Who may look and decide, and the trail of what each of them saw and did; sealed, since it names people."""

    def save(self, account: Account, key: str | None = None) -> None:
        """Add an account, or replace the one of its name; ``key`` is an API key's whole text, which is not kept."""

    def find(self, kind: Kind, presented: str) -> Account | None:
        """Return the account of a name, or of an API key."""

    def all(self) -> list[Account]:
        """Return every account, by name, without its secret."""

    def remove(self, name: str) -> None:
        """Remove an account; raise ``NotFoundError`` when there is none of that name."""

    def log(self, who: str, what: str) -> None:
        """Add a line to the trail."""

    def trail(self, limit: int, before: int | None = None) -> list[Look]:
        """Return the trail, newest first."""


class Receivers(Protocol):
    """The webhooks that were added while the service ran; sealed, since addresses and secrets open doors."""

    def save(self, receiver: Receiver) -> None:
        """Add a webhook, or replace the one of its name."""

    def all(self) -> list[Receiver]:
        """Return every webhook, by name."""


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

    def resend(self, now: datetime, channel: str | None = None) -> int:
        """Make every dead alert due again, of one channel or of all, its attempts forgotten; return how many."""

    def counts(self, channel: str | None = None) -> AlertCounts:
        """Return how many alerts are in each state, of one channel or of all."""
