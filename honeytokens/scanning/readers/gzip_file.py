"""Files compressed by gzip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from honeytokens.scanning.readers.compressed import CompressedFile
from honeytokens.scanning.readers.unpacking import Decompressor, Inflater

_WINDOW_BITS = 31


class GzipFile(CompressedFile):
    """gzip, RFC 1952: also BGZF, and what appends to its own files."""

    suffixes: ClassVar[Mapping[str, str]] = {".gz": "", ".tgz": ".tar"}

    def begins(self, data: bytes) -> bool:
        """Return whether this is gzip with deflate, the only method there ever was."""
        return data.startswith(b"\x1f\x8b\x08")

    def decompressor(self) -> Decompressor:
        """Return what unpacks one member and checks its sum."""
        return Inflater(_WINDOW_BITS)
