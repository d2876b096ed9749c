"""The front's life: read the public key, open the spool, hear until told to stop."""

from __future__ import annotations

import asyncio
import socket

from callback_server.channels import CHANNELS
from callback_server.errors import ServiceError
from callback_server.front.intake import Intake
from callback_server.processes import run_beside, say, start_logging, stop_on_signals, stop_with_parent
from callback_server.sealing import Sealer
from callback_server.serving import url_of
from callback_server.settings import Settings
from callback_server.spool import Spool


def run_front(settings: Settings, listener: socket.socket, *, supervised: bool) -> None:
    """Serve the beacon on a bound socket until SIGTERM or SIGINT; raise :class:`ServiceError` when it cannot start."""
    start_logging(settings.log_level)
    try:
        sealer = Sealer.from_text(settings.public_key_path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"The worker's public key cannot be read from {settings.public_key_path}", "Run: callback-server init"
        ) from error
    spool = Spool(settings.spool_path)
    try:
        asyncio.run(_hear(Intake(spool, sealer), listener, supervised=supervised))
    finally:
        spool.close()


async def _hear(intake: Intake, listener: socket.socket, *, supervised: bool) -> None:
    stop = stop_on_signals()
    address = url_of(listener)
    hearing = CHANNELS["http"]().run(listener, intake, stop, lambda: say(f"front listening on {address}"))
    others = [intake.write()]
    if supervised:
        others.append(stop_with_parent(stop))
    await run_beside(hearing, *others)
