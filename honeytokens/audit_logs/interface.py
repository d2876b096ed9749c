"""What a parser of audit logs must do: say who read which rows, from one entry of a log.

A parser holds no decoy and no key. It is told which tables are seeded and by which columns their rows are named, and
gives every read of these tables: which rows where the log names them, or that rows were read in bulk. What it gives is
sealed to the worker, which knows the decoys and drops the rest. Nothing of an entry is logged or kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import ClassVar

from honeytokens.model import ReadSighting


@dataclass(frozen=True, slots=True)
class Watched:
    """The seeded tables: for each, which of its columns names rows of which table.

    ``{"patients": {"patient_id": "patients"}, "sejour": {"sejour_id": "sejour", "patient_id": "patients"}}``: a read of
    ``sejour`` by ``patient_id`` tells of a row of ``patients``. All names are in lower case.
    """

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __contains__(self, table: str) -> bool:
        return table in self.tables


@dataclass(frozen=True, slots=True)
class FileLog(ABC):
    """A log of text, from a file or from syslog. ``zone`` is that of times written without one."""

    watched: Watched
    zone: tzinfo

    name: ClassVar[str]
    """What the watch's settings call it; written into every sighting."""

    def continues(self, entry: str, line: str) -> bool:
        """Return whether ``line`` belongs to the entry that ``entry`` begins; both without their line ends."""
        del entry, line
        return False

    @abstractmethod
    def read(self, entry: str, arrived: datetime) -> list[ReadSighting]:
        """Return the reads that one entry tells of; none for what is no entry of this log, or damaged.

        ``arrived`` is the aware time of an entry that does not say its own.
        """


@dataclass(frozen=True, slots=True)
class TableLog(ABC):
    """A log that a hospital system keeps in a table of its own database. ``zone`` is that of the database's times."""

    watched: Watched
    zone: tzinfo

    name: ClassVar[str]
    table: ClassVar[str]
    key: ClassVar[str]
    """The column of the table, and of :attr:`query`, that numbers the entries, ever upwards."""
    query: ClassVar[str]
    """SQL that takes ``:after`` and ``:limit`` and returns the entries above ``:after``, in order, with :attr:`key`."""

    @abstractmethod
    def read(self, row: Mapping[str, object]) -> list[ReadSighting]:
        """Return the reads that one row of :attr:`query` tells of; none for a row that tells of none."""
