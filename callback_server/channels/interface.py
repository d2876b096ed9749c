"""What a channel must do: hear on its own address and hand every sighting over before it answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Protocol, Self

from callback_server.channels.budget import Budget
from callback_server.settings import Settings
from callback_server.sighting import Sighting


class Recorder(Protocol):
    """Where a channel hands its sightings, and asks for room for their bodies."""

    bodies: Budget

    async def record(self, sighting: Sighting) -> None:
        """Return once the sighting is durable; raise ``NotRecordedError`` when it could not be made so."""


class Channel(Protocol):
    """One way in which decoys are heard.

    A channel runs in the front: it holds no key, knows no decoy, answers all alike and never acknowledges a sighting
    that was not recorded. Nothing of a request goes to a log.
    """

    name: str
    """Written in each of its sightings."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the channel as configured, or ``None`` when it is off; raise ``ServiceError`` when it is half so."""

    def bind(self) -> list[socket.socket]:
        """Return the sockets of its address; raise ``ServiceError`` when it is taken or not ours."""

    async def run(
        self, sockets: Sequence[socket.socket], recorder: Recorder, stop: asyncio.Event, on_ready: Callable[[str], None]
    ) -> None:
        """Hear on ``sockets`` until ``stop`` is set; call ``on_ready`` with its URL once it hears."""
