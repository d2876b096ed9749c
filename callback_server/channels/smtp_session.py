"""One conversation with a mail client: aiosmtpd's, made to keep what it would refuse.

aiosmtpd refuses over-long lines, odd senders, and parameters that it does not know: each would be a sighting lost.
"""

# ruff: noqa: ARG002, D102, N802 - names and signatures are aiosmtpd's

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections import defaultdict
from datetime import UTC, datetime

from aiosmtpd.proxy_protocol import ProxyData
from aiosmtpd.smtp import SMTP, Envelope, Session

from callback_server.channels.attachments import AttachmentHashes
from callback_server.channels.budget import Kept
from callback_server.channels.interface import Recorder
from callback_server.errors import NotRecordedError
from callback_server.sighting import Sighting, new_id

KEPT_OF_A_MESSAGE = 2 * 1024 * 1024
"""Bytes of a message that are kept; all of it is read and hashed."""
_LARGEST_MESSAGE = 50 * 1024 * 1024
_LINE = 64 * 1024
_COMMAND = 4_096
_RECIPIENTS = 1_000
_TURN = 64
"""Lines of a message that are read before others are served."""
_SILENCE = 60.0
_CONVERSATION = 600.0
_ADDRESS = re.compile(r"\s*<([^<>]*)>?|\s*(\S+)")
_TRY_LATER = "451 4.3.0 Try again later"


class MailSession(SMTP):
    """A connection. ``recorder`` takes each recipient, probe and message before it is answered."""

    line_length_limit = _LINE
    __ident__ = "ESMTP"

    def __init__(
        self,
        recorder: Recorder,
        sessions: set[MailSession],
        *,
        hostname: str,
        domains: tuple[str, ...],
        tls: ssl.SSLContext | None,
        proxied: bool,
        full: bool,
    ) -> None:
        super().__init__(
            _Proxy(),
            data_size_limit=_LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="ESMTP",
            tls_context=tls,
            timeout=_SILENCE,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            proxy_protocol_timeout=5.0 if proxied else None,
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(lambda: _COMMAND)
        self._recorder = recorder
        self._sessions = sessions
        self._domains = domains
        self._full = full
        self._conversation = ""
        self._expiry: asyncio.TimerHandle | None = None
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._full and isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.3.2 Too many connections\r\n")
            transport.close()
        if self._expiry is None:
            self._sessions.add(self)
            self._expiry = asyncio.get_running_loop().call_later(_CONVERSATION, self.end)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        if self._expiry is not None:
            self._expiry.cancel()
        super().connection_lost(error)

    def end(self) -> None:
        """Close the connection."""
        if self.transport is not None:
            self.transport.close()

    async def handle_exception(self, error: Exception) -> str:
        return _TRY_LATER

    async def smtp_MAIL(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        _session, envelope = self._state()
        if envelope.mail_from is not None:
            await self.push("503 Error: nested MAIL command")
            return
        rest = _after("FROM:", arg)
        if rest is None:
            await self.push("501 Syntax: MAIL FROM: <address>")
            return
        envelope.mail_from, options = _address(rest)
        envelope.mail_options.extend(options.split())
        self._conversation = new_id()
        await self.push("250 OK")

    async def smtp_RCPT(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        _session, envelope = self._state()
        if envelope.mail_from is None:
            await self.push("503 Error: need MAIL command")
            return
        rest = _after("TO:", arg)
        address, options = _address(rest) if rest is not None else ("", "")
        if not address:
            await self.push("501 Syntax: RCPT TO: <address>")
            return
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            await self.push("452 4.5.3 Too many recipients")
            return
        await self._record("RCPT", address, [("options", options)])
        if not self._is_ours(address):
            await self.push("550 5.7.1 Relaying denied")
            return
        envelope.rcpt_tos.append(address)
        await self.push("250 OK")

    async def smtp_VRFY(self, arg: str | None) -> None:
        address, _ = _address(arg or "")
        if not address:
            await self.push("501 Syntax: VRFY <address>")
            return
        await self._record("VRFY", address, [])
        await self.push("252 2.0.0 Cannot VRFY user, but will accept message and attempt delivery")

    async def smtp_AUTH(self, arg: str) -> None:
        await self.push("502 5.5.1 AUTH not available")

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        _session, envelope = self._state()
        if not envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        self.busy = True
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            with self._recorder.bodies.keeping(KEPT_OF_A_MESSAGE) as kept:
                facts = await self._message(kept)
                facts += [("recipient", address) for address in envelope.rcpt_tos]
                await self._record("DATA", envelope.rcpt_tos[0], facts, bytes(kept.content), complete=kept.complete)
        finally:
            self.busy = False
        self.envelope = self._create_envelope()
        await self.push("250 OK")

    async def _message(self, kept: Kept) -> list[tuple[str, str]]:
        """Read a message to its final dot; return its size, its SHA-256, and those of its attachments."""
        digest, attached, starts, lines = hashlib.sha256(), AttachmentHashes(), True, 0
        clock = asyncio.get_running_loop().time
        heard = clock()
        while True:
            lines += 1
            if lines % _TURN == 0:
                await asyncio.sleep(0)  # lines that wait already are read without a pause; others want their turn
            try:
                line = bytes(await self._reader.readuntil(b"\r\n"))
                whole = True
            except asyncio.LimitOverrunError as error:
                line, whole = await self._reader.read(error.consumed), False
            if starts and line == b".\r\n":
                facts = [("size", str(kept.size)), ("sha256", digest.hexdigest())]
                return facts + [("attachment", str(one)) for one in attached.done()]
            if starts and line.startswith(b"."):
                line = line[1:]
            starts = whole
            digest.update(line)
            attached.add(line)
            kept.add(line)
            if clock() - heard > 1.0:  # each setting of a timer costs more than the line
                heard = clock()
                self._reset_timeout()
            if kept.size > _LARGEST_MESSAGE:
                self.end()
                raise NotRecordedError("A message is larger than is read", "Nothing: its recipients were kept")

    async def _record(
        self, method: str, address: str, facts: list[tuple[str, str]], body: bytes = b"", *, complete: bool = True
    ) -> None:
        session, envelope = self._state()
        peer = session.peer if isinstance(session.peer, tuple) else ("", 0)
        source = session.proxy_data
        if source is not None and source.src_addr is not None:
            facts = [("proxied-for", str(source.src_addr)), *facts]
        headers = [
            ("conversation", self._conversation),
            ("helo", _plain(session.host_name or "")),
            ("sender", _plain(envelope.mail_from or "")),
            ("mail-options", _plain(" ".join(envelope.mail_options))),
            ("tls", "yes" if session.ssl else "no"),
            *((name, _plain(value)) for name, value in facts),
        ]
        sighting = Sighting(
            id=new_id(),
            at=datetime.now(UTC),
            channel="smtp",
            peer=str(peer[0]),
            peer_port=int(peer[1]),
            method=method,
            host=_plain(address.rpartition("@")[2]),
            path=_plain(address),
            query="",
            headers=tuple(headers),
            body=body,
            body_complete=complete,
        )
        await self._recorder.record(sighting)

    def _is_ours(self, address: str) -> bool:
        domain = address.rpartition("@")[2].lower().rstrip(".")
        return not self._domains or any(domain == own or domain.endswith(f".{own}") for own in self._domains)

    def _state(self) -> tuple[Session, Envelope]:
        if self.session is None or self.envelope is None:
            raise ConnectionResetError
        return self.session, self.envelope


class _Proxy:
    """aiosmtpd's handler: takes the word of a proxy, which only connects where the operator said that one does."""

    async def handle_PROXY(self, server: SMTP, session: Session, envelope: Envelope, proxy_data: ProxyData) -> bool:
        return True


def _after(keyword: str, arg: str | None) -> str | None:
    """Return what follows ``FROM:`` or ``TO:``, if that is how a command's argument begins."""
    if arg is None or arg[: len(keyword)].upper() != keyword:
        return None
    return arg[len(keyword) :]


def _address(text: str) -> tuple[str, str]:
    """Return the address, whatever is in it, and the parameters behind it."""
    found = _ADDRESS.match(text)
    if found is None:
        return "", ""
    address = found[1] if found[1] is not None else found[2]
    # A source route (RFC 5321, 4.1.1.3) is not followed; the address behind it counts.
    if address.startswith("@") and ":" in address:
        address = address.partition(":")[2]
    return address.strip(), text[found.end() :].strip()


def _plain(text: str) -> str:
    """Return text that can be stored as UTF-8: bytes of no known encoding show as escapes."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
