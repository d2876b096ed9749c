"""*Incidents*: all of them, by state."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from callback_server.admin.guard import May
from callback_server.console.shell import Shell, Visit
from callback_server.store import IncidentState

_ON_A_PAGE = 50


def routes(shell: Shell) -> APIRouter:
    """Return the route of the list."""
    routes, panel, see = APIRouter(), shell.panel, Depends(shell.visitor(May.SEE))

    @routes.get("/incidents")
    def incidents(
        request: Request,
        state: IncidentState | None = None,
        before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
        visit: Visit = see,
    ) -> Response:
        found = panel.incidents.all(_ON_A_PAGE + 1, before, (state.value,) if state else (), visit.sites)
        return shell.render(
            "incidents.html",
            visit,
            request,
            incidents=found[:_ON_A_PAGE],
            before=found[_ON_A_PAGE - 1].number if len(found) > _ON_A_PAGE else None,
            state=state,
            states=list(IncidentState),
        )

    return routes
