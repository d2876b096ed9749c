"""XML with data in it: exports of one patient or many, in elements or attributes, whole or damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from honeytokens.scanning.readers.interface import Reader, Record, Source
from honeytokens.scanning.readers.labels import Labels
from honeytokens.scanning.readers.markup import Pieces, read_attributes, read_markup
from honeytokens.scanning.readers.nested import Nested

_START = re.compile(r"\s*(?:<\?xml\s|<!DOCTYPE\s|<!--|</?[A-Za-z_][\w.:-]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[A-Za-z_][\w.:-]*(?:\s[^<>]{0,200})?>")
_LEAST_TAGS = 8
_LEAST_TAG_SHARE = 0.4
_MOST_DEPTH = 200
_FIELD_NAMES = frozenset({"name", "key", "column", "field"})
_FIELD_VALUES = frozenset({"value", "content"})
_WORD = re.compile(r"[A-Za-z_][\w.:-]*")


class XmlText(Reader):
    """Yields elements as records, as :mod:`.nested` says; what has one value only is a value of the element around it.

    Values are texts and attributes. Names of elements, attributes and fields (``<field name="birth_date">``) stand
    apart, as keys do in JSON; so do comments and declarations. Nothing is ever expanded or fetched.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the text begins with a tag, or is full of tags as what was cut out of XML is."""
        if _START.match(source.sample.removeprefix("\ufeff")):
            return True
        tags = _ANY_TAG.findall(source.sample)
        return len(tags) >= _LEAST_TAGS and sum(map(len, tags)) > _LEAST_TAG_SHARE * len(source.sample)

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records, in the order in which their elements end."""
        return read_markup(source, _Elements())


@dataclass(slots=True)
class _Element:
    """An element that is open. It is a part of the tree once it has two values or another element in it."""

    name: str
    line: int
    label: str | None = None
    value: str | None = None
    names_field: bool = False
    """Whether the label is the name of a field: the value is its text, or an attribute that is called so."""
    is_part: bool = False


class _Elements:
    """Builds the tree of parts and values out of tags and texts."""

    def __init__(self) -> None:
        self._tree = Nested()
        self._labels = Labels()
        self._asides: list[Record] = []
        self._open: list[_Element] = []
        self._too_deep = 0
        self._text = Pieces()
        self._has_text = False

    def start(self, name: str, attributes: str, line: int) -> None:
        """Begin an element."""
        self._end_text(line)
        self._labels.note(name)
        if self._open:
            self._become_part(self._open[-1])
        if len(self._open) < _MOST_DEPTH:
            self._open.append(_Element(name, line))
        else:
            self._too_deep += 1
        if attributes:
            self._take_attributes(attributes, line)

    def end(self, name: str, line: int) -> None:
        """End an element, and those in it that were not; a tag that ends none is left out."""
        self._end_text(line)
        if self._too_deep:
            self._too_deep -= 1
        elif self._open and self._open[-1].name == name:
            self._end_element()
        elif any(element.name == name for element in self._open):
            while self._end_element() != name:
                pass
        else:
            self._labels.note(name)

    def text(self, text: str, line: int) -> None:
        """Add to the text of the innermost element."""
        if self._has_text or not text.isspace():
            self._has_text = True
            if full := self._text.add(text):
                self._add(full, line, is_field=True)

    def aside(self, text: str, line: int) -> None:
        """Take a comment or declaration."""
        if text := text.strip():
            self._asides.append(Record((text,), line))

    def finish(self) -> None:
        """End everything that a file cut short left open."""
        self._end_text(1)
        while self._open:
            self._end_element()
        self._tree.end()
        self._labels.finish()

    def drain(self) -> Iterator[Record]:
        """Yield the records that are complete."""
        asides, self._asides = self._asides, []
        yield from asides
        yield from self._tree.drain()
        yield from self._labels.drain()

    def _end_text(self, line: int) -> None:
        if self._has_text:
            self._has_text = False
            if text := self._text.take():
                self._add(text, self._open[-1].line if self._open else line, is_field=True)

    def _take_attributes(self, text: str, line: int) -> None:
        element = self._open[-1]
        for name, value in read_attributes(text):
            self._labels.note(name)
            if name.startswith(("xmlns", "xsi:")):
                self._labels.note(value)
            elif name in _FIELD_NAMES and element.label is None and _WORD.fullmatch(value):
                element.label = value
            elif value:
                self._add(value, line, is_field=name in _FIELD_VALUES)

    def _end_element(self) -> str:
        element = self._open.pop()
        if element.label is not None and not element.is_part:
            if element.names_field:
                self._labels.note(element.label)
                element.label = None
            elif element.value is not None:
                self._become_part(element)
        if element.is_part:
            self._tree.close()
        elif text := element.value or element.label:
            self._tree.add(text, element.line)
        return element.name

    def _add(self, value: str, line: int, *, is_field: bool) -> None:
        """Add a value to the innermost element."""
        if not self._open:
            self._tree.add(value, line)
            return
        element = self._open[-1]
        if element.value is not None:
            self._become_part(element)
        if element.is_part:
            self._tree.add(value, line)
        else:
            element.value, element.names_field = value, is_field

    def _become_part(self, element: _Element) -> None:
        if not element.is_part:
            element.is_part = True
            self._tree.open(element.line, element.name)
            for value in (element.label, element.value):
                if value is not None:
                    self._tree.add(value, element.line)
