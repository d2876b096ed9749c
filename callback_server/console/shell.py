"""What every page shares: who is there, in which language, and how a template becomes an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Cookie, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from callback_server.admin.access import COOKIE, Access
from callback_server.admin.guard import May, allowed
from callback_server.admin.overview import Panel
from callback_server.console import statics
from callback_server.console.words import LANGUAGES, choose_language, human_time, short_time
from callback_server.store import Account
from honeytokens.phrasing import PHRASINGS, Phrasing

LANGUAGE = "callback_language"
_YEAR = 365 * 24 * 3600
_MOST_FORM = 65_536

NAVIGATION: tuple[tuple[str, str, May], ...] = (
    ("now", "/", May.SEE),
    ("incidents", "/incidents", May.SEE),
    ("hits", "/hits", May.SEE),
    ("decoys_nav", "/decoys", May.SEE),
    ("people", "/people", May.MANAGE),
    ("trail", "/trail", May.MANAGE),
)
"""The word, the address and the right of each page that the navigation leads to."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who signed in, at a page. ``csrf`` must come with whatever he changes."""

    account: Account
    csrf: str
    language: str

    @property
    def sites(self) -> frozenset[str] | None:
        """The establishments that he may see, ``None`` for all."""
        return None if self.account.establishments is None else frozenset(self.account.establishments)

    @property
    def say(self) -> Phrasing:
        """How his language writes figures."""
        return PHRASINGS[self.language]

    @property
    def words(self) -> Mapping[str, str]:
        """The words of his language."""
        return LANGUAGES[self.language]

    def may(self, right: May) -> bool:
        """Return whether his role has a right."""
        return allowed(self.account, right)


class Shell:
    """The panel that pages read, the door before them, and their templates."""

    def __init__(self, panel: Panel, access: Access) -> None:
        self.panel = panel
        self.access = access
        self._templates = Environment(
            loader=PackageLoader("callback_server.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(human_time=human_time, short_time=short_time, plain=plain)
        self._templates.globals["static"] = statics.address

    def visitor(self, right: May) -> Callable[..., Visit]:
        """Return a dependency that admits who signed in and has a right; who did not is led to the entrance."""

        def admit(
            request: Request,
            lang: Annotated[str | None, Query()] = None,
            accept_language: Annotated[str, Header()] = "",
            callback_session: Annotated[str | None, Cookie(alias=COOKIE)] = None,
            callback_language: Annotated[str | None, Cookie(alias=LANGUAGE)] = None,
        ) -> Visit:
            language = choose_language(lang or callback_language, accept_language)
            begun = self.access.session(callback_session)
            if begun is None:
                raise HTTPException(303, "Sign in", {"Location": f"/login?lang={language}"})
            account = begun.account
            if not self.access.requests.take(account.name):
                raise HTTPException(429, "Too many requests", {"Retry-After": "1"})
            if not allowed(account, right):
                raise HTTPException(403, f"Your role may not {right}")
            query = f"?{request.url.query}" if request.url.query else ""
            self.access.accounts.log(account.name, f"{request.method} {request.url.path}{query}"[:2_000])
            return Visit(account, begun.csrf, language)

        return admit

    def render(self, name: str, visit: Visit, request: Request, status: int = 200, **values: object) -> HTMLResponse:
        """Return a page for somebody who signed in."""
        links = [(word, where) for word, where, right in NAVIGATION if visit.may(right)]
        return self.answer(
            name, visit.language, request, status, visit=visit, links=links, say=visit.say, May=May, **values
        )

    def answer(self, name: str, language: str, request: Request, status: int = 200, **values: object) -> HTMLResponse:
        """Return a page for anybody, and remember the language that he asked for."""
        other = next(code for code in LANGUAGES if code != language)
        switch = request.url.include_query_params(lang=other)
        page = self._templates.get_template(name).render(
            w=LANGUAGES[language],
            lang=language,
            other=other,
            switch=f"{switch.path}?{switch.query}",
            here=request.url.path,
            **values,
        )
        response = HTMLResponse(page, status)
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE, language, _YEAR, httponly=True, samesite="strict")
        return response

    def is_page(self, request: Request) -> bool:
        """Return whether a person asked, who should get a page and no JSON."""
        return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")

    def problem(self, request: Request, status: int) -> HTMLResponse:
        """Return a page that says why there is none."""
        asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
        language = choose_language(asked, request.headers.get("accept-language", ""))
        words = LANGUAGES[language]
        text = words.get(f"problem_{status}", words["problem_400" if status < 500 else "problem_503"])
        return self.answer("problem.html", language, request, status, text=text)

    async def posted(self, request: Request, visit: Visit) -> dict[str, str]:
        """Return the fields of a form of this session; raise 403 for one that another site made him send."""
        form = await fields_of(request)
        if form.get("csrf") != visit.csrf:
            raise HTTPException(403, "The form was not sent by this page")
        return form


async def fields_of(request: Request, most: int = _MOST_FORM) -> dict[str, str]:
    """Return the fields of a form; a body of more than ``most`` bytes is not read to its end."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413, "The form is too large", {"Connection": "close"})
    return {name: values[0].strip() for name, values in parse_qs(body.decode(errors="replace")).items()}


def plain(text: str | None) -> str:
    """Return what a stranger sent with every character that does not print (controls, bidirectional marks) replaced."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text or "")


def moment(text: str, zone: datetime) -> datetime | None:
    """Return what a date-and-time field holds, in the zone of ``zone``; ``None`` when it is empty or no time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone.tzinfo)
    except ValueError:
        return None
