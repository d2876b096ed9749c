"""The heartbeat: a link of no decoy is fetched through the front, and its silence is news.

It goes the whole way: name look-up, proxy, front, spool, worker, outbox, receivers. So a receiver that counts
heartbeats notices when anything on that way is broken, the worker included.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from callback_server.attributor import Attribution
from callback_server.sighting import Sighting, new_id
from callback_server.store import Explained, Store
from honeytokens.model import DecoyRef, KnownBy, Watched

HEARTBEAT = DecoyRef("heartbeat", 0)
_ARRIVES = 60.0
"""Seconds within which a fetched link must be in the store."""
_LOOK = 0.5

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Heartbeat:
    """Fetches ``url``'s test link each ``every`` seconds. ``problems`` is told of silence.

    ``key`` is the 32-byte key that the link's name is drawn by.
    """

    url: str
    every: float
    key: bytes = field(repr=False)
    store: Store
    problems: dict[str, str]
    arrives: float = _ARRIVES

    @property
    def link(self) -> str:
        """The test link; nobody can guess its name, and nothing but this service asks for it."""
        return f"{self.url.rstrip('/')}/{hashlib.blake2b(b'heartbeat', key=self.key, digest_size=10).hexdigest()}"

    @property
    def watched(self) -> Watched:
        """What the attributor must know of it."""
        return Watched(KnownBy.WEB_LINK, self.link, HEARTBEAT, "", 80.0)

    async def beat(self) -> None:
        """Fetch the link from time to time, for ever."""
        while True:
            await self.once()
            await asyncio.sleep(self.every)

    async def once(self) -> None:
        """Fetch the link and wait until it is stored; raise an alert about silence when it is not in time."""
        asked = datetime.now(UTC) - timedelta(seconds=1)
        try:
            context = ssl.create_default_context()
            async with httpx.AsyncClient(timeout=10.0, trust_env=False, verify=context) as client:
                await client.get(self.link, headers={"User-Agent": "heartbeat"})
        except httpx.HTTPError as error:
            _log.error("the heartbeat's link cannot be fetched (%s)", type(error).__name__)
        for _ in range(max(1, int(self.arrives / _LOOK))):
            if await asyncio.to_thread(self.store.seen_since, HEARTBEAT, asked):
                self.problems.pop("heartbeat", None)
                return
            await asyncio.sleep(_LOOK)
        if "heartbeat" not in self.problems:
            await asyncio.to_thread(self._tell)
        self.problems["heartbeat"] = "the test decoy was not heard"

    def _tell(self) -> None:
        now = datetime.now(UTC)
        silence = Sighting(new_id(), now, "worker", "", 0, "SILENCE", "", "", "", ())
        self.store.add([Explained(silence, (Attribution(HEARTBEAT, "", 0.0, "silence"),))])
