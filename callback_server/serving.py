"""Serving an ASGI application on a socket that is already bound, with limits of our own, until told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from callback_server.errors import ServiceError
from callback_server.proxy_protocol import read_header

PROXIED_FOR = "proxied_for"
"""Where, in a request's state, the true source is that a PROXY header gave."""
_MAX_HEAD = 32 * 1024
"""Bytes of a request's line and headers together; more is answered 400 and nothing is kept."""
_MAX_CONNECTIONS = 900
"""Below the usual limit of 1,024 open files; beyond it the answer is 503."""
_LONGEST_CONNECTION = 60.0
"""Seconds. uvicorn would wait for ever for a header that dribbles in."""
_GRACE = 5
_DATAGRAM_BUFFER = 4 * 1024 * 1024
"""Bytes of datagrams that wait in the system while the process is busy or starts again."""


def bind(host: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """Bind an address, of TCP or UDP; raise :class:`ServiceError` when it is taken or not ours."""
    # With the protocol named, asyncio sends without delay (TCP_NODELAY); else each answer may wait 40 ms for an ACK.
    protocol = socket.IPPROTO_TCP if kind is socket.SOCK_STREAM else socket.IPPROTO_UDP
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind, protocol)
    try:
        if kind is socket.SOCK_STREAM:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _DATAGRAM_BUFFER)
        listener.bind((host, port))
        # Listening here already, so that a second start is refused at once and early clients wait instead of failing.
        if kind is socket.SOCK_STREAM:
            listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ServiceError(
            f"Cannot listen on {host} port {port}: {error.strerror}", "Stop what uses it, or choose another port"
        ) from error
    return listener


def url_of(listener: socket.socket, scheme: str = "http") -> str:
    """Return the address of a listening socket as a URL."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class _BoundedProtocol(H11Protocol):
    """A connection that ends, at the latest, after the answer that is under way at its time limit."""

    _expiry: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expiry = self.loop.call_later(_LONGEST_CONNECTION, self.shutdown)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expiry.cancel()
        super().connection_lost(exc)


class _ProxiedProtocol(_BoundedProtocol):
    """A connection from a proxy, whose first bytes say who is behind it; the endpoint finds that in ``scope["state"]``.

    Without such a header the connection ends.
    """

    _start = b""
    _begun = False

    def data_received(self, data: bytes) -> None:
        if self._begun:
            super().data_received(data)
            return
        self._start += data
        try:
            header = read_header(self._start)
        except ValueError:
            self.transport.close()
            return
        if header is not None:
            source, length = header
            self._begun = True
            self.app_state = {**self.app_state, PROXIED_FOR: source}
            super().data_received(self._start[length:])


class _Server(uvicorn.Server):
    """A server that leaves signals to the process and says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


async def serve(
    application: Callable[..., object],
    listener: socket.socket,
    stop: asyncio.Event,
    on_ready: Callable[[], None],
    *,
    proxied: bool = False,
) -> None:
    """Serve until ``stop`` is set, then let open requests end for a few seconds.

    ``proxied`` connections begin with a PROXY header. Nothing of a request is logged: a path can betray a decoy.
    """
    config = uvicorn.Config(
        application,
        http=_ProxiedProtocol if proxied else _BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_MAX_HEAD,
        limit_concurrency=_MAX_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config, on_ready)
    serving = asyncio.create_task(server.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
