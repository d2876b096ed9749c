"""Signed webhooks, as Standard Webhooks 1.0 has them, to the one URL that the operator configured."""

from __future__ import annotations

import json
import secrets
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import standardwebhooks

from callback_server.alerts.interface import Alert, Pace
from callback_server.errors import DeliveryError, ServiceError
from callback_server.settings import Settings, read_secret


class Webhook:
    """A receiver of JSON over HTTP. ``secret`` is its signing secret, ``whsec_`` and base64; ``timeout`` in seconds.

    Redirections are not followed, and neither proxies nor netrc are taken from the environment: an alert goes nowhere
    else.
    """

    name = "webhook"
    pace = Pace()

    def __init__(self, url: str, secret: str, timeout: float) -> None:
        try:
            self._signer = standardwebhooks.Webhook(secret)
        except (ValueError, standardwebhooks.webhooks.EmptyWebhookSecretError) as error:
            raise ServiceError(
                "The webhook secret is not base64", "Make one: echo whsec_$(openssl rand -base64 32)"
            ) from error
        self._url = url
        # The system's certificate store rather than certifi's, so that a hospital's own authority is trusted.
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=False, verify=ssl.create_default_context())

    @classmethod
    def from_settings(cls, settings: Settings) -> Webhook | None:
        """Return the configured receiver, or ``None``; raise :class:`ServiceError` when it has a URL but no secret."""
        if settings.webhook_url is None:
            return None
        if settings.webhook_secret_file is None:
            raise ServiceError("webhook_url is set without webhook_secret_file", "Set it: webhooks are always signed")
        secret = read_secret(settings.webhook_secret_file, "webhook secret")
        return cls(str(settings.webhook_url), secret, settings.alert_timeout)

    async def deliver(self, alerts: Sequence[Alert]) -> None:
        """Post the one alert, the same bytes at each try; anything but a 2xx answer raises :class:`DeliveryError`."""
        (alert,) = alerts
        await self._post(f"hit_{alert.hit}", _body(alert))

    async def test(self) -> None:
        """Post an event of type ``webhook.test``; raise :class:`DeliveryError` when it was not taken."""
        event = {"type": "webhook.test", "timestamp": datetime.now(UTC).isoformat(), "data": {}}
        await self._post(f"test_{secrets.token_hex(8)}", json.dumps(event, separators=(",", ":")))

    async def _post(self, name: str, body: str) -> None:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(name, now, body),
        }
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise DeliveryError(f"The webhook did not answer ({type(error).__name__})", "It is tried again") from error
        if not response.is_success:
            raise DeliveryError(f"The webhook answered {response.status_code}", "It is tried again")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _type(alert: Alert) -> str:
    if not alert.is_heartbeat:
        return "hit.created"
    return "heartbeat.silent" if alert.reason == "silence" else "heartbeat.heard"


def _body(alert: Alert) -> str:
    data = {
        "hit": alert.hit,
        "incident": alert.incident,
        "campaign": alert.campaign,
        "establishment": alert.establishment,
        "channel": alert.channel,
        "at": alert.at.isoformat(),
        "bits": round(alert.bits, 1),
        "reason": alert.reason,
        "rows": alert.rows,
        "text": alert.text,
    }
    # The event's time, not the try's: every try sends the same bytes.
    return json.dumps({"type": _type(alert), "timestamp": alert.at.isoformat(), "data": data}, separators=(",", ":"))
