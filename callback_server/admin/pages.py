"""The page that lists hits, and the login before it: rendered here, no script, French and English."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from callback_server.admin.access import COOKIE, SESSION_SECONDS, Access
from callback_server.admin.api import seen_by
from callback_server.admin.guard import May, allowed
from callback_server.admin.overview import Panel
from callback_server.admin.words import LANGUAGES, choose_language, human_time
from callback_server.store import HitFilter

_HITS_ON_A_PAGE = 50
_MAX_FORM = 4_096
_STYLE = Path(__file__).with_name("style.css")


def _language(lang: Annotated[str | None, Query()] = None, accept_language: Annotated[str, Header()] = "") -> str:
    return choose_language(lang, accept_language)


_Language = Annotated[str, Depends(_language)]
_Session = Annotated[str | None, Cookie(alias=COOKIE)]


def page_routes(panel: Panel, access: Access, *, oidc: bool) -> APIRouter:
    """Return the routes that a browser asks for; ``oidc``: whether one can sign in at an identity provider."""
    routes = APIRouter(include_in_schema=False)
    templates = _environment()

    def render(name: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
        other = next(code for code in LANGUAGES if code != language)
        page = templates.get_template(name).render(w=LANGUAGES[language], lang=language, other=other, **values)
        return HTMLResponse(page, status)

    @routes.get("/")
    def hits(
        language: _Language, session: _Session = None, before: Annotated[int | None, Query(ge=0)] = None
    ) -> Response:
        begun = access.session(session)
        if begun is None or not allowed(begun.account, May.SEE):
            return RedirectResponse(f"/login?lang={language}", 303)
        access.accounts.log(begun.account.name, "GET /")
        shown = panel.overview(_HITS_ON_A_PAGE, before, HitFilter(seen_by(begun.account)))
        reveal = allowed(begun.account, May.REVEAL)
        return render("hits.html", language, shown=shown, before=before, reveal=reveal, csrf=begun.csrf)

    @routes.get("/login")
    def login(language: _Language, refused: Annotated[str | None, Query()] = None) -> Response:
        return render("login.html", language, 403 if refused else 200, wrong=bool(refused), oidc=oidc)

    @routes.post("/login")
    async def begin(request: Request, language: _Language, session: _Session = None) -> Response:
        form = await _posted(request)
        name = form.get("name", "")
        asker = f"{request.client.host if request.client else ''} {name}"
        if not access.tries.take(asker):
            return render("login.html", language, 429, wrong=True, oidc=oidc)
        account = await asyncio.to_thread(access.sign_in, name, form.get("token", ""))
        access.accounts.log(name or "admin-token", "signed in" if account else "failed to sign in")
        if account is None:
            return render("login.html", language, 403, wrong=True, oidc=oidc)
        response = RedirectResponse(f"/?lang={language}", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE,
            access.begin_session(account, replacing=session),
            SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=secure,
        )
        return response

    @routes.post("/logout")
    async def end(request: Request, language: _Language, session: _Session = None) -> Response:
        begun = access.session(session)
        if begun is not None and (await _posted(request)).get("csrf") != begun.csrf:
            raise HTTPException(403, "Sign out on the page")
        access.end_session(session)
        response = RedirectResponse(f"/login?lang={language}", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    @routes.get("/style.css")
    def style() -> Response:
        return FileResponse(_STYLE, media_type="text/css")

    return routes


async def _posted(request: Request) -> dict[str, str]:
    """Return the fields of a form; a body that is larger than any such form is not read to its end."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise HTTPException(413, "The form is too large", {"Connection": "close"})
    return {name: values[0].strip() for name, values in parse_qs(body.decode(errors="replace")).items()}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("callback_server.admin"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["human_time"] = human_time
    environment.filters["plain"] = plain
    return environment


def plain(text: str | None) -> str:
    """Return what a stranger sent with every character that does not print (controls, bidirectional marks) replaced."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text or "")
