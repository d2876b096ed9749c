"""Drafts of what must be filed: what the verdict knows is filled in, what it does not is marked to be completed.

A draft is no filing: the operator's counsel decides. It names no decoy: decoys stay secret from whoever it is sent to.
"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from honeytokens.model import ScanResult, Standing, Verdict
from honeytokens.phrasing import Phrasing
from honeytokens.reports.plain import printable
from honeytokens.reports.view import View, view_of

_ENVIRONMENT = Environment(
    loader=PackageLoader("honeytokens.reports", "templates/drafts"),
    autoescape=False,  # noqa: S701 - plain text; nothing of it is markup
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


class Draft:
    """One kind of filing, as plain text in the verdict's language."""

    suffix = ".txt"

    def __init__(self, name: str) -> None:
        self._name = name

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the whole draft."""
        view = view_of(verdict, result)
        template = _ENVIRONMENT.get_template(f"{self._name}_{view.say.language}.txt")
        return template.render(
            view=view,
            say=view.say,
            verdict=verdict,
            records=view.say.number(result.stats.records),
            touched=_names(verdict, Standing.INCLUDED, view.say),
            undecided=_names(verdict, Standing.UNDECIDED, view.say),
            excluded=_names(verdict, Standing.EXCLUDED, view.say),
            patients=_patients(verdict, view),
            aware=view.say.deadline(verdict.aware) if verdict.aware else "",
            files=sorted({printable(e.location.path) for hit in result.hits for e in hit.evidence}),
        )


def _names(verdict: Verdict, standing: Standing, say: Phrasing) -> str:
    return printable(say.names([e.establishment for e in verdict.establishments if e.standing is standing]))


def _patients(verdict: Verdict, view: View) -> tuple[str, ...]:
    """Return how many patients of each source the leak holds, where that is known."""
    known = [(row, source) for row, source in zip(view.extent.sources, verdict.sources, strict=True) if row.bar]
    return tuple(f"{row.name}, {row.system}: {row.share}" for row, _ in known)
