"""What the incident's page answers: is it real, which sites, when, how many, through whom, what now, until when.

Where a case with scanned files is recorded, its verdict answers, in its own words. Without one the hits alone speak,
and say no more than they can: that records of some sites are in other hands, and since when at the latest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callback_server.admin.guard import May
from callback_server.console.deadlines import Deadline, deadlines
from callback_server.console.shell import Visit
from callback_server.desk import CaseStanding, Desk
from callback_server.store import StoredHit, StoredIncident
from honeytokens.errors import HoneytokensError
from honeytokens.model import Authenticity, Verdict
from honeytokens.reports.extent import SourceRow
from honeytokens.reports.labels_en import ENGLISH
from honeytokens.reports.labels_fr import FRENCH
from honeytokens.reports.timeline import Timeline, timeline_of
from honeytokens.reports.view import EstablishmentRow, HitRow, view_of

_BARS = 8
"""Bars of the small timeline: those that are narrowest, which make the window."""
_STEPS = {"en": ENGLISH.steps, "fr": FRENCH.steps}


@dataclass(frozen=True, slots=True)
class Site:
    """One establishment; ``kind`` is included, excluded or undecided, ``share`` what the files hold of its table."""

    name: str
    kind: str
    standing: str
    hits: str
    why: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything in words. ``of_files`` tells whether a verdict on files stands behind it, ``problem`` why not."""

    of_files: bool
    sentence: str
    real: str
    real_sure: str
    real_why: str
    tone: str
    sites: tuple[Site, ...]
    when: str
    when_why: str
    chart: Timeline | None
    sources: tuple[SourceRow, ...]
    size: tuple[str, ...]
    shapes: tuple[str, ...]
    through: tuple[str, ...]
    claims: tuple[tuple[str, str, str, str], ...]
    steps: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    evidence: tuple[HitRow, ...]
    partial: bool = False
    problem: str = ""


def answers_of(incident: StoredIncident, hits: Sequence[StoredHit], desk: Desk, visit: Visit, now: datetime) -> Answers:
    """Return the answers for somebody: of the sites that he may see, and decoys by name only if he may see these."""
    aware = datetime.fromisoformat(incident.facts.aware) if incident.facts.aware else None
    if incident.facts.case is None:
        return _of_hits(incident, hits, visit, tuple(deadlines(aware, now, visit.say)))
    try:
        standing = desk.verdict(incident.facts.case, visit.language)
    except HoneytokensError as error:
        return _of_hits(incident, hits, visit, tuple(deadlines(aware, now, visit.say)), problem=error.problem)
    clocks = tuple(deadlines(aware or standing.aware, now, visit.say))
    return _of_case(standing, visit, clocks)


_TONES = {
    Authenticity.CONFIRMED: "bad",
    Authenticity.MIXED: "bad",
    Authenticity.RECYCLED: "warn",
    Authenticity.UNDECIDABLE: "warn",
    Authenticity.NOT_OURS: "good",
}


def _of_case(standing: CaseStanding, visit: Visit, clocks: tuple[Deadline, ...]) -> Answers:
    verdict, words = standing.verdict, visit.words
    view = view_of(verdict, standing.result)
    whole = visit.sites is None or {each.establishment for each in verdict.establishments} <= visit.sites
    seen = [row for row in view.establishments if whole or row.name in (visit.sites or ())]
    reveal = visit.may(May.REVEAL) and whole
    return Answers(
        of_files=True,
        sentence=view.sentence if whole else words["sentence_of_your_sites"],
        real=view.labels.authenticities[verdict.authenticity],
        real_sure="" if verdict.error is None else view.labels.error_below.format(odds=view.say.odds(verdict.error)),
        real_why=view.reason if whole else "",
        tone=_TONES[verdict.authenticity],
        sites=tuple(_site(row) for row in sorted(seen, key=_gravest)),
        when=_span(verdict, visit) if whole else words["when_unknown"],
        when_why=f"{view.window} {view.moments} {view.window_reason}" if whole and verdict.window else "",
        chart=timeline_of(verdict, _BARS) if whole else None,
        sources=tuple(row for row in view.extent.sources if whole or row.name in (visit.sites or ())),
        size=view.extent.size if whole else (),
        shapes=view.extent.shapes if whole else (),
        through=view.extent.through if reveal else (),
        claims=view.extent.claims if whole else (),
        steps=view.steps,
        deadlines=clocks,
        evidence=view.hits if reveal else (),
        partial=not whole,
    )


def _span(verdict: Verdict, visit: Visit) -> str:
    window = verdict.window
    span = visit.say.span(window.earliest, window.latest) if window else ""
    return span[:1].upper() + span[1:] or visit.words["when_unknown"]


def _gravest(row: EstablishmentRow) -> tuple[int, str]:
    return ("included", "undecided", "excluded").index(row.kind), row.name


def _site(row: EstablishmentRow) -> Site:
    return Site(row.name, row.kind, row.standing, row.hits, row.why)


def _of_hits(
    incident: StoredIncident,
    hits: Sequence[StoredHit],
    visit: Visit,
    clocks: tuple[Deadline, ...],
    problem: str = "",
) -> Answers:
    words, say = visit.words, visit.say
    news = [hit for hit in hits if hit.noise is None]
    decoys = {hit.attribution.establishment: set[object]() for hit in news}
    for hit in news:
        decoys[hit.attribution.establishment].add(hit.attribution.decoy)
    counts = Counter(hit.attribution.establishment for hit in news)
    names = say.names(sorted(decoys))
    first = say.time(incident.opened)
    sentence = words["live_sentence"].format(sites=names, decoys=say.number(incident.decoys), since=first)
    return Answers(
        of_files=False,
        sentence=sentence if news else words["live_noise_sentence"],
        real=words["live_real"] if news else words["live_noise"],
        real_sure="",
        real_why=words["live_real_why"],
        tone="bad" if news else "warn",
        sites=tuple(
            Site(
                name,
                "included",
                words["live_site"],
                words["live_site_hits"].format(decoys=say.number(len(decoys[name])), hits=say.number(count)),
                "",
            )
            for name, count in counts.most_common()
        ),
        when=words["live_when"].format(since=first),
        when_why=words["live_when_why"],
        chart=None,
        sources=(),
        size=(words["live_size"],),
        shapes=(),
        through=(),
        claims=(),
        steps=(words["live_step_scan"], *_STEPS[visit.language][Authenticity.CONFIRMED]),
        deadlines=clocks,
        evidence=(),
        problem=problem,
    )
