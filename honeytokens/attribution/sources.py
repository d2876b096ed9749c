"""Which table of which system, and how much of it: findings of sources, and what can be said of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from honeytokens.attribution.authenticity import Finding
from honeytokens.attribution.case import Case, residents_of
from honeytokens.attribution.intervals import jeffreys
from honeytokens.attribution.where import findings_of
from honeytokens.model import EstablishmentFinding, Placement, SourceFinding, Standing, TheftWindow

Source = tuple[str, str]
"""An establishment and a system."""

_BETWEEN = "\x1f"


def sources_of(
    case: Case,
    finding: Finding,
    window: TheftWindow | None,
    patients: Mapping[Source, int],
    establishments: Sequence[EstablishmentFinding],
    *,
    sampled: bool,
) -> tuple[SourceFinding, ...]:
    """Return a finding for each system of each establishment, by the rules for establishments.

    Where each establishment has one system alone, ``establishments`` are their findings already.

    The share of a source that the leak holds is Jeffreys' interval on its decoys present: the file's own rows, not
    what was stolen. It is told where decoys were hit, unless the records are no random sample (``sampled`` false).
    """
    if not finding.authenticity.ours:
        return ()
    systems = {(place.establishment, place.system) for places in case.lived.values() for place in places}
    only = dict(systems)
    if len(only) == len(systems):
        residents, judged = case.residents, establishments
    else:
        split = _by_source(case, patients)
        residents, judged = split.residents, findings_of(split, finding, window, sampled=sampled)
    found = []
    for each in judged:
        establishment, _, system = each.establishment.partition(_BETWEEN)
        system = system or only[establishment]
        low, high = None, None
        if each.standing is Standing.INCLUDED and sampled:
            low, high = jeffreys(each.hits, max(each.present, each.hits), case.confidence)
        found.append(
            SourceFinding(
                establishment,
                system,
                _table(residents[each.establishment]),
                each.standing,
                each.hits,
                each.present,
                each.error,
                low,
                high,
                patients.get((establishment, system), 0),
                each.reason,
            )
        )
    return tuple(found)


def _by_source(case: Case, patients: Mapping[Source, int]) -> Case:
    """Return the same case with the homes of decoys told apart by their system too."""
    lived = {
        decoy: [replace(place, establishment=f"{place.establishment}{_BETWEEN}{place.system}") for place in places]
        for decoy, places in case.lived.items()
    }
    counts = {f"{establishment}{_BETWEEN}{system}": count for (establishment, system), count in patients.items()}
    return replace(case, lived=lived, residents=residents_of(lived.values()), host_patients=counts)


def _table(residents: Sequence[Sequence[Placement]]) -> str:
    """Return the table that holds the patients of some placements: a leak is recognised by its columns."""
    return next((place.rows[0].table for places in residents for place in places if place.rows), "")
