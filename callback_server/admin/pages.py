"""The page that lists hits, and the login before it: rendered here, no script, French and English."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from callback_server.admin.access import COOKIE, SESSION_SECONDS, Access
from callback_server.admin.overview import Panel
from callback_server.admin.words import LANGUAGES, choose_language, human_time

_HITS_ON_A_PAGE = 50
_MAX_FORM = 4_096
_STYLE = Path(__file__).with_name("style.css")


def _language(lang: Annotated[str | None, Query()] = None, accept_language: Annotated[str, Header()] = "") -> str:
    return choose_language(lang, accept_language)


_Language = Annotated[str, Depends(_language)]
_Session = Annotated[str | None, Cookie(alias=COOKIE)]


def page_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the routes that a browser asks for."""
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
        if not access.is_session(session):
            return RedirectResponse(f"/login?lang={language}", 303)
        return render("hits.html", language, shown=panel.overview(_HITS_ON_A_PAGE, before), before=before)

    @routes.get("/login")
    def login(language: _Language) -> Response:
        return render("login.html", language, wrong=False)

    @routes.post("/login")
    async def begin(request: Request, language: _Language) -> Response:
        if not access.is_token(await _posted_token(request)):
            return render("login.html", language, 403, wrong=True)
        response = RedirectResponse(f"/?lang={language}", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, access.begin_session(), SESSION_SECONDS, httponly=True, samesite="strict", secure=secure
        )
        return response

    @routes.post("/logout")
    def end(language: _Language, session: _Session = None) -> Response:
        access.end_session(session)
        response = RedirectResponse(f"/login?lang={language}", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    @routes.get("/style.css")
    def style() -> Response:
        return FileResponse(_STYLE, media_type="text/css")

    return routes


async def _posted_token(request: Request) -> str:
    """Return the token of a login form; a body that is larger than any such form is not read to its end."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise HTTPException(413, "The form is too large", {"Connection": "close"})
    return parse_qs(body.decode("latin-1")).get("token", [""])[0].strip()


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
