"""The report for tickets and wikis: short CommonMark with tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from honeytokens.model import ScanResult, Verdict
from honeytokens.reports.view import HitRow, View, view_of

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&$@]|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)
"""What could start markup, an entity, HTML or a link that some renderers make by themselves."""


class MarkdownReport:
    """CommonMark, with the tables of GitHub's dialect."""

    suffix = ".md"

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the whole report."""
        view = view_of(verdict, result)
        labels = view.labels
        parts = [
            f"# {labels.title}",
            f"**{_text(view.sentence)}**",
            f"{view.judged} {labels.confidential} {view.read}",
            f"## {labels.authenticity}",
            f"{view.authenticity}. {_text(view.reason)}",
            f"## {labels.where}",
            _establishments(view),
            f"## {labels.when}",
            " ".join(filter(None, (view.window, view.moments, _text(view.window_reason)))),
            f"## {labels.next}",
            labels.counsel,
            "\n".join(f"- {_text(step)}" for step in view.steps),
            f"## {labels.evidence}",
            _hits(view, view.hits) if view.hits else labels.evidence_none,
            view.hits_left_out,
            view.set_aside,
            f"## {labels.leads}",
            f"{labels.leads_text}\n\n{_hits(view, view.leads)}" if view.leads else labels.leads_none,
            view.leads_left_out,
            f"## {labels.unread}",
            _unread(view) if view.unread else labels.unread_none,
            view.unread_left_out,
        ]
        return "\n\n".join(filter(None, parts)) + "\n"


def _text(text: str) -> str:
    """Escape text so that no part of it is markup."""
    return _MARKUP.sub(r"\\\1", text)


def _code(text: str) -> str:
    """Write a file name as code in a table: nothing in it is markup then but the table's bar."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}".replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _establishments(view: View) -> str:
    labels = view.labels
    if not view.establishments:
        return labels.no_establishment
    head = (labels.establishment, labels.standing, labels.hits_of_present, labels.error, labels.why)
    return _table(head, ((_text(e.name), e.standing, e.hits, e.error, _text(e.why)) for e in view.establishments))


def _hits(view: View, hits: Sequence[HitRow]) -> str:
    labels = view.labels
    head = (labels.decoy, labels.establishment, labels.strength, labels.fields, labels.place, labels.held)
    return _table(
        head,
        (
            (
                _text(hit.decoy),
                _text(hit.establishment),
                f"{hit.strength}, {hit.chance}",
                hit.fields,
                ", ".join(filter(None, (*(f"{_code(file)} {at}" for file, at in hit.places), hit.more_places))),
                "; ".join(hit.held),
            )
            for hit in hits
        ),
    )


def _unread(view: View) -> str:
    labels = view.labels
    head = (labels.place, labels.reason)
    return _table(head, ((f"{_code(file)} {at}".strip(), _text(reason)) for file, at, reason in view.unread))
