"""A log that is sent here by syslog, over UDP or TCP (RFC 3164, 5424 and 6587).

A sender over UDP is not answered, so what is in flight when this process dies is lost; a file loses nothing.
"""

from __future__ import annotations

import logging
import queue
import socket
import socketserver
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from callback_server.watch.interface import Polled, Position, Source
from honeytokens.audit_logs import FileLog

_LONGEST = 1 << 16
_WAITING = 10_000
_BATCH = 1_000

_logger = logging.getLogger(__name__)


class SyslogSource(Source):
    """Listens at ``host`` and ``port``, over ``udp`` or ``tcp``; raises ``OSError`` when it cannot."""

    def __init__(self, transport: str, host: str, port: int, log: FileLog) -> None:
        self.name = f"{log.name} {transport}://{host}:{port}"
        self._log = log
        self._heard: queue.Queue[str] = queue.Queue(_WAITING)
        kind = _UdpServer if transport == "udp" else _TcpServer
        self._server = kind((host, port), self._take)
        threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True).start()

    @property
    def port(self) -> int:
        """Return the port that is listened at."""
        return int(self._server.server_address[1])

    def poll(self, position: Position | None) -> Polled | None:
        """Return what was heard since the last poll: there is no going back to a position."""
        del position
        entries: list[str] = []
        while len(entries) < _BATCH:
            try:
                line = self._heard.get_nowait()
            except queue.Empty:
                break
            if entries and self._log.continues(entries[-1], line):
                entries[-1] += f"\n{line}"
            else:
                entries.append(line)
        if not entries:
            return None
        arrived = datetime.now(UTC)
        return Polled([read for entry in entries for read in self._log.read(entry, arrived)], {}, more=True)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, message: bytes) -> None:
        """Keep one message; wait while too many wait, so that a sender over TCP waits too."""
        text = message[:_LONGEST].decode(errors="replace").rstrip("\r\n\0")
        if text:
            self._heard.put(text.replace("#011", "\t").replace("#012", "\n"))


class _UdpServer(socketserver.UDPServer):
    max_packet_size = _LONGEST

    def __init__(self, address: tuple[str, int], take: Callable[[bytes], None]) -> None:
        self._take = take
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: object, client_address: object) -> None:
        del client_address
        if isinstance(request, tuple):
            self._take(request[0])


class _TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], take: Callable[[bytes], None]) -> None:
        self._take = take
        super().__init__(address, socketserver.StreamRequestHandler)

    def finish_request(self, request: object, client_address: object) -> None:
        """Read messages that end in a line end, or that say their length first (RFC 6587)."""
        del client_address
        if not isinstance(request, socket.socket):
            return
        with request.makefile("rb") as stream:
            while first := stream.peek(1)[:1]:
                if first.isdigit():
                    length = b""
                    while (sign := stream.read(1)).isdigit() and len(length) < 6:
                        length += sign
                    self._take(stream.read(min(int(length), _LONGEST)))
                else:
                    self._take(stream.readline(_LONGEST))

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a sender that went away."""
