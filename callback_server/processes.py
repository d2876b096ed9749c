"""What both processes do alike: logs on standard error, stopping on a signal, stopping with the parent."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine

READY, OLD = b"r", b"o"
"""What a process tells its supervisor: that it hears, that it should be followed by another."""

_PARENT_CHECK = 1.0


def start_logging(level: str) -> None:
    """Log to standard error. Libraries speak from warnings up: httpx, for one, logs whole URLs.

    uvicorn speaks of errors only, since it warns of each malformed request: a stranger could fill the disk.
    """
    logging.basicConfig(stream=sys.stderr, level="WARNING", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel("ERROR")
    logging.getLogger("mail.log").setLevel("CRITICAL")  # aiosmtpd's, which would name recipients
    logging.getLogger("callback_server").setLevel(level.upper())


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def stop_with_parent(stop: asyncio.Event) -> None:
    """Set ``stop`` once the process that started this one is gone, so that no orphan keeps a port."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_CHECK)
    stop.set()


def say(line: str) -> None:
    """Tell the operator, at once, on standard output."""
    print(line, flush=True)


async def run_beside(main: Coroutine[object, object, None], *others: Coroutine[object, object, None]) -> None:
    """Run ``main`` to its end with ``others`` beside it; when one of them fails, everything ends with its error."""
    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(other) for other in others]
        await main
        for task in beside:
            task.cancel()
