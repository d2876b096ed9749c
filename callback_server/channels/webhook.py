"""Webhooks of others: operators of phone and SMS numbers, leak monitors, ``honeytokens watch``.

The front has no secret, so it cannot tell a signed message from another: it keeps both, answers both alike, and the
worker checks the signature (Standard Webhooks 1.0). The path says who sends: ``/hook/NAME``.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from callback_server.channels.http_beacon import read_request
from callback_server.channels.interface import Recorder
from callback_server.errors import NotRecordedError
from callback_server.serving import bind, serve, url_of
from callback_server.settings import Settings

HOOK_HEADERS = ("content-type", "user-agent", "webhook-id", "webhook-signature", "webhook-timestamp")
MAX_HOOK_BODY = 1024 * 1024
"""Bytes of one message; what is larger is answered 413, its start kept."""


@dataclass(frozen=True, slots=True)
class IncomingWebhook:
    """The channel of signed webhooks, on its own address."""

    host: str
    port: int
    name = "hook"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the channel, or ``None`` without a port."""
        return None if settings.hook_port is None else cls(settings.hook_host, settings.hook_port)

    def bind(self) -> list[socket.socket]:
        """Return its listener."""
        return [bind(self.host, self.port)]

    async def run(
        self, sockets: Sequence[socket.socket], recorder: Recorder, stop: asyncio.Event, on_ready: Callable[[str], None]
    ) -> None:
        """Take POSTs until told to stop."""
        await serve(_Hook(recorder), sockets[0], stop, lambda: on_ready(url_of(sockets[0], "hook+http")))


class _Hook:
    """The application, in ASGI: one endpoint."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._recorder.bodies.keeping(MAX_HOOK_BODY) as kept:
            sighting = await read_request(Request(scope, receive), IncomingWebhook.name, HOOK_HEADERS, kept)
            try:
                await self._recorder.record(sighting)
            except NotRecordedError:
                status = 503
            else:  # without room for it, a message is to be sent again
                status = 202 if sighting.body_complete else 503 if kept.squeezed else 413
        if sighting.method != "POST" and status == 202:
            status = 405
        headers = {"Retry-After": "5"} if status == 503 else {"Allow": "POST"} if status == 405 else {}
        if not sighting.body_complete:
            headers["Connection"] = "close"
        await Response(status_code=status, headers=headers)(scope, receive, send)
