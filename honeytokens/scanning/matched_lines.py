"""What the records said in which decoys were hit, for whoever must show it later: sealed, and nothing else is kept.

A file is ``name and version || sealed content`` (``sealing``). It is written once, when a scan has ended: what only
looked like a decoy for a while, and leads, which may well be real patients, are never in it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from honeytokens.errors import ScanError
from honeytokens.files import replacing
from honeytokens.model import DecoyRef, Location
from honeytokens.sealing import Box

MOST_LINES = 10
"""Of each decoy, the strongest places are kept, up to so many."""

_FORMAT = b"honeytokens-evidence 1\n"
_PLACE = "evidence"


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """One record in which a decoy was hit: the parts of its text as they were read, and its place and strength."""

    decoy: DecoyRef
    location: Location
    bits: float
    texts: tuple[str, ...] = field(repr=False)


def write_lines(lines: Sequence[MatchedLine], path: Path, keys: Sequence[bytes]) -> None:
    """Write records to a new file, sealed with the newest of ``keys``; raise ``OutputError`` when that fails."""
    rows = [[line.decoy.campaign, line.decoy.serial, asdict(line.location), line.bits, line.texts] for line in lines]
    content = zlib.compress(json.dumps(rows).encode())
    with replacing(path, force=False) as stream:
        stream.write(_FORMAT + Box(keys, _broken).seal(content, _PLACE))


def read_lines(path: Path, keys: Sequence[bytes]) -> list[MatchedLine]:
    """Return the records in a file; raise ``ScanError`` when it is damaged or was made with other keys."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScanError(
            f"{path} cannot be read: {error.strerror}", "Name the file that scan --evidence wrote"
        ) from error
    if not data.startswith(_FORMAT):
        raise ScanError(f"{path} holds no evidence of this version", "Name the file that scan --evidence wrote")
    rows = json.loads(zlib.decompress(Box(keys, _broken).open(data[len(_FORMAT) :], _PLACE)))
    return [
        MatchedLine(DecoyRef(campaign, serial), Location(**location), bits, tuple(texts))
        for campaign, serial, location, bits, texts in rows
    ]


def _broken(place: str) -> ScanError:
    return ScanError(f"The {place} is damaged, or was made by another home", "Use the home that wrote it")
