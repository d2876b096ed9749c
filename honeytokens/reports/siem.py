"""The report for a SIEM: one line for each hit, in CSV."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO

from honeytokens.model import Hit, ScanResult, Verdict
from honeytokens.reports.plain import printable

_COLUMNS = (
    "judged",
    "authenticity",
    "establishment",
    "standing",
    "decoy",
    "bits",
    "expected_false_alarms",
    "fields",
    "file",
    "member",
    "row",
    "line",
    "offset",
    "theft_earliest",
    "theft_latest",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SiemReport:
    """RFC 4180 with one header; times are ISO 8601 in UTC. No value of anybody is in it."""

    suffix = ".csv"

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the whole file."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        standings = {each.establishment: each.standing.value for each in verdict.establishments}
        writer.writerows(_row(hit, verdict, standings) for hit in result.hits)
        return text.getvalue()


def _row(hit: Hit, verdict: Verdict, standings: dict[str, str]) -> list[str]:
    window = verdict.window
    at = hit.evidence[0].location if hit.evidence else None
    cells: list[object] = [
        _time(verdict.judged),
        verdict.authenticity.value,
        hit.establishment,
        standings.get(hit.establishment, ""),
        hit.decoy,
        f"{hit.bits:.1f}",
        f"{hit.expected_false_alarms:.3g}",
        " ".join(sorted({evidence.field.value for evidence in hit.evidence})),
        at.path if at else "",
        at.member or "" if at else "",
        *((number if number is not None else "") for number in ((at.row, at.line, at.offset) if at else ("", "", ""))),
        _time(window.earliest) if window else "",
        _time(window.latest) if window else "",
    ]
    return [_safe(printable(str(cell))) for cell in cells]


def _safe(cell: str) -> str:
    """Keep a spreadsheet from taking a thief's file name for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _time(moment: datetime | None) -> str:
    return moment.isoformat().replace("+00:00", "Z") if moment else ""
