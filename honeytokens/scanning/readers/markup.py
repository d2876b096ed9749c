"""XML and HTML taken apart into tags and text, whatever their damage, in bounded memory.

The standard library's parsers are not used: expat stops at the first fault, and what follows it in a leaked file must
be read with its structure all the same; html.parser takes quadratic time on hostile text. Here nothing is ever expanded
or fetched, because entities that a file declares are not looked at: ``&name;`` is one of HTML's, or else text.
Whatever is no tag is text: a ``<`` that begins none, a quote that is never closed, a comment that never ends.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from honeytokens.scanning.readers.decoding import pieces
from honeytokens.scanning.readers.interface import Record, Source

_TAG_LIMIT = 1 << 18
_TEXT_LIMIT = 1 << 16
_OVERLAP = 256

_NAME = r"[^\W\d][^\s<>/\"'=@]*+(?!@)"
_TAG = re.compile(rf"""<(/?)({_NAME})((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
_LOOSE_TAG = re.compile(rf"<(/?)({_NAME})([^<>]*+)>")
_ASIDE = re.compile(r"<!--|<!\[CDATA\[|<\?|<!(?=[A-Za-z])")
_ENDS = {
    "<!--": re.compile(r"--!?>"),
    "<![CDATA[": re.compile(r"\]\]>"),
    "<?": re.compile(r">"),
    "<!": re.compile(r"[>\[]"),
}
_ATTRIBUTE = re.compile(r"""([^\s=/"']++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s"']\S*+)))?|["']([^"']++)""")


class Handler(Protocol):
    """What is told of each tag and text, in the order of the file, with the line that it begins in."""

    def start(self, name: str, attributes: str, line: int) -> None:
        """Take a tag that begins an element; ``attributes`` is the rest of it."""

    def end(self, name: str, line: int) -> None:
        """Take a tag that ends an element. One that closes itself is told of twice."""

    def text(self, text: str, line: int) -> None:
        """Take a piece of text as it stands in the file."""

    def aside(self, text: str, line: int) -> None:
        """Take a line of a comment, declaration or script: text that belongs to nothing around it."""

    def finish(self) -> None:
        """Take the end of the file."""

    def drain(self) -> Iterable[Record]:
        """Return the records that are complete, each once."""


def read_markup(source: Source, handler: Handler, scripts: frozenset[str] = frozenset()) -> Iterator[Record]:
    """Tell a handler of everything in a source, and yield its records.

    What stands in elements that are called as ``scripts`` is an aside.
    """
    cutter = _Cutter(handler, scripts)
    for piece in pieces(source.stream, source.encoding):
        cutter.feed(piece)
        yield from handler.drain()
    cutter.feed("", final=True)
    handler.finish()
    yield from handler.drain()


def read_attributes(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each attribute in a tag; a stray word has no value, a stray text no name."""
    for match in _ATTRIBUTE.finditer(text):
        name, double, single, bare, stray = match.groups("")
        yield name, unescaped(double or single or bare or stray)


def unescaped(text: str) -> str:
    """Return text with numbers and HTML's names of characters replaced, and its white space as single blanks."""
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split())


class _Cutter:
    """Cuts pieces of a file into tags and texts; a tag that a piece cuts in two waits for the next one."""

    def __init__(self, handler: Handler, scripts: frozenset[str]) -> None:
        self._handler = handler
        self._script = {name: re.compile(f"(?=</{re.escape(name)})", re.IGNORECASE) for name in scripts}
        self._rest = ""
        self._line = 1
        self._until: re.Pattern[str] | None = None
        self._take_aside = handler.aside

    def feed(self, piece: str, *, final: bool = False) -> None:
        """Take the next piece."""
        text, here = self._rest + piece, 0
        while here < len(text):
            if self._until is None:
                here = self._take_text(text, here)
            after = self._take_tag(text, here, final) if self._until is None else self._take_line(text, here, final)
            if after is None:
                break
            here = after
        self._rest = text[here:]

    def _take_text(self, text: str, here: int) -> int:
        """Take the text before the next tag; return where it ends."""
        end = text.find("<", here)
        end = len(text) if end < 0 else end
        if end > here:
            found = text[here:end]
            self._handler.text(found, self._line)
            self._line += found.count("\n")
        return end

    def _take_tag(self, text: str, here: int, final: bool) -> int | None:
        """Take what begins at a ``<``; return where it ends, or ``None`` if more must be known."""
        if here == len(text):
            return here
        tag = _TAG.match(text, here)
        if tag is None:
            if aside := _ASIDE.match(text, here):
                self._until = _ENDS[aside[0]]
                self._take_aside = self._handler.text if aside[0] == "<![CDATA[" else self._handler.aside
                return aside.end()
            if not final and len(text) - here < _TAG_LIMIT and text.find("<", here + 1) < 0:
                return None
            tag = _LOOSE_TAG.match(text, here)
            if tag is None:
                self._handler.text("<", self._line)
                return here + 1
        self._tell(tag)
        return tag.end()

    def _tell(self, tag: re.Match[str]) -> None:
        closing, name, inside = tag.groups()
        if closing:
            self._handler.end(name, self._line)
        else:
            self._handler.start(name, inside, self._line)
            if inside.endswith("/"):
                self._handler.end(name, self._line)
            elif self._script:
                self._until, self._take_aside = self._script.get(name.lower()), self._handler.aside
        self._line += inside.count("\n")

    def _take_line(self, text: str, here: int, final: bool) -> int | None:
        """Do the same inside of what is no markup, line by line."""
        newline = text.find("\n", here)
        line_end = newline if newline >= 0 else len(text)
        if self._until and (end := self._until.search(text, here, line_end)):
            self._until = None
            self._take_aside(text[here : end.start()], self._line)
            return end.end()
        if newline >= 0:
            self._take_aside(text[here : newline + 1], self._line)
            self._line += 1
            return newline + 1
        if not final and len(text) - here < _TEXT_LIMIT:
            return None
        self._take_aside(text[here:], self._line)
        return len(text) if final else len(text) - _OVERLAP


class Pieces:
    """A text that comes in pieces."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def add(self, text: str) -> str:
        """Add a piece; return the text so far if it is long enough to be given out, else nothing."""
        self._parts.append(text)
        self._size += len(text)
        return self.take(keep=_OVERLAP) if self._size > _TEXT_LIMIT else ""

    def take(self, keep: int = 0) -> str:
        """Return the text so far and begin anew, with so many of its last signs."""
        if not self._parts:
            return ""
        text = "".join(self._parts)
        self._parts = [text[-keep:]] if keep else []
        self._size = min(keep, len(text))
        return unescaped(text)
