"""Pictures: screenshots and photographs of screens and paper, PNG or JPEG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import ClassVar

from honeytokens.model import Unread
from honeytokens.scanning.readers.interface import Record, Source
from honeytokens.scanning.readers.isolation import IsolatedReader, Problem
from honeytokens.scanning.readers.pictures import ADVICE, MOST_PIXELS, can_read_pictures, picture_records

_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class PictureFile(IsolatedReader):
    """Yields the rows of a picture. Without the optional packages it says how to install them."""

    advice: ClassVar[str] = "type what it shows into a text file and scan that"
    seconds: ClassVar[int] = 120

    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are those of a PNG or JPEG file."""
        return source.head.startswith(_MARKS)

    def records(self, source: Source) -> Iterator[Record | Unread]:
        """Yield the rows, or why they cannot be read."""
        if can_read_pictures():
            yield from super().records(source)
        else:
            yield Unread(source.location, f"Pictures are not read: {ADVICE}")

    def parse(self, file: BufferedReader, passwords: Sequence[str]) -> Iterator[Record | Problem]:  # noqa: ARG002
        """Yield the rows of the picture."""
        from PIL import Image  # noqa: PLC0415 - only the process apart has it

        Image.MAX_IMAGE_PIXELS = None  # what is said below is clearer than its error
        with Image.open(file, formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                yield Problem("It is a picture of too many pixels: make it smaller, or cut it up")
                return
            yield from picture_records(picture)
