"""Files compressed by Zstandard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from honeytokens.scanning.readers.compressed import CompressedFile
from honeytokens.scanning.readers.unpacking import Decompressor, zstandard

_START = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)


class ZstdFile(CompressedFile):
    """Zstandard, RFC 8878: frames, and skippable frames between them, as pzstd and seekable files have."""

    suffixes: ClassVar[Mapping[str, str]] = {".zst": "", ".zstd": "", ".tzst": ".tar"}

    def begins(self, data: bytes) -> bool:
        """Return whether a frame of either kind begins here."""
        return _START.match(data) is not None

    def decompressor(self) -> Decompressor:
        """Return what unpacks one frame."""
        return zstandard()
