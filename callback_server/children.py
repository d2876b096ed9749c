"""The processes that the supervisor keeps: started, listened to, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from callback_server.processes import OLD, READY

_STOP_SECONDS = 15.0


@dataclass(slots=True)
class Running:
    """One started process. ``ready`` and ``old`` are set when it says so."""

    process: asyncio.subprocess.Process
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    old: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, reads: int) -> None:
        """Take in what the process says on its descriptor."""
        said = os.read(reads, 64)
        if READY in said:
            self.ready.set()
        if OLD in said:
            self.old.set()
        if not said:
            asyncio.get_running_loop().remove_reader(reads)
            os.close(reads)

    async def end(self) -> None:
        """Ask the process to stop, and see that it does."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), _STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


@dataclass(slots=True)
class Child:
    """One process to keep alive. ``handed`` is written to its standard input at each start."""

    name: str
    arguments: Sequence[str]
    sockets: Mapping[str, Sequence[socket.socket]]
    environment: Mapping[str, str]
    handed: bytes = field(default=b"", repr=False)
    running: Running | None = None

    async def start(self) -> Running:
        """Start the process, with its sockets and a descriptor to tell us by."""
        reads, writes = os.pipe()
        listening = [(name, each.fileno()) for name, sockets in self.sockets.items() for each in sockets]
        # -P: no module is taken from the folder that the service happens to be started in.
        command = [sys.executable, "-P", "-m", "callback_server", self.name, f"--tells-fd={writes}"]
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                *(f"--listen-fd={name}={descriptor}" for name, descriptor in listening),
                *self.arguments,
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(writes, *(descriptor for _, descriptor in listening)),
                env=self.environment,
            )
        finally:
            os.close(writes)
        self.running = Running(process)
        asyncio.get_running_loop().add_reader(reads, self.running.told, reads)
        if process.stdin is not None:
            with suppress(BrokenPipeError, ConnectionResetError):  # it died at once; its exit code will tell
                process.stdin.write(self.handed)
                await process.stdin.drain()
            process.stdin.close()
        return self.running

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal, if it runs."""
        if self.running is not None and self.running.process.returncode is None:
            self.running.process.send_signal(number)
