"""*People*: who may look and decide, and how each signs in. They are added where the service runs, or by the API."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from callback_server.admin.guard import May
from callback_server.console.shell import Shell, Visit


def routes(shell: Shell) -> APIRouter:
    """Return the route of the page."""
    routes, manage = APIRouter(), Depends(shell.visitor(May.MANAGE))

    @routes.get("/people")
    def people(request: Request, visit: Visit = manage) -> Response:
        return shell.render("people.html", visit, request, accounts=shell.access.accounts.all())

    return routes
