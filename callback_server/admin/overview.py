"""What the page and its JSON show, read from the store at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from callback_server.store import AlertCounts, HitCounts, Outbox, Store, StoredHit


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
    """What may be shown. ``problems`` holds, under a short key, what keeps the worker from being ready."""

    store: Store
    outbox: Outbox
    problems: dict[str, str] = field(default_factory=dict)
    unopened: int = 0

    def overview(self, limit: int, before: int | None) -> Overview:
        """Read one page of hits; may raise ``sqlite3.Error``."""
        hits = self.store.hits(limit + 1, before)
        return Overview(
            hits=hits[:limit],
            before=hits[limit - 1].number if len(hits) > limit else None,
            counts=self.store.counts(),
            alerts=self.outbox.counts(),
            unopened=self.unopened,
        )
