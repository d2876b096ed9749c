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
            *_extent(view),
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


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
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


def _extent(view: View) -> list[str]:
    """Return the sections about clocks, extent, shape, recipients and claims, as far as there is something to say."""
    extent, own = view.extent, view.extent.labels
    parts: list[str] = []
    if extent.clocks:
        parts += [
            f"## {own.clocks}",
            _table((own.whom, own.until, own.rule), (map(_text, row) for row in extent.clocks)),
        ]
    if extent.sources or extent.size:
        head = (view.labels.establishment, own.system, view.labels.standing, view.labels.hits_of_present, own.share)
        rows = ((_text(r.name), _text(r.system), r.standing, r.hits, r.share) for r in extent.sources)
        parts += [f"## {own.sources}", _table(head, rows) if extent.sources else "", *map(_text, extent.size)]
        parts += [f"## {own.shape}", *(map(_text, extent.shapes) if extent.shapes else (own.no_shape,))]
        parts += [f"## {own.form}", *(f"{_code(file)} {_text(text)}" for file, text in extent.forms)]
        parts += [] if extent.forms else [own.form_unknown]
        parts += [f"## {own.through}", *(map(_text, extent.through) if extent.through else (own.through_text,))]
    if extent.claims:
        titles = (own.who, own.part, view.labels.standing, view.labels.why)
        parts += [f"## {own.claims}", _table(titles, (map(_text, row) for row in extent.claims))]
    return parts


def _unread(view: View) -> str:
    labels = view.labels
    head = (labels.place, labels.reason)
    return _table(head, ((f"{_code(file)} {at}".strip(), _text(reason)) for file, at, reason in view.unread))
