"""The delivery loop when its own disk fails."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callback_server.alerts import Alert, Delivery, Pace, Registered, Retries, delivery
from callback_server.attributor import Attribution
from callback_server.settings import Settings
from callback_server.sighting import Sighting, new_id
from callback_server.store import AlertCounts, Explained, SqliteOutbox, SqliteReceivers, SqliteStore
from callback_server.worker.keys import foreign_store
from honeytokens.model import DecoyRef
from honeytokens.sealing import Box


class Breaking:
    """Takes alerts; at the first, the outbox becomes unusable before it can be settled."""

    name = "breaking"
    pace = Pace()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.taken: list[str] = []

    @classmethod
    def from_settings(cls, settings: Settings) -> Breaking | None:
        raise NotImplementedError

    async def deliver(self, alerts: Sequence[Alert]) -> None:
        self.taken += [alert.hit for alert in alerts]
        if len(self.taken) == 1:
            self.alter("ALTER TABLE alerts RENAME TO moved")

    async def close(self) -> None:
        pass

    def alter(self, statement: str) -> None:
        with sqlite3.connect(self.path) as other:
            other.execute(statement)
        other.close()


def test_an_outbox_that_fails_for_a_while_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_TROUBLE_PAUSE", 0.05)
    path = tmp_path / "store.sqlite3"
    box = Box([b"k" * 32], foreign_store)
    store, outbox = SqliteStore(path, box, b"p" * 32), SqliteOutbox(path)
    channel = Breaking(path)
    registered = Registered(SqliteReceivers(path, box, b"p" * 32), store, {"breaking": channel}, 5.0)
    seen = Sighting(new_id(), datetime.now(UTC), "http", "203.0.113.9", 1, "GET", "h", "/", "", ())
    store.add([Explained(seen, (Attribution(DecoyRef("autumn", 11), "Nord", 60.0, "web_link"),))])
    loop = Delivery(outbox, store, registered, Retries(9, 0.01, 0.01), timedelta(seconds=0.2))

    async def scenario() -> None:
        running = asyncio.create_task(loop.run())
        while not channel.taken:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert not running.done()
        channel.alter("ALTER TABLE moved RENAME TO alerts")
        while outbox.counts().delivered == 0:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(asyncio.wait_for(scenario(), 20))
    assert outbox.counts() == AlertCounts(waiting=0, delivered=1, dead=0)
    assert len(channel.taken) == 2
    assert len(set(channel.taken)) == 1
    store.close()
    outbox.close()
