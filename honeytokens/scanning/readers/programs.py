"""Programs of this machine that unpack what no library does: given an open file, they write to us and not to disk."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Iterator, Sequence

from honeytokens.scanning.readers.streams import Readable, UnpackError

_MEMORY_BYTES = 1 << 30


@contextlib.contextmanager
def running(command: Sequence[str], file: int, seconds: int, failed: str) -> Iterator[Readable]:
    """Have a program read an open file, and give what it writes; raises ``OSError`` when it cannot be started.

    It may compute for so many seconds, in 1 GiB of memory, and write no file. What it wrote ends by
    :class:`UnpackError` with ``failed`` when it failed.
    """
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=file, stdout=pipe, stderr=nowhere, env={"LC_ALL": "C.UTF-8"}) as process:
        try:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (seconds, seconds + 1))
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))
            yield _Output(process, failed)
        finally:
            process.kill()


class _Output:
    """What a process writes."""

    def __init__(self, process: subprocess.Popen[bytes], failed: str) -> None:
        self._process = process
        self._failed = failed

    def read1(self, size: int, /) -> bytes:
        """Return what comes next; raises :class:`UnpackError` when the process failed."""
        data = self._process.stdout.read(size) if self._process.stdout else b""
        if not data and self._process.wait():
            raise UnpackError(self._failed)
        return data
