"""The console on the replayed leak: the real callback service, filled with the incident of a story that was kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from honeytokens.demo.service import BUYER, Service
from honeytokens.demo.story import Outcome
from honeytokens.locks import PassphraseLock
from honeytokens.model import Claim
from honeytokens.workflows.home import Home
from honeytokens.workflows.incident import add_claim, attribute, open_incident

CASE = "replayed-leak"
_AWARE = timedelta(hours=20)
_LINKS = 5
"""So many of each establishment are opened."""
_THIEF = "near2tlg, on a forum"
_AGENTS = (
    BUYER,
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "curl/8.5.0",
)


@dataclass(frozen=True, slots=True)
class Console:
    """Where the console is, what opens it, and the incident that it shows."""

    url: str
    token: str
    incident: str


@contextmanager
def console(outcome: Outcome, port: int = 0) -> Iterator[Console]:
    """Run the service on a story that was kept, until the context is left.

    The sample is joined to a case, the thief claims more than he has, and stolen links are opened by people and by
    machines. Raises :class:`HoneytokensError` when the service does not start or a port is taken.
    """
    place = outcome.kept
    if place is None:
        raise ValueError("the story was not kept")
    passphrase = (place / "passphrase").read_bytes()
    links = _join(outcome, place, passphrase)
    folder = place / "console"
    folder.mkdir()
    with Service(place / "home", passphrase, folder, admin_port=port) as service:
        for link, agent in zip(links, cycle(_AGENTS), strict=False):
            service.visit(link, agent)
        service.wait_for(lambda: len(service.api("/api/hits")["hits"]) >= len(links), "did not show the opened links")
        (found, *_) = service.api("/api/incidents")["incidents"]
        aware = outcome.published - _AWARE
        service.api(f"/api/incidents/{found['incident']}/facts", {"aware": aware.isoformat(), "case": CASE})
        yield Console(service.url, service.token, found["incident"])


def _join(outcome: Outcome, place: Path, passphrase: bytes) -> list[str]:
    """Join the sample and the thief's claims to a case of the home; return some stolen links of decoys."""
    sites = tuple(finding.establishment for finding in outcome.verdict.establishments)
    made = outcome.published - _AWARE
    with Home.open(place / "home", PassphraseLock(passphrase)) as home:
        open_incident(home, CASE, made)
        add_claim(home, CASE, Claim(_THIEF, "the rights of an administrator", made, access=True))
        add_claim(home, CASE, Claim(_THIEF, "every patient of every clinic", made, records=750_000, sites=sites))
        attribute(home, CASE, [place / "leak" / "sample.csv"])
        stolen = outcome.truth.leak.links
        links: defaultdict[str, list[str]] = defaultdict(list)
        for placement in home.registry.placements():
            key = placement.rows[0].key if placement.rows else None
            if isinstance(key, int) and key in stolen:
                links[placement.establishment].append(stolen[key])
    return [link for own in links.values() for link in own[:_LINKS]]
