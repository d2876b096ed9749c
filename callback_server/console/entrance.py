"""The way in and out: local accounts, the admin token, and the operator's identity provider."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from callback_server.admin.access import COOKIE, SESSION_SECONDS
from callback_server.console.shell import LANGUAGE, Shell, fields_of
from callback_server.console.words import choose_language

_MOST_FORM = 4_096


def _language(
    lang: Annotated[str | None, Query()] = None,
    accept_language: Annotated[str, Header()] = "",
    callback_language: Annotated[str | None, Cookie(alias=LANGUAGE)] = None,
) -> str:
    return choose_language(lang or callback_language, accept_language)


_Language = Annotated[str, Depends(_language)]
_Session = Annotated[str | None, Cookie(alias=COOKIE)]


def routes(shell: Shell, *, oidc: bool) -> APIRouter:
    """Return the routes of signing in and out."""
    routes, access = APIRouter(), shell.access

    def form(request: Request, language: str, status: int) -> Response:
        return shell.answer("login.html", language, request, status, wrong=status != 200, oidc=oidc)

    @routes.get("/login")
    def login(request: Request, language: _Language, refused: Annotated[str | None, Query()] = None) -> Response:
        return form(request, language, 403 if refused else 200)

    @routes.post("/login")
    async def begin(request: Request, language: _Language, session: _Session = None) -> Response:
        given = await fields_of(request, _MOST_FORM)
        name = given.get("name", "")
        asker = f"{request.client.host if request.client else ''} {name}"
        if not access.tries.take(asker):
            return form(request, language, 429)
        account = await asyncio.to_thread(access.sign_in, name, given.get("token", ""))
        access.accounts.log(name or "admin-token", "signed in" if account else "failed to sign in")
        if account is None:
            return form(request, language, 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE,
            access.begin_session(account, replacing=session),
            SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    @routes.post("/logout")
    async def end(request: Request, session: _Session = None) -> Response:
        begun = access.session(session)
        if begun is not None and (await fields_of(request)).get("csrf") != begun.csrf:
            raise HTTPException(403, "Sign out on the page")
        access.end_session(session)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    return routes
