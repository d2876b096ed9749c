"""What each role may do, checked on the server for every request, with a line in the trail for each."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Cookie, Header, HTTPException, Request

from callback_server.admin.access import COOKIE, Access
from callback_server.store import Account, Role

_BEARER = "bearer "
_SAFE = frozenset({"GET", "HEAD"})


class May(StrEnum):
    """What there is to be allowed."""

    SEE = "see hits and incidents"
    DECIDE = "decide about incidents"
    REVEAL = "see which decoy a hit is of"
    INGEST = "hand sightings over"
    MANAGE = "manage accounts and read the trail"


RIGHTS: dict[Role, frozenset[May]] = {
    Role.ADMIN: frozenset(May),
    Role.ANALYST: frozenset({May.SEE, May.DECIDE, May.REVEAL}),
    Role.READER: frozenset({May.SEE}),
    Role.INGEST: frozenset({May.INGEST}),
}

DENIALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body cannot be read"},
    401: {"description": "Nobody signed in, and no valid bearer was sent"},
    403: {"description": "The role does not allow it, or the session's CSRF token is missing"},
    429: {"description": "Too many requests; try again later"},
    503: {"description": "The store or the home cannot be used"},
}
"""What every guarded request may be answered."""


def allowed(account: Account, right: May) -> bool:
    """Return whether an account's role has a right."""
    return right in RIGHTS[account.role]


def guard(access: Access, right: May) -> Callable[..., Account]:
    """Return a dependency that admits who has a right, and gives his account."""

    def admit(
        request: Request,
        authorization: Annotated[str | None, Header()] = None,
        x_csrf_token: Annotated[str | None, Header()] = None,
        callback_session: Annotated[str | None, Cookie(alias=COOKIE)] = None,
    ) -> Account:
        account = _who(access, request, authorization, callback_session, x_csrf_token)
        if not access.requests.take(account.name):
            raise HTTPException(429, "Too many requests", {"Retry-After": "1"})
        if not allowed(account, right):
            raise HTTPException(403, f"Your role may not {right}")
        query = f"?{request.url.query}" if request.url.query else ""
        access.accounts.log(account.name, f"{request.method} {request.url.path}{query}"[:2_000])
        return account

    return admit


def _who(access: Access, request: Request, authorization: str | None, cookie: str | None, csrf: str | None) -> Account:
    session = access.session(cookie)
    if session is not None:
        if request.method not in _SAFE and csrf != session.csrf:
            raise HTTPException(403, "Send the session's token as X-CSRF-Token")
        return session.account
    if authorization is None or not authorization.lower().startswith(_BEARER):
        raise HTTPException(401, "Send a token or an API key as a bearer", {"WWW-Authenticate": "Bearer"})
    account = access.bearer(authorization[len(_BEARER) :].strip())
    if account is None:
        if not access.tries.take(request.client.host if request.client else ""):
            raise HTTPException(429, "Too many wrong tokens", {"Retry-After": "60"})
        raise HTTPException(403, "That is no token or API key of ours")
    return account
