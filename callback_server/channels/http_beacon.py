"""The HTTP beacon: any path of any host is an image of one pixel, and every request is a sighting.

Every path is answered alike, so that nobody can find out by asking which of them belongs to a decoy.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from callback_server.channels.interface import Recorder
from callback_server.errors import NotRecordedError
from callback_server.serving import serve
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

_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_ANSWERED = frozenset({"GET", "HEAD", "POST"})


class HttpBeacon:
    """The channel of web links."""

    name = "http"

    async def run(
        self, listener: socket.socket, recorder: Recorder, stop: asyncio.Event, on_ready: Callable[[], None]
    ) -> None:
        """Answer HTTP requests until told to stop."""
        await serve(beacon_application(recorder), listener, stop, on_ready)


def beacon_application(recorder: Recorder) -> FastAPI:
    """Return the application. It has no route: every method and every form of target goes to the one endpoint."""
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    application.router.default = _Beacon(recorder)
    return application


class _Beacon:
    """The one endpoint, in ASGI."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        sighting = await _read(request)
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
    return Response(_GIF, media_type="image/gif", headers=headers)


async def _read(request: Request) -> Sighting:
    at = datetime.now(UTC)
    body, complete = await _read_body(request)
    headers = request.headers
    peer, port = request.client or ("", 0)
    host, path = _target(headers.get("host", ""), request.scope["raw_path"].decode("latin-1"))
    return Sighting(
        id=new_id(),
        at=at,
        channel=HttpBeacon.name,
        peer=peer,
        peer_port=port,
        method=request.method,
        host=host,
        path=path,
        query=request.scope["query_string"].decode("latin-1"),
        headers=tuple((name, value[:_MAX_HEADER_VALUE]) for name in _KEPT_HEADERS for value in headers.getlist(name)),
        body=body,
        body_complete=complete,
    )


def _target(host: str, target: str) -> tuple[str, str]:
    """Return the host and path that were asked for; a target may name the host itself (RFC 9112, 3.2.2)."""
    scheme, separator, rest = target.partition("://")
    if separator and scheme.isalpha():
        host, slash, path = rest.partition("/")
        return host, slash + path
    return host, target


async def _read_body(request: Request) -> tuple[bytes, bool]:
    """Return the first bytes of the body, and whether that was all. A client that stalls or leaves was seen too."""
    kept = bytearray()
    size = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                kept += chunk[: MAX_BODY - len(kept)]
                if size > _MAX_READ:
                    break
    except (TimeoutError, ClientDisconnect):
        return bytes(kept), False
    return bytes(kept), size <= MAX_BODY
