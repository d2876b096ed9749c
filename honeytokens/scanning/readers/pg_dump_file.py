"""Dumps of ``pg_dump`` in its own format, which ``pg_restore`` turns into SQL without a server."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator

from honeytokens.model import Unread
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.isolation import IN_MEMORY, descriptor_of
from honeytokens.scanning.readers.streams import UnpackError

_MARK = b"PGDMP"
_FORMAT = slice(10, 11)
_CUSTOM = b"\x01"
_MEMORY_BYTES = 1 << 30

_MISSING = (
    "pg_restore is not on this machine: install postgresql-client, or run pg_restore -f elsewhere and scan the SQL"
)
_LARGE = "It is a large dump inside an archive: extract it and scan the folder"
_FAILED = "pg_restore gave up on it, and what it wrote before was read: get a whole copy, or a newer pg_restore"


class PgDumpFile(Container):
    """Has one member, the SQL that would restore the dump. Only ``pg_dump --format=custom`` writes such a file."""

    def recognises(self, source: Source) -> bool:
        """Return whether the stream begins as such a dump; the directory format's table of contents holds no rows."""
        return source.head.startswith(_MARK) and source.head[_FORMAT] == _CUSTOM

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield the SQL as it is written."""
        program = shutil.which("pg_restore")
        if program is None:
            yield Unread(source.location, _MISSING)
            return
        file = source.whole(IN_MEMORY)
        if file is None:
            yield Unread(source.location, _LARGE)
            return
        with descriptor_of(file) as descriptor:
            os.lseek(descriptor, 0, os.SEEK_SET)
            with _restoring(program, descriptor, int(source.budget.seconds)) as process:
                yield source.inside("dump.sql", _Output(process))


@contextlib.contextmanager
def _restoring(program: str, dump: int, seconds: int) -> Iterator[subprocess.Popen[bytes]]:
    """Have pg_restore write SQL; it knows of no server, and is bounded in memory and computing time."""
    command = [program, "--file=-"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=dump, stdout=pipe, stderr=nowhere, env={"LC_ALL": "C"}) as process:
        try:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (seconds, seconds + 1))
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))
            yield process
        finally:
            process.kill()


class _Output:
    """What a process writes; at its end an error, if the process failed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def read1(self, size: int, /) -> bytes:
        """Return what comes next; raises :class:`UnpackError` when the process failed."""
        data = self._process.stdout.read(size) if self._process.stdout else b""
        if not data and self._process.wait():
            raise UnpackError(_FAILED)
        return data
