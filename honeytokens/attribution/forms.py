"""Which function of which program wrote a file, by the file's own form: its first lines, columns, order, separators."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from honeytokens.model import FormFinding

_TOLD = 0.75
"""The share of a known export's marks that must agree."""
_SEPARATORS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class KnownExport:
    """How the files of one function of a program look. Marks that are empty are not asked for.

    ``columns`` are headers in order, ``separator`` what stands between them, ``head`` an expression that the first
    lines match, ``file`` a pattern of the file's name.
    """

    made_by: str
    note: str = ""
    columns: tuple[str, ...] = ()
    separator: str = ""
    head: str = ""
    file: str = ""


def maker_of(file: str, head: str, known: Sequence[KnownExport]) -> FormFinding | None:
    """Return what most likely wrote a file, given its name and its first lines; ``None`` when nothing known did."""
    best = max(((_agreement(file, head, export), export) for export in known), key=lambda pair: pair[0], default=None)
    if best is None or best[0] < _TOLD:
        return None
    agreement, export = best
    return FormFinding(file, export.made_by, round(agreement, 2), export.note)


def _agreement(file: str, head: str, export: KnownExport) -> float:
    marks: list[float] = []
    if export.head:
        marks.append(float(bool(re.search(export.head, head, re.IGNORECASE | re.MULTILINE))))
    if export.file:
        marks.append(float(fnmatch.fnmatch(file.rpartition("/")[2].lower(), export.file.lower())))
    if export.columns:
        line = head.lstrip("\ufeff").splitlines()[0] if head.strip() else ""
        separator = export.separator or max(_SEPARATORS, key=line.count)
        columns = [cell.strip().strip('"').casefold() for cell in line.split(separator)]
        wanted = [column.casefold() for column in export.columns]
        marks.append(SequenceMatcher(None, columns, wanted, autojunk=False).ratio())
    return sum(marks) / len(marks) if marks else 0.0
