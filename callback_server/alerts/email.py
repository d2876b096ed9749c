"""Alerts by e-mail, as RFC 5322 has it, through the operator's own mail server, which signs them (DKIM)."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self

from callback_server.alerts.interface import Alert, Pace, digest
from callback_server.errors import DeliveryError, ServiceError
from callback_server.settings import Settings, read_secret


@dataclass(frozen=True, slots=True)
class Email:
    """A mail server that takes our messages; ``tls`` is ``starttls``, ``tls`` or ``none``, ``timeout`` in seconds."""

    host: str
    port: int
    tls: str
    sender: str
    recipients: tuple[str, ...]
    timeout: float
    pace: Pace
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    name = "email"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the configured mail server, or ``None``; raise :class:`ServiceError` when it is half configured."""
        if settings.email_host is None:
            return None
        if settings.email_from is None or not settings.email_to:
            raise ServiceError("email_host is set without email_from and email_to", "Set both")
        password = settings.email_password_file
        return cls(
            host=settings.email_host,
            port=settings.email_port,
            tls=settings.email_tls,
            sender=settings.email_from,
            recipients=settings.email_to,
            timeout=settings.alert_timeout,
            pace=Pace.for_people(settings),
            user=settings.email_user,
            password=read_secret(password, "mail password") if password is not None else None,
        )

    async def deliver(self, alerts: Sequence[Alert]) -> None:
        """Send one message about the alerts; raise :class:`DeliveryError` unless every recipient was taken."""
        try:
            await asyncio.to_thread(self._send, self.message(alerts))
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(
                f"The mail server did not take it ({type(error).__name__})", "It is tried again"
            ) from error

    def message(self, alerts: Sequence[Alert]) -> EmailMessage:
        """Return the message: the same alerts always have the same Message-ID, so that receivers can drop repeats."""
        subject, text = digest(alerts)
        once = hashlib.sha256("\n".join(sorted(alert.hit for alert in alerts)).encode()).hexdigest()[:32]
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Subject"] = _one_line(subject)
        message["Date"] = format_datetime(max(alert.at for alert in alerts))
        message["Message-ID"] = f"<{once}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text + "\n", cte="quoted-printable")
        return message

    def _send(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self.tls == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        with client:
            if self.tls == "starttls":
                client.starttls(context=context)
            if self.user is not None:
                client.login(self.user, self.password or "")
            refused = client.send_message(message)
        if refused:
            raise DeliveryError(f"The mail server refused {len(refused)} recipients", "Correct email_to")

    async def close(self) -> None:
        """Nothing stays open."""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
