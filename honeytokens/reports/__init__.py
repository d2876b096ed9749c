"""A verdict as a file: for programs, for people, for tickets, for other defenders, and drafts of what must be filed.

Pure functions of a verdict and its scan: this room never judges, reads no file, and never shows a value of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from honeytokens.errors import UnknownNameError
from honeytokens.model import ScanResult, Verdict
from honeytokens.reports.drafts import Draft
from honeytokens.reports.html import HtmlReport
from honeytokens.reports.interface import Report
from honeytokens.reports.json_document import JsonDocument, load
from honeytokens.reports.markdown import MarkdownReport
from honeytokens.reports.siem import SiemReport
from honeytokens.reports.stix import StixBundle

REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        "json": JsonDocument(),
        "html": HtmlReport(),
        "markdown": MarkdownReport(),
        "stix": StixBundle(),
        "siem": SiemReport(),
        "regulator": Draft("regulator"),
        "cert-sante": Draft("cert_sante"),
        "complaint": Draft("complaint"),
    }
)

__all__ = ["REPORTS", "Report", "load", "render"]


def render(kind: str, verdict: Verdict, result: ScanResult) -> str:
    """Return the report of one kind of :data:`REPORTS`; raise ``UnknownNameError`` when there is no such kind."""
    report = REPORTS.get(kind)
    if report is None:
        raise UnknownNameError(f"There is no report of kind {kind!r}", f"Choose one of: {', '.join(REPORTS)}")
    return report.render(verdict, result)
