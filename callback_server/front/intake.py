"""From channels to the spool: seal, commit in groups, and only then let the channel answer."""

from __future__ import annotations

import asyncio
import logging
import sqlite3

from callback_server.channels.budget import Budget
from callback_server.errors import NotRecordedError
from callback_server.sealing import Sealer
from callback_server.sighting import Sighting, encode_group
from callback_server.spool import Spool

_GROUP = 256
_WAITING = 4_096
_PAUSE = 0.5
"""Seconds without a try after a failed commit, so that a full disk does not fill the log as well."""

_log = logging.getLogger(__name__)


class Intake:
    """Takes sightings from any number of channels; one writer commits them in groups.

    One commit serves all who wait, so the rate is not bound to the disk's time for one sync. ``begun`` is set by the
    first sighting.
    """

    def __init__(self, spool: Spool, sealer: Sealer) -> None:
        self._spool = spool
        self._sealer = sealer
        self.begun = asyncio.Event()
        self.bodies = Budget()
        self._waiting: asyncio.Queue[tuple[Sighting, asyncio.Future[None]]] = asyncio.Queue(_WAITING)

    async def record(self, sighting: Sighting) -> None:
        """Return once the sighting is durable; raise :class:`NotRecordedError` when it could not be made so."""
        self.begun.set()
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((sighting, durable))
        await durable

    async def write(self) -> None:
        """Commit what waits, for ever; cancel it when no channel runs any more."""
        while True:
            group = [await self._waiting.get()]
            while len(group) < _GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            try:
                await asyncio.to_thread(self._commit, [sighting for sighting, _ in group])
            except sqlite3.Error as error:
                _log.error("the spool refused %d sightings: %s; free its disk", len(group), error)
                self._settle(group, NotRecordedError("A sighting could not be recorded", "Free the spool's disk"))
                await asyncio.sleep(_PAUSE)
            else:
                self._settle(group, None)

    def _commit(self, sightings: list[Sighting]) -> None:
        """Seal a group at once: most of what sealing takes is the key agreement, whatever is sealed."""
        self._spool.append(self._sealer.seal(encode_group(sightings)))

    @staticmethod
    def _settle(group: list[tuple[Sighting, asyncio.Future[None]]], error: NotRecordedError | None) -> None:
        for _, durable in group:
            if durable.done():  # its client has left
                continue
            if error is None:
                durable.set_result(None)
            else:
                durable.set_exception(error)
