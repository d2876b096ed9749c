"""Pages of text as a PDF file (ISO 32000-1, version 1.4 of the format), in one of the fonts that every reader has.

A library would write its own name into every file, which tells all of them apart from the host's: here there is no
``Producer``, no comment and no identifier. The information dictionary holds a title and dates.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import datetime

from anyascii import anyascii

from honeytokens.formats import helvetica

A4 = (595, 842)
LETTER = (612, 792)
"""Width and height of paper in points, 72 to an inch."""
_FONTS = {False: ("F1", "Helvetica", helvetica.REGULAR), True: ("F2", "Helvetica-Bold", helvetica.BOLD)}
_ESCAPES = {ord(sign): f"\\{sign}" for sign in "\\()"} | {10: "\\n", 13: "\\r"}


@dataclass(slots=True)
class Pages:
    """Writes lines of text from top to bottom, on as many pages as they need."""

    paper: tuple[int, int]
    margin: int = 64
    _pages: list[tuple[list[str], list[str]]] = field(default_factory=list)
    """Of each page, what is drawn, and the objects of its links."""
    _y: float = 0

    def __post_init__(self) -> None:
        self._turn()

    def text(self, text: str, size: float = 10.5, *, bold: bool = False, right: bool = False) -> None:
        """Write a text below the last, broken into lines that fit the paper."""
        room = self.paper[0] - 2 * self.margin
        for line in broken(text, size, room, bold=bold):
            self._down(size * 1.35)
            x = self.margin + (room - width(line, size, bold=bold) if right else 0)
            self._draw(line, x, size, bold=bold)

    def link(self, before: str, address: str, size: float = 9) -> None:
        """Write a line that ends in a web address, which is a link."""
        self._down(size * 1.35)
        start = self.margin + width(f"{before} ", size)
        self._draw(before, self.margin, size)
        self._draw(address, start, size)
        end = start + width(address, size)
        place = f"[{start:.1f} {self._y - 2:.1f} {end:.1f} {self._y + size:.1f}]"
        self._pages[-1][1].append(
            f"<< /Type /Annot /Subtype /Link /Rect {place} /Border [0 0 0] /A << /S /URI /URI {_string(address)} >> >>"
        )

    def space(self, height: float) -> None:
        """Leave room."""
        self._y -= height

    def file(self, title: str, made: datetime) -> bytes:
        """Return the whole file; ``made`` is a local time with its offset."""
        objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
        objects += [
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
            for _, name, _ in _FONTS.values()
        ]
        body: list[bytes] = [one.encode("cp1252") for one in objects]
        kids = []
        for drawn, links in self._pages:
            packed = zlib.compress("\n".join(drawn).encode("cp1252"))
            body.append(b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(packed), packed))
            contents, annotations = len(body), ""
            if links:
                body += [link.encode("cp1252") for link in links]
                numbers = range(contents + 1, len(body) + 1)
                annotations = f" /Annots [{' '.join(f'{number} 0 R' for number in numbers)}]"
            body.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {self.paper[0]} {self.paper[1]}] /Resources << /Font"
                f" << /F1 3 0 R /F2 4 0 R >> >> /Contents {contents} 0 R{annotations} >>".encode()
            )
            kids.append(f"{len(body)} 0 R")
        body[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
        offset = f"{made:%z}"
        stamp = f"(D:{made:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:]}')"
        body.append(f"<< /Title {_string(title)} /CreationDate {stamp} /ModDate {stamp} >>".encode("cp1252"))
        return _assembled(body)

    def _down(self, height: float) -> None:
        if self._y - height < self.margin:
            self._turn()
        self._y -= height

    def _turn(self) -> None:
        self._pages.append(([], []))
        self._y = self.paper[1] - self.margin

    def _draw(self, line: str, x: float, size: float, *, bold: bool = False) -> None:
        font = _FONTS[bold][0]
        self._pages[-1][0].append(f"BT /{font} {size:g} Tf {x:.2f} {self._y:.2f} Td {_string(line)} Tj ET")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is, in points."""
    widths = _FONTS[bold][2]
    return sum(widths[max(letter - 32, 0)] for letter in _letters(text).encode("cp1252")) * size / 1000


def broken(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, each within ``room`` points unless one word is wider."""
    space = width(" ", size, bold=bold)
    lines: list[list[str]] = [[]]
    left = room
    for word in text.split():
        wide = width(word, size, bold=bold)
        if lines[-1] and wide > left:
            lines.append([])
            left = room
        lines[-1].append(word)
        left -= wide + space
    return [" ".join(line) for line in lines]


def _letters(text: str) -> str:
    """Return a text whose letters Windows-1252 has."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return "".join(one if _is_known(one) else anyascii(one) for one in text)
    return text


def _is_known(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _string(text: str) -> str:
    return f"({_letters(text).translate(_ESCAPES)})"


def _assembled(body: list[bytes]) -> bytes:
    """Return the objects with the table of their places; the last is the information dictionary."""
    parts = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"]
    places, at = [], len(parts[0])
    for number, content in enumerate(body, 1):
        whole = b"%d 0 obj\n%b\nendobj\n" % (number, content)
        places.append(at)
        parts.append(whole)
        at += len(whole)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    parts.append(
        f"xref\n0 {len(body) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(body) + 1} /Root 1 0 R "
        f"/Info {len(body)} 0 R >>\nstartxref\n{at}\n%%EOF\n".encode()
    )
    return b"".join(parts)
