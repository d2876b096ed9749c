"""Files compressed by gzip, also when several are joined."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from honeytokens.model import Unread
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.streams import ByteStream


class GzipFile(Container):
    """Has one member, named as the file without ``.gz``."""

    def recognises(self, source: Source) -> bool:
        """Return whether the stream begins as gzip with deflate."""
        return source.head.startswith(b"\x1f\x8b\x08")

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield the unpacked stream."""
        name = (source.member or source.path).replace("\\", "/").rpartition("/")[2].rpartition("!")[2]
        with gzip.GzipFile(fileobj=source.stream) as unpacked:
            yield Source(source.path, source.member_name(name.removesuffix(".gz")), ByteStream(unpacked, source.budget))
