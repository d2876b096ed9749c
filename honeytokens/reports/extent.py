"""How much was taken, in what shape, through whom, what is claimed, which clocks run: worded once for all reports."""

from __future__ import annotations

from dataclasses import dataclass

from honeytokens.model import SourceFinding, Verdict
from honeytokens.phrasing import Phrasing
from honeytokens.reports.clocks import deadlines
from honeytokens.reports.extent_labels import EXTENT_LABELS, ExtentLabels
from honeytokens.reports.labels import Labels
from honeytokens.reports.plain import printable

BAR = 160
"""The width of a share's drawing, in units of its own: 0 to 100%."""
_THINNEST = 2.0


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One table of one system, with the interval of its share in words and as a bar (``None``: none is known)."""

    name: str
    system: str
    kind: str
    standing: str
    hits: str
    share: str
    bar: tuple[float, float] | None
    drawn: str
    why: str


@dataclass(frozen=True, slots=True)
class ExtentView:
    """Everything that these sections show, in words."""

    labels: ExtentLabels
    sources: tuple[SourceRow, ...]
    size: tuple[str, ...]
    shapes: tuple[str, ...]
    forms: tuple[tuple[str, str], ...]
    through: tuple[str, ...]
    claims: tuple[tuple[str, str, str, str], ...]
    clocks: tuple[tuple[str, str, str], ...]


def extent_of(verdict: Verdict, labels: Labels, say: Phrasing) -> ExtentView:
    """Word these sections in the language of ``say``."""
    own = EXTENT_LABELS[say.language]
    overlaps = (f"{overlap.first}, {overlap.second}: {overlap.reason}" for overlap in verdict.overlaps)
    numbers = (f"{each.file}, {each.column}: {each.reason}" for each in verdict.numberings)
    return ExtentView(
        labels=own,
        sources=tuple(_source(source, own, labels, say) for source in verdict.sources),
        size=tuple(printable(text) for text in filter(None, (verdict.size, *overlaps, *numbers))),
        shapes=tuple(
            f"{printable(shape.reason)} ({labels.by_chance.format(odds=say.odds(shape.chance))})"
            for shape in verdict.shapes
        ),
        forms=tuple((printable(form.file), printable(f"{form.made_by}. {form.note}")) for form in verdict.forms),
        through=tuple(printable(extract.reason) for extract in verdict.extracts),
        claims=tuple(
            (
                printable(f"{claim.who}: {claim.what}"),
                printable(claim.part),
                own.standings[claim.standing],
                printable(claim.reason),
            )
            for claim in verdict.claims
        ),
        clocks=deadlines(verdict, say),
    )


def _source(source: SourceFinding, own: ExtentLabels, labels: Labels, say: Phrasing) -> SourceRow:
    share, drawn, bar = own.share_unknown, "", None
    if source.low is not None and source.high is not None:
        low, high = say.percent(round(source.low, 3)), say.percent(round(source.high, 3))
        few, many = (say.number(round(part * source.patients)) for part in (source.low, source.high))
        share = own.share_between.format(low=low, high=high, few=few, many=many)
        drawn = own.share_drawn.format(low=low, high=high)
        bar = (round(source.low * BAR, 1), round(max(_THINNEST, (source.high - source.low) * BAR), 1))
    return SourceRow(
        name=printable(source.establishment),
        system=printable(f"{source.system} / {source.table}" if source.table else source.system),
        kind=source.standing.value,
        standing=labels.standings[source.standing],
        hits=labels.of.format(hits=say.number(source.hits), present=say.number(source.present)),
        share=share,
        bar=bar,
        drawn=drawn,
        why=printable(source.reason),
    )
