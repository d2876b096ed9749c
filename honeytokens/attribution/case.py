"""What a judgement looks at, put in order once: hits merged by decoy, and the placements that were really written."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from honeytokens.attribution.recipients import SaltedExtract
from honeytokens.attribution.texts import Wording
from honeytokens.model import DecoyRef, Hit, Placement, PlacementState, ScanResult

_STANDING = frozenset({PlacementState.PLANTED, PlacementState.REWRITING})


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
    residents: Mapping[str, Sequence[Sequence[Placement]]]
    """By establishment that ever had a decoy, the placements of each decoy that lived nowhere else."""
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

    def home(self, decoy: DecoyRef) -> str | None:
        """Return the only establishment that a decoy ever lived in; ``None`` when there are several."""
        return home_of(self.lived[decoy])

    @property
    def standing(self) -> Iterator[list[Placement]]:
        """The placements of each decoy that surely stand in their system now."""
        for places in self.lived.values():
            yield [place for place in places if place.stamps and place.state in _STANDING]


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
    lived = _by_decoy(placements)
    salt = frozenset[DecoyRef]().union(*(extract.decoys for extract in extracts))
    merged = _merged(result.hits)
    return Case(
        result=result,
        hits=tuple(hit for hit in merged if hit.decoy in lived),
        strays=tuple(hit for hit in merged if hit.decoy not in lived and hit.decoy not in salt),
        lived=lived,
        residents=residents_of(lived.values()),
        host_patients=host_patients,
        now=now,
        confidence=confidence,
        wording=wording,
        salted=tuple(hit for hit in merged if hit.decoy in salt),
        older=tuple(older),
        one_each=one_each,
    )


def _by_decoy(placements: Sequence[Placement]) -> dict[DecoyRef, list[Placement]]:
    """Sort what was or may have been written by its decoy.

    A million lists are made, none of them garbage: the collector would walk them all again and again.
    """
    lived: dict[DecoyRef, list[Placement]] = {}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for placement in placements:
            if placement.state is not PlacementState.PLANNED:
                lived.setdefault(placement.ref, []).append(placement)
    finally:
        if collecting:
            gc.enable()
    return lived


def home_of(places: Sequence[Placement]) -> str | None:
    """Return the one establishment of some placements; ``None`` when there are several."""
    name = places[0].establishment
    return name if len(places) == 1 or all(place.establishment == name for place in places) else None


def residents_of(lived: Iterable[Sequence[Placement]]) -> dict[str, Sequence[Sequence[Placement]]]:
    """Sort the placements of each decoy by the only establishment that it lived in."""
    residents: defaultdict[str, list[Sequence[Placement]]] = defaultdict(list)
    for places in lived:
        if name := home_of(places):
            residents[name].append(places)
        else:
            for place in places:
                residents[place.establishment] += ()
    return dict(residents)


def _merged(hits: Sequence[Hit]) -> list[Hit]:
    """Return one hit per decoy, with the least false alarms and all the evidence and versions; strongest first."""
    by_decoy: dict[DecoyRef, Hit] = {}
    for hit in sorted(hits, key=lambda hit: (hit.expected_false_alarms, hit.decoy.campaign, hit.decoy.serial)):
        best = by_decoy.get(hit.decoy)
        if best is None:
            by_decoy[hit.decoy] = hit
        else:
            versions = tuple(sorted({*best.versions, *hit.versions}))
            by_decoy[hit.decoy] = replace(best, versions=versions, evidence=best.evidence + hit.evidence)
    return list(by_decoy.values())
