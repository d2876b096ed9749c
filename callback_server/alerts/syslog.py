"""Every hit to the SIEM: syslog as RFC 5424 has it, over TLS, TCP (RFC 6587) or UDP, with CEF or JSON inside."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from callback_server.alerts.interface import Alert, Pace
from callback_server.errors import DeliveryError
from callback_server.settings import Settings

_PRIORITY = 4 * 8 + 1  # facility auth, severity alert


@dataclass(frozen=True, slots=True)
class Syslog:
    """A collector; ``transport`` is ``tls``, ``tcp`` or ``udp``, ``form`` is ``cef`` or ``json``."""

    host: str
    port: int
    transport: str
    form: str
    timeout: float
    pace: Pace = field(default_factory=lambda: Pace(together=200))
    name = "syslog"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the configured collector, or ``None``."""
        if settings.syslog_host is None:
            return None
        return cls(
            settings.syslog_host,
            settings.syslog_port,
            settings.syslog_transport,
            settings.syslog_form,
            settings.alert_timeout,
        )

    async def deliver(self, alerts: Sequence[Alert]) -> None:
        """Send one message for each alert; raise :class:`DeliveryError` when the collector cannot be reached."""
        messages = [self.message(alert).encode() for alert in alerts]
        try:
            async with asyncio.timeout(self.timeout):
                await (self._datagrams(messages) if self.transport == "udp" else self._stream(messages))
        except (OSError, TimeoutError) as error:
            raise DeliveryError(
                f"The syslog collector was not reached ({type(error).__name__})", "It is tried again"
            ) from error

    def message(self, alert: Alert) -> str:
        """Return the message of one alert."""
        at = alert.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        content = _cef(alert) if self.form == "cef" else _json(alert)
        return f"<{_PRIORITY}>1 {at} {socket.gethostname()[:255]} honeytokens - hit - {content}"

    async def _datagrams(self, messages: Sequence[bytes]) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(self.host, self.port))
        for message in messages:
            transport.sendto(message)
        transport.close()

    async def _stream(self, messages: Sequence[bytes]) -> None:
        context = ssl.create_default_context() if self.transport == "tls" else None
        _reader, writer = await asyncio.open_connection(self.host, self.port, ssl=context)
        try:
            for message in messages:
                writer.write(f"{len(message)} ".encode() + message)  # octet counting, RFC 6587, 3.4.1
            await writer.drain()
            writer.write_eof() if writer.can_write_eof() else None
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def close(self) -> None:
        """Nothing stays open."""


def _cef(alert: Alert) -> str:
    fields = {
        "rt": str(int(alert.at.timestamp() * 1000)),
        "externalId": alert.hit,
        "cs1Label": "establishment",
        "cs1": alert.establishment,
        "cs2Label": "campaign",
        "cs2": alert.campaign,
        "cs3Label": "incident",
        "cs3": alert.incident or "",
        "app": alert.channel,
        "msg": alert.text,
    }
    extension = " ".join(f"{name}={_escaped(value)}" for name, value in fields.items())
    return f"CEF:0|honeytokens|callback-server|1|hit|Decoy patient seen|8|{extension}"


def _escaped(value: str) -> str:
    """Return a value of a CEF extension: backslash and equals sign escaped, line ends as letters."""
    return value.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")


def _json(alert: Alert) -> str:
    return json.dumps(
        {
            "hit": alert.hit,
            "incident": alert.incident,
            "campaign": alert.campaign,
            "establishment": alert.establishment,
            "channel": alert.channel,
            "at": alert.at.isoformat(),
            "bits": round(alert.bits, 1),
            "reason": alert.reason,
            "rows": alert.rows,
        }
    )
