"""*Audit trail*: who asked for what, and the log that shows that nothing of it was rewritten."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse, Response

from callback_server.admin.guard import May
from callback_server.console.shell import Shell, Visit

_ON_A_PAGE = 100


def routes(shell: Shell) -> APIRouter:
    """Return the routes of the page and of a checkpoint to keep elsewhere."""
    routes, manage = APIRouter(), Depends(shell.visitor(May.MANAGE))

    @routes.get("/trail")
    def trail(
        request: Request, before: Annotated[int | None, Query(ge=0, le=2**53)] = None, visit: Visit = manage
    ) -> Response:
        looks = shell.access.accounts.trail(_ON_A_PAGE + 1, before)
        notes = shell.panel.evidence.checkpoints()
        return shell.render(
            "trail.html",
            visit,
            request,
            looks=looks[:_ON_A_PAGE],
            before=before,
            older=looks[_ON_A_PAGE - 1].number if len(looks) > _ON_A_PAGE else None,
            entries=shell.panel.evidence.size(),
            signed=int(notes[-1].split("\n")[1]) if notes else 0,
        )

    @routes.get("/trail/checkpoint")
    def checkpoint(visit: Visit = manage) -> Response:  # noqa: ARG001 - it admits
        note = shell.panel.evidence.checkpoint()
        return PlainTextResponse(note, headers={"Content-Disposition": 'attachment; filename="checkpoint.txt"'})

    return routes
