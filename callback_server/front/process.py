"""The front's life: read the public key, open the spool, hear until told to stop, and grow old within a minute."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from callback_server.channels import CHANNELS, Channel, configured
from callback_server.errors import ServiceError
from callback_server.front.intake import Intake
from callback_server.processes import OLD, READY, run_beside, say, start_logging, stop_on_signals, stop_with_parent
from callback_server.sealing import Sealer
from callback_server.settings import Settings
from callback_server.spool import Spool

_SUCCESSION = 10.0
"""Seconds that a successor is given to take over, before this process ends without one."""


def run_front(settings: Settings, sockets: Mapping[str, Sequence[socket.socket]], tells: int) -> None:
    """Serve every channel on its bound sockets until SIGTERM or SIGINT, or until the supervisor is gone.

    ``tells`` is the descriptor that tells the supervisor of readiness and old age. Raises :class:`ServiceError` when it
    cannot start.
    """
    start_logging(settings.log_level)
    try:
        sealer = Sealer.from_text(settings.public_key_path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"The worker's public key cannot be read from {settings.public_key_path}", "Run: callback-server init"
        ) from error
    channels = configured(settings)
    spool = Spool(settings.spool_path)
    try:
        asyncio.run(_hear(channels, sockets, Intake(spool, sealer), settings.front_lifetime, tells))
    finally:
        spool.close()


async def _hear(
    channels: Mapping[str, Channel],
    sockets: Mapping[str, Sequence[socket.socket]],
    intake: Intake,
    lifetime: float,
    tells: int,
) -> None:
    stop = stop_on_signals()
    silent = set(channels)

    def ready(name: str) -> Callable[[str], None]:
        def tell(url: str) -> None:
            say(f"front listening on {url}")
            silent.discard(name)
            if not silent:
                _tell(tells, READY)

        return tell

    async def hearing() -> None:
        async with asyncio.TaskGroup() as group:
            for name in CHANNELS:
                if name in channels:
                    group.create_task(channels[name].run(sockets[name], intake, stop, ready(name)))

    await run_beside(hearing(), intake.write(), stop_with_parent(stop), _age(intake, lifetime, tells, stop))


async def _age(intake: Intake, lifetime: float, tells: int, stop: asyncio.Event) -> None:
    """Make way for a successor some seconds after the first sighting: memory that is gone cannot be read."""
    await intake.begun.wait()
    await asyncio.sleep(lifetime)
    _tell(tells, OLD)
    await asyncio.sleep(_SUCCESSION)
    stop.set()


def _tell(descriptor: int, what: bytes) -> None:
    with suppress(BrokenPipeError):
        os.write(descriptor, what)
