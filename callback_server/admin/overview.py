"""What the pages and the API show, read from the store at one moment, and what they may ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from callback_server.alerts import Registered
from callback_server.desk import Desk
from callback_server.freezer import Freezer
from callback_server.sighting import Sighting
from callback_server.store import (
    EVERY_HIT,
    AlertCounts,
    HitCounts,
    HitFilter,
    Incidents,
    Outbox,
    SqliteEvidence,
    Store,
    StoredHit,
)


@dataclass(frozen=True, slots=True)
class Overview:
    """Hits, newest first, and the counts. ``before`` names the next page and is ``None`` on the last."""

    hits: list[StoredHit]
    before: int | None
    counts: HitCounts
    alerts: AlertCounts
    unopened: int


@dataclass(slots=True)
class Panel:
    """What may be shown and asked. ``problems`` holds, under a short key, what keeps the worker from being ready.

    ``hand_over`` takes what came by the API.
    """

    store: Store
    outbox: Outbox
    incidents: Incidents
    desk: Desk
    webhooks: Registered
    hand_over: Callable[[Sighting], None]
    freezer: Freezer
    evidence: SqliteEvidence
    problems: dict[str, str] = field(default_factory=dict)
    unopened: int = 0

    def overview(self, limit: int, before: int | None, which: HitFilter = EVERY_HIT) -> Overview:
        """Read one page of hits; may raise ``sqlite3.Error``."""
        hits = self.store.hits(limit + 1, before, which)
        return Overview(
            hits=hits[:limit],
            before=hits[limit - 1].number if len(hits) > limit else None,
            counts=self.store.counts(which.establishments),
            alerts=self.outbox.counts(),
            unopened=self.unopened,
        )
