"""Files of one compressed stream, or of several joined: gzip, bzip2, xz, Zstandard."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from honeytokens.model import Unread
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.streams import PIECE, Rewound
from honeytokens.scanning.readers.unpacking import Decompressor, Unpacked

_LONGEST_START = 18


class CompressedFile(Container):
    """Has one member, named as the file without its suffix; what follows its end, if anything does, is another."""

    suffixes: ClassVar[Mapping[str, str]]
    """Ends of names, and what they are without the compression: ``.tgz`` is ``.tar``."""

    @abstractmethod
    def begins(self, data: bytes) -> bool:
        """Return whether these bytes are the start of a compressed stream."""

    @abstractmethod
    def decompressor(self) -> Decompressor:
        """Return what unpacks one stream."""

    def recognises(self, source: Source) -> bool:
        """Return whether the file begins as a compressed stream."""
        return self.begins(source.head)

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield the unpacked streams as one, and what follows them, so that nothing can be hidden there."""
        packed = Rewound(source.stream)
        streams = _Streams(packed, self)
        yield source.inside(self._name(source), streams)
        if streams.ended and packed.peek(1):
            yield source.inside("trailing bytes", packed)

    def _name(self, source: Source) -> str:
        name = (source.member or source.path).replace("\\", "/").rpartition("/")[2].rpartition("!")[2]
        for suffix, plain in self.suffixes.items():
            if name.lower().endswith(suffix):
                return name[: -len(suffix)] + plain
        return name


class _Streams:
    """Reads compressed streams one after another, whatever zeros lie between and after them."""

    def __init__(self, packed: Rewound, kind: CompressedFile) -> None:
        self._packed = packed
        self._kind = kind
        self._stream: Unpacked | None = Unpacked(packed, kind.decompressor())

    @property
    def ended(self) -> bool:
        """Whether there is no further stream."""
        return self._stream is None

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes; raises :class:`UnpackError`."""
        while self._stream is not None:
            if data := self._stream.read1(size):
                return data
            self._packed.put_back(self._stream.rest)
            self._stream = Unpacked(self._packed, self._kind.decompressor()) if self._another() else None
        return b""

    def _another(self) -> bool:
        """Pass over zeros; return whether a stream follows."""
        while (start := self._packed.peek(_LONGEST_START)).startswith(b"\0"):
            data = self._packed.read1(PIECE)
            self._packed.put_back(len(data.lstrip(b"\0")))
        return self._kind.begins(start)
