"""Documents that are zip archives of XML: Word (.docx), PowerPoint (.pptx), OpenDocument text and slides (.odt, .odp).

Each part is a member, read by whatever reader knows it: text by :mod:`.office_text`, attached workbooks and pictures as
such. Parts that only say how a document looks are left out, because they would only add records to the scan's count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from honeytokens.model import Unread
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.packages import entries
from honeytokens.scanning.readers.zip_file import ZipFile

_OPEN_DOCUMENT = (b"application/vnd.oasis.opendocument.text", b"application/vnd.oasis.opendocument.presentation")

_LOOKS = re.compile(
    r"\[Content_Types\]\.xml|mimetype|META-INF/.*|Configurations2/.*|Thumbnails/.*|manifest\.rdf|settings\.xml"
    r"|docProps/thumbnail\..*"
    r"|(?:word|ppt)/(?:theme/.*|fonts/.*|(?:styles|stylesWithEffects|settings|webSettings|fontTable|numbering|presProps"
    r"|viewProps|tableStyles)\.xml)"
    r"|ppt/slide(?:Layouts|Masters)/_rels/.*"
)
_ZIP = ZipFile()


class DocxFile(Container):
    """Yields the parts of a document in the order of the archive."""

    def recognises(self, source: Source) -> bool:
        """Return whether the first entries of the archive are those of a document; a workbook or plain zip is none."""
        for name, data in entries(source.head):
            if name.startswith((b"word/", b"ppt/")):
                return True
            if name.startswith(b"xl/"):
                return False
            if name == b"mimetype":
                return data.startswith(_OPEN_DOCUMENT)
        return False

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each part that may hold text, and why another cannot be read."""
        before = len(source.member_name(""))
        for member in _ZIP.members(source):
            if isinstance(member, Unread) or not _LOOKS.fullmatch((member.member or "")[before:]):
                yield member
