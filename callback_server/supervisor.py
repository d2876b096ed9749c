"""Both processes under one: start the worker, then the front; start again what dies; stop both in good order.

This process binds the addresses and hands them down, so that while a dead child is started again its clients wait
instead of being refused. It holds what unlocks the keyring only to hand it to the worker, and opens no key itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable
from contextlib import ExitStack
from pathlib import Path

from callback_server.channels import configured
from callback_server.children import Child, Running
from callback_server.processes import start_logging, stop_on_signals
from callback_server.serving import bind
from callback_server.settings import Settings
from honeytokens.locks import Lock

_REFUSED = frozenset({2, 3})
"""Exit codes of a child that said why it cannot run: to start it again would not help."""
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
_STEADY = 60.0
"""A child that lived for so many seconds is started again after the first delay."""
_KEY_LOOK = 0.05

_NOT_FOR_THE_FRONT = (
    "CREDENTIALS_DIRECTORY",
    *(
        f"CALLBACK_SERVER_{name}"
        for name in (
            "HOME",
            "PASSPHRASE_FILE",
            "KEY_FILE",
            "KEY_COMMAND",
            "WEBHOOK_SECRET_FILE",
            "HOOK_SECRET_FILES",
            "OIDC",
        )
    ),
)

_log = logging.getLogger(__name__)


class _Supervisor:
    """Keeps children alive until told to stop, or until one of them refuses to run."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._leaving: set[asyncio.Task[None]] = set()
        self.refused = False

    async def keep(self, child: Child) -> None:
        """Run one child, over and over; one that grows old is followed by the next before it ends."""
        loop = asyncio.get_running_loop()
        delay = _FIRST_DELAY
        while not self._stop.is_set():
            started = loop.time()
            running = await self._succeed(child, await child.start())
            if self._stop.is_set():
                await asyncio.gather(running.end(), *self._leaving)
                return
            if running.process.returncode in _REFUSED:
                self.refused = True
                self._stop.set()
                return
            if loop.time() - started > _STEADY:
                delay = _FIRST_DELAY
            _log.error("the %s ended (%s); it starts again in %.1f s", child.name, running.process.returncode, delay)
            await self._first(asyncio.sleep(delay))
            delay = min(2 * delay, _LONGEST_DELAY)

    async def _succeed(self, child: Child, running: Running) -> Running:
        """Replace a child each time that it grows old; return the one that ended, or that runs as we stop."""
        while True:
            await self._first(running.process.wait(), running.old.wait())
            if self._stop.is_set() or not running.old.is_set():
                return running
            successor = await child.start()
            await self._first(successor.ready.wait(), successor.process.wait())
            task = asyncio.create_task(running.end())
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
            running = successor

    async def keep_after(self, needed: Path, child: Child) -> None:
        """Run a child once a file that it needs is there."""
        while not needed.exists() and not self._stop.is_set():
            await self._first(asyncio.sleep(_KEY_LOOK))
        await self.keep(child)

    async def _first(self, *events: Awaitable[object]) -> None:
        """Wait for one of the events or for the stop, whichever comes first."""
        tasks = [asyncio.ensure_future(event) for event in (*events, self._stop.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


def run_both(settings: Settings, config: Path | None, lock: Lock) -> bool:
    """Run front and worker until SIGTERM or SIGINT; return whether they stopped because we asked.

    Both read ``config`` themselves. Raises ``ServiceError`` when an address is taken. When a child refuses to run it
    has said why on standard error, the other is stopped, and the answer is ``False``.
    """
    start_logging(settings.log_level)
    with ExitStack() as stack:
        front = _front(settings, config, stack)
        shows = stack.enter_context(bind(settings.admin_host, settings.admin_port))
        handed = [f"--home={settings.home}", f"--{lock.name}-fd=0"]
        arguments = [*_shared(settings, config), *handed]
        worker = Child("worker", arguments, {"admin": [shows]}, dict(os.environ), lock.written)
        return asyncio.run(_run(settings.public_key_path, front, worker))


def run_front_alone(settings: Settings, config: Path | None) -> bool:
    """Run the front, and its successors, on a machine or under an account that has no worker."""
    start_logging(settings.log_level)
    with ExitStack() as stack:
        return asyncio.run(_run(None, _front(settings, config, stack)))


def _front(settings: Settings, config: Path | None, stack: ExitStack) -> Child:
    sockets = {name: channel.bind() for name, channel in configured(settings).items()}
    for bound in sockets.values():
        for each in bound:
            stack.enter_context(each)
    return Child("front", _shared(settings, config), sockets, _without_secrets(dict(os.environ)))


def _shared(settings: Settings, config: Path | None) -> list[str]:
    return [f"--data-dir={settings.data_dir}", *([f"--config={config}"] if config else [])]


async def _run(public_key: Path | None, front: Child, worker: Child | None = None) -> bool:
    stop = stop_on_signals()
    supervisor = _Supervisor(stop)
    keeping = [supervisor.keep_after(public_key, front) if public_key else supervisor.keep(front)]
    if worker is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, worker.send, signal.SIGHUP)
        keeping.append(supervisor.keep(worker))
    await asyncio.gather(*keeping)
    return not supervisor.refused


def _without_secrets(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment without what could lead the front to a key."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("HONEYTOKENS_") and name not in _NOT_FOR_THE_FRONT
    }
