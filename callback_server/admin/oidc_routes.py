"""The way to the operator's identity provider and back, for a browser."""

from __future__ import annotations

import logging
from html import escape
from typing import Annotated

from fastapi import APIRouter, Cookie, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callback_server.admin.access import COOKIE, SESSION_SECONDS, Access
from callback_server.admin.oidc import ATTEMPT_SECONDS, CALLBACK, Provider
from callback_server.console.words import LANGUAGES, choose_language
from callback_server.errors import SignInRefusedError

_ATTEMPT = "callback_attempt"

_log = logging.getLogger(__name__)


def oidc_routes(provider: Provider, access: Access) -> APIRouter:
    """Return the two routes. Whoever is refused lands on the login page; the trail and the log say why."""
    routes = APIRouter(include_in_schema=False)
    secure = provider.settings.admin_url.scheme == "https"

    def refused(error: SignInRefusedError) -> Response:
        _log.warning("a sign-in was refused: %s", error)
        access.accounts.log("", f"failed to sign in by OIDC: {error.problem}")
        response = RedirectResponse("/login?refused=1", 303)
        response.delete_cookie(_ATTEMPT, path=CALLBACK, httponly=True, samesite="lax")
        return response

    @routes.get("/login/oidc")
    async def begin(lang: str | None = None) -> Response:
        if not access.requests.take("oidc"):
            return Response(status_code=429, headers={"Retry-After": "1"})
        try:
            where, attempt = await provider.begin(choose_language(lang, ""))
        except SignInRefusedError as error:
            return refused(error)
        response = RedirectResponse(where, 303)
        # Lax: the browser comes back from another site.
        response.set_cookie(
            _ATTEMPT, attempt, ATTEMPT_SECONDS, path=CALLBACK, httponly=True, samesite="lax", secure=secure
        )
        return response

    @routes.get(CALLBACK)
    async def finish(
        request: Request,
        attempt: Annotated[str, Cookie(alias=_ATTEMPT)] = "",
        session: Annotated[str | None, Cookie(alias=COOKIE)] = None,
    ) -> Response:
        if not access.requests.take("oidc"):
            return Response(status_code=429, headers={"Retry-After": "1"})
        try:
            account, language = await provider.finish(attempt, request.query_params)
        except SignInRefusedError as error:
            return refused(error)
        access.accounts.log(account.name, "signed in by OIDC")
        response = _onward(language)
        response.delete_cookie(_ATTEMPT, path=CALLBACK, httponly=True, samesite="lax")
        secret = access.begin_session(account, replacing=session)
        response.set_cookie(COOKIE, secret, SESSION_SECONDS, httponly=True, samesite="strict", secure=secure)
        return response

    return routes


def _onward(language: str) -> Response:
    """Return a page that goes on by itself: after a redirection from another site no strict cookie would be sent."""
    target, title = f"/?lang={language}", escape(LANGUAGES[language]["product"])
    page = f'<!doctype html><html lang="{language}"><title>{title}</title><p><a href="{target}">{title}</a></p></html>'
    return HTMLResponse(page, headers={"Refresh": f"0; url={target}"})
