"""The seam to the registry: which web links are planted, as the workflow tells them."""

from __future__ import annotations

from pathlib import Path

from callback_server.attributor import WebLinkAttributor
from honeytokens.locks import Lock


def read_links(home: Path, lock: Lock, key: bytes) -> WebLinkAttributor:
    """Return an attributor of every web link that is planted; raise ``HoneytokensError`` when they cannot be read."""
    # Imported here: the registry and all that it needs take their time, and the front must never load them.
    from honeytokens.workflows.callback import web_links  # noqa: PLC0415

    return WebLinkAttributor.from_links(web_links(home, lock), key)
