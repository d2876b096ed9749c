"""Claims held against findings, one by one. A claim of access is never judged by rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from honeytokens.attribution.intervals import claim_chance
from honeytokens.attribution.numbering import claimed_numbers
from honeytokens.attribution.texts import Wording
from honeytokens.model import (
    Claim,
    ClaimFinding,
    ClaimStanding,
    EstablishmentFinding,
    NumberingFinding,
    OverlapFinding,
    ScanResult,
    Standing,
    TheftWindow,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds the size of the whole: records that files share, and numbers that they hold."""

    overlaps: Sequence[OverlapFinding] = ()
    numberings: Sequence[NumberingFinding] = ()


def claims_of(
    claims: Sequence[Claim],
    establishments: Sequence[EstablishmentFinding],
    window: TheftWindow | None,
    bounds: Bounds,
    result: ScanResult,
    risk: float,
    wording: Wording,
) -> tuple[ClaimFinding, ...]:
    """Return a finding for each part of each claim: access, size, sites, time."""
    found: list[ClaimFinding] = []
    for claim in claims:
        if claim.access:
            found.append(_finding(claim, "access", ClaimStanding.NOT_JUDGED, wording.claim_access))
        if claim.records is not None:
            found.append(_size(claim, claim.records, bounds, result, risk, wording))
        found += _sites(claim, establishments, wording)
        if claim.taken is not None:
            found.append(_time(claim, window, wording))
    return tuple(found)


def overlap_finding(
    overlap: OverlapFinding, claimed: int | None, confidence: float, wording: Wording
) -> OverlapFinding:
    """Return an overlap worded and held against a claimed size."""
    say = wording.phrasing
    first, second, both = overlap.first_records, overlap.second_records, overlap.both
    chance = None if claimed is None else claim_chance(first, second, both, claimed)
    template = wording.overlap_bounded if overlap.high is not None else wording.overlap_open
    reason = template.format(
        both=say.number(both),
        low=say.number(overlap.low),
        high=say.number(overlap.high or 0),
        percent=say.percent(confidence),
    )
    return OverlapFinding(
        overlap.first, overlap.second, first, second, both, overlap.low, overlap.high, claimed, chance, reason
    )


def _size(
    claim: Claim,
    claimed: int,
    bounds: Bounds,
    result: ScanResult,
    risk: float,
    wording: Wording,
) -> ClaimFinding:
    """Hold a claimed size against what files share and how they are numbered; one sample alone says nothing of it."""
    say = wording.phrasing
    part = say.number(claimed)
    chances = [claim_chance(o.first_records, o.second_records, o.both, claimed) for o in bounds.overlaps]
    chances += [claimed_numbers(numbering, claimed) for numbering in bounds.numberings]
    if chances and (least := min(chances) * len(chances)) <= risk:
        return _finding(claim, part, ClaimStanding.REFUTED, wording.claim_size_refuted.format(odds=say.odds(least)))
    if not chances and result.stats.records > claimed:
        records = say.number(result.stats.records)
        return _finding(claim, part, ClaimStanding.OPEN, wording.claim_size_smaller.format(records=records))
    reason = wording.claim_size_possible if chances else wording.size_not_identifiable
    return _finding(claim, part, ClaimStanding.OPEN, reason)


def _sites(claim: Claim, establishments: Sequence[EstablishmentFinding], wording: Wording) -> Iterator[ClaimFinding]:
    known = {finding.establishment: finding for finding in establishments}
    standings = {
        Standing.INCLUDED: ClaimStanding.SUPPORTED,
        Standing.EXCLUDED: ClaimStanding.REFUTED,
        Standing.UNDECIDED: ClaimStanding.OPEN,
    }
    for site in claim.sites:
        finding = known.get(site)
        if finding is None:
            yield _finding(claim, site, ClaimStanding.OPEN, wording.claim_site_unknown)
        else:
            yield _finding(claim, site, standings[finding.standing], finding.reason)


def _time(claim: Claim, window: TheftWindow | None, wording: Wording) -> ClaimFinding:
    say, taken = wording.phrasing, claim.taken
    part = say.time(taken) if taken else ""
    if window is None or taken is None:
        return _finding(claim, part, ClaimStanding.OPEN, wording.claim_time_unknown)
    early = window.earliest is not None and taken < window.earliest
    late = window.latest is not None and taken >= window.latest
    if early or late:
        return _finding(claim, part, ClaimStanding.REFUTED, wording.claim_time_outside)
    return _finding(claim, part, ClaimStanding.SUPPORTED, wording.claim_time_inside)


def _finding(claim: Claim, part: str, standing: ClaimStanding, reason: str) -> ClaimFinding:
    return ClaimFinding(claim.who, claim.what, part, standing, reason)
