"""*Hits*: everything that a decoy was heard by, newest first and live; noise is shown with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from callback_server.admin.guard import May
from callback_server.console.drawings import HOURS, hours_of
from callback_server.console.shell import Shell, Visit
from callback_server.store import HitFilter

_ON_A_PAGE = 50
_LOOK_EVERY = 1.0
_STREAM_SECONDS = 300.0
"""A stream ends after this and the browser asks for a new one, so that a session that is over hears no more."""


def routes(shell: Shell) -> APIRouter:
    """Return the routes of the page and of its live signal."""
    routes, panel = APIRouter(), shell.panel
    see = Depends(shell.visitor(May.SEE))

    @routes.get("/hits")
    def hits(
        request: Request,
        before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
        channel: Annotated[str | None, Query(max_length=20)] = None,
        kind: Literal["", "news", "noise"] = "",
        source: Annotated[str, Query(max_length=64)] = "",
        incident: Annotated[str, Query(pattern="^([0-9a-f]{12})?$")] = "",
        rows: bool = False,
        visit: Visit = see,
    ) -> Response:
        noise = {"": None, "news": False, "noise": True}[kind]
        which = HitFilter(visit.sites, incident or None, channel or None, noise, source=source or None)
        shown = panel.overview(_ON_A_PAGE, before, which)
        now = datetime.now(UTC)
        kept = {"channel": channel or "", "kind": kind, "source": source, "incident": incident}
        if rows:
            return shell.render("hit_rows.html", visit, request, shown=shown, reveal=visit.may(May.REVEAL))
        tallies = panel.store.tallies(HitFilter(visit.sites, since=now - timedelta(hours=HOURS - 1)))
        return shell.render(
            "hits.html",
            visit,
            request,
            shown=shown,
            before=before,
            reveal=visit.may(May.REVEAL),
            hours=hours_of(tallies, now),
            channels=("http", "dns", "smtp", "hook", "watch"),
            kept=kept,
            query="&".join(f"{name}={value}" for name, value in kept.items() if value),
        )

    @routes.get("/hits/live")
    async def live(request: Request, visit: Visit = see) -> Response:
        return StreamingResponse(_signals(shell, visit, request), media_type="text/event-stream")

    return routes


async def _signals(shell: Shell, visit: Visit, request: Request) -> AsyncIterator[str]:
    """Say that there is something new, and nothing of what it is: the page then asks for it as ever."""
    known = await asyncio.to_thread(shell.panel.store.counts, visit.sites)
    yield "retry: 2000\n\n"
    for _ in range(int(_STREAM_SECONDS / _LOOK_EVERY)):
        await asyncio.sleep(_LOOK_EVERY)
        if await request.is_disconnected():
            return
        counts = await asyncio.to_thread(shell.panel.store.counts, visit.sites)
        if counts != known:
            known = counts
            yield "event: hits\ndata: new\n\n"
