"""What an incident's case proves, as JSON: the verdict of the attribution room, claims, and when awareness began."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from callback_server.admin.access import Access
from callback_server.admin.api import seen_by
from callback_server.admin.guard import DENIALS, May, allowed, guard
from callback_server.admin.overview import Panel
from callback_server.errors import NotFoundError
from callback_server.store import Account
from honeytokens.model import Claim
from honeytokens.reports.document import VerdictPart

_Name = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such incident, none that you may see, or its case is not there"}
}


class ClaimBody(BaseModel):
    """What somebody says was taken; nothing in it is taken for true. How it stands is in the verdict's ``claims``."""

    who: str
    what: str
    made: datetime
    access: bool
    records: int | None
    sites: list[str]
    taken: datetime | None

    @classmethod
    def of(cls, claim: Claim) -> ClaimBody:
        """Return the body of a claim."""
        return cls(
            who=claim.who,
            what=claim.what,
            made=claim.made,
            access=claim.access,
            records=claim.records,
            sites=list(claim.sites),
            taken=claim.taken,
        )


class VerdictBody(BaseModel):
    """The verdict on a case: as ``honeytokens attribute --json`` writes it, without what the reader may not see.

    Which decoys and recipients it rests on is for who may see which decoy a hit is of. For who may not see every
    establishment of the verdict, only the findings on his own are there, and every text about the whole is empty.
    """

    incident: str
    case: str
    aware: datetime | None
    claims: list[ClaimBody]
    verdict: VerdictPart


def verdict_routes(panel: Panel, access: Access) -> APIRouter:
    """Return the route of verdicts under ``/api/incidents``."""
    routes = APIRouter(prefix="/api/incidents", responses={**DENIALS, **_MISSING})
    see = Depends(guard(access, May.SEE))

    @routes.get("/{name}/verdict")
    def verdict(
        name: _Name, language: Annotated[Literal["en", "fr"], Query()] = "en", account: Account = see
    ) -> VerdictBody:
        """What the incident's case proves, judged anew within the last minute."""
        case = panel.incidents.get(name, seen_by(account)).facts.case
        if case is None:
            raise NotFoundError("No case is recorded for this incident", "Record it: PUT /api/incidents/.../facts")
        standing = panel.desk.verdict(case, language)
        part = VerdictPart.of(standing.verdict)
        if not allowed(account, May.REVEAL):
            part = _unnamed(part)
        sites = seen_by(account)
        named = {finding.establishment for finding in part.establishments}
        whole = sites is None or (bool(named) and named <= sites)
        return VerdictBody(
            incident=name,
            case=case,
            aware=standing.aware,
            claims=[ClaimBody.of(each) for each in standing.claims] if whole else [],
            verdict=part if whole else _of_sites(part, sites or frozenset()),
        )

    return routes


def _unnamed(part: VerdictPart) -> VerdictPart:
    window = part.window and part.window.model_copy(update={"datings": ()})
    return part.model_copy(update={"window": window, "extracts": ()})


def _of_sites(part: VerdictPart, sites: frozenset[str]) -> VerdictPart:
    silent = {"sentence": "", "reason": "", "size": ""}
    empty = dict.fromkeys(("extracts", "shapes", "forms", "overlaps", "numberings", "claims"), ())
    own = {
        "establishments": tuple(each for each in part.establishments if each.establishment in sites),
        "sources": tuple(each for each in part.sources if each.establishment in sites),
    }
    return part.model_copy(update={**silent, **empty, **own, "window": None})
