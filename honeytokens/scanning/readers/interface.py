"""What a reader and a container must provide."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property, partial
from io import BufferedReader
from typing import Any, BinaryIO, NamedTuple, cast

from honeytokens.fingerprints.byte_folding import Shape
from honeytokens.model import Location, Unread
from honeytokens.scanning.readers.decoding import Lines, decode_sample, encoding_of
from honeytokens.scanning.readers.line_blocks import LineBlocks, Sift
from honeytokens.scanning.readers.streams import PIECE, Budget, ByteStream, Readable, WholeFile

HEAD_BYTES = 1 << 16
_LONGEST_NAME = 1000


class Record(NamedTuple):
    """What belongs together in a dump, as raw text, and its place: one patient's row, as far as a reader can tell.

    ``line`` and ``row`` count from 1, ``offset`` is in bytes; ``None`` where unknown. The file and member are
    the source's; ``part`` is the sheet, table or page in it, where it has such. A named tuple and not a dataclass,
    because there is one for every row of a dump.
    """

    fields: tuple[str, ...]
    line: int | None = None
    row: int | None = None
    offset: int | None = None
    part: str | None = None


class Source:
    """The bytes of one file, or of one member of a container, read once from front to back.

    ``file`` is the file on disk, for a source that is one. ``passwords`` are those that archives in it may have.
    ``head`` holds the first 64 KiB, which are not lost from ``stream``. Errors of the stream never escape: it
    ends there, and ``failure`` then says why.
    """

    def __init__(
        self,
        path: str,
        member: str | None,
        stream: ByteStream,
        file: BufferedReader[Any] | None = None,
        passwords: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.member = member
        self.passwords = passwords
        self.sift: Sift | None = None
        """What tells lines that need not be read, if there is such."""
        self._bytes = stream
        self._file = file
        self.head = stream.peek(HEAD_BYTES)
        self.stream = BufferedReader(stream, PIECE)

    def lines(self, shape: Shape | None = None) -> Lines:
        """Return the lines of the stream; given their shape, some can be passed over."""
        blocks = None
        if self.sift is not None and shape is not None:
            blocks = partial(LineBlocks, self.stream, self.sift, shape)
        return Lines(self.stream, self.encoding, self.sample, blocks)

    @cached_property
    def encoding(self) -> str:
        """The encoding that the first bytes tell."""
        return encoding_of(self.head)

    @cached_property
    def sample(self) -> str:
        """The first bytes, decoded."""
        return decode_sample(self.head, self.encoding)

    @property
    def budget(self) -> Budget:
        """What containers inside this source may still put out."""
        return self._bytes.budget

    @property
    def failure(self) -> str | None:
        """Why the stream ended before its end, or ``None``."""
        return self._bytes.failure

    @property
    def location(self) -> Location:
        """The source as a whole, as a place."""
        return Location(self.path, self.member)

    def whole(self, limit: int) -> WholeFile | None:
        """Return everything as a file that can seek, or ``None`` if that takes more than ``limit`` bytes of memory.

        Only a file on disk takes none. Nothing is written to disk. To be called before anything is read of ``stream``,
        which loses nothing when ``None`` is returned.
        """
        if self._file is not None:
            self._file.seek(0)
            return self._file
        data = self._bytes.peek(limit + 1)
        return io.BytesIO(data) if len(data) <= limit else None

    def again(self, file: BinaryIO) -> Source:
        """Return this source to be read once more from its front, given what :meth:`whole` returned."""
        file.seek(0)
        stream = ByteStream(cast("Readable", file), self.budget, spends=False)
        return Source(self.path, self.member, stream, self._file, self.passwords)

    def inside(self, name: str, raw: Readable) -> Source:
        """Return a member of this source, which is a container."""
        stream = ByteStream(raw, self.budget.share())
        return Source(self.path, self.member_name(name), stream, passwords=self.passwords)

    def member_of(self, record: Record) -> str | None:
        """Return the member that a record of this source is in: a sheet, table or page counts as one."""
        return self.member if record.part is None else self.member_name(record.part)

    def member_name(self, name: str) -> str:
        """Return the name of a member of this source: containers in containers are joined by ``!``."""
        shown = "".join(char if char.isprintable() else "?" for char in name[:_LONGEST_NAME])
        return shown if self.member is None else f"{self.member}!{shown}"


class Reader(ABC):
    """Yields the records of one kind of text. Stateless; :data:`READERS` holds the only instance of each."""

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are of this kind; never reads beyond ``head``."""

    @abstractmethod
    def records(self, source: Source) -> Iterator[Record | Unread]:
        """Yield every record but those that ``source.sift`` lets it pass over, and what could not be read.

        Whatever the bytes are, it raises nothing, loses no text without a word and holds a few MiB at most.
        """


class Container(ABC):
    """Yields the members of one kind of archive or compressed file."""

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are of this kind."""

    @abstractmethod
    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each member, to be read before the next is asked for, or why it cannot be read."""
