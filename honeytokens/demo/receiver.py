"""A webhook receiver, as a hospital's on-call tool would be: it listens on loopback and checks each signature."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import standardwebhooks

_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Received:
    """One alert as it came in, and whether its signature was that of the secret we gave."""

    body: dict[str, Any]
    signature_verified: bool


class Receiver:
    """Listens while its block runs. A context manager."""

    def __init__(self, secret: str) -> None:
        alerts: queue.Queue[Received] = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers.get("content-length", 0)), _MOST_BYTES))
                alerts.put(_received(body, {name.lower(): value for name, value in self.headers.items()}, secret))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing on the terminal."""

        self._alerts = alerts
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Return where alerts are to be sent."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> Received | None:
        """Return the next alert, or ``None`` when none comes in time."""
        try:
            return self._alerts.get(timeout=seconds)
        except queue.Empty:
            return None


def _received(body: bytes, headers: dict[str, str], secret: str) -> Received:
    try:
        standardwebhooks.Webhook(secret).verify(body, headers)
    except standardwebhooks.WebhookVerificationError:
        return Received({}, signature_verified=False)
    return Received(json.loads(body), signature_verified=True)
