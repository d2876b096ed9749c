"""Files compressed by bzip2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from honeytokens.scanning.readers.compressed import CompressedFile
from honeytokens.scanning.readers.unpacking import Decompressor, bzip2

_START = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")


class Bzip2File(CompressedFile):
    """bzip2, and pbzip2, which joins many streams."""

    suffixes: ClassVar[Mapping[str, str]] = {".bz2": "", ".tbz2": ".tar", ".tbz": ".tar"}

    def begins(self, data: bytes) -> bool:
        """Return whether a stream begins with a block, or is an empty one."""
        return _START.match(data) is not None

    def decompressor(self) -> Decompressor:
        """Return what unpacks one stream and checks its sums."""
        return bzip2()
