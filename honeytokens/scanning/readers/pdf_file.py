"""PDF documents, page by page: their text, what their forms were filled in with, remarks, and bookmarks."""

from __future__ import annotations

import contextlib
import ctypes
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader
from typing import TYPE_CHECKING, Any, ClassVar

from honeytokens.scanning.readers.interface import Record, Source
from honeytokens.scanning.readers.isolation import IsolatedReader, Problem
from honeytokens.scanning.readers.passages import Passages
from honeytokens.scanning.readers.pictures import ADVICE, MOST_PIXELS, can_read_pictures, picture_records

if TYPE_CHECKING:
    import pypdfium2

_MARK = re.compile(rb"(?:\A|[\0\r\n])%PDF-[12]\.")
_MARK_WITHIN = 1024
_HYPHENS = {0x02: "-", 0xFFFE: "-"}
"""What stands for a hyphen at the end of a line."""

_FEW_SIGNS = 30
_PAGE = "page "
_SCALE = 200 / 72
"""Pages that are pictures are drawn at 200 dots an inch."""


class PdfFile(IsolatedReader):
    """Reads each line of a page alone, and short ones with their neighbours. A page is a part, ``page 3``.

    Scripts in a document are not run, and what it links to is not fetched.
    """

    libraries: ClassVar[tuple[str, ...]] = ("pypdfium2", "pypdfium2.raw")
    advice: ClassVar[str] = "save it as text and scan that"
    seconds: ClassVar[int] = 120 if can_read_pictures() else 30

    def recognises(self, source: Source) -> bool:
        """Return whether the mark of a PDF is among the first bytes, where its own readers look for it."""
        return _MARK.search(source.head, 0, _MARK_WITHIN) is not None

    def parse(self, file: BufferedReader, passwords: Sequence[str]) -> Iterator[Record | Problem]:
        """Yield the records of all pages, and what cannot be read: pages that are pictures, attached files."""
        import pypdfium2  # noqa: PLC0415 - only the process apart has it

        document = _open(file, passwords)
        if document is None:
            yield Problem("It is encrypted: save a copy without a password and scan that")
            return
        with contextlib.suppress(pypdfium2.PdfiumError):
            document.init_forms()
        damaged, pictures = list[str](), list[str]()
        for number in range(1, len(document) + 1):
            part = f"{_PAGE}{number}"
            try:
                page = document[number - 1]
                lines = _text(page).splitlines()
                remarks = list(_remarks(document, page))
                if sum(map(len, lines)) < _FEW_SIGNS and _has_picture(page):
                    pictures.append(part)
                page.close()
            except pypdfium2.PdfiumError:
                damaged.append(part)
            else:
                yield from _passages(lines, part)
                yield from _passages(remarks, part)
        unread = [] if can_read_pictures() else pictures
        yield from _problems(damaged, unread, document.count_attachments())
        titles = (bookmark.get_title() for bookmark in document.get_toc())
        yield from _passages([*document.get_metadata_dict(skip_empty=True).values(), *titles], None)
        if not unread:  # at the end, since pictures take so long that they may come to no end
            yield from _drawn(document, pictures)


def _problems(damaged: Sequence[str], pictures: Sequence[str], attached: int) -> Iterator[Problem]:
    if damaged:
        yield Problem(f"{len(damaged)} of its pages, the first this one, are damaged: get a whole copy", damaged[0])
    if pictures:
        yield Problem(
            f"{len(pictures)} of its pages, the first this one, are pictures without text: {ADVICE}",
            pictures[0],
        )
    if attached:
        yield Problem(f"{attached} files are attached to it, which were not read: save them and scan the folder")


def _drawn(document: pypdfium2.PdfDocument, parts: Sequence[str]) -> Iterator[Record]:
    """Yield the rows of pages that are pictures."""
    for part in parts:
        page = document[int(part.removeprefix(_PAGE)) - 1]
        width, height = page.get_size()
        scale = min(_SCALE, math.sqrt(MOST_PIXELS / (width * height)))
        yield from picture_records(page.render(scale=scale).to_pil(), part)
        page.close()


def _open(file: BufferedReader, passwords: Sequence[str]) -> pypdfium2.PdfDocument | None:
    """Return the document, opened with the first password that fits, or ``None``."""
    import pypdfium2  # noqa: PLC0415
    from pypdfium2.raw import FPDF_ERR_PASSWORD  # noqa: PLC0415

    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(file, password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != FPDF_ERR_PASSWORD:
                raise
    return None


def _passages(texts: Iterable[str], part: str | None) -> Iterator[Record]:
    passages = Passages()
    for line, text in enumerate(texts, start=1):
        if text.strip():
            passages.add([text], line)
        for record in passages.drain():
            yield record._replace(part=part)
    passages.end()
    for record in passages.drain():
        yield record._replace(part=part)


def _text(page: pypdfium2.PdfPage) -> str:
    textpage = page.get_textpage()
    text: str = textpage.get_text_range()
    textpage.close()
    return text.translate(_HYPHENS)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE  # noqa: PLC0415

    return next(iter(page.get_objects([FPDF_PAGEOBJ_IMAGE])), None) is not None


def _remarks(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[str]:
    """Yield what the fields of forms on a page were filled in with, and the text of remarks."""
    from pypdfium2 import raw  # noqa: PLC0415

    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            yield _string(lambda *room, it=annotation: raw.FPDFAnnot_GetStringValue(it, b"Contents", *room))
            if document.formenv:
                yield _string(lambda *room, it=annotation: raw.FPDFAnnot_GetFormFieldValue(document.formenv, it, *room))
            raw.FPDFPage_CloseAnnot(annotation)


def _string(get: Callable[..., Any]) -> str:
    """Return the string that a function of PDFium gives, which first tells how many bytes it needs."""
    size = get(None, 0)
    room = (ctypes.c_ushort * (size // 2 + 1))()
    get(room, size)
    return bytes(room).decode("utf-16-le", errors="replace").rstrip("\0")
