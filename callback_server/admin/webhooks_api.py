"""Webhooks as JSON: who is told of hits, how that stands, and changing it while the service runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import AnyHttpUrl, BaseModel, Field

from callback_server.admin.access import Access
from callback_server.admin.bodies import Body, ResentBody
from callback_server.admin.guard import DENIALS, May, guard
from callback_server.admin.overview import Panel
from callback_server.alerts import outbox_name
from callback_server.errors import DeliveryError
from callback_server.store import Receiver

_NAME = r"^[A-Za-z0-9._-]{1,60}$"
_Name = Annotated[str, Path(pattern=_NAME)]
_MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such webhook"}}


class WebhookBody(BaseModel):
    """A webhook, and how its alerts stand. ``secret``, by which it checks signatures, is there once, as it is made."""

    name: str
    url: str
    enabled: bool
    waiting: int
    delivered: int
    dead: int
    secret: str | None = None


class WebhooksBody(BaseModel):
    """Every webhook that was added, by name; that of the settings is among the channels of ``/api/alerts``."""

    webhooks: list[WebhookBody]


class NewWebhookBody(Body):
    """A webhook to add, or to give a new address and a new secret."""

    name: Annotated[str, Field(pattern=_NAME)]
    url: Annotated[AnyHttpUrl, Field(max_length=2_000)]


class EnabledBody(Body):
    """Whether a webhook is told of new hits."""

    enabled: bool


class TestedBody(BaseModel):
    """Whether a webhook took a test, and what was wrong otherwise."""

    taken: bool
    problem: str | None


def webhook_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the routes under ``/api/webhooks``, which are for who manages accounts."""
    manage = Depends(guard(access, May.MANAGE))
    routes = APIRouter(prefix="/api/webhooks", responses={**DENIALS, **_MISSING}, dependencies=[manage])

    def body(receiver: Receiver, secret: str | None = None) -> WebhookBody:
        owed = panel.outbox.counts(outbox_name(receiver.name))
        return WebhookBody(
            name=receiver.name,
            url=receiver.url,
            enabled=receiver.enabled,
            waiting=owed.waiting,
            delivered=owed.delivered,
            dead=owed.dead,
            secret=secret,
        )

    def shown(name: str, secret: str | None = None) -> WebhookBody:
        return next(body(each, secret) for each in panel.webhooks.all() if each.name == name)

    @routes.get("")
    def webhooks() -> WebhooksBody:
        """Every webhook that was added."""
        return WebhooksBody(webhooks=[body(each) for each in panel.webhooks.all()])

    @routes.post("", status_code=201)
    def add(given: NewWebhookBody) -> WebhookBody:
        """Add a webhook or replace the one of its name. Its signing secret is shown in this answer and never again."""
        secret = panel.webhooks.add(given.name, str(given.url))
        return shown(given.name, secret)

    @routes.post("/{name}/state")
    def enable(name: _Name, given: EnabledBody) -> WebhookBody:
        """Have it told of new hits or not; what it is owed already waits while it is disabled."""
        panel.webhooks.enable(name, enabled=given.enabled)
        return shown(name)

    @routes.post("/{name}/test")
    async def test(name: _Name) -> TestedBody:
        """Post a signed test to it now."""
        try:
            await panel.webhooks.test(name)
        except DeliveryError as error:
            return TestedBody(taken=False, problem=error.problem)
        return TestedBody(taken=True, problem=None)

    @routes.post("/{name}/resend")
    def resend(name: _Name) -> ResentBody:
        """Have every alert of it that was given up sent again."""
        return ResentBody(resent=panel.outbox.resend(datetime.now(UTC), outbox_name(name)))

    return routes
