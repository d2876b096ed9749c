"""The servers that parse documents for the process that scans: started, asked, and stopped when they misbehave."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

DAMAGED = 1
"""The status of a parser that gave up with an error."""

READY = b"\n"
"""What a server that is asked whether it is ready hears, and says."""

_READY_SECONDS = 10
_SILENCE_SECONDS = 300
_MESSAGE_BYTES = 4 << 20
_READ_BYTES = 1 << 16
_START = """
import ctypes
import sys
control, *sys.path = sys.argv[1:]
unshare = ctypes.CDLL(None).unshare
unshare(0x40000000) and unshare(0x50000000)  # CLONE_NEWNET, with CLONE_NEWUSER where only that allows it
from honeytokens.scanning.readers.parser_process import serve
serve(int(control))
"""


class Task(NamedTuple):
    """What a server is asked: the class of the reader, the passwords to try, and how long it may compute."""

    reader: str
    passwords: tuple[str, ...]
    seconds: int


class Ending(NamedTuple):
    """How the parsing of a document ended.

    ``status`` is 0 at the document's end, `DAMAGED`, or negative, a signal; ``seconds`` is what it computed.
    """

    status: int
    seconds: float


class _Server:
    """A process that forks to parse one document after the other. It is told nothing but what it is to parse.

    It has no network, where the kernel lets it give that up (``unshare(2)``).
    """

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-c", _START, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={
                    "POLARS_MAX_THREADS": "1",
                    "ORT_DISABLE_TELEMETRY": "1",
                },  # and no passphrase, proxy or path of the operator's
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def answers(self) -> bool:
        """Return whether it is still there, and ready."""
        with contextlib.suppress(OSError):
            self.control.settimeout(_READY_SECONDS)
            self.control.sendall(READY)
            return self.control.recv(len(READY)) == READY
        return False

    def stop(self) -> None:
        """Kill it, and what it forked."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


_idle: deque[_Server] = deque()


@atexit.register
def _stop_all() -> None:
    while _idle:
        _idle.pop().stop()


os.register_at_fork(after_in_child=_idle.clear)


class Messages:
    """The lines that come from the parser of one document; after the last, ``ending`` says why it was the last.

    ``complete`` is true once the server has said so itself: only then can it be asked again.
    """

    def __init__(self, server: _Server, task: Task, document: int) -> None:
        self.ending = Ending(-signal.SIGKILL, task.seconds)
        self.complete = False
        self._control = server.control
        self._results, theirs = os.pipe()
        try:
            socket.send_fds(self._control, [json.dumps(task).encode() + b"\n"], [document, theirs])
        finally:
            os.close(theirs)

    def __iter__(self) -> Iterator[bytes]:
        waiting = select.poll()
        waiting.register(self._results, select.POLLIN)
        rest = b""
        while len(rest) <= _MESSAGE_BYTES and waiting.poll(_SILENCE_SECONDS * 1000):
            data = os.read(self._results, _READ_BYTES)
            if not data:
                self._hear_ending()
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from lines

    def _hear_ending(self) -> None:
        self._control.settimeout(_SILENCE_SECONDS)
        if reply := self._control.recv(_READ_BYTES):
            self.ending = Ending(*json.loads(reply))
            self.complete = True

    def close(self) -> None:
        """Hear no more of the parser."""
        os.close(self._results)


@contextlib.contextmanager
def parsing(task: Task, document: int) -> Iterator[Messages]:
    """Have a server parse an open file; raise ``OSError`` when there can be no server."""
    server = _take()
    complete = False
    try:
        with contextlib.closing(Messages(server, task, document)) as messages:
            yield messages
            complete = messages.complete
    finally:
        if complete:
            _idle.append(server)
        else:
            server.stop()


def _take() -> _Server:
    with contextlib.suppress(IndexError):
        while True:
            server = _idle.pop()
            if server.answers():
                return server
            server.stop()
    return _Server()
