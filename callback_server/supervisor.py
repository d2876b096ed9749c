"""Both processes under one: start the worker, then the front; start again what dies; stop both in good order.

This process binds the two addresses and hands them down, so that while a dead child is started again its clients wait
instead of being refused. It holds what unlocks the keyring only to hand it to the worker, and opens no key itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

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
_STOP_SECONDS = 15.0
_KEY_LOOK = 0.05

_TO_THE_KEYRING = (
    "CREDENTIALS_DIRECTORY",
    *(f"CALLBACK_SERVER_{name}" for name in ("HOME", "PASSPHRASE_FILE", "KEY_FILE", "KEY_COMMAND")),
)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Child:
    """One process to keep alive. ``handed`` is written to its standard input at each start."""

    name: str
    arguments: Sequence[str]
    listener: socket.socket
    environment: dict[str, str]
    handed: bytes = field(default=b"", repr=False)
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        descriptor = self.listener.fileno()
        # -P: no module is taken from the folder that the service happens to be started in.
        command = [sys.executable, "-P", "-m", "callback_server", self.name]
        self.process = await asyncio.create_subprocess_exec(
            *command,
            f"--listen-fd={descriptor}",
            *self.arguments,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=(descriptor,),
            env=self.environment,
        )
        pipe = self.process.stdin
        if pipe is not None:
            with suppress(BrokenPipeError, ConnectionResetError):  # it died at once; its exit code will tell
                pipe.write(self.handed)
                await pipe.drain()
            pipe.close()
        return self.process

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)


class _Supervisor:
    """Keeps children alive until told to stop, or until one of them refuses to run."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self.refused = False

    async def keep(self, child: _Child) -> None:
        """Run one child, over and over."""
        loop = asyncio.get_running_loop()
        delay = _FIRST_DELAY
        while not self._stop.is_set():
            started = loop.time()
            process = await child.start()
            await self._first(process.wait())
            if self._stop.is_set():
                await self._end(process)
                return
            if process.returncode in _REFUSED:
                self.refused = True
                self._stop.set()
                return
            if loop.time() - started > _STEADY:
                delay = _FIRST_DELAY
            _log.error("the %s ended (%s); it starts again in %.1f s", child.name, process.returncode, delay)
            await self._first(asyncio.sleep(delay))
            delay = min(2 * delay, _LONGEST_DELAY)

    async def keep_after(self, needed: Path, child: _Child) -> None:
        """Run a child once a file that it needs is there."""
        while not needed.exists() and not self._stop.is_set():
            await self._first(asyncio.sleep(_KEY_LOOK))
        await self.keep(child)

    async def _first(self, event: Awaitable[object]) -> None:
        """Wait for an event or for the stop, whichever comes first."""
        tasks = [asyncio.ensure_future(event), asyncio.ensure_future(self._stop.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def run_both(settings: Settings, config: Path | None, lock: Lock) -> bool:
    """Run front and worker until SIGTERM or SIGINT; return whether they stopped because we asked.

    Both read ``config`` themselves. Raises ``ServiceError`` when an address is taken. When a child refuses to run it
    has said why on standard error, the other is stopped, and the answer is ``False``.
    """
    start_logging(settings.log_level)
    with (
        bind(settings.beacon_host, settings.beacon_port) as hears,
        bind(settings.admin_host, settings.admin_port) as shows,
    ):
        environment = dict(os.environ)
        shared = [f"--data-dir={settings.data_dir}", *([f"--config={config}"] if config else [])]
        handed = [f"--home={settings.home}", f"--{lock.name}-fd=0"]
        worker = _Child("worker", [*shared, *handed], shows, environment, lock.written)
        front = _Child("front", shared, hears, _without_secrets(environment))
        return asyncio.run(_run(front, worker, settings.public_key_path))


async def _run(front: _Child, worker: _Child, public_key: Path) -> bool:
    stop = stop_on_signals()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, worker.send, signal.SIGHUP)
    supervisor = _Supervisor(stop)
    await asyncio.gather(supervisor.keep(worker), supervisor.keep_after(public_key, front))
    return not supervisor.refused


def _without_secrets(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment without what could lead the front to a key."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("HONEYTOKENS_") and name not in _TO_THE_KEYRING
    }
