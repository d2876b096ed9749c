"""The report for people: one self-contained page, for the screen and for paper.

No script, no style sheet, font or image from elsewhere: the page holds a policy that forbids them, and the template
escapes every value that it is given.
"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from honeytokens.model import ScanResult, Verdict
from honeytokens.reports import timeline
from honeytokens.reports.view import view_of

_ENVIRONMENT = Environment(
    loader=PackageLoader("honeytokens.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


class HtmlReport:
    """HTML 5, UTF-8."""

    suffix = ".html"

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the whole page."""
        return _ENVIRONMENT.get_template("report.html").render(
            view=view_of(verdict, result), chart=timeline.timeline_of(verdict), drawing=timeline
        )
