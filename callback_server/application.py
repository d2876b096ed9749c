"""The admin application: the API and the console. All but health and the entrance is for who signed in."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from callback_server.admin.access import Access
from callback_server.admin.api import api_routes
from callback_server.admin.guard import DENIALS, May, guard
from callback_server.admin.incidents_api import incident_routes
from callback_server.admin.metrics import metrics_text
from callback_server.admin.oidc import Provider
from callback_server.admin.oidc_routes import oidc_routes
from callback_server.admin.overview import Panel
from callback_server.admin.people_api import people_routes
from callback_server.admin.verdicts_api import verdict_routes
from callback_server.admin.webhooks_api import webhook_routes
from callback_server.console import Shell, console_routes
from callback_server.errors import NotFoundError
from honeytokens.errors import AskedTooOftenError, HoneytokensError, UnknownNameError

_log = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def admin_application(panel: Panel, access: Access, provider: Provider | None = None) -> FastAPI:
    """Return the application, where people may also sign in at an identity provider.

    Its documentation pages are off: they would load scripts from elsewhere.
    """
    application = FastAPI(title="callback-server", openapi_url=None, docs_url=None, redoc_url=None)
    for routes in (api_routes, incident_routes, verdict_routes, people_routes, webhook_routes):
        application.include_router(routes(panel, access))
    shell = Shell(panel, access)
    application.include_router(console_routes(shell, oidc=provider is not None))
    if provider is not None:
        application.include_router(oidc_routes(provider, access))

    @application.middleware("http")
    async def protect(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        if response.status_code >= 400 and shell.is_page(request):
            retry = response.headers.get("Retry-After")
            response = shell.problem(request, response.status_code)
            if retry:
                response.headers["Retry-After"] = retry
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @application.exception_handler(NotFoundError)
    @application.exception_handler(UnknownNameError)
    async def missing(request: Request, error: HoneytokensError) -> Response:  # noqa: ARG001
        return JSONResponse({"detail": error.problem}, 404)

    @application.exception_handler(AskedTooOftenError)
    async def too_often(request: Request, error: HoneytokensError) -> Response:  # noqa: ARG001
        return JSONResponse({"detail": error.problem}, 429, {"Retry-After": "3600"})

    @application.exception_handler(HoneytokensError)
    @application.exception_handler(sqlite3.Error)
    async def unusable(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature is FastAPI's
        _log.error("a request failed: %s", error)
        return JSONResponse({"detail": "The store or the home cannot be used; see the log"}, 503)

    @application.get("/api/openapi.json", include_in_schema=False, dependencies=[Depends(guard(access, May.SEE))])
    def described() -> dict[str, Any]:
        return application.openapi()

    @application.get(
        "/metrics", response_class=PlainTextResponse, responses=DENIALS, dependencies=[Depends(guard(access, May.SEE))]
    )
    def metrics() -> Response:
        """Counts and states, in Prometheus' text form."""
        return PlainTextResponse(metrics_text(panel))

    @application.get("/healthz", response_class=PlainTextResponse)
    def alive() -> Response:
        return PlainTextResponse("alive\n")

    @application.get("/readyz", responses={503: {"description": "Not ready; problems says why"}})
    def ready() -> Response:
        problems = dict(panel.problems)
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    return application
