"""The console: pages for people, rendered here; strict content policy, French and English, usable without a mouse.

Each page is one file with one function, ``routes(shell)``, which returns its routes; it asks the shell who is there
and what he may see, reads a view from the panel, and has the shell render a template. To add a page: write the file,
its template and its words in every language (``words/``), and add a line to ``PAGES``. A page never shows more than
the API gives the same account.
"""

from __future__ import annotations

from fastapi import APIRouter

from callback_server.console import decoys, entrance, hits, incident, incidents, now, people, statics, trail
from callback_server.console.shell import Shell

__all__ = ["PAGES", "Shell", "console_routes"]

PAGES = (now, incidents, incident, hits, decoys, people, trail)
"""In no order that matters: what the navigation shows is in ``shell.py``."""


def console_routes(shell: Shell, *, oidc: bool) -> APIRouter:
    """Return the routes that a browser asks for; ``oidc``: whether one can sign in at an identity provider."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(entrance.routes(shell, oidc=oidc))
    routes.include_router(statics.routes())
    for page in PAGES:
        routes.include_router(page.routes(shell))
    return routes
