"""A stolen link is opened: the real callback service runs on loopback, hears it, and tells whose decoy it was."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeytokens.demo.receiver import Received, Receiver
from honeytokens.demo.service import PATIENCE, Service


@dataclass(frozen=True, slots=True)
class Heard:
    """What the service made of the opened link: the hit as its admin API shows it, and the alert as it came in."""

    hit: dict[str, Any]
    alert: Received | None


def open_link(link: str, home: Path, passphrase: bytes, folder: Path) -> Heard:
    """Start the service in ``folder``, open ``link`` there, and return what it made of it; the service is then stopped.

    Raises :class:`ServiceFailedError` when it does not start or hears nothing.
    """
    folder.mkdir()
    secret = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
    secret_file = folder / "webhook-secret"
    secret_file.write_text(secret)
    with (
        Receiver(secret) as receiver,
        Service(home, passphrase, folder, webhook_url=receiver.url, webhook_secret_file=str(secret_file)) as service,
    ):
        service.visit(link)
        (hit, *_) = service.wait_for(lambda: service.api("/api/hits")["hits"], "did not show the opened link")
        return Heard(hit, receiver.wait(PATIENCE))
