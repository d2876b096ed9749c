"""Files that hold secrets or results: private, and whole under their final name or not there at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from honeytokens.errors import OutputError


@contextmanager
def replacing(path: Path, *, force: bool, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes the place of ``path`` only when the block ends well, and durably.

    Raises :class:`OutputError` when ``path`` exists and ``force`` is false, or when the file cannot be written;
    nothing is then left behind, and an earlier file stays as it was.
    """
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is not an ordinary file", "Name another file")
    if path.exists() and not force:
        raise OutputError(f"{path} exists", "Name another file, or add --force to replace it")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", "Free space or mend its folder") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable, as a rename in it needs."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def exposed_to(path: Path) -> str | None:
    """Return who else may read or change a private file (``its group``, ``everyone``), or ``None``."""
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXO):
        return "everyone"
    if mode & (stat.S_IRWXG):
        return "its group"
    return None
