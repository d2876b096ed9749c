"""Which establishments the records came from.

An establishment is included when decoys that live only there were hit. It is excluded when its silence could hardly be
chance, had it been taken like the included ones. Whatever else is undecided, with what would decide. Decoys that live
in several establishments are left out of every count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from honeytokens.attribution.authenticity import Finding, standing_decoys
from honeytokens.attribution.case import Case
from honeytokens.attribution.chance import all_by_chance, none_elsewhere, none_in_sample
from honeytokens.attribution.when import life
from honeytokens.model import (
    Authenticity,
    EstablishmentFinding,
    Hit,
    Placement,
    PlacementState,
    Standing,
    TheftWindow,
)

_EDGES = 0.1
"""The share of the risk that may be spent on the theft not having been in the first or last moments of its window."""


def findings_of(
    case: Case, finding: Finding, window: TheftWindow | None, *, sampled: bool = True
) -> tuple[EstablishmentFinding, ...]:
    """Return a finding for each establishment that has or had decoys, in the order of their names.

    Where the records are no random sample (``sampled`` false), silence excludes nobody.
    """
    if not finding.authenticity.ours:
        present = standing_decoys(case)
        return tuple(_not_confirmed(case, finding, name, present[name]) for name in sorted(case.residents))
    hits = _hits_by_home(case)
    there = _there(case, hits, window)
    findings = {name: _hit(case, name, own, there[name]) for name, own in hits.items()}
    silent = case.residents.keys() - hits.keys()
    if sampled:
        included = {name for name, finding in findings.items() if finding.standing is Standing.INCLUDED}
        censuses = tuple(_censuses(case, window, sum(there[name] for name in included), silent)) if window else ()
        shared = {at.establishment for hit in case.hits if not case.home(hit.decoy) for at in case.lived[hit.decoy]}
        findings |= {name: _silent(case, name, included, hits, censuses, name in shared) for name in silent}
    else:
        findings |= {name: _unsampled(case, name) for name in silent}
    return tuple(findings[name] for name in sorted(findings))


def _not_confirmed(case: Case, finding: Finding, name: str, present: int) -> EstablishmentFinding:
    words, say = case.wording, case.wording.phrasing
    if finding.authenticity is Authenticity.NOT_OURS:
        error = none_in_sample(case.result.stats.records, present, case.host_patients[name])
        reason = words.excluded_not_ours.format(present=say.number(present), odds=say.odds(error))
        return EstablishmentFinding(name, Standing.EXCLUDED, 0, present, error, reason)
    hits = sum(case.home(hit.decoy) == name for hit in case.hits)
    return EstablishmentFinding(name, Standing.UNDECIDED, hits, present, None, words.not_established)


def _hits_by_home(case: Case) -> dict[str, list[Hit]]:
    hits: dict[str, list[Hit]] = {}
    for hit in case.hits:
        if name := case.home(hit.decoy):
            hits.setdefault(name, []).append(hit)
    return hits


def _error(hits: list[Hit]) -> float:
    return all_by_chance(hit.expected_false_alarms for hit in hits)


def _hit(case: Case, name: str, hits: list[Hit], present: int) -> EstablishmentFinding:
    """Judge an establishment whose own decoys were hit."""
    words, say, error = case.wording, case.wording.phrasing, _error(hits)
    if error > case.risk:
        reason = words.hits_too_weak.format(odds=say.odds(error))
        return EstablishmentFinding(name, Standing.UNDECIDED, len(hits), present, None, reason)
    reason = words.included.format(hits=say.number(len(hits)))
    return EstablishmentFinding(name, Standing.INCLUDED, len(hits), present, error, reason)


@dataclass(frozen=True, slots=True)
class _Census:
    """How many decoys stood where during the theft, so counted that a doubt never helps to exclude.

    ``spent`` is the probability that the theft was outside the part of the window that was looked at.
    """

    spent: float
    included: int
    """Decoys of the included establishments that may have stood there at some time of the window, and those hit."""
    silent: Mapping[str, int]
    """Decoys of each other establishment that surely stood there all the time."""

    def error(self, name: str, hits: int, touched: int) -> float:
        """Return the probability that ``name`` is silent by chance, against ``hits`` in the included ones."""
        rivals = [decoys for other, decoys in self.silent.items() if other != name]
        return min(1.0, self.spent + none_elsewhere(hits, self.included, touched, self.silent[name], rivals))

    def hits_needed(self, name: str, hits: int, touched: int, risk: float) -> int | None:
        """Return how many hits would exclude ``name``; ``None`` when not even all decoys of the others would."""
        if self.error(name, self.included, touched) > risk:
            return None
        low, high = hits, self.included
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.error(name, middle, touched) <= risk else (middle + 1, high)
        return high


def _censuses(case: Case, window: TheftWindow, included: int, silent: Set[str]) -> Iterator[_Census]:
    """Count who stood where: during the whole window, and during all of it but its edges."""
    if window.earliest is None or window.latest is None:
        return
    for spent in (0.0, _EDGES * case.risk):
        edge = (window.latest - window.earliest) * (spent / 2)
        sure = partial(_surely_there, start=window.earliest + edge, end=window.latest - edge)
        yield _Census(spent, included, {name: _count(case.residents[name], sure) for name in silent})


def _silent(
    case: Case,
    name: str,
    included: set[str],
    hits: Mapping[str, list[Hit]],
    censuses: tuple[_Census, ...],
    shared: bool,
) -> EstablishmentFinding:
    """Judge an establishment none of whose own decoys was hit; if ``shared``, one that lives elsewhere too was."""
    words, say = case.wording, case.wording.phrasing
    total = sum(len(hits[other]) for other in included)
    best = min(censuses, key=lambda c: (c.error(name, total, len(hits)), -c.silent[name]), default=None)
    present = best.silent[name] if best else 0
    if shared:
        return EstablishmentFinding(name, Standing.UNDECIDED, 0, present, None, words.shared_only)
    if best is None or not present:
        return EstablishmentFinding(name, Standing.UNDECIDED, 0, present, None, words.none_present)
    error, counted = best.error(name, total, len(hits)), say.number(present)
    if error <= case.risk:
        reason = words.excluded.format(present=counted, total=say.number(total), odds=say.odds(error))
        return EstablishmentFinding(name, Standing.EXCLUDED, 0, present, error, reason)
    wanted, records = best.hits_needed(name, total, len(hits), case.risk), case.result.stats.records
    if wanted is None or not total or records <= 0:
        reason = words.more_decoys.format(present=counted)
        return EstablishmentFinding(name, Standing.UNDECIDED, 0, present, None, reason)
    more = math.ceil((wanted - total) * records / total)
    reason = words.more_records.format(present=counted, more=say.number(more))
    return EstablishmentFinding(name, Standing.UNDECIDED, 0, present, None, reason, more)


def _unsampled(case: Case, name: str) -> EstablishmentFinding:
    return EstablishmentFinding(name, Standing.UNDECIDED, 0, 0, None, case.wording.not_sampled)


def _there(case: Case, names: Iterable[str], window: TheftWindow | None) -> dict[str, int]:
    """Count the decoys of establishments that were found, or may have stood there at some time of the window."""
    found = {hit.decoy for hit in case.hits}

    def there(place: Placement) -> bool:
        return place.ref in found or _maybe_there(case, place, window)

    return {name: _count(case.residents[name], there) for name in names}


def _count(residents: Sequence[Sequence[Placement]], there: Callable[[Placement], bool]) -> int:
    """Count the decoys that have a placement of which ``there`` holds."""
    count = 0
    for places in residents:
        for place in places:
            if there(place):
                count += 1
                break
    return count


def _maybe_there(case: Case, placement: Placement, window: TheftWindow | None) -> bool:
    lived = life(placement, case.now)
    if lived is None or window is None:
        return True
    return (window.latest is None or lived.start < window.latest) and (
        window.earliest is None or lived.end > window.earliest
    )


def _surely_there(placement: Placement, start: datetime, end: datetime) -> bool:
    """Return whether the decoy stood there from ``start`` to ``end`` beyond doubt."""
    if not placement.stamps or placement.state in {PlacementState.WRITING, PlacementState.WITHDRAWING}:
        return False
    return placement.stamps[0].settled <= start and (placement.withdrawn is None or placement.withdrawn >= end)
