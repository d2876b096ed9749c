"""What a judgement looks at, put in order once: hits merged by decoy, and the placements that were really written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from honeytokens.attribution.recipients import SaltedExtract
from honeytokens.attribution.texts import Wording
from honeytokens.model import DecoyRef, Hit, Placement, PlacementState, ScanResult


@dataclass(frozen=True, slots=True)
class OlderLeak:
    """What was found in a leak of an earlier incident, and when that was known."""

    name: str
    known: datetime
    decoys: frozenset[DecoyRef]


@dataclass(frozen=True, slots=True)
class Case:
    """One leak and everything that is known about our own decoys."""

    result: ScanResult
    hits: tuple[Hit, ...]
    """One per decoy, of decoys that were written somewhere; the strongest first."""
    strays: tuple[Hit, ...]
    """Hits of decoys that the registry does not know, or that it never wrote."""
    lived: Mapping[DecoyRef, Sequence[Placement]]
    """Every placement that was or may have been written, by decoy."""
    homes: Mapping[DecoyRef, str]
    """The only establishment that a decoy ever lived in; decoys of several are not in it."""
    residents: Mapping[str, Sequence[Placement]]
    """By establishment that ever had a decoy, the placements of the decoys that lived nowhere else."""
    host_patients: Mapping[str, int]
    now: datetime
    confidence: float
    wording: Wording
    salted: tuple[Hit, ...] = ()
    """Hits of rows that were mixed into extracts, one per decoy."""
    older: tuple[OlderLeak, ...] = ()
    """Leaks of earlier incidents."""
    one_each: bool = False
    """Whether the operator says that each record is of another patient."""

    @property
    def risk(self) -> float:
        """The error that a standing may have at most."""
        return 1 - self.confidence

    @property
    def standing(self) -> list[Placement]:
        """The placements that surely stand in their system now."""
        states = {PlacementState.PLANTED, PlacementState.REWRITING}
        return [place for places in self.lived.values() for place in places if place.stamps and place.state in states]


def open_case(
    result: ScanResult,
    placements: Sequence[Placement],
    *,
    host_patients: Mapping[str, int],
    now: datetime,
    confidence: float,
    wording: Wording,
    extracts: Sequence[SaltedExtract] = (),
    older: Sequence[OlderLeak] = (),
    one_each: bool = False,
) -> Case:
    """Put a scan and the placements of all campaigns in order."""
    lived: defaultdict[DecoyRef, list[Placement]] = defaultdict(list)
    for placement in placements:
        if placement.state is not PlacementState.PLANNED:
            lived[placement.ref].append(placement)
    homes, residents = homes_of(lived)
    salt = frozenset[DecoyRef]().union(*(extract.decoys for extract in extracts))
    merged = _merged(result.hits)
    return Case(
        result=result,
        hits=tuple(hit for hit in merged if hit.decoy in lived),
        strays=tuple(hit for hit in merged if hit.decoy not in lived and hit.decoy not in salt),
        lived=dict(lived),
        homes=homes,
        residents=residents,
        host_patients=host_patients,
        now=now,
        confidence=confidence,
        wording=wording,
        salted=tuple(hit for hit in merged if hit.decoy in salt),
        older=tuple(older),
        one_each=one_each,
    )


def homes_of(
    lived: Mapping[DecoyRef, Sequence[Placement]],
) -> tuple[dict[DecoyRef, str], dict[str, Sequence[Placement]]]:
    """Return the only establishment of each decoy that has one, and the placements of those by establishment."""
    homes: dict[DecoyRef, str] = {}
    residents: defaultdict[str, list[Placement]] = defaultdict(list)
    for decoy, places in lived.items():
        name = places[0].establishment
        if all(place.establishment == name for place in places):
            homes[decoy] = name
            residents[name] += places
        else:
            for place in places:
                residents[place.establishment] += ()
    return homes, dict(residents)


def _merged(hits: Sequence[Hit]) -> list[Hit]:
    """Return one hit per decoy, with the least false alarms and all the evidence and versions; strongest first."""
    by_decoy: dict[DecoyRef, Hit] = {}
    for hit in sorted(hits, key=lambda hit: (hit.expected_false_alarms, hit.decoy)):
        best = by_decoy.get(hit.decoy)
        if best is None:
            by_decoy[hit.decoy] = hit
        else:
            versions = tuple(sorted({*best.versions, *hit.versions}))
            by_decoy[hit.decoy] = replace(best, versions=versions, evidence=best.evidence + hit.evidence)
    return list(by_decoy.values())
