"""The HTTP beacon: any path of any host is an image, a document or a page, and every request is a sighting.

What is answered depends on how a path ends, so that nobody can find out by asking which of them belongs to a decoy.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from callback_server.channels.budget import Kept
from callback_server.channels.interface import Recorder
from callback_server.channels.looks import look_of
from callback_server.errors import NotRecordedError
from callback_server.serving import PROXIED_FOR, bind, serve, url_of
from callback_server.settings import Settings
from callback_server.sighting import Sighting, new_id

MAX_BODY = 16 * 1024
"""Bytes of a body that are kept."""
_MAX_READ = 1024 * 1024
"""Bytes of a body that are read at all, so that an ordinary client gets its answer; then the connection ends."""
_BODY_SECONDS = 10.0
_MAX_HEADER_VALUE = 2_000

_KEPT_HEADERS = (
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "dnt",
    "forwarded",
    "from",
    "origin",
    "purpose",
    "range",
    "referer",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-purpose",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-requested-with",
)
"""What tells clients apart. Cookies and credentials are not kept."""

_ANSWERED = frozenset({"GET", "HEAD", "POST"})


@dataclass(frozen=True, slots=True)
class HttpBeacon:
    """The channel of web links."""

    host: str
    port: int
    proxied: bool
    name = "http"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the channel, which is always on."""
        return cls(settings.beacon_host, settings.beacon_port, settings.proxy_protocol)

    def bind(self) -> list[socket.socket]:
        """Return its listener."""
        return [bind(self.host, self.port)]

    async def run(
        self, sockets: Sequence[socket.socket], recorder: Recorder, stop: asyncio.Event, on_ready: Callable[[str], None]
    ) -> None:
        """Answer HTTP requests until told to stop."""
        listener = sockets[0]
        await serve(_Beacon(recorder), listener, stop, lambda: on_ready(url_of(listener)), proxied=self.proxied)


class _Beacon:
    """The application, in ASGI. It has no route: every method and every form of target goes to this one endpoint."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with self._recorder.bodies.keeping(MAX_BODY) as kept:
            sighting = await read_request(request, HttpBeacon.name, _KEPT_HEADERS, kept)
            try:
                await self._recorder.record(sighting)
            except NotRecordedError:
                response = Response(status_code=503, headers={"Retry-After": "5"})
            else:
                response = _answer(sighting)
        await response(scope, receive, send)


def _answer(sighting: Sighting) -> Response:
    headers = {"Cache-Control": "no-store"}
    if not sighting.body_complete:
        headers["Connection"] = "close"
    if sighting.method not in _ANSWERED:
        return Response(status_code=405, headers={**headers, "Allow": "GET, HEAD, POST"})
    look = look_of(sighting.path, sighting.header("accept") or "")
    return Response(look.body, media_type=look.media_type, headers=headers)


async def read_request(request: Request, channel: str, names: Sequence[str], body: Kept) -> Sighting:
    """Return a request as a sighting of ``channel``, with the headers of these ``names`` and what fits in ``body``."""
    at = datetime.now(UTC)
    complete = await _read_body(request, body)
    headers = request.headers
    source = request.scope.get("state", {}).get(PROXIED_FOR)
    facts = [("proxied-for", source)] if source else []
    peer, port = request.client or ("", 0)
    host, path = _target(headers.get("host", ""), request.scope["raw_path"].decode("latin-1"))
    return Sighting(
        id=new_id(),
        at=at,
        channel=channel,
        peer=peer,
        peer_port=port,
        method=request.method,
        host=host,
        path=path,
        query=request.scope["query_string"].decode("latin-1"),
        headers=(*facts, *((name, value[:_MAX_HEADER_VALUE]) for name in names for value in headers.getlist(name))),
        body=bytes(body.content),
        body_complete=complete,
    )


def _target(host: str, target: str) -> tuple[str, str]:
    """Return the host and path that were asked for; a target may name the host itself (RFC 9112, 3.2.2)."""
    scheme, separator, rest = target.partition("://")
    if separator and scheme.isalpha():
        host, slash, path = rest.partition("/")
        return host, slash + path
    return host, target


async def _read_body(request: Request, body: Kept) -> bool:
    """Read the first bytes of the body; return whether all is kept. A client that stalls or leaves was seen, too."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body.add(chunk)
                if body.size > max(_MAX_READ, body.largest):
                    break
    except (TimeoutError, ClientDisconnect):
        return False
    return body.complete
