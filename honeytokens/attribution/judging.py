"""The one way in: a scan and all placements to a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from honeytokens.attribution.authenticity import authenticity_of
from honeytokens.attribution.case import Case, OlderLeak, open_case
from honeytokens.attribution.claims import Bounds, claims_of, overlap_finding
from honeytokens.attribution.numbering import worded
from honeytokens.attribution.recipients import SaltedExtract, recipients_of
from honeytokens.attribution.sentence import sentence_of
from honeytokens.attribution.shapes import Traits, shapes_of
from honeytokens.attribution.sources import Source, sources_of
from honeytokens.attribution.when import life, window_of
from honeytokens.attribution.where import findings_of
from honeytokens.attribution.wording import WORDINGS
from honeytokens.model import (
    Claim,
    DecoyRef,
    FormFinding,
    NumberingFinding,
    OverlapFinding,
    Placement,
    ScanResult,
    TheftWindow,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the scan and the placements, as far as it is.

    ``patients`` by source, as ``host_patients`` by establishment; ``extracts`` that were salted; ``traits`` of decoys;
    ``forms`` of the files; ``older`` leaks; ``overlaps`` of files of this leak and ``numberings`` in them, not yet held
    against anything; ``claims``; ``aware``, when the operator became aware; ``clock_error``, by how much clocks may
    have been wrong; ``one_each``, whether each record is of another patient.
    """

    patients: Mapping[Source, int] = field(default_factory=dict)
    extracts: Sequence[SaltedExtract] = ()
    traits: Mapping[DecoyRef, Traits] = field(default_factory=dict)
    forms: Sequence[FormFinding] = ()
    older: Sequence[OlderLeak] = ()
    overlaps: Sequence[OverlapFinding] = ()
    numberings: Sequence[NumberingFinding] = ()
    claims: Sequence[Claim] = ()
    aware: datetime | None = None
    clock_error: timedelta = timedelta()
    one_each: bool = False


def judge(
    result: ScanResult,
    placements: Sequence[Placement],
    *,
    now: datetime,
    confidence: float = 0.95,
    host_patients: Mapping[str, int] | None = None,
    language: str = "en",
    beside: Beside | None = None,
) -> Verdict:
    """Return what a scanned leak proves.

    ``placements`` are those of all campaigns, whatever their state. ``host_patients`` gives, by establishment, how many
    patients its system holds: without it, a leak in which nothing was found stays undecidable. Raises ``ValueError``
    when ``confidence`` is not between 0.5 and 1, when ``now`` is naive, or when ``language`` is not in ``WORDINGS``.
    """
    if not 0.5 <= confidence < 1:
        raise ValueError("confidence must be at least 0.5 and below 1")
    if now.tzinfo is None:
        raise ValueError("now must be an aware time")
    if language not in WORDINGS:
        raise ValueError(f"no verdict is worded in {language!r}; languages: {', '.join(WORDINGS)}")
    known = beside or Beside()
    case = open_case(
        result,
        placements,
        host_patients=host_patients or {},
        now=now,
        confidence=confidence,
        wording=WORDINGS[language],
        extracts=known.extracts,
        older=known.older,
        one_each=known.one_each,
    )
    finding = authenticity_of(case)
    ours = finding.authenticity.ours
    window = window_of(case, known.clock_error) if ours else None
    shapes = shapes_of(case.hits, _present(case, window), known.traits, case.wording) if ours and known.traits else ()
    sampled = not any(shape.kind in {"page", "filter"} for shape in shapes)
    establishments = findings_of(case, finding, window, sampled=sampled)
    touched = [
        recipients_of(extract, case.salted, case.wording, confirmed=ours)
        for extract in known.extracts
        if not extract.decoys.isdisjoint(hit.decoy for hit in case.salted)
    ]
    claimed = next((claim.records for claim in reversed(known.claims) if claim.records is not None), None)
    overlaps = tuple(overlap_finding(each, claimed, confidence, case.wording) for each in known.overlaps)
    numberings = tuple(worded(each, claimed, confidence, case.wording) for each in known.numberings)
    bounds = Bounds(overlaps, numberings)
    return Verdict(
        authenticity=finding.authenticity,
        error=finding.error,
        reason=finding.reason,
        establishments=establishments,
        window=window,
        sentence=sentence_of(case, finding, establishments, window, touched, known.aware),
        confidence=confidence,
        language=language,
        judged=now,
        extracts=tuple(touched),
        sources=sources_of(case, finding, window, known.patients, establishments, sampled=sampled),
        size=_size(case, bounds) if ours else "",
        shapes=shapes,
        forms=tuple(known.forms),
        overlaps=overlaps,
        numberings=numberings,
        claims=claims_of(known.claims, establishments, window, bounds, result, case.risk, case.wording),
        aware=known.aware,
    )


def _present(case: Case, window: TheftWindow | None) -> set[DecoyRef]:
    """Return the decoys that stood in the establishments that were hit at some time of the window of the theft."""
    names = {name for hit in case.hits if (name := case.home(hit.decoy))}
    return {
        place.ref
        for name in names
        for places in case.residents[name]
        for place in places
        if (lived := life(place, case.now))
        and (window is None or window.latest is None or lived.start < window.latest)
        and (window is None or window.earliest is None or lived.end > window.earliest)
    }


def _size(case: Case, bounds: Bounds) -> str:
    say = case.wording.phrasing
    bounded = [each for each in bounds.overlaps if each.high is not None]
    if not bounded and bounds.numberings:
        return case.wording.size_numbered.format(high=say.number(min(each.high for each in bounds.numberings)))
    if not bounded:
        return case.wording.size_not_identifiable
    narrow = min(bounded, key=lambda each: (each.high or 0) / each.low)
    return case.wording.size_told.format(low=say.number(narrow.low), high=say.number(narrow.high or 0))
