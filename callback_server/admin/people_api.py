"""Accounts, the trail, campaigns, and the question that staff may ask at any hour: is this record fictitious?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from callback_server.admin.access import Access, new_key
from callback_server.admin.api import Before, Limit, seen_by
from callback_server.admin.bodies import (
    AccountBody,
    AccountsBody,
    AnswersBody,
    AskBody,
    CampaignBody,
    CampaignsBody,
    LookBody,
    ShownAccountBody,
    TrailBody,
)
from callback_server.admin.guard import DENIALS, May, guard
from callback_server.admin.overview import Panel
from callback_server.store import Account, Kind

_Name = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9@._-]+$")]


def people_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the routes under ``/api`` that are about people and about the home."""
    routes = APIRouter(prefix="/api", responses=DENIALS)
    see, manage = Depends(guard(access, May.SEE)), Depends(guard(access, May.MANAGE))

    @routes.get("/accounts", dependencies=[manage])
    def accounts() -> AccountsBody:
        """Every account, without secrets."""
        return AccountsBody(accounts=[ShownAccountBody.of(one) for one in access.accounts.all()])

    @routes.post("/accounts", status_code=201, dependencies=[manage])
    def add(body: AccountBody) -> ShownAccountBody:
        """Add an account or replace the one of its name. An API key is shown in this answer and never again."""
        sites = None if body.establishments is None else tuple(body.establishments)
        made = Account(body.name, Kind(body.kind), body.role, sites)
        key = new_key() if body.kind == "key" else None
        access.accounts.save(made, key)
        return ShownAccountBody.of(made, key)

    @routes.delete(
        "/accounts/{name}",
        status_code=204,
        responses={404: {"description": "There is no such account"}},
        dependencies=[manage],
    )
    def remove(name: _Name) -> Response:
        """Remove an account; its sessions and keys end at once."""
        access.accounts.remove(name)
        return Response(status_code=204)

    @routes.get("/trail", dependencies=[manage])
    def trail(limit: Limit = 50, before: Before = None) -> TrailBody:
        """Who saw and did what, newest first."""
        found = access.accounts.trail(limit + 1, before)
        return TrailBody(
            trail=[LookBody.of(one) for one in found[:limit]],
            before=found[limit - 1].number if len(found) > limit else None,
        )

    @routes.get("/campaigns")
    def campaigns(account: Account = see) -> CampaignsBody:
        """Campaigns, and how many of their decoys stand in which state."""
        sites = seen_by(account)
        found = [one for one in panel.desk.campaigns() if sites is None or one.establishment in sites]
        return CampaignsBody(
            campaigns=[
                CampaignBody(
                    campaign=one.name,
                    establishment=one.establishment,
                    system=one.system,
                    decoys=sum(one.states.values()),
                    states=dict(one.states),
                )
                for one in found
            ]
        )

    @routes.post("/is-decoy", responses={404: {"description": "There is no such system"}}, dependencies=[see])
    def is_decoy(body: AskBody) -> AnswersBody:
        """Whether records are fictitious; each question is logged, and only so many are answered in an hour."""
        return AnswersBody(fictitious=panel.desk.is_decoy(body.system, body.identifiers))

    return routes
