"""Whether a leak came from us.

"Not ours" is said only where the decoys had the power to show: where every establishment that we know, taken at
random, would have shown a decoy. Anything that blunts that power (something unread, a strong lead, an establishment
without figures) leaves the question open.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from honeytokens.attribution.case import Case
from honeytokens.attribution.chance import (
    ERROR_FLOOR,
    all_by_chance,
    decoys_to_exclude,
    log_choose,
    none_in_sample,
    records_to_exclude,
)
from honeytokens.attribution.intervals import beta_cdf, mid_p
from honeytokens.model import Authenticity

_CHANCE_BRINGS = 1.0
"""A lead that chance alone brings fewer times than this stands out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it is ours, how likely that is wrong, and why; ``silent_since`` goes with "not ours" only."""

    authenticity: Authenticity
    error: float | None
    reason: str
    silent_since: datetime | None = None
    """From this day on every decoy that was counted stood in its system."""


def authenticity_of(case: Case) -> Finding:
    """Judge whether the leak came from us."""
    words, say = case.wording, case.wording.phrasing
    if case.hits or case.strays or case.salted:
        return _with_hits(case)
    if not case.lived:
        return _open(words.nothing_planted)
    if not case.result.complete:
        return _open(words.part_unread.format(unread=say.number(len(case.result.unread))))
    if case.result.stats.records <= 0:
        return _open(words.nothing_read)
    leads = sum(lead.expected_false_alarms < _CHANCE_BRINGS for lead in case.result.leads)
    if leads:
        return _open(words.leads_stand_out.format(leads=say.number(leads)))
    return _without_hits(case)


def standing_decoys(case: Case) -> Counter[str]:
    """Count, by establishment, the decoys that surely stand in its systems now."""
    return Counter(name for places in case.standing for name in {place.establishment for place in places})


def _open(reason: str) -> Finding:
    return Finding(Authenticity.UNDECIDABLE, None, reason)


def _with_hits(case: Case) -> Finding:
    words, say = case.wording, case.wording.phrasing
    ours = case.hits + case.salted
    hits, strays = say.number(len(ours or case.strays)), say.number(len(case.strays))
    error = all_by_chance(hit.expected_false_alarms for hit in ours or case.strays)
    if error > case.risk:
        return _open(words.too_weak.format(hits=hits, odds=say.odds(error)))
    if not ours:
        return _open(words.strays_only.format(strays=strays))
    if _decoys_only(case):
        return _open(words.decoys_only.format(records=say.number(case.result.stats.records)))
    reason = words.confirmed.format(hits=hits, odds=say.odds(error))
    if case.strays:
        reason += " " + words.strays_too.format(strays=strays)
    return _recycled(case, reason) or _mixed(case, reason) or Finding(Authenticity.CONFIRMED, error, reason)


def _recycled(case: Case, reason: str) -> Finding | None:
    """Return that the records come from an older leak, when a new theft would hardly find only decoys of it.

    Of the K decoys that stood at some time since the older leak was known, H0 were in it: H hits of a new theft would
    all be among those with probability C(H0, H) / C(K, H), paid for all older leaks.
    """
    words, say = case.wording, case.wording.phrasing
    found = {hit.decoy for hit in case.hits}
    for leak in case.older:
        since = {
            place.ref
            for places in case.lived.values()
            for place in places
            if place.withdrawn is None or place.withdrawn > leak.known
        }
        old = leak.decoys & since
        if not found or not found <= leak.decoys or len(old) < len(found):
            continue
        chance = math.exp(log_choose(len(old), len(found)) - log_choose(len(since | found), len(found)))
        error = max(ERROR_FLOOR, chance * len(case.older))
        if error <= case.risk:
            told = words.recycled.format(name=leak.name, hits=say.number(len(found)), odds=say.odds(error))
            return Finding(Authenticity.RECYCLED, error, f"{reason} {told}")
    return None


def _mixed(case: Case, reason: str) -> Finding | None:
    """Return that only a part is ours, when so many records of ours would hold more decoys (binomial tail).

    Asked only where the operator says that each record is of another patient, and of the establishment hit whose
    decoys are the rarest among its patients.
    """
    if not case.one_each:
        return None
    words, say = case.wording, case.wording.phrasing
    names = {case.home(hit.decoy) for hit in case.hits}
    shares = [
        decoys / case.host_patients[name]
        for name, decoys in standing_decoys(case).items()
        if name in names and case.host_patients.get(name, 0) > 0
    ]
    records, found = case.result.stats.records, len(case.hits)
    if not shares or found >= records:
        return None
    error = max(ERROR_FLOOR, 1 - beta_cdf(min(1.0, *shares), found + 1, records - found))
    if error > case.risk:
        return None
    most = min(1.0, mid_p(found, records, case.confidence)[1] / min(shares))
    told = words.mixed.format(records=say.number(records), percent=say.percent(round(most, 2)), odds=say.odds(error))
    return Finding(Authenticity.MIXED, error, f"{reason} {told}")


def _decoys_only(case: Case) -> bool:
    """Return whether several decoys were found, each in records of its own, and no other record was read."""
    hits = case.hits + case.salted
    places = {
        (at.path, at.member, at.row if at.row is not None else at.line)
        for hit in hits
        for at in (evidence.location for evidence in hit.evidence)
    }
    return len(places) >= len(hits) >= 2 and 0 < case.result.stats.records <= len(places)


def _without_hits(case: Case) -> Finding:
    """Hold silence against what each establishment's decoys would have shown: the least telling one decides."""
    words, say, records = case.wording, case.wording.phrasing, case.result.stats.records
    decoys, patients = standing_decoys(case), case.host_patients
    names = sorted(case.residents.keys() | patients.keys())
    blind = [name for name in names if not decoys[name] or patients.get(name, 0) <= 0]
    if blind:
        return _open(words.patients_unknown.format(names=say.names(blind)))
    error, weakest = max((none_in_sample(records, decoys[name], patients[name]), name) for name in names)
    if error > case.risk:
        enough = records_to_exclude(case.risk, decoys[weakest], patients[weakest]) or records
        return _open(
            words.too_few.format(
                records=say.number(records),
                more=say.number(enough - records),
                decoys=say.number(decoys_to_exclude(case.risk, records, patients[weakest])),
                name=weakest,
            )
        )
    since = max(place.stamps[0].settled for places in case.standing for place in places)
    reason = words.not_ours.format(records=say.number(records), since=say.day(since), odds=say.odds(error))
    return Finding(Authenticity.NOT_OURS, error, reason, since)
