"""The seam to the registry: what the planted decoys are known by, as the workflow tells it."""

from __future__ import annotations

from pathlib import Path

from callback_server.attributor import PrintAttributor
from honeytokens.locks import Lock


def read_known(home: Path, lock: Lock, key: bytes) -> PrintAttributor:
    """Return an attributor of all that is planted; raise ``HoneytokensError`` when it cannot be read."""
    # Imported here: the registry and all that it needs take their time, and the front must never load them.
    from honeytokens.workflows import callback  # noqa: PLC0415

    return PrintAttributor.of(callback.open_and_watch(home, lock), key)
