"""The clocks that the law starts when an operator becomes aware, with their deadlines. France; counsel decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from honeytokens.model import Authenticity, Verdict
from honeytokens.phrasing import Phrasing


@dataclass(frozen=True, slots=True)
class Clock:
    """Who must be told, within how long of becoming aware (``None``: without delay), and by which rule."""

    whom: str
    within: timedelta | None
    rule: str


_HOURS_72 = timedelta(hours=72)

CLOCKS: Mapping[str, tuple[Clock, ...]] = MappingProxyType(
    {
        "en": (
            Clock("CERT Santé", None, "art. L.1111-8-2, code de la santé publique; also where others may be touched"),
            Clock("CNIL", _HOURS_72, "GDPR, art. 33; two steps are allowed"),
            Clock("Insurer: complaint to the police", _HOURS_72, "art. L.12-10-1, code des assurances"),
            Clock("NIS2 early warning", timedelta(hours=24), "where NIS2 is in force and applies to you"),
            Clock("People concerned", None, "GDPR, art. 34, where the risk to them is high"),
        ),
        "fr": (
            Clock("CERT Santé", None, "art. L.1111-8-2 du code de la santé publique, aussi si d’autres sont touchés"),
            Clock("CNIL", _HOURS_72, "RGPD, art. 33\u00a0; en deux temps si besoin"),
            Clock("Assureur\u00a0: dépôt de plainte", _HOURS_72, "art. L.12-10-1 du code des assurances"),
            Clock("Alerte précoce NIS2", timedelta(hours=24), "là où NIS2 est en vigueur et vous concerne"),
            Clock("Personnes concernées", None, "RGPD, art. 34, si le risque pour elles est élevé"),
        ),
    }
)

_AT_ONCE = {"en": "without delay", "fr": "sans délai"}
_NOT_RECORDED = {
    "en": "from when you became aware: record it (incident change NAME --aware TIME)",
    "fr": "à partir de la prise de connaissance\u00a0: l’enregistrer (incident change NOM --aware HEURE)",
}


def deadlines(verdict: Verdict, say: Phrasing) -> tuple[tuple[str, str, str], ...]:
    """Return whom to tell, until when and by which rule, soonest first; nothing where the leak is not ours."""
    if verdict.authenticity is Authenticity.NOT_OURS:
        return ()
    clocks = sorted(CLOCKS[say.language], key=lambda clock: clock.within or timedelta())
    return tuple((clock.whom, _until(clock, verdict.aware, say), clock.rule) for clock in clocks)


def _until(clock: Clock, aware: datetime | None, say: Phrasing) -> str:
    if clock.within is None:
        return _AT_ONCE[say.language]
    hours = f"{round(clock.within.total_seconds() / 3600)} h"
    return say.deadline(aware + clock.within) if aware else f"{hours} {_NOT_RECORDED[say.language]}"
