"""Where a decoy is, and which version of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from honeytokens.model.people import DecoyRef


class PlacementState(StrEnum):
    """Where a placement stands."""

    PLANNED = "planned"
    WRITING = "writing"
    PLANTED = "planted"
    REWRITING = "rewriting"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row of a placement: its table, its primary key column and value, and every value that we wrote."""

    table: str
    key_column: str
    key: int | str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Stamp:
    """The placement's stamped field was given its value of ``version``.

    The write began after ``since`` and was done before ``settled``: a copy that shows this version was made after
    ``since``, one that shows an earlier version was made before ``settled``.
    """

    version: int
    since: datetime
    settled: datetime


@dataclass(frozen=True, slots=True)
class Placement:
    """One decoy in one place: when it is due, where it stands, the rows written and the versions they carried.

    ``rows`` is what the system holds, or is about to hold while the state is ``writing``; ``intended`` and
    ``begun`` are what a rewriting in progress is changing the rows into, and when it began; what ``intended`` has
    beyond ``rows`` is the history that the application would keep of the change.
    ``withdrawn`` is when the rows were seen gone. A placement without rows but with stamps is one that a rebuilt
    registry knows to have been due: it may have stood since, and was not there when it was looked for.
    """

    id: int
    ref: DecoyRef
    establishment: str
    system: str
    due: datetime
    state: PlacementState
    rows: tuple[WrittenRow, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    begun: datetime | None = None
    intended: tuple[WrittenRow, ...] = ()
    intended_version: int | None = None
    withdrawn: datetime | None = None

    @property
    def written(self) -> bool:
        """Whether a row of it was, or may have been, in the system at some time."""
        return bool(self.rows or self.stamps)

    @property
    def planted(self) -> datetime | None:
        """When the first write of the decoy began."""
        return self.stamps[0].since if self.stamps else None
