"""*Incident*: what it proves, whom to tell until when, what was seen, and what people decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from callback_server.admin.guard import May
from callback_server.console.answers import answers_of
from callback_server.console.shell import Shell, Visit, moment
from callback_server.store import Entry, HitFilter, IncidentFacts, IncidentState
from honeytokens.reports import REPORTS, timeline

_Name = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
_HITS = 100
_PARIS = ZoneInfo("Europe/Paris")
_MOST_TEXT = 2_000

EXPORTS = (
    ("html", "export_report"),
    ("markdown", "export_markdown"),
    ("json", "export_json"),
    ("stix", "export_stix"),
    ("siem", "export_siem"),
    ("regulator", "export_regulator"),
    ("cert-sante", "export_cert"),
    ("complaint", "export_complaint"),
)
"""The reports of a case, and the word of each."""


def routes(shell: Shell) -> APIRouter:
    """Return the routes of the page and of what can be decided on it."""
    routes, panel = APIRouter(), shell.panel
    see, decide = Depends(shell.visitor(May.SEE)), Depends(shell.visitor(May.DECIDE))
    reveal = Depends(shell.visitor(May.REVEAL))

    @routes.get("/incidents/{name}")
    def incident(request: Request, name: _Name, visit: Visit = see) -> Response:
        found = panel.incidents.get(name, visit.sites)
        hits = panel.store.hits(_HITS, None, HitFilter(visit.sites, name))
        return shell.render(
            "incident.html",
            visit,
            request,
            incident=found,
            answers=answers_of(found, hits, panel.desk, visit, datetime.now(UTC)),
            hits=hits,
            timeline=panel.incidents.timeline(name),
            reveal=visit.may(May.REVEAL),
            aware=found.facts.aware and datetime.fromisoformat(found.facts.aware).astimezone(_PARIS),
            exports=EXPORTS,
            drawing=timeline,
        )

    @routes.get("/incidents/{name}/export/{kind}")
    def export(name: _Name, kind: str, visit: Visit = reveal) -> Response:
        case = panel.incidents.get(name, visit.sites).facts.case
        if case is None or kind not in dict(EXPORTS):
            raise HTTPException(404, "There is no such report")
        standing = panel.desk.verdict(case, visit.language)
        if visit.sites is not None and not {e.establishment for e in standing.verdict.establishments} <= visit.sites:
            raise HTTPException(403, "The report speaks of establishments that are not yours")
        report = REPORTS[kind]
        told = f'attachment; filename="{name}-{kind}{report.suffix}"'
        content = report.render(standing.verdict, standing.result)
        return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": told})

    @routes.post("/incidents/{name}")
    async def act(request: Request, name: _Name, visit: Visit = decide) -> Response:
        form = await shell.posted(request, visit)
        found = panel.incidents.get(name, visit.sites)
        act, text = form.get("act", ""), form.get("text", "")[:_MOST_TEXT]
        entry = Entry(datetime.now(UTC), visit.account.name, act, text)
        if act in list(IncidentState):
            panel.incidents.decide(name, IncidentState(act), entry)
        elif act in ("note", "claim"):
            if text:
                panel.incidents.note(name, entry)
        elif act in ("hold", "release"):
            panel.incidents.hold(name, act == "hold", entry)
        elif act == "freeze":
            panel.freezer.ask(name, visit.account.name, text)
        elif act == "facts":
            aware = moment(form.get("aware", ""), datetime.now(_PARIS))
            facts = IncidentFacts(aware.astimezone(UTC).isoformat() if aware else None, form.get("case") or None)
            told = f"aware: {facts.aware}, case: {facts.case}"
            if facts != found.facts:
                panel.incidents.record(name, facts, Entry(entry.at, entry.who, "facts", told))
        else:
            raise HTTPException(400, "There is no such decision")
        return RedirectResponse(f"/incidents/{name}", 303)

    return routes
