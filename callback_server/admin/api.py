"""Hits, sightings and alerts as JSON, for tools; what belongs to incidents and to people has its own file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, HTTPException, Query, Response
from pydantic import AwareDatetime

from callback_server.admin.access import COOKIE, Access
from callback_server.admin.bodies import (
    ActivityBody,
    AlertsBody,
    HandedBody,
    HitBody,
    HitsBody,
    MeBody,
    ResentBody,
    SightingBody,
    SightingsBody,
    TallyBody,
)
from callback_server.admin.guard import DENIALS, May, allowed, guard
from callback_server.admin.overview import Panel
from callback_server.candidates import VERIFIED
from callback_server.sighting import Sighting, delivered_id
from callback_server.store import Account, HitFilter

Limit = Annotated[int, Query(ge=1, le=500)]
_LATELY = timedelta(days=7)
Before = Annotated[int | None, Query(ge=0, le=2**53)]


def seen_by(account: Account) -> frozenset[str] | None:
    """Return the establishments that an account may see, ``None`` for all."""
    return None if account.establishments is None else frozenset(account.establishments)


def api_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the routes of hits, sightings and alerts under ``/api``."""
    routes = APIRouter(prefix="/api", responses=DENIALS)
    see, ingest = Depends(guard(access, May.SEE)), Depends(guard(access, May.INGEST))
    decide, manage = Depends(guard(access, May.DECIDE)), Depends(guard(access, May.MANAGE))

    @routes.get("/me")
    def me(account: Account = see, session: Annotated[str | None, Cookie(alias=COOKIE)] = None) -> MeBody:
        """Who is asking, and the CSRF token of his session."""
        sites = None if account.establishments is None else list(account.establishments)
        begun = access.session(session)
        return MeBody(name=account.name, role=account.role, establishments=sites, csrf=begun.csrf if begun else None)

    @routes.get("/hits")
    def hits(
        limit: Limit = 50,
        before: Before = None,
        incident: str | None = None,
        channel: str | None = None,
        noise: bool | None = None,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        source: str | None = None,
        account: Account = see,
    ) -> HitsBody:
        """Hits, newest first, noise included unless it is asked for or against."""
        which = HitFilter(seen_by(account), incident, channel, noise, since, until, source)
        shown = panel.overview(limit, before, which)
        reveal = allowed(account, May.REVEAL)
        return HitsBody(
            hits=[HitBody.of(hit, reveal=reveal) for hit in shown.hits],
            before=shown.before,
            unattributed=shown.counts.unattributed,
            unopened=shown.unopened,
            alerts_waiting=shown.alerts.waiting,
            alerts_delivered=shown.alerts.delivered,
            alerts_dead=shown.alerts.dead,
        )

    @routes.get("/activity")
    def activity(
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        incident: str | None = None,
        channel: str | None = None,
        noise: bool | None = None,
        account: Account = see,
    ) -> ActivityBody:
        """Hits by hour and channel, of the last seven days unless it is said since when."""
        start = since or datetime.now(UTC) - _LATELY
        found = panel.store.tallies(HitFilter(seen_by(account), incident, channel, noise, start, until))
        return ActivityBody(tallies=[TallyBody(**asdict(each)) for each in found])

    @routes.get("/sightings")
    def sightings(limit: Limit = 50, before: Before = None, account: Account = decide) -> SightingsBody:
        """Everything that was heard, newest first: for who may see which decoy, and every establishment."""
        if account.establishments is not None:
            raise HTTPException(403, "Sightings belong to no establishment: your role must see all of them")
        found = panel.store.sightings(limit + 1, before)
        return SightingsBody(
            sightings=[SightingBody.of(one) for one in found[:limit]],
            before=found[limit - 1].number if len(found) > limit else None,
        )

    @routes.post("/sightings", status_code=202, response_class=Response)
    def hand_over(body: HandedBody, account: Account = ingest) -> Response:
        """Take a sighting that another tool heard of; one that was delivered before is not stored again.

        The answer does not tell whether it betrays a decoy.
        """
        sighting = Sighting(
            id=delivered_id(account.name, body.delivery),
            at=body.at.astimezone(UTC),
            channel="hook",
            peer="",
            peer_port=0,
            method="API",
            host="",
            path=f"/api/{account.name}",
            query="",
            headers=((VERIFIED, account.name), ("received", datetime.now(UTC).isoformat())),
            body=body.text.encode(errors="backslashreplace"),
        )
        panel.hand_over(sighting)
        return Response(status_code=202)

    @routes.get("/alerts", dependencies=[see])
    def alerts() -> AlertsBody:
        """How alerts stand."""
        counts = panel.outbox.counts()
        return AlertsBody(
            channels=list(panel.webhooks.channels), waiting=counts.waiting, delivered=counts.delivered, dead=counts.dead
        )

    @routes.post("/alerts/resend", dependencies=[manage])
    def resend() -> ResentBody:
        """Have every alert that was given up sent again."""
        return ResentBody(resent=panel.outbox.resend(datetime.now(UTC)))

    return routes
