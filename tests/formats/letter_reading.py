"""Reads archives of letters back: PDF by pypdfium2, DOCX by python-docx."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from itertools import groupby

import docx
import pypdfium2

_NAME = re.compile(r"(?:Madame|Monsieur|Enfant|Ms|Mr) (?P<surname>.+) \S+(?: née? .+)?")


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def pdf_lines(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [line for page in document for line in page.get_textpage().get_text_bounded().splitlines()]


def docx_lines(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


def patients(content: bytes, lines_of: Callable[[bytes], list[str]]) -> list[dict[str, str | None]]:
    """Return whom the letters of an archive are about, each once: a patient's letters are together."""
    rows = []
    for member in members(content).values():
        lines = lines_of(member)
        named = [match for line in lines if (match := _NAME.fullmatch(line))]
        [born] = [match[1] for line in lines if (match := re.fullmatch(r"(?:Née?|Born) (?:le )?(\S+)", line))]
        phones = [line.partition(" ")[2].removeprefix(": ") for line in lines if line.startswith("Tél")]
        birth_date = datetime.strptime(born, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007
        rows.append((named[0]["surname"], birth_date, phones[0] if phones else None))
    found = [row for row, _ in groupby(rows)]
    return [{"surname": surname, "birth_date": birth_date, "phone": phone} for surname, birth_date, phone in found]
