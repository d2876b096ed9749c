"""Archives and compressed files that only a program can unpack: bsdtar and bsdcat, of libarchive, if they are there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import NamedTuple

from honeytokens.model import Unread
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.isolation import IN_MEMORY, descriptor_of
from honeytokens.scanning.readers.programs import running
from honeytokens.scanning.readers.streams import ByteStream, Readable
from honeytokens.scanning.readers.tar_file import TarFile

_TAR = TarFile()
_AS_TAR = ("bsdtar", "-cf", "-", "@/dev/stdin")
_AS_STREAM = ("bsdcat",)


class _Kind(NamedTuple):
    """A kind of file: how it begins, what it is called, what unpacks it, and what does so elsewhere."""

    signature: bytes
    name: str
    command: tuple[str, ...]
    elsewhere: str


_KINDS = (
    _Kind(b"Rar!\x1a\x07", "RAR archives", _AS_TAR, "unar FILE"),
    _Kind(b"MSCF\0\0\0\0", "cabinets", _AS_TAR, "cabextract FILE"),
    _Kind(b"xar!\0", "xar archives", _AS_TAR, "unar FILE"),
    _Kind(b"LZIP\x01", "lzip files", _AS_STREAM, "lzip -d FILE"),
    _Kind(b"\x04\x22\x4d\x18", "LZ4 files", _AS_STREAM, "lz4 -d FILE"),
    _Kind(b"\x1f\x9d", "files of compress", _AS_STREAM, "gzip -d FILE"),
)

_MISSING = (
    "{name} need {program}, which is not on this machine: install libarchive-tools, or unpack it into a folder"
    " ({elsewhere}) and scan that"
)
_LARGE = "It is a large archive inside another one: extract it and scan the folder"
_FAILED = (
    "{program} gave up on it, and what came before was read (it is encrypted, damaged or one of several parts):"
    " unpack it into a folder ({elsewhere}) and scan that"
)


class ForeignFile(Container):
    """Yields the members of an archive as libarchive shows them, or the one stream of a compressed file."""

    def recognises(self, source: Source) -> bool:
        """Return whether the file begins as one of these kinds."""
        return _kind(source) is not None

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each file, and why others cannot be read."""
        kind = _kind(source)
        if kind is None:
            return
        program = shutil.which(kind.command[0])
        if program is None:
            yield Unread(source.location, _say(_MISSING, kind))
        elif (file := source.whole(IN_MEMORY)) is None:
            yield Unread(source.location, _LARGE)
        else:
            seconds = int(source.budget.seconds)
            with descriptor_of(file) as descriptor:
                os.lseek(descriptor, 0, os.SEEK_SET)
                with running([program, *kind.command[1:]], descriptor, seconds, _say(_FAILED, kind)) as output:
                    yield from _unpacked(source, kind, output)


def _unpacked(source: Source, kind: _Kind, output: Readable) -> Iterator[Source | Unread]:
    if kind.command is _AS_STREAM:
        yield source.inside("unpacked", output)
        return
    archive = Source(source.path, source.member, ByteStream(output, source.budget.share()), passwords=source.passwords)
    if archive.head:
        yield from _TAR.members(archive)
    if archive.failure:
        yield Unread(source.location, archive.failure)


def _kind(source: Source) -> _Kind | None:
    return next((kind for kind in _KINDS if source.head.startswith(kind.signature)), None)


def _say(text: str, kind: _Kind) -> str:
    return text.format(name=kind.name, program=kind.command[0], elsewhere=kind.elsewhere)
