"""Mail for owned domains: every recipient, every probe and every message is a sighting; nothing is ever sent.

Since no mail and no bounce leaves, no loop can come of it. Every address of an owned domain is answered alike, so that
nobody can find a decoy's by asking.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from callback_server.channels.interface import Recorder
from callback_server.channels.smtp_session import MailSession
from callback_server.errors import ServiceError
from callback_server.serving import bind, url_of
from callback_server.settings import Settings

_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Smtp:
    """The channel of mail. ``tls`` is what STARTTLS offers, if it does; ``domains`` are those that are ours."""

    host: str
    port: int
    hostname: str
    domains: tuple[str, ...]
    tls: ssl.SSLContext | None = field(repr=False)
    proxied: bool
    name = "smtp"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the channel, or ``None`` without a port; raise :class:`ServiceError` when its certificate is wrong."""
        if settings.smtp_port is None:
            return None
        domains = tuple(domain.lower().rstrip(".") for domain in settings.smtp_domains)
        proxied = settings.proxy_protocol
        return cls(settings.smtp_host, settings.smtp_port, settings.smtp_name, domains, _tls(settings), proxied)

    def bind(self) -> list[socket.socket]:
        """Return its listener."""
        return [bind(self.host, self.port)]

    async def run(
        self, sockets: Sequence[socket.socket], recorder: Recorder, stop: asyncio.Event, on_ready: Callable[[str], None]
    ) -> None:
        """Take mail until told to stop."""
        sessions: set[MailSession] = set()

        def session() -> MailSession:
            return MailSession(
                recorder,
                sessions,
                hostname=self.hostname,
                domains=self.domains,
                tls=self.tls,
                proxied=self.proxied,
                full=len(sessions) >= _CONNECTIONS,
            )

        server = await asyncio.get_running_loop().create_server(session, sock=sockets[0])
        on_ready(url_of(sockets[0], "smtp"))
        await stop.wait()
        server.close()
        await _let_end(sessions)


async def _let_end(sessions: set[MailSession], seconds: float = 5.0) -> None:
    """Give messages that are under way a few seconds to end."""
    steps = 50
    for _ in range(steps):
        if not any(one.busy for one in sessions):
            break
        await asyncio.sleep(seconds / steps)
    for one in list(sessions):
        one.end()


def _tls(settings: Settings) -> ssl.SSLContext | None:
    certificate, key = settings.smtp_certificate, settings.smtp_certificate_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise ServiceError("smtp_certificate and smtp_certificate_key go together", "Set both, or neither")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ServiceError(
            f"The mail certificate cannot be used: {error.strerror or 'it does not fit its key'}",
            f"Check {certificate} and {key}",
        ) from error
    return context
