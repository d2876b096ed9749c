"""The real callback service on free ports of this machine, as a child process."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from honeytokens.demo.reading import bare_environment
from honeytokens.errors import HoneytokensError

PATIENCE = 30.0
"""Seconds to wait for the service to start, to show a hit and to send an alert."""
BUYER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_LOOK_EVERY = 0.05
_STOP_SECONDS = 20
_FRONT = re.compile(rb"front listening on http://([\d.]+):(\d+)")
_WORKER = re.compile(rb"worker listening on http://([\d.]+):(\d+) \(admin token: (.+)\)")

_Seen = TypeVar("_Seen")


class ServiceFailedError(HoneytokensError):
    """The callback service did not do its part in the demo."""


class Service:
    """``callback-server run`` on free ports. A context manager: leaving it stops the service."""

    def __init__(self, home: Path, passphrase: bytes, folder: Path, **more: str | int) -> None:
        config = folder / "callback-server.toml"
        settings = {
            "home": str(home),
            "data_dir": str(folder / "data"),
            "beacon_port": 0,
            "admin_port": 0,
            **more,
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
        self.token = Path(os.fsdecode(worker[3])).read_text().strip()
        return self

    @property
    def url(self) -> str:
        """The address of the console."""
        return f"http://{self._admin[0]}:{self._admin[1]}"

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._output)

    def visit(self, link: str, agent: str = BUYER) -> None:
        """Open a link as a buyer's browser would, were the portal's name to lead here."""
        parts = urlsplit(link)
        _ask(self._beacon, "GET", parts.path, {"Host": parts.netloc, "User-Agent": agent})

    def api(self, path: str, body: object = None) -> Any:
        """Return what the admin API answers; with a body, to its being put there."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        return json.loads(_ask(self._admin, "GET" if content is None else "PUT", path, headers, content))

    def wait_for(self, look: Callable[[], _Seen | None], what: str) -> _Seen:
        """Return what ``look`` sees, as soon as it sees something; ``what`` words that it never did."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if seen := look():
                return seen
            time.sleep(_LOOK_EVERY)
        raise self._failed(what)

    def _wait_for(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        """Return the first line of the service's output that fits, also when it was said already."""
        deadline = time.monotonic() + PATIENCE
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


def _ask(
    address: tuple[str, int], method: str, path: str, headers: dict[str, str], content: bytes | None = None
) -> bytes:
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    try:
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise ServiceFailedError(f"The callback service answered {response.status}", "Run honeytokens doctor")
    return body
