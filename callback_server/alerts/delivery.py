"""The delivery loop: lease what is due, send it, settle it. An alert ends delivered or dead, never forgotten."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from callback_server.alerts.interface import Alert, AlertChannel
from callback_server.errors import DeliveryError
from callback_server.store import Leased, Outbox, Store
from honeytokens.errors import HoneytokensError

_AT_ONCE = 16
_LOOK_EVERY = 0.25
_TROUBLE_PAUSE = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long to try: the delay doubles from ``first`` to ``longest`` seconds, ±50% at random.

    The randomness keeps alerts that failed together from coming back together.
    """

    attempts: int
    first: float
    longest: float

    def delay(self, attempts: int) -> timedelta:
        """Return the wait after so many attempts."""
        base = min(self.longest, self.first * 2.0 ** min(attempts - 1, 60))
        return timedelta(seconds=base * random.uniform(0.5, 1.5))  # noqa: S311 - no secret


class Delivery:
    """Delivers alerts through ``channels``, each under the name that the outbox knows it by.

    ``lease`` must outlast a channel's own timeout; an alert whose deliverer died is due again after it.
    """

    def __init__(
        self, outbox: Outbox, store: Store, channels: Mapping[str, AlertChannel], retries: Retries, lease: timedelta
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._channels = channels
        self._retries = retries
        self._lease = lease

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            pause = _LOOK_EVERY
            try:
                if await self.deliver_due():
                    pause = 0.0
            except* sqlite3.Error as errors:
                _log.error("the outbox cannot be used: %s; free its disk", errors.exceptions[0])
                pause = _TROUBLE_PAUSE
            await asyncio.sleep(pause)

    async def deliver_due(self) -> int:
        """Try every alert that is due, several at once; return how many there were."""
        leased = await asyncio.to_thread(self._outbox.lease, datetime.now(UTC), self._lease, _AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for one in leased:
                group.create_task(self._deliver(one))
        return len(leased)

    async def _deliver(self, leased: Leased) -> None:
        try:
            alert = Alert.of(await asyncio.to_thread(self._store.hit, leased.hit))
            await self._channel(leased.channel).deliver(alert)
        except HoneytokensError as error:
            await asyncio.to_thread(self._put_off, leased, error.problem)
        else:
            await asyncio.to_thread(self._outbox.delivered, leased.number)
            _log.info("alert %d delivered at attempt %d", leased.number, leased.attempts)

    def _channel(self, name: str) -> AlertChannel:
        if name not in self._channels:
            raise DeliveryError(f"The {name} is not configured any more", "Configure it, then resend")
        return self._channels[name]

    def _put_off(self, leased: Leased, problem: str) -> None:
        if leased.attempts >= self._retries.attempts:
            self._outbox.bury(leased.number, problem)
            _log.error("alert %d given up: %s; mend it, then: callback-server alerts resend", leased.number, problem)
            return
        delay = self._retries.delay(leased.attempts)
        self._outbox.postpone(leased.number, datetime.now(UTC) + delay, problem)
        _log.warning("alert %d put off by %.0f s: %s", leased.number, delay.total_seconds(), problem)
