"""What earlier leaks showed, so that a leak that is published again brings no new hits.

A baseline file is ``name and version || sealed content`` (``sealing``): without the home's keys nobody learns from it
which decoys there are, how many of them leaked, or where.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from honeytokens.errors import ScanError
from honeytokens.files import replacing
from honeytokens.model import Hit, ScanResult, SetAside
from honeytokens.sealing import Box

_FORMAT = b"honeytokens-baseline 1\n"
_PLACE = "baseline"
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one leak showed of one decoy."""

    decoy: str
    is_lead: bool
    fields: frozenset[str]
    versions: frozenset[int]
    seen: date

    @classmethod
    def of(cls, hit: Hit, is_lead: bool, seen: date) -> _Entry:
        fields = frozenset(item.field.value for item in hit.evidence)
        return cls(str(hit.decoy), is_lead, fields, frozenset(hit.versions), seen)

    def covers(self, other: _Entry) -> bool:
        """Return whether another shows nothing of the decoy that this one does not."""
        same = self.decoy == other.decoy and self.is_lead <= other.is_lead
        return same and self.fields >= other.fields and self.versions >= other.versions


class Baseline:
    """What earlier leaks showed. A hit is known where one of them showed the same decoy, fields and versions, or more.

    So a leak with another column, or with the stamped field as it was rewritten since, is news; so is any decoy that
    was not in an earlier leak. A new copy of the same rows and columns cannot be told from the old one.
    """

    def __init__(self, entries: Sequence[_Entry] = ()) -> None:
        self._entries: dict[str, list[_Entry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.decoy, []).append(entry)

    def set_aside(self, result: ScanResult) -> ScanResult:
        """Return a result with the hits and leads that are known set aside."""
        news: tuple[list[Hit], list[Hit]] = ([], [])
        aside = list(result.set_aside)
        for is_lead, hits in ((False, result.hits), (True, result.leads)):
            for hit in hits:
                known = self._covering(_Entry.of(hit, is_lead, date.min))
                if known is None:
                    news[is_lead].append(hit)
                else:
                    aside.append(SetAside(hit, is_lead, f"In the baseline, seen on {known.seen.isoformat()}"))
        return replace(result, hits=tuple(news[False]), leads=tuple(news[True]), set_aside=tuple(aside))

    def with_news(self, result: ScanResult, seen: date) -> Baseline:
        """Return this baseline with the new hits and leads of a result, seen on a day."""
        found = [(hit, is_lead) for is_lead, hits in ((False, result.hits), (True, result.leads)) for hit in hits]
        new = [_Entry.of(hit, is_lead, seen) for hit, is_lead in found]
        kept = [entry for own in self._entries.values() for entry in own]
        return Baseline([*kept, *(entry for entry in new if self._covering(entry) is None)])

    def write(self, path: Path, keys: Sequence[bytes], *, force: bool) -> None:
        """Write it, sealed with the newest of ``keys`` (32 bytes each, oldest first).

        Raises ``OutputError`` when the file exists and ``force`` is false, or cannot be written.
        """
        content = [
            [entry.decoy, entry.is_lead, sorted(entry.fields), sorted(entry.versions), entry.seen.isoformat()]
            for own in self._entries.values()
            for entry in own
        ]
        with replacing(path, force=force) as stream:
            stream.write(_FORMAT + Box(keys, _broken).seal(json.dumps(content).encode(), _PLACE))

    @classmethod
    def read(cls, path: Path, keys: Sequence[bytes]) -> Baseline:
        """Read a baseline; raise ``ScanError`` when it cannot be read, is damaged, or was made with other keys."""
        try:
            with path.open("rb") as stream:
                data = stream.read(_MOST_BYTES)
        except OSError as error:
            raise ScanError(
                f"{path} cannot be read: {error.strerror}", "Name the file that scan --write-baseline wrote"
            ) from error
        if not data.startswith(_FORMAT):
            raise ScanError(f"{path} is no baseline of this version", "Name the file that scan --write-baseline wrote")
        content = json.loads(Box(keys, _broken).open(data[len(_FORMAT) :], _PLACE))
        return cls(
            [
                _Entry(decoy, is_lead, frozenset(fields), frozenset(versions), date.fromisoformat(seen))
                for decoy, is_lead, fields, versions, seen in content
            ]
        )

    def _covering(self, wanted: _Entry) -> _Entry | None:
        return next((entry for entry in self._entries.get(wanted.decoy, ()) if entry.covers(wanted)), None)


def _broken(place: str) -> ScanError:
    return ScanError(
        f"The {place} is damaged, or was made by another home", "Use the home that wrote it, or write a new one"
    )
