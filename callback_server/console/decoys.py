"""*Decoys*: campaigns, how their decoys stand, and what could be proved with them today. No identity is here."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from callback_server.admin.guard import May
from callback_server.console.shell import Shell, Visit

ROWS = 1_000
"""The size of a published sample, for which it is told how likely it is that it shows a decoy."""


def routes(shell: Shell) -> APIRouter:
    """Return the route of the page."""
    routes, panel, see = APIRouter(), shell.panel, Depends(shell.visitor(May.SEE))

    @routes.get("/decoys")
    def decoys(request: Request, visit: Visit = see) -> Response:
        standing = panel.desk.coverage(ROWS)
        sites = visit.sites
        return shell.render(
            "decoys.html",
            visit,
            request,
            campaigns=[each for each in standing.campaigns if sites is None or each.establishment in sites],
            powers=[each for each in standing.powers if sites is None or each.establishment in sites],
            wanted=standing.wanted,
        )

    return routes
