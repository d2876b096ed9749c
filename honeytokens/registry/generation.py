"""A count of the registry's commits, kept beside it, by which a whole file that was put back is noticed.

The count in the registry is never below the one beside it: it is committed first. A registry below it is an earlier
copy. Whoever puts back both files together, as they were at one moment, is not noticed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from honeytokens.errors import RegistryError
from honeytokens.sealing import Box

_BYTES = 8
_PLACE = "generation"


class Generation:
    """The count beside one registry file."""

    def __init__(self, registry: Path, box: Box) -> None:
        self._registry = registry
        self._path = registry.with_name(f"{registry.name}.generation")
        self._box = box

    @property
    def kept(self) -> bool:
        """Whether there is a count: the first version of the registry kept none."""
        return self._path.exists()

    def read(self) -> int:
        """Return the count; raise :class:`RegistryError` when it is gone or is not ours."""
        try:
            sealed = self._path.read_bytes()
        except OSError as error:
            raise self._put_back(f"{self._path.name} cannot be read beside it: {error.strerror}") from error
        return int.from_bytes(self._box.open(sealed, _PLACE))

    def check(self, seen: int, committed: int) -> None:
        """Raise :class:`RegistryError` when the registry's own count is below the one that was :meth:`read` before."""
        if committed < seen:
            raise self._put_back(f"it is {seen - committed} writes older than when it was last used")

    def write(self, count: int) -> None:
        """Note a commit, after it. It is not waited for: one that a power cut lost is too low, which harms nobody."""
        sealed = self._box.seal(count.to_bytes(_BYTES), _PLACE)
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, sealed, 0)
            finally:
                os.close(descriptor)

    def _put_back(self, why: str) -> RegistryError:
        return RegistryError(
            f"{self._registry} may have been put back to an earlier state: {why}",
            f"If you did that, run: honeytokens registry restore {self._registry}; otherwise find out who did",
        )
