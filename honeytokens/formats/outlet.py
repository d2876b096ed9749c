"""A stream for libraries that would seek, or that hide behind an error of their own why a write failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Outlet(RawIOBase):
    """Writes to a stream and does nothing else with it: never seeks, never closes, shows no file descriptor.

    After a failure it takes what a library writes as it cleans up, and forgets it: the failure has been told.
    """

    failure: OSError | None = None

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        """Do nothing: nothing is kept back here, and a library may flush what is closed."""

    def write(self, data: ReadableBuffer, /) -> int:
        if self.failure:
            return memoryview(data).nbytes
        try:
            return self._stream.write(data)
        except OSError as error:
            self.failure = error
            raise


@contextmanager
def outlet(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give a stream that can only be written to; where writing failed, raise the ``OSError`` that was the reason."""
    ours = _Outlet(stream)
    try:
        yield cast("IO[bytes]", ours)
    except Exception as error:
        if ours.failure and ours.failure is not error:
            raise ours.failure from error
        raise
