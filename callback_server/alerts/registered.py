"""The webhooks that are told of hits: that of the settings, and those that were added while the service ran."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from callback_server.alerts.interface import AlertChannel
from callback_server.alerts.webhook import Webhook
from callback_server.errors import NotFoundError
from callback_server.store import Receiver, Receivers, Store


@dataclass(slots=True)
class Registered:
    """Who is told of hits, by the name that the outbox knows him by. Changes hold from the next hit on.

    ``configured`` are the channels of the settings, ``timeout`` is in seconds. A disabled webhook is owed nothing new,
    and what it was owed waits for it.
    """

    kept: Receivers
    store: Store
    configured: Mapping[str, AlertChannel]
    timeout: float
    channels: Mapping[str, AlertChannel] = field(default_factory=dict)
    """Those that are delivered to now; replaced whole at each change, never changed."""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._apply()

    def all(self) -> list[Receiver]:
        """Return the webhooks that were added, by name."""
        return self.kept.all()

    def add(self, name: str, url: str) -> str:
        """Add a webhook or replace the one of its name; return its new signing secret."""
        secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
        self._save(Receiver(name, url, secret))
        return secret

    def enable(self, name: str, *, enabled: bool) -> None:
        """Have a webhook told or not; raise :class:`NotFoundError` when there is none of that name."""
        self._save(replace(self._find(name), enabled=enabled))

    async def test(self, name: str) -> None:
        """Post a test to a webhook, enabled or not; raise ``DeliveryError`` when it did not take it."""
        hook = self._hook(self._find(name))
        try:
            await hook.test()
        finally:
            await hook.close()

    def _find(self, name: str) -> Receiver:
        found = next((each for each in self.kept.all() if each.name == name), None)
        if found is None:
            raise NotFoundError("There is no such webhook", "List them: GET /api/webhooks")
        return found

    def _save(self, receiver: Receiver) -> None:
        with self._turn:
            self.kept.save(receiver)
            self._apply()

    def _apply(self) -> None:
        added = {outbox_name(each.name): self._hook(each) for each in self.kept.all() if each.enabled}
        self.channels = {**self.configured, **added}
        machines = [name for name, channel in self.channels.items() if not channel.pace.people]
        self.store.tell(list(self.channels), machines)

    def _hook(self, receiver: Receiver) -> Webhook:
        return Webhook(receiver.url, receiver.secret, self.timeout)


def outbox_name(name: str) -> str:
    """Return the name that the outbox knows an added webhook by; no channel of the settings has such a name."""
    return f"webhook:{name}"
