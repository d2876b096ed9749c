"""The one way in: a scan and all placements to a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from honeytokens.attribution.authenticity import authenticity_of
from honeytokens.attribution.case import open_case
from honeytokens.attribution.recipients import SaltedExtract, recipients_of
from honeytokens.attribution.sentence import sentence_of
from honeytokens.attribution.when import window_of
from honeytokens.attribution.where import findings_of
from honeytokens.attribution.wording import WORDINGS
from honeytokens.model import Authenticity, Placement, ScanResult, Verdict


def judge(
    result: ScanResult,
    placements: Sequence[Placement],
    *,
    now: datetime,
    confidence: float = 0.95,
    host_patients: Mapping[str, int] | None = None,
    language: str = "en",
    extracts: Sequence[SaltedExtract] = (),
) -> Verdict:
    """Return what a scanned leak proves.

    ``placements`` are those of all campaigns, whatever their state. ``host_patients`` gives, by establishment, how many
    patients its system holds: without it, a leak in which nothing was found stays undecidable. ``extracts`` are those
    that were salted. Raises ``ValueError``
    when ``confidence`` is not between 0.5 and 1, when ``now`` is naive, or when ``language`` is not in ``WORDINGS``.
    """
    if not 0.5 <= confidence < 1:
        raise ValueError("confidence must be at least 0.5 and below 1")
    if now.tzinfo is None:
        raise ValueError("now must be an aware time")
    if language not in WORDINGS:
        raise ValueError(f"no verdict is worded in {language!r}; languages: {', '.join(WORDINGS)}")
    case = open_case(
        result,
        placements,
        host_patients=host_patients or {},
        now=now,
        confidence=confidence,
        wording=WORDINGS[language],
        extracts=extracts,
    )
    finding = authenticity_of(case)
    confirmed = finding.authenticity is Authenticity.CONFIRMED
    window = window_of(case) if confirmed else None
    establishments = findings_of(case, finding, window)
    touched = [
        recipients_of(extract, case.salted, case.wording, confirmed=confirmed)
        for extract in extracts
        if not extract.decoys.isdisjoint(hit.decoy for hit in case.salted)
    ]
    return Verdict(
        authenticity=finding.authenticity,
        error=finding.error,
        reason=finding.reason,
        establishments=establishments,
        window=window,
        sentence=sentence_of(case, finding, establishments, window, touched),
        confidence=confidence,
        language=language,
        judged=now,
        extracts=tuple(touched),
    )
