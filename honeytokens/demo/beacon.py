"""A stolen link is opened: the real callback service runs on loopback, hears it, and tells whose decoy it was."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from honeytokens.demo.reading import bare_environment
from honeytokens.demo.receiver import Received, Receiver
from honeytokens.errors import HoneytokensError

_PATIENCE = 30.0
"""Seconds to wait for the service to start, to show the hit and to send the alert."""
_LOOK_EVERY = 0.05
_STOP_SECONDS = 20
_FRONT = re.compile(rb"front listening on http://([\d.]+):(\d+)")
_WORKER = re.compile(rb"worker listening on http://([\d.]+):(\d+) \(admin token: (.+)\)")


class ServiceFailedError(HoneytokensError):
    """The callback service did not do its part in the demo."""


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
    with Receiver(secret) as receiver, _Service(home, passphrase, folder, receiver.url, secret) as service:
        service.visit(link)
        hit = service.first_hit()
        return Heard(hit, receiver.wait(_PATIENCE))


class _Service:
    """``callback-server run`` on free ports. A context manager: leaving it stops the service."""

    def __init__(self, home: Path, passphrase: bytes, folder: Path, webhook: str, secret: str) -> None:
        secret_file, config = folder / "webhook-secret", folder / "callback-server.toml"
        secret_file.write_text(secret)
        settings = {
            "home": str(home),
            "data_dir": str(folder / "data"),
            "beacon_port": 0,
            "admin_port": 0,
            "webhook_url": webhook,
            "webhook_secret_file": str(secret_file),
        }
        # JSON's strings and numbers are TOML's too.
        config.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
        reads, writes = os.pipe()
        self._output, said = os.pipe()
        try:
            os.write(writes, passphrase)
            os.close(writes)
            command = [sys.executable, "-m", "callback_server", "run", "--config", str(config)]
            with (folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    [*command, "--passphrase-fd", str(reads)],
                    cwd=folder,
                    env=bare_environment(folder),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=log,
                    pass_fds=(reads,),
                )
        finally:
            os.close(reads)
            os.close(said)
        self._folder = folder
        self._said = b""

    def __enter__(self) -> Self:
        try:
            front, worker = self._wait_for(_FRONT), self._wait_for(_WORKER)
        except BaseException:
            self.__exit__()
            raise
        self._beacon = (front[1].decode(), int(front[2]))
        self._admin = (worker[1].decode(), int(worker[2]))
        self._token = Path(os.fsdecode(worker[3])).read_text().strip()
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._output)

    def visit(self, link: str) -> None:
        """Open a link as a buyer's browser would, were the portal's name to lead here."""
        parts = urlsplit(link)
        headers = {"Host": parts.netloc, "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}
        _get(self._beacon, parts.path, headers)

    def first_hit(self) -> dict[str, Any]:
        """Return the first hit that the admin API shows."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            hits = json.loads(_get(self._admin, "/api/hits", {"Authorization": f"Bearer {self._token}"}))["hits"]
            if hits:
                found: dict[str, Any] = hits[0]
                return found
            time.sleep(_LOOK_EVERY)
        raise self._failed("did not show the opened link")

    def _wait_for(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        """Return the first line of the service's output that fits, also when it was said already."""
        deadline = time.monotonic() + _PATIENCE
        while not (match := pattern.search(self._said)):
            ready, _, _ = select.select([self._output], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self._output, 4096) if ready else b""
            if not chunk:
                raise self._failed("did not start")
            self._said += chunk
        return match

    def _failed(self, what: str) -> ServiceFailedError:
        last = (self._folder / "log").read_text(errors="replace").strip().rpartition("\n")[2]
        return ServiceFailedError(f"The callback service {what}: {last or 'it said nothing'}", "Run honeytokens doctor")


def _get(address: tuple[str, int], path: str, headers: dict[str, str]) -> bytes:
    connection = http.client.HTTPConnection(*address, timeout=_PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise ServiceFailedError(f"The callback service answered {response.status}", "Run honeytokens doctor")
    return body
