"""The XML inside of documents: Word, PowerPoint, OpenDocument, also those that are one XML file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from honeytokens.scanning.readers.flow import Role, Vocabulary, flow_records
from honeytokens.scanning.readers.interface import Reader, Record, Source

_NAMESPACES = 1 << 14
_MICROSOFT = re.compile(
    r"openxmlformats\.org/(?:wordprocessingml|presentationml|drawingml/2006/diagram)|purl\.oclc\.org/ooxml/"
    r"(?:wordprocessingml|presentationml)|schemas\.microsoft\.com/office/word/2003/wordml"
)
_OPEN_DOCUMENT = re.compile(r"urn:oasis:names:tc:opendocument:xmlns:office")
_READ_ATTRIBUTES = frozenset({"href", "descr", "title", "instr", "author", "displaytext", "date-value", "string-value"})

_ROLES = {
    "p": Role.BLOCK,
    "h": Role.HEADING,
    **dict.fromkeys(("tab", "br", "cr", "nobreakhyphen", "s", "line-break"), Role.SPACE),
    **dict.fromkeys(("tbl", "table"), Role.TABLE),
    **dict.fromkeys(("tr", "table-row"), Role.ROW),
    **dict.fromkeys(("tc", "table-cell"), Role.CELL),
}
_MICROSOFT_WORDS = Vocabulary(
    _ROLES, Role.INLINE, frozenset({"t", "deltext", "instrtext"}), _READ_ATTRIBUTES.__contains__
)
_OPEN_DOCUMENT_WORDS = Vocabulary(_ROLES, Role.INLINE, None, _READ_ATTRIBUTES.__contains__)


class OfficeText(Reader):
    """Yields table rows and paragraphs, each alone and short ones with their neighbours (:mod:`.passages`).

    Headers, footers, notes, comments and deleted text are read as well. ``row`` counts rows and paragraphs from 1.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether this is XML with the names of a word processor's or presentation's elements."""
        head = source.sample.removeprefix("\ufeff")[:_NAMESPACES]
        return head.lstrip()[:1] == "<" and any(names.search(head) for names in (_MICROSOFT, _OPEN_DOCUMENT))

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records in the order of the document."""
        microsoft = _MICROSOFT.search(source.sample[:_NAMESPACES])
        return flow_records(source, _MICROSOFT_WORDS if microsoft else _OPEN_DOCUMENT_WORDS)
