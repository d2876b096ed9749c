"""The admin application, put together. Shows decoys, so all but health and login is for who holds the token."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from callback_server.admin.access import Access
from callback_server.admin.api import api_routes
from callback_server.admin.overview import Panel
from callback_server.admin.pages import page_routes
from callback_server.errors import ServiceError

_log = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def admin_application(panel: Panel, access: Access) -> FastAPI:
    """Return the application. Its documentation pages are off: they would load scripts from elsewhere."""
    application = FastAPI(title="callback-server", openapi_url=None, docs_url=None, redoc_url=None)
    application.include_router(api_routes(panel, access))
    application.include_router(page_routes(panel, access))

    @application.middleware("http")
    async def protect(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        response.headers.update(_HEADERS)
        return response

    @application.exception_handler(ServiceError)
    @application.exception_handler(sqlite3.Error)
    async def unusable(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature is FastAPI's
        _log.error("the store cannot be shown: %s", error)
        return JSONResponse({"detail": "The store cannot be used; see the log"}, 503)

    @application.get("/healthz")
    def alive() -> Response:
        return PlainTextResponse("alive\n")

    @application.get("/readyz")
    def ready() -> Response:
        problems = dict(panel.problems)
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    return application
