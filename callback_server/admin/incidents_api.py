"""Incidents as JSON: what they hold, and what people decide about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query

from callback_server.admin.access import Access
from callback_server.admin.api import Before, Limit, seen_by
from callback_server.admin.bodies import (
    DecisionBody,
    EntryBody,
    FactsBody,
    FreezeAskedBody,
    FreezeBody,
    HoldBody,
    IncidentBody,
    IncidentsBody,
    NoteBody,
    TimelineBody,
)
from callback_server.admin.guard import DENIALS, May, guard
from callback_server.admin.overview import Panel
from callback_server.store import Account, Entry, IncidentState, StoredIncident

_Name = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such incident, or none that you may see"}
}


def incident_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the routes under ``/api/incidents``. Incidents of other establishments are as if they were not."""
    routes = APIRouter(prefix="/api/incidents", responses={**DENIALS, **_MISSING})
    see, decide = Depends(guard(access, May.SEE)), Depends(guard(access, May.DECIDE))

    def find(name: str, account: Account) -> StoredIncident:
        return panel.incidents.get(name, seen_by(account))

    def entry(account: Account, kind: str, text: str) -> Entry:
        return Entry(datetime.now(UTC), account.name, kind, text)

    @routes.get("")
    def incidents(
        limit: Limit = 50,
        before: Before = None,
        state: Annotated[list[Literal["new", "acknowledged", "explained", "closed"]], Query(max_length=4)] = [],  # noqa: B006 - FastAPI copies it
        account: Account = see,
    ) -> IncidentsBody:
        """Incidents, newest first."""
        found = panel.incidents.all(limit + 1, before, state, seen_by(account))
        return IncidentsBody(
            incidents=[IncidentBody.of(one) for one in found[:limit]],
            before=found[limit - 1].number if len(found) > limit else None,
        )

    @routes.get("/{name}")
    def incident(name: _Name, account: Account = see) -> IncidentBody:
        """One incident."""
        return IncidentBody.of(find(name, account))

    @routes.get("/{name}/timeline")
    def timeline(name: _Name, account: Account = see) -> TimelineBody:
        """What was done about it, and by whom."""
        find(name, account)
        return TimelineBody(entries=[EntryBody.of(one) for one in panel.incidents.timeline(name)])

    @routes.post("/{name}/state")
    def decide_about(name: _Name, body: DecisionBody, account: Account = decide) -> IncidentBody:
        """Acknowledge, explain, close it or open it again."""
        find(name, account)
        panel.incidents.decide(name, IncidentState(body.state), entry(account, body.state, body.text))
        return IncidentBody.of(find(name, account))

    @routes.post("/{name}/notes", status_code=201)
    def note(name: _Name, body: NoteBody, account: Account = decide) -> IncidentBody:
        """Remember something, or what the thieves claim."""
        find(name, account)
        panel.incidents.note(name, entry(account, body.kind, body.text))
        return IncidentBody.of(find(name, account))

    @routes.post("/{name}/hold")
    def hold(name: _Name, body: HoldBody, account: Account = decide) -> IncidentBody:
        """Keep it beyond its time, or let go of it."""
        find(name, account)
        kind = "hold" if body.on_hold else "release"
        panel.incidents.hold(name, body.on_hold, entry(account, kind, body.text))
        return IncidentBody.of(find(name, account))

    @routes.post("/{name}/freeze", status_code=202)
    def freeze(name: _Name, body: FreezeBody, account: Account = decide) -> FreezeAskedBody:
        """Ask for logs and tables to be frozen, now where the operator listed them; the timeline tells how it ended."""
        find(name, account)
        return FreezeAskedBody(state=panel.freezer.ask(name, account.name, body.text))

    @routes.put("/{name}/facts")
    def record(name: _Name, body: FactsBody, account: Account = decide) -> IncidentBody:
        """Record when the establishment became aware, from which deadlines count, and its case."""
        find(name, account)
        facts = body.facts()
        panel.incidents.record(name, facts, entry(account, "facts", f"aware: {facts.aware}, case: {facts.case}"))
        return IncidentBody.of(find(name, account))

    return routes
