"""The delivery loop: lease what is due, send it, settle it. An alert ends delivered or dead, never forgotten."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from callback_server.alerts.interface import Alert, AlertChannel
from callback_server.alerts.registered import Registered
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


@dataclass(slots=True)
class Delivery:
    """Delivers alerts through the channels that are ``registered``, each under the name that the outbox knows it by.

    ``lease`` must outlast a channel's own timeout; an alert whose deliverer died is due again after it.
    """

    outbox: Outbox
    store: Store
    registered: Registered
    retries: Retries
    lease: timedelta
    _sent: dict[str, datetime] = field(default_factory=dict)

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
        """Try every alert that is due on a channel that may speak now; return how many there were."""
        now = datetime.now(UTC)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._deliver_channel(name, channel, now))
                for name, channel in self.registered.channels.items()
                if channel.pace.speaks(now, self._sent.get(name))
            ]
        return sum(task.result() for task in tasks)

    async def _deliver_channel(self, name: str, channel: AlertChannel, now: datetime) -> int:
        together = channel.pace.together
        leased = await asyncio.to_thread(self.outbox.lease, name, now, self.lease, max(_AT_ONCE, together))
        if leased and together > 1:
            self._sent[name] = now
        async with asyncio.TaskGroup() as group:
            for start in range(0, len(leased), together):
                group.create_task(self._deliver(channel, leased[start : start + together]))
        return len(leased)

    async def _deliver(self, channel: AlertChannel, leased: Sequence[Leased]) -> None:
        numbers = [each.number for each in leased]
        try:
            alerts = [Alert.of(await asyncio.to_thread(self.store.hit, each.hit)) for each in leased]
            await channel.deliver(alerts)
        except HoneytokensError as error:
            await asyncio.to_thread(self._put_off, leased, error.problem)
        else:
            await asyncio.to_thread(self.outbox.delivered, numbers)
            _log.info("%d alerts delivered by %s", len(numbers), leased[0].channel)

    def _put_off(self, leased: Sequence[Leased], problem: str) -> None:
        given_up = [each.number for each in leased if each.attempts >= self.retries.attempts]
        if given_up:
            self.outbox.bury(given_up, problem)
            _log.error("%d alerts given up: %s; mend it, then: callback-server alerts resend", len(given_up), problem)
        later = [each for each in leased if each.attempts < self.retries.attempts]
        if later:
            delay = self.retries.delay(max(each.attempts for each in later))
            self.outbox.postpone([each.number for each in later], datetime.now(UTC) + delay, problem)
            _log.warning("%d alerts put off by %.0f s: %s", len(later), delay.total_seconds(), problem)
