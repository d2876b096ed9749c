"""CSV in any usual encoding, separator and quoting. Lines that stood in the file are copied byte for byte."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import IO

from anyascii import anyascii

from honeytokens.errors import SaltRefusedError
from honeytokens.salting.files.interface import Cells, Rows

_ENCODINGS = ("utf-8-sig", "utf-8", "cp1252", "latin-1")
_SEPARATORS = ";,\t|"


class CsvExtract:
    """A table of one header line and one record for each patient."""

    def __init__(self, path: Path) -> None:
        raw = path.read_bytes()
        self._text, self._encoding = _decoded(raw, path)
        lines = StringIO(self._text, newline="").readlines()
        head = lines[0] if lines else ""
        self._separator = max(_SEPARATORS, key=head.count)
        self._ending = head[len(head.rstrip("\r\n")) :] or "\n"
        reader = csv.reader(lines, delimiter=self._separator, strict=True)
        self._starts: list[int] = []
        offsets = [0]
        for line in lines:
            offsets.append(offsets[-1] + len(line))
        rows: list[Cells] = []
        try:
            columns = tuple(name.removeprefix("\ufeff") for name in next(reader, []))
            before = reader.line_num
            for cells in reader:
                if cells:
                    self._starts.append(offsets[before])
                    rows.append(tuple(cell or None for cell in cells))
                    if len(cells) != len(columns):
                        raise _broken(path, f"line {before + 1} has {len(cells)} cells, its header {len(columns)}")
                before = reader.line_num
        except csv.Error as error:
            raise _broken(path, f"line {reader.line_num}: {error}") from error
        self._end = offsets[before] if rows else len(self._text)
        body = self._text[offsets[1] :] if len(offsets) > 1 else ""
        self._quoted = body.startswith('"') and body.count('"') >= 2 * len(rows) * max(1, len(columns) // 2)
        self.rows = Rows(columns, rows)

    def write(self, added: Mapping[int, Sequence[Cells]], stream: IO[bytes]) -> None:
        """Write every byte as it was, with lines mixed in."""
        starts, at = [*self._starts, self._end], 0
        pieces: list[str] = []
        for place in sorted(added):
            pieces.append(self._text[at : starts[place]])
            at = starts[place]
            if place == len(self._starts) and not pieces[-1].endswith(("\n", "\r")):
                pieces.append(self._ending)
                pieces.append(self._line(added[place]).removesuffix(self._ending))
            else:
                pieces.append(self._line(added[place]))
        pieces.append(self._text[at:])
        stream.write(b"".join(piece.encode(self._encoding) for piece in pieces))

    def _line(self, rows: Sequence[Cells]) -> str:
        written = StringIO()
        writer = csv.writer(
            written,
            delimiter=self._separator,
            quoting=csv.QUOTE_ALL if self._quoted else csv.QUOTE_MINIMAL,
            lineterminator=self._ending,
        )
        writer.writerows([cell or "" for cell in row] for row in rows)
        text = written.getvalue()
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            text = anyascii(text)
        return text


def _decoded(raw: bytes, path: Path) -> tuple[str, str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16-le",) if raw.startswith(b"\xff\xfe") else ("utf-16-be",)
    else:
        encodings = _ENCODINGS if raw.startswith(b"\xef\xbb\xbf") else _ENCODINGS[1:]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
            if text.encode(encoding) == raw:
                return text, encoding
        except UnicodeError:
            continue
    raise _broken(path, "its encoding is none of UTF-8, UTF-16, Windows-1252 and Latin-1")


def _broken(path: Path, why: str) -> SaltRefusedError:
    return SaltRefusedError(f"{path} is no whole CSV: {why}", "Export it anew")
