"""Chat rooms and the rest (Slack, Teams, Mattermost, Matrix, SMS ...) through apprise, which is an optional extra."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from callback_server.alerts.interface import Alert, Pace, digest
from callback_server.errors import DeliveryError, ServiceError
from callback_server.settings import Settings, read_secret


@dataclass(frozen=True, slots=True)
class Chat:
    """The services of one apprise object; their URLs hold secrets, so they are read from a file."""

    services: Any = field(repr=False)
    pace: Pace
    name = "chat"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the configured services, or ``None``; raise :class:`ServiceError` when a URL is none of apprise's."""
        if not settings.chat_url_files:
            return None
        try:
            import apprise  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ServiceError("Chat alerts need apprise", "Run: pip install 'honeytokens[chat]'") from error
        services = apprise.Apprise()
        for path in settings.chat_url_files:
            if not services.add(read_secret(path, "chat URL")):
                raise ServiceError(f"{path} holds no URL that apprise knows", "See github.com/caronc/apprise/wiki")
        return cls(services, Pace.for_people(settings))

    async def deliver(self, alerts: Sequence[Alert]) -> None:
        """Tell every service; raise :class:`DeliveryError` unless all took it."""
        subject, text = digest(alerts)
        if not await self.services.async_notify(title=subject, body=text):
            raise DeliveryError("A chat service did not take it", "It is tried again; check its URL")

    async def close(self) -> None:
        """Nothing stays open."""
