"""Documents as people see them: paragraphs and rows of tables, out of the tags of HTML, Word, PowerPoint and ODF.

Letters that stand in different tags but in one word are read as one word: Word writes ``<t>Du</t><t>pont</t>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from honeytokens.scanning.readers.interface import Record, Source
from honeytokens.scanning.readers.labels import Labels
from honeytokens.scanning.readers.markup import Pieces, read_attributes, read_markup
from honeytokens.scanning.readers.passages import Passages

_MOST_TABLES = 50
_MOST_CELLS = 128
_CELL_LIMIT = 1 << 14


class Role(Enum):
    """What a tag does to the text around it."""

    INLINE = auto()
    SPACE = auto()
    BLOCK = auto()
    HEADING = auto()
    SECTION = auto()
    TABLE = auto()
    ROW = auto()
    CELL = auto()


@dataclass(frozen=True)
class Vocabulary:
    """The tags of a kind of document, by their names in lower case and without prefix.

    ``spaced`` are the elements in which blanks are text; in none of them, blanks between tags are for the eye only
    (``None``: they are always text). ``is_text`` says of an attribute whether it is for readers; the others are labels.
    """

    roles: Mapping[str, Role]
    default: Role
    spaced: frozenset[str] | None
    is_text: Callable[[str], bool]
    scripts: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Table:
    """A table that is open, and its row and cell that are, if any."""

    cells: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    size: int = 0
    line: int = 1
    in_row: bool = False

    def add(self, text: str) -> None:
        """Add text to the cell."""
        self.cell.append(text)
        self.size += len(text)

    def begin_row(self, line: int, *, begins: bool) -> None:
        """Begin a row, or say that there is none."""
        self.in_row, self.line = begins, line

    def end_cell(self) -> None:
        """Put the cell to the row."""
        if self.cell:
            self.cells.append(" ".join(self.cell))
            self.cell = []


def flow_records(source: Source, vocabulary: Vocabulary) -> Iterator[Record]:
    """Yield rows and paragraphs, alone and as passages, and what is neither: scripts, comments, labels."""
    return read_markup(source, _Flow(vocabulary), vocabulary.scripts)


class _Flow:
    """Puts tags and texts together to rows and paragraphs."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._passages = Passages()
        self._labels = Labels()
        self._asides: list[Record] = []
        self._vocabulary = vocabulary
        self._tables = [_Table()]
        self._too_deep = 0
        self._text = Pieces()
        self._beside: list[str] = []
        self._line = 1
        self._text_line: int | None = None
        self._blanks_count = vocabulary.spaced is None

    def start(self, name: str, attributes: str, line: int) -> None:
        """Begin an element."""
        self._line = line
        short = name.rpartition(":")[2].lower()
        self._labels.note(short)
        spaced = self._vocabulary.spaced
        self._blanks_count = spaced is None or short in spaced
        role = self._vocabulary.roles.get(short, self._vocabulary.default)
        if role is Role.TABLE:
            self._start_table()
        else:
            self._part(role, starts=True)
        if attributes:
            self._take_attributes(attributes)

    def end(self, name: str, line: int) -> None:
        """End an element."""
        self._line = line
        self._blanks_count = self._vocabulary.spaced is None
        short = name.rpartition(":")[2].lower()
        role = self._vocabulary.roles.get(short, self._vocabulary.default)
        if role is Role.TABLE:
            self._end_table()
        else:
            self._part(role, starts=False)

    def text(self, text: str, line: int) -> None:
        """Add to the paragraph."""
        if text.isspace():
            if self._blanks_count:
                self._text.add(" ")
            return
        if self._text_line is None:
            self._text_line = line + text[: len(text) - len(text.lstrip())].count("\n")
        if full := self._text.add(text):
            self._passages.add((full,), self._text_line)

    def aside(self, text: str, line: int) -> None:
        """Take a line of a script or comment."""
        if text := text.strip():
            self._asides.append(Record((text,), line))

    def finish(self) -> None:
        """End everything that a file cut short left open."""
        while len(self._tables) > 1:
            self._end_table()
        self._end_block()
        self._end_row()
        self._passages.end()
        self._labels.finish()

    def drain(self) -> Iterator[Record]:
        """Yield the records that are complete."""
        asides, self._asides = self._asides, []
        yield from asides
        yield from self._passages.drain()
        yield from self._labels.drain()

    def _part(self, role: Role, *, starts: bool) -> None:
        """Part the text before a tag from the text after it, as far as the tag does."""
        if role is Role.SPACE:
            self._text.add(" ")
        elif role is not Role.INLINE:
            self._end_block()
            if role is Role.SECTION:
                self._passages.end()
            elif role is Role.HEADING and starts:
                self._passages.pause()
            elif role is Role.ROW:
                self._end_row()
                self._tables[-1].begin_row(self._line, begins=starts)
            elif role is Role.CELL:
                self._tables[-1].end_cell()
                if starts and not self._tables[-1].in_row:
                    self._tables[-1].begin_row(self._line, begins=True)

    def _take_attributes(self, text: str) -> None:
        for name, value in read_attributes(text):
            self._labels.note(name)
            if not self._vocabulary.is_text(name.rpartition(":")[2].lower()):
                self._labels.note(value)
            elif len(self._beside) >= _MOST_CELLS:
                self._passages.add((value,), self._line)
            elif value:
                self._beside.append(value)

    def _end_block(self) -> None:
        """Put a paragraph where it belongs: to the cell that it is in, or else to the document."""
        text, beside, line = self._text.take(), self._beside, self._text_line or self._line
        self._beside, self._text_line = [], None
        fields = [text, *beside] if text else beside
        table = self._tables[-1]
        if not fields:
            return
        if not table.in_row:
            self._passages.add(fields, line)
            return
        if text:
            table.add(text)
        table.cells += beside
        if table.size > _CELL_LIMIT or len(table.cells) >= _MOST_CELLS:
            table.end_cell()
            self._give_row(table)

    def _end_row(self) -> None:
        table = self._tables[-1]
        table.end_cell()
        self._give_row(table)
        table.in_row = False

    def _give_row(self, table: _Table) -> None:
        if table.cells:
            self._passages.add(table.cells, table.line)
        table.cells, table.size = [], 0

    def _start_table(self) -> None:
        self._end_block()
        self._passages.pause()
        if len(self._tables) < _MOST_TABLES:
            self._tables.append(_Table())
        else:
            self._too_deep += 1

    def _end_table(self) -> None:
        self._end_block()
        if self._too_deep:
            self._too_deep -= 1
            return
        self._end_row()
        if len(self._tables) > 1:
            self._tables.pop()
