"""Running the command that prints a key: a key service's client, a smart card's tool.

It is run without a shell, without input and without a terminal, in a session of its own that is ended as a whole when
it fails us. What it prints is a secret: it stays in memory and is never part of an error. What it complains of is.
"""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from honeytokens.errors import KeyringError

_SECONDS = 30.0
_MOST_BYTES = 4096
"""Of what it prints, where a key takes at most 65; of its complaints, of which the end is kept."""
_LAST_LINES = 3
_LONGEST_COMPLAINT = 300
_REMEDY = "Run it yourself; it must print the key and nothing else, without asking"


def output_of(command: str, seconds: float = _SECONDS) -> bytes:
    """Run a command line and return what it printed.

    Raises :class:`KeyringError` when it is none, cannot be started, fails, prints far more than a key, or is not done
    within ``seconds``.
    """
    name, process = _started(command)
    deadline = time.monotonic() + seconds
    try:
        printed, complained = _drained(process, deadline)
        if len(printed) > _MOST_BYTES:
            raise KeyringError(f"The key command {name} prints far more than a key", _REMEDY)
        status = process.wait(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired) as error:
        raise KeyringError(f"The key command {name} was not done within {seconds:g} s", _REMEDY) from error
    finally:
        _end(process)
    if status != 0:
        raise KeyringError(f"The key command {name} failed ({_how(status)}){_last_words(complained)}", _REMEDY)
    return printed


def _started(command: str) -> tuple[str, subprocess.Popen[bytes]]:
    """Return the command's name, which is all that errors tell of it, and its process."""
    arguments = _arguments(command)
    name = Path(arguments[0]).name
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise KeyringError(
            f"The key command {name} cannot be started: {error.strerror}", "Name a program with its full path"
        ) from error
    return name, process


def _arguments(command: str) -> list[str]:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise KeyringError(f"The key command cannot be understood: {error}", "Quote it as in a shell") from error
    if not arguments or not arguments[0] or "\0" in command:
        raise KeyringError("The key command names no program", "Name a program and its arguments")
    return arguments


def _drained(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """Return what is printed, which may go on when it is too much, and the end of what is complained of."""
    printed, complained = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, content in ((process.stdout, printed), (process.stderr, complained)):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, content)
        while selector.get_map() and len(printed) <= _MOST_BYTES:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for ready, _ in selector.select(left):
                chunk = os.read(ready.fd, _MOST_BYTES)
                ready.data.extend(chunk)
                if not chunk:
                    selector.unregister(ready.fileobj)
            del complained[:-_MOST_BYTES]
    return bytes(printed), bytes(complained)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close our ends of the pipes; unless the process was waited for, stop it and what it started."""
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    if process.returncode is None:
        # Until it is waited for, its identifier is nobody else's. A process of another account cannot be stopped.
        with suppress(ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(1)


def _how(status: int) -> str:
    return f"exit code {status}" if status > 0 else f"signal {-status}"


def _last_words(complained: bytes) -> str:
    """Return the end of the complaints as one line of printable text."""
    lines = [line.strip() for line in complained.decode(errors="replace").splitlines() if line.strip()]
    if not lines:
        return ""
    said = "; ".join(lines[-_LAST_LINES:])[-_LONGEST_COMPLAINT:]
    return ": " + "".join(char if char.isprintable() else "?" for char in said).rstrip(".")
