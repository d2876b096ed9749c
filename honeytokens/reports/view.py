"""What a report for people shows, worded once, so that HTML and Markdown say the same.

Strings from outside are made printable here; each report escapes them for its own markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from honeytokens.model import Dating, DecoyRef, EstablishmentFinding, Hit, Location, ScanResult, Verdict
from honeytokens.phrasing import PHRASINGS, Phrasing
from honeytokens.reports.extent import ExtentView, extent_of
from honeytokens.reports.labels import Labels
from honeytokens.reports.labels_en import ENGLISH
from honeytokens.reports.labels_fr import FRENCH
from honeytokens.reports.plain import printable

LABELS: Mapping[str, Labels] = MappingProxyType({"en": ENGLISH, "fr": FRENCH})

MOST_ROWS = 200
"""Rows shown of each table: a report for people is no data file."""

_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class EstablishmentRow:
    """One establishment's standing; ``kind`` is the standing's own name, for colours."""

    name: str
    kind: str
    standing: str
    hits: str
    error: str
    why: str


@dataclass(frozen=True, slots=True)
class HitRow:
    """One hit or lead. ``places`` are file names with a member, each with its line, row or offset."""

    decoy: str
    establishment: str
    strength: str
    chance: str
    fields: str
    places: tuple[tuple[str, str], ...]
    more_places: str
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything a report shows, in words."""

    labels: Labels
    say: Phrasing
    sentence: str
    judged: str
    read: str
    authenticity: str
    reason: str
    window: str
    moments: str
    window_reason: str
    establishments: tuple[EstablishmentRow, ...]
    hits: tuple[HitRow, ...]
    leads: tuple[HitRow, ...]
    unread: tuple[tuple[str, str, str], ...]
    """File, place in it, reason."""
    set_aside: str
    hits_left_out: str
    leads_left_out: str
    unread_left_out: str
    steps: tuple[str, ...]
    extent: ExtentView


def view_of(verdict: Verdict, result: ScanResult) -> View:
    """Word a verdict and its scan in the verdict's language (English where we have no labels in it)."""
    labels, say = language_of(verdict)
    held = _held(verdict, labels, say)
    authenticity = labels.authenticities[verdict.authenticity]
    if verdict.error is not None:
        authenticity += f" ({labels.error_below.format(odds=say.odds(verdict.error))})"
    window, moments = _window(verdict, labels, say)
    return View(
        labels=labels,
        say=say,
        sentence=printable(verdict.sentence),
        judged=labels.judged.format(time=say.time(verdict.judged), percent=say.percent(verdict.confidence)),
        read=labels.read.format(records=say.number(result.stats.records), bytes=say.number(result.stats.bytes)),
        authenticity=authenticity,
        reason=printable(verdict.reason),
        window=window,
        moments=moments,
        window_reason=printable(verdict.window.reason) if verdict.window else "",
        establishments=tuple(_establishment(finding, labels, say) for finding in verdict.establishments),
        hits=_rows(result.hits, held, labels, say),
        leads=_rows(result.leads, {}, labels, say),
        unread=tuple(
            (_file(unread.location), _place(unread.location, labels, say), printable(unread.reason))
            for unread in result.unread[:MOST_ROWS]
        ),
        set_aside=labels.set_aside.format(number=say.number(len(result.set_aside))) if result.set_aside else "",
        hits_left_out=_left_out(result.hits, labels, say),
        leads_left_out=_left_out(result.leads, labels, say),
        unread_left_out=_left_out(result.unread, labels, say),
        steps=labels.steps[verdict.authenticity],
        extent=extent_of(verdict, labels, say),
    )


def language_of(verdict: Verdict) -> tuple[Labels, Phrasing]:
    """Return the labels and the phrasing of a verdict's language, or English."""
    language = verdict.language if verdict.language in LABELS else "en"
    return LABELS[language], PHRASINGS[language]


def _window(verdict: Verdict, labels: Labels, say: Phrasing) -> tuple[str, str]:
    window = verdict.window
    if window is None:
        return labels.when_unknown, ""
    earliest = say.time(window.earliest) if window.earliest else "…"
    latest = say.time(window.latest) if window.latest else "…"
    span = say.span(window.earliest, window.latest)
    told = labels.window.format(span=span, earliest=earliest, latest=latest) if span else labels.when_unknown
    return told, labels.snapshots.format(snapshots=say.number(window.snapshots))


def _establishment(finding: EstablishmentFinding, labels: Labels, say: Phrasing) -> EstablishmentRow:
    return EstablishmentRow(
        name=printable(finding.establishment),
        kind=finding.standing.value,
        standing=labels.standings[finding.standing],
        hits=labels.of.format(hits=say.number(finding.hits), present=say.number(finding.present)),
        error=labels.below.format(odds=say.odds(finding.error)) if finding.error is not None else "–",
        why=printable(finding.reason),
    )


def _held(verdict: Verdict, labels: Labels, say: Phrasing) -> dict[DecoyRef, list[str]]:
    held: dict[DecoyRef, list[str]] = {}
    for dating in verdict.window.datings if verdict.window else ():
        held.setdefault(dating.decoy, []).append(_dates(dating, labels, say))
    return held


def _dates(dating: Dating, labels: Labels, say: Phrasing) -> str:
    parts = [
        labels.version.format(number=say.number(dating.version)) if dating.version is not None else "",
        labels.held_from.format(time=say.time(dating.earliest)) if dating.earliest else "",
        labels.held_until.format(time=say.time(dating.latest)) if dating.latest else "",
    ]
    return " ".join(filter(None, parts))


def _rows(
    hits: Sequence[Hit], held: Mapping[DecoyRef, Sequence[str]], labels: Labels, say: Phrasing
) -> tuple[HitRow, ...]:
    strongest = sorted(hits, key=lambda hit: (-hit.bits, hit.decoy))[:MOST_ROWS]
    return tuple(_row(hit, tuple(held.get(hit.decoy, ())), labels, say) for hit in strongest)


def _row(hit: Hit, held: tuple[str, ...], labels: Labels, say: Phrasing) -> HitRow:
    places = list(dict.fromkeys(evidence.location for evidence in hit.evidence))
    fields = dict.fromkeys(labels.field_names[evidence.field] for evidence in hit.evidence)
    expected = hit.expected_false_alarms
    more = len(places) - _MOST_PLACES
    return HitRow(
        decoy=printable(str(hit.decoy)),
        establishment=printable(hit.establishment),
        strength=labels.bits.format(bits=say.number(int(hit.bits))),
        chance=(
            labels.by_chance.format(odds=say.odds(expected))
            if expected < 1
            else labels.by_chance_many.format(number=say.number(round(expected)))
        ),
        fields=", ".join(fields),
        places=tuple((_file(at), _place(at, labels, say)) for at in places[:_MOST_PLACES]),
        more_places=labels.more_places.format(number=say.number(more)) if more > 0 else "",
        held=held,
    )


def _file(location: Location) -> str:
    return printable(location.path if location.member is None else f"{location.path}!{location.member}")


def _place(location: Location, labels: Labels, say: Phrasing) -> str:
    for template, number in (
        (labels.row, location.row),
        (labels.line, location.line),
        (labels.offset, location.offset),
    ):
        if number is not None:
            return template.format(number=say.number(number))
    return ""


def _left_out(rows: Sequence[object], labels: Labels, say: Phrasing) -> str:
    left = len(rows) - MOST_ROWS
    return labels.more_rows.format(number=say.number(left)) if left > 0 else ""
