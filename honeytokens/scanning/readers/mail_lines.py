"""The lines of a mail or mail folder, and where its parts begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from honeytokens.scanning.readers.mail_coding import is_uu_line, uu_name

_LINE_BYTES = 1 << 16
_HEADER_BYTES = 1 << 18
_MOST_BOUNDARIES = 1000
_MOST_STRAYS = 3

HEADER = re.compile(rb"([!-9;-~]{1,100}):(.*)", re.DOTALL)
_CONTENT = re.compile(rb"content-[a-z-]{2,30}\s*:", re.IGNORECASE)
_QUOTED_FROM = re.compile(rb">+From ")
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d "
FROM_LINE = re.compile(rb"From (?:\S.*)?" + _DAY + rb"\d\d:\d\d")
_FROM_AFTER_BLANK = re.compile(rb"From \S.*\b\d{4}\b")


class MailLines:
    """Iterating yields the lines of one part, overlong ones in pieces; :meth:`next_part` goes on after that.

    Parts are flat: one ends at the next line that separates any, of whichever level. Such are the boundaries in
    ``boundaries`` and any that look like one and stand before headers of a part, in a folder the lines that begin a
    message, and first and last line of a uuencoded file. ``begins_message`` says whether the part is the first of a
    message, ``attachment`` names the uuencoded file that it is.
    """

    def __init__(self, stream: BufferedReader[Any]) -> None:
        self.begins_message = True
        self.attachment: str | None = None
        self.is_folder = False
        self._boundaries: set[bytes] = set()
        self._stream = stream
        self._back: list[bytes] = []
        self._stopped = True
        self._mid_line = False
        self._after_blank = True

    def __iter__(self) -> Iterator[bytes]:
        while not self._stopped:
            line = self._read()
            if not line or (not self._mid_line and self._separates(line)):
                self._stopped = True
                return
            self._mid_line = not line.endswith(b"\n")
            self._after_blank = not line.strip()
            yield line[1:] if self.is_folder and _QUOTED_FROM.match(line) else line

    def add_boundary(self, name: str) -> None:
        """Have lines of this name end a part."""
        if len(self._boundaries) < _MOST_BOUNDARIES:
            self._boundaries.add(b"--" + name.encode())

    def put_back(self, line: bytes) -> None:
        """Have this line come next."""
        self._back.append(line)
        self._mid_line = False

    def next_part(self) -> bool:
        """Skip what is left of this part; return whether there is another one."""
        for _ in self:
            pass
        line = self._read()
        self.put_back(line)
        self._stopped, self._after_blank = False, True
        return bool(line)

    def envelope(self) -> bytes:
        """Return the line that a folder puts before each message, if one comes next."""
        line = self._read()
        if FROM_LINE.match(line) or (self.is_folder and self.begins_message and line.startswith(b"From ")):
            self.is_folder = True
            return line
        self.put_back(line)
        return b""

    def headers(self) -> list[bytes]:
        """Return the headers that come next, each with its continuation lines, and read the blank line after them.

        A few damaged lines among them are taken for headers too.
        """
        found: list[bytes] = []
        size = strays = 0
        for line in self:
            if not line.strip():
                break
            is_header = HEADER.match(line) is not None
            strays += not is_header
            if size > _HEADER_BYTES or (not is_header and not found) or strays > _MOST_STRAYS + len(found):
                self.put_back(line)
                break
            size += len(line)
            if found and line[:1] in {b" ", b"\t"}:
                found[-1] += line
                strays = 0
            else:
                found.append(line)
        return found

    def _read(self) -> bytes:
        return self._back.pop() if self._back else self._stream.readline(_LINE_BYTES)

    def _peek(self) -> bytes:
        line = self._read()
        self._back.append(line)
        return line

    def _separates(self, line: bytes) -> bool:
        if line.startswith(b"--"):
            name = line.rstrip()
            if not self._boundaries.isdisjoint((name, name.removesuffix(b"--"))) or _CONTENT.match(self._peek()):
                self.attachment = None
                return True
        elif line.startswith(b"From ") and self.is_folder:
            if FROM_LINE.match(line) or (self._after_blank and _FROM_AFTER_BLANK.match(line)):
                self.attachment, self.begins_message = None, True
                self._back.append(line)
                return True
        elif self.attachment is not None and line.strip() == b"end":
            self.attachment = None
            return True
        elif (file_name := uu_name(line)) is not None and is_uu_line(self._peek()):
            self.attachment = file_name
            return True
        return False
