"""Readers whose parsers run in a process apart, with bounded memory and computing time.

Parsers of binary documents are large native libraries, and dumps are made by thieves: a workbook of 5 kB can ask for
512 GB of memory, which aborts the process, and no thread can stop a PDF page that is drawn for ever. So the process
that scans, and that knows the decoys, never parses such documents itself. It sends them as open files to a server
(`parser_server.py`), which forks for each (`parser_process.py`); what comes back is bounded text.
"""

from __future__ import annotations

import contextlib
import json
import os
from abc import abstractmethod
from collections.abc import Generator, Iterator, Sequence
from io import BufferedReader, BytesIO
from typing import BinaryIO, ClassVar, NamedTuple

from honeytokens.model import Location, Unread
from honeytokens.scanning.readers.interface import Reader, Record, Source
from honeytokens.scanning.readers.parser_server import DAMAGED, Task, parsing

IN_MEMORY = 64 << 20
"""A document inside a container is held in memory, up to this many bytes."""

_SECONDS_FOR_MIB = 10


class Problem(NamedTuple):
    """Why a document, or one part of it, could not be read, and what to do: an `Unread` without its place."""

    reason: str
    part: str | None = None


class IsolatedReader(Reader):
    """A reader whose :meth:`parse` runs in a process apart."""

    libraries: ClassVar[tuple[str, ...]] = ()
    """Modules that the server imports before it forks, to save time; none that starts a thread."""

    seconds: ClassVar[int] = 30
    """How long it may compute, beside what its size allows."""

    advice: ClassVar[str]
    """What the operator can do about a document that cannot be read."""

    @abstractmethod
    def parse(self, file: BufferedReader, passwords: Sequence[str]) -> Iterator[Record | Problem]:
        """Yield the records of a file that can seek. Never called in the process that scans; may raise anything."""

    def records(self, source: Source) -> Iterator[Record | Unread]:
        """Yield what the parser yields, and where it failed, why."""
        file = source.whole(IN_MEMORY)
        if file is None:
            failure: str | None = "It is a large document inside an archive: extract it and scan the folder"
        else:
            try:
                with descriptor_of(file) as document:
                    failure = yield from self._parsed(source, document)
            except OSError as error:
                failure = f"Its reader could not be started ({error.strerror}): free some memory and scan it again"
        if failure is not None:
            yield Unread(source.location, failure)
            yield from self.salvage(source if file is None else source.again(file))

    def salvage(self, source: Source) -> Iterator[Record | Unread]:  # noqa: ARG002 - to be overridden
        """Yield what can be read without the parser, of a source that is at its front; by default nothing."""
        return iter(())

    def _parsed(self, source: Source, document: int) -> Generator[Record | Unread, None, str | None]:
        """Yield what a server finds; return why it stopped before the end, or ``None``."""
        budget = source.budget
        size = os.fstat(document).st_size / (1 << 20)
        # Half of what is left, so that something is left for the documents beside it.
        seconds = int(min(budget.seconds / 2, self.seconds + _SECONDS_FOR_MIB * size))
        if seconds < 1:
            return f"The documents beside it took too long: {self.advice}"
        with parsing(Task(type(self).__name__, source.passwords, seconds), document) as messages:
            for message in messages:
                if not budget.spend(len(message)):
                    return f"It unpacks to over 200 times its size: if it is no trap, {self.advice}"
                found = found_in(source, message)
                if found is None:
                    return f"It took its reader over: treat it as dangerous, and {self.advice}"
                yield found
            ending = messages.ending
        budget.seconds -= ending.seconds
        if ending.status == 0:
            return None
        if ending.status == DAMAGED:
            return f"It is damaged, cut short or of an unusual kind, and was read up to there: {self.advice}"
        return f"It takes more memory or time to read than is safe: if it is no trap, {self.advice}"


def found_in(source: Source, message: bytes) -> Record | Unread | None:
    """Return what a message says; ``None`` for one that only a parser that was taken over would send."""
    try:
        content = json.loads(message)
        if isinstance(content, dict):
            part = content["part"]
            member = source.member if part is None else source.member_name(part)
            return Unread(Location(source.path, member), str(content["reason"]))
        fields, *numbers, part = content
        line, row, offset = (None if number is None else int(number) for number in numbers)
        return Record(tuple(map(str, fields)), line, row, offset, None if part is None else str(part))
    except (ValueError, TypeError, KeyError):
        return None


@contextlib.contextmanager
def descriptor_of(file: BinaryIO) -> Iterator[int]:
    """Give the descriptor of a file; one in memory is copied into a file that lies in memory too, and has one."""
    if not isinstance(file, BytesIO):
        yield file.fileno()
        return
    descriptor = os.memfd_create("document")
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as copy:
            copy.write(file.getbuffer())
        yield descriptor
    finally:
        os.close(descriptor)
