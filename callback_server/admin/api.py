"""Hits as JSON, for tools."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Query
from pydantic import BaseModel

from callback_server.admin.access import COOKIE, Access
from callback_server.admin.overview import Panel
from callback_server.store import StoredHit

_BEARER = "bearer "


class HitBody(BaseModel):
    """One hit."""

    hit: str
    at: datetime
    decoy: str
    campaign: str
    serial: int
    establishment: str
    channel: str
    source: str
    method: str
    user_agent: str | None
    reason: str
    bits: float

    @classmethod
    def of(cls, hit: StoredHit) -> HitBody:
        """Return the body of a stored hit."""
        sighting, attribution = hit.sighting, hit.attribution
        return cls(
            hit=hit.name,
            at=sighting.at,
            decoy=str(attribution.decoy),
            campaign=attribution.decoy.campaign,
            serial=attribution.decoy.serial,
            establishment=attribution.establishment,
            channel=sighting.channel,
            source=sighting.peer,
            method=sighting.method,
            user_agent=sighting.header("user-agent"),
            reason=attribution.reason,
            bits=attribution.bits,
        )


class HitsBody(BaseModel):
    """A page of hits, newest first. ``before`` asks for the next page and is null on the last one."""

    hits: list[HitBody]
    before: int | None
    unattributed: int
    unopened: int
    alerts_waiting: int
    alerts_delivered: int
    alerts_dead: int


def api_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the routes under ``/api``, for a bearer of the admin token or a session."""

    def admitted(
        authorization: Annotated[str | None, Header()] = None,
        session: Annotated[str | None, Cookie(alias=COOKIE)] = None,
    ) -> None:
        if access.is_session(session):
            return
        if authorization is None or not authorization.lower().startswith(_BEARER):
            raise HTTPException(401, "Send the admin token as a bearer", {"WWW-Authenticate": "Bearer"})
        if not access.is_token(authorization[len(_BEARER) :].strip()):
            raise HTTPException(403, "That is not the admin token")

    routes = APIRouter(prefix="/api", dependencies=[Depends(admitted)])

    @routes.get("/hits")
    def hits(
        limit: Annotated[int, Query(ge=1, le=500)] = 50, before: Annotated[int | None, Query(ge=0)] = None
    ) -> HitsBody:
        shown = panel.overview(limit, before)
        return HitsBody(
            hits=[HitBody.of(hit) for hit in shown.hits],
            before=shown.before,
            unattributed=shown.counts.unattributed,
            unopened=shown.unopened,
            alerts_waiting=shown.alerts.waiting,
            alerts_delivered=shown.alerts.delivered,
            alerts_dead=shown.alerts.dead,
        )

    return routes
