"""An authoritative DNS server for owned zones: every question is a sighting, whatever its type.

Every name of a zone answers alike, as a wildcard would (RFC 4592), so that nobody can find a decoy's by asking.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype

from callback_server.channels.dns_answers import Zones
from callback_server.channels.dns_limits import ResponseRates
from callback_server.channels.interface import Recorder
from callback_server.errors import NotRecordedError, ServiceError
from callback_server.serving import bind, url_of
from callback_server.settings import Settings
from callback_server.sighting import Sighting, new_id

_HEADER = 12
_LARGEST_ANSWER = 1_232
"""Bytes over UDP: what passes every network unfragmented (DNS flag day 2020)."""
_AT_ONCE = 2_000
_CONNECTIONS = 200
_TCP_SECONDS = 10.0
_LONGEST_QUESTION = 4_096


@dataclass(frozen=True, slots=True)
class Dns:
    """The channel of DNS, over UDP and TCP."""

    host: str
    port: int
    zones: Zones
    rate: int
    name = "dns"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the channel, or ``None`` without a port; raise :class:`ServiceError` when it has no zone."""
        if settings.dns_port is None:
            return None
        if not settings.dns_zones or not settings.dns_addresses:
            raise ServiceError("dns_port is set without dns_zones and dns_addresses", "Set both")
        zones = Zones.of(settings.dns_zones, [str(address) for address in settings.dns_addresses])
        return cls(settings.dns_host, settings.dns_port, zones, settings.dns_responses_per_second)

    def bind(self) -> list[socket.socket]:
        """Return the UDP socket and the TCP listener, on one port."""
        datagrams = bind(self.host, self.port, socket.SOCK_DGRAM)
        try:
            return [datagrams, bind(self.host, datagrams.getsockname()[1])]
        except ServiceError:
            datagrams.close()
            raise

    async def run(
        self, sockets: Sequence[socket.socket], recorder: Recorder, stop: asyncio.Event, on_ready: Callable[[str], None]
    ) -> None:
        """Answer until told to stop."""
        answering = _Answering(self.zones, recorder)
        loop = asyncio.get_running_loop()
        datagrams, listener = sockets
        protocol = _Datagrams(answering, ResponseRates(self.rate))
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, sock=datagrams)
        streams = _Streams(answering)
        async with await asyncio.start_server(streams.serve, sock=listener, limit=_LONGEST_QUESTION) as server:
            on_ready(url_of(datagrams, "dns"))
            await stop.wait()
            server.close()
        if protocol.tasks:
            await asyncio.wait(protocol.tasks, timeout=2.0)
        transport.close()


@dataclass(frozen=True, slots=True)
class _Answering:
    """From a question's bytes to an answer's, once the question is durable."""

    zones: Zones
    recorder: Recorder

    async def answer(self, wire: bytes, peer: tuple[str, int], transport: str) -> dns.message.Message | None:
        """Return the answer, or ``None`` for what deserves none: answers of others, scraps."""
        if len(wire) < _HEADER or wire[2] & 0x80:
            return None
        if (wire[2] >> 3) & 15 != dns.opcode.QUERY:
            return _refusal(wire, dns.rcode.NOTIMP)
        try:
            query = dns.message.from_wire(wire, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError):
            return _refusal(wire, dns.rcode.FORMERR)
        if len(query.question) != 1:
            return _refusal(wire, dns.rcode.FORMERR)
        try:
            await self.recorder.record(_sighting(query, peer, transport))
        except NotRecordedError:
            return _refusal(wire, dns.rcode.SERVFAIL)
        return self.zones.answer(query)


def _sighting(query: dns.message.Message, peer: tuple[str, int], transport: str) -> Sighting:
    question = query.question[0]
    headers = [("transport", transport)]
    headers += [("edns-option", option.to_text()[:200]) for option in query.options]
    return Sighting(
        id=new_id(),
        at=datetime.now(UTC),
        channel=Dns.name,
        peer=peer[0],
        peer_port=peer[1],
        method=dns.rdatatype.to_text(question.rdtype),
        host=question.name.to_text(omit_final_dot=True),
        path="",
        query="",
        headers=tuple(headers),
    )


def _refusal(wire: bytes, code: dns.rcode.Rcode) -> dns.message.Message:
    response = dns.message.Message(id=struct.unpack("!H", wire[:2])[0])
    response.flags = dns.flags.QR | (dns.flags.RD if wire[2] & 1 else 0)
    response.set_opcode(dns.opcode.Opcode((wire[2] >> 3) & 15))
    response.set_rcode(code)
    return response


class _Datagrams(asyncio.DatagramProtocol):
    """Questions over UDP."""

    def __init__(self, answering: _Answering, rates: ResponseRates) -> None:
        self._answering = answering
        self._rates = rates
        self._transport: asyncio.DatagramTransport | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self.tasks) < _AT_ONCE:  # what is dropped is asked again: DNS clients retry
            task = asyncio.ensure_future(self._reply(data, addr))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _reply(self, data: bytes, addr: tuple[str, int]) -> None:
        response = await self._answering.answer(data, (addr[0], addr[1]), "udp")
        verdict = self._rates.verdict(addr[0], asyncio.get_running_loop().time())
        if response is None or self._transport is None or verdict == "drop":
            return
        largest = min(_LARGEST_ANSWER, max(512, response.request_payload or 512))
        self._transport.sendto(_wire(response, largest, cut=verdict == "cut"), addr)


def _wire(response: dns.message.Message, largest: int, *, cut: bool = False) -> bytes:
    """Return an answer's bytes; one that is too large, or is to be cut, says to ask over TCP."""
    if not cut:
        with suppress(dns.exception.TooBig):
            return response.to_wire(max_size=largest)
    short = dns.message.Message(id=response.id)
    short.flags = response.flags | dns.flags.TC
    short.question = list(response.question)
    return short.to_wire()


class _Streams:
    """Questions over TCP (RFC 7766): two bytes of length before each message."""

    def __init__(self, answering: _Answering) -> None:
        self._answering = answering
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's questions until it ends or is silent for long."""
        self._open += 1
        try:
            if self._open <= _CONNECTIONS:
                with suppress(TimeoutError, asyncio.IncompleteReadError, OSError):
                    while True:
                        async with asyncio.timeout(_TCP_SECONDS):
                            await self._one(reader, writer)
        finally:
            self._open -= 1
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (size,) = struct.unpack("!H", await reader.readexactly(2))
        wire = await reader.readexactly(size)
        response = await self._answering.answer(wire, writer.get_extra_info("peername")[:2], "tcp")
        if response is None:
            raise asyncio.IncompleteReadError(b"", None)
        answer = response.to_wire(max_size=65_535)
        writer.write(struct.pack("!H", len(answer)) + answer)
        await writer.drain()
