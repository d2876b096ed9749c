"""The one sentence that a director reads aloud: what is proved, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from honeytokens.attribution.authenticity import Finding
from honeytokens.attribution.case import Case
from honeytokens.attribution.recipients import RISK
from honeytokens.model import Authenticity, EstablishmentFinding, ExtractFinding, Standing, TheftWindow

CNIL = timedelta(hours=72)
"""Within this of becoming aware, the regulator is told (GDPR, article 33)."""


def sentence_of(
    case: Case,
    finding: Finding,
    establishments: tuple[EstablishmentFinding, ...],
    window: TheftWindow | None,
    extracts: Sequence[ExtractFinding] = (),
    aware: datetime | None = None,
) -> str:
    """Say it in the language of the case. Access is never judged, and doubt asks to act as if it were true."""
    words = case.wording
    if finding.authenticity.ours:
        parts = _confirmed(case, finding, establishments, window)
        parts[1:1] = [_handed(case, extract) for extract in extracts]
    elif finding.authenticity is Authenticity.NOT_OURS:
        parts = [_not_ours(case, finding)]
    else:
        reason = finding.reason[0].lower() + finding.reason[1:].removesuffix(".")
        parts = [words.say_undecidable.format(reason=reason), words.say_act_as_if]
    said = words.say_join.join([*parts, words.say_no_access]) + "."
    if aware is not None and finding.authenticity is not Authenticity.NOT_OURS:
        said += " " + words.say_clocks.format(cnil=words.phrasing.deadline(aware + CNIL)) + "."
    return said


def _confirmed(
    case: Case, finding: Finding, establishments: tuple[EstablishmentFinding, ...], window: TheftWindow | None
) -> list[str]:
    words, say = case.wording, case.wording.phrasing
    standing = {s: say.names([e.establishment for e in establishments if e.standing is s]) for s in Standing}
    starts = {
        Authenticity.CONFIRMED: words.say_confirmed,
        Authenticity.MIXED: words.say_mixed,
        Authenticity.RECYCLED: words.say_recycled,
    }
    parts = [starts[finding.authenticity].format(odds=say.odds(finding.error or 0.0))]
    if names := standing[Standing.INCLUDED]:
        parts.append(words.say_included.format(names=names))
    if case.hits:
        parts.append(_copied(case, window))
    if names := standing[Standing.EXCLUDED]:
        parts.append(words.say_excluded.format(names=names, percent=say.percent(case.confidence)))
    if names := standing[Standing.UNDECIDED]:
        parts.append(words.say_undecided.format(names=names))
    if not case.result.complete:
        parts.append(words.say_unread)
    return parts


def _handed(case: Case, extract: ExtractFinding) -> str:
    words, say = case.wording, case.wording.phrasing
    if not extract.named:
        return words.say_nobody_named.format(extract=extract.extract)
    names = say.names([each.recipient for each in extract.named])
    return words.say_recipients.format(extract=extract.extract, names=names, odds=say.odds(RISK))


def _copied(case: Case, window: TheftWindow | None) -> str:
    words = case.wording
    span = words.phrasing.span(window.earliest, window.latest) if window else ""
    if window is None or not span:
        return words.say_date_unknown
    template = words.say_copied if window.snapshots == 1 else words.say_copied_repeatedly
    return template.format(span=span)


def _not_ours(case: Case, finding: Finding) -> str:
    words, say = case.wording, case.wording.phrasing
    since = say.day(finding.silent_since) if finding.silent_since else ""
    records = say.number(case.result.stats.records)
    return words.say_not_ours.format(since=since, records=records, odds=say.odds(finding.error or 0.0))
