"""Letters in pictures: what the optional package ``rapidocr`` reads, put together to the rows that a person sees.

Its models come inside its wheel and nothing is fetched. Only the process apart loads it. It is run on one thread, and
in strips, because it makes a picture smaller that is longer than it can look at.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from honeytokens.scanning.readers.interface import Record
from honeytokens.scanning.readers.passages import Passages

if TYPE_CHECKING:
    from PIL.Image import Image

ADVICE = "pip install 'honeytokens[ocr]' and scan it again, or type what it shows into a text file and scan that"

MOST_PIXELS = 80_000_000
"""Larger pictures are not read: a screenshot has two million pixels, a page scanned finely thirty."""

_STRIP, _OVERLAP = 1600, 160
"""Pixels. What lies in the overlap is read twice, so that no row is cut in two."""

_SAME_ROW = 0.6
_MISREAD = str.maketrans("øØ", "éÉ")
"""The model takes many a French é for an ø, a letter that French does not have."""

_SINGLE = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "critical",
    "Global.max_side_len": 4000,
}


class _Word(NamedTuple):
    """A piece of text in a picture: the height of its middle and its own, its left side, in pixels."""

    middle: float
    height: float
    left: float
    text: str


def can_read_pictures() -> bool:
    """Return whether the optional packages are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def picture_records(picture: Image, part: str | None = None) -> Iterator[Record]:
    """Yield the rows of a picture, each alone, and short ones with their neighbours; only in the process apart."""
    passages, line = Passages(), 0
    for top in range(0, max(1, picture.height - _OVERLAP), _STRIP - _OVERLAP):
        strip = picture.crop((0, top, picture.width, min(picture.height, top + _STRIP)))
        for row in _rows(_words(strip)):
            line += 1
            passages.add([word.text for word in row], line)
            yield from (record._replace(part=part) for record in passages.drain())
    passages.end()
    yield from (record._replace(part=part) for record in passages.drain())


def _words(picture: Image) -> list[_Word]:
    import numpy as np  # noqa: PLC0415

    # The library takes arrays as blue, green, red.
    found = _engine()(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    if found.boxes is None:
        return []
    words = []
    for box, text in zip(found.boxes, found.txts, strict=True):
        heights = [float(y) for _, y in box]
        top, bottom = min(heights), max(heights)
        if text.strip():
            left = min(float(x) for x, _ in box)
            words.append(_Word((top + bottom) / 2, bottom - top, left, text.strip().translate(_MISREAD)))
    return words


def _rows(words: Sequence[_Word]) -> list[list[_Word]]:
    """Return words in rows from top to bottom, each from left to right."""
    rows: list[list[_Word]] = []
    for word in sorted(words):
        if rows and word.middle - rows[-1][-1].middle < _SAME_ROW * min(word.height, rows[-1][-1].height):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.left) for row in rows]


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415

    return RapidOCR(params=_SINGLE)
