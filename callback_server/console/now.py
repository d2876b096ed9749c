"""*Now*: what needs somebody, and whether the service itself is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from callback_server.admin.guard import May
from callback_server.admin.overview import Panel
from callback_server.console.deadlines import Deadline, next_deadline
from callback_server.console.drawings import HOURS, hours_of
from callback_server.console.shell import Shell, Visit
from callback_server.store import HitFilter, IncidentState, StoredIncident, Tally
from honeytokens.errors import HoneytokensError

_OPEN = (IncidentState.NEW.value, IncidentState.ACKNOWLEDGED.value)
_MOST = 12
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """What one way of hearing decoys heard: news and noise of the last day, and its last hour with a hit."""

    name: str
    news: int
    noise: int
    last: datetime | None


def routes(shell: Shell) -> APIRouter:
    """Return the route of the page."""
    routes, panel, see = APIRouter(), shell.panel, Depends(shell.visitor(May.SEE))

    @routes.get("/")
    def now(request: Request, visit: Visit = see) -> Response:
        moment = datetime.now(UTC)
        tallies = panel.store.tallies(HitFilter(visit.sites, since=moment - timedelta(hours=HOURS - 1)))
        incidents = panel.incidents.all(_MOST + 1, None, _OPEN, visit.sites)
        return shell.render(
            "now.html",
            visit,
            request,
            incidents=[(each, _deadline(each, visit)) for each in incidents[:_MOST]],
            more=len(incidents) > _MOST,
            hours=hours_of(tallies, moment),
            channels=channels_of(tallies, moment),
            counts=panel.store.counts(visit.sites),
            alerts=[(name, panel.outbox.counts(name)) for name in panel.webhooks.channels],
            problems=dict(panel.problems),
            unopened=panel.unopened,
            warnings=_warnings(panel) if visit.sites is None else [],
        )

    return routes


def channels_of(tallies: list[Tally], now: datetime) -> list[ChannelStanding]:
    """Return the channels that heard something in the last day, the busiest first."""
    names = sorted({tally.channel for tally in tallies})
    found = []
    for name in names:
        own = [tally for tally in tallies if tally.channel == name]
        day = [tally for tally in own if tally.hour > now - _DAY]
        found.append(
            ChannelStanding(
                name,
                sum(tally.hits for tally in day if not tally.noise),
                sum(tally.hits for tally in day if tally.noise),
                max(tally.hour for tally in own),
            )
        )
    return sorted(found, key=lambda each: -each.news)


def _warnings(panel: Panel) -> list[str]:
    """Return what the home asks to be looked at; that it cannot be asked is one of these."""
    try:
        return panel.desk.warnings()
    except HoneytokensError as error:
        return [error.problem]


def _deadline(incident: StoredIncident, visit: Visit) -> Deadline | None:
    aware = incident.facts.aware
    return next_deadline(datetime.fromisoformat(aware) if aware else None, datetime.now(UTC), visit.say)
