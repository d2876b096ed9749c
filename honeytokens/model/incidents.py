"""An incident: what the thieves say, the files that belong to one leak, and when we came to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from honeytokens.model.sightings import ScanResult
from honeytokens.model.verdicts import NumberingFinding, OverlapFinding


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says was taken: ``access`` for a claim of access, which rows never judge.

    ``records`` is how many they claim, ``sites`` the establishments that they name, ``taken`` when they say it was.
    """

    who: str
    what: str
    made: datetime
    access: bool = False
    records: int | None = None
    sites: tuple[str, ...] = ()
    taken: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """One file of an incident, as it was scanned; ``digest`` is its SHA-256 in hex."""

    name: str
    digest: str
    added: datetime
    result: ScanResult


@dataclass(frozen=True, slots=True)
class Drill:
    """What is true of a rehearsed leak: whence, when, and how many decoys."""

    name: str
    made: datetime
    establishment: str
    copied: datetime
    decoys: int


@dataclass(frozen=True, slots=True)
class Incident:
    """Claims and leaks that belong together. ``aware`` is when the operator became aware: the clocks run from it."""

    name: str
    opened: datetime
    aware: datetime | None = None
    claims: tuple[Claim, ...] = ()
    leaks: tuple[Leak, ...] = ()
    overlaps: tuple[OverlapFinding, ...] = ()
    """Of files that were given together: counts alone."""
    numberings: tuple[NumberingFinding, ...] = ()
