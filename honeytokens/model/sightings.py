"""What a scan looks for, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from honeytokens.model.people import DecoyRef, Field, StoryField

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a dump: the file, the member inside containers (``a.zip!b.csv``), and the place in it.

    ``line`` and ``row`` count from 1; ``offset`` is in bytes from the start of the file or member, where known.
    """

    path: str
    member: str | None = None
    line: int | None = None
    row: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field of a decoy found in a dump, and its share of the strength in bits."""

    field: Field | StoryField
    location: Location
    bits: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A decoy recognised in a dump.

    ``bits`` is -log2 of the probability that an unrelated record agrees with this decoy this well;
    ``expected_false_alarms`` how many such agreements chance alone would bring in this whole dump.
    ``versions`` are the versions of the stamped field whose value was read (empty when it was not read).
    The same type serves a lead, which is too weak to count.
    """

    decoy: DecoyRef
    establishment: str
    bits: float
    expected_false_alarms: float
    evidence: tuple[Evidence, ...]
    versions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAside:
    """A hit, or a lead, that is no news: a baseline holds it, or a rule of the operator's says to ignore it.

    ``reason`` says which; ``until`` is the day from which it is reported again, ``None`` where there is none.
    """

    hit: Hit
    is_lead: bool
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a dump that could not be read, and what to do about it."""

    location: Location
    reason: str


@dataclass(frozen=True, slots=True)
class ScanStats:
    """How much was read, and how fast."""

    bytes: int
    seconds: float
    records: int


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one scan found."""

    hits: tuple[Hit, ...]
    leads: tuple[Hit, ...]
    unread: tuple[Unread, ...]
    threshold_bits: float
    stats: ScanStats
    set_aside: tuple[SetAside, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything could be read."""
        return not self.unread


class KnownDecoys(Protocol):
    """What a scan looks for: decoys, numbered from 0, whose values are made anew whenever they are asked for."""

    def __len__(self) -> int:
        """Return how many decoys there are."""

    def ref(self, decoy: int) -> DecoyRef:
        """Return the name of a decoy."""

    def establishment(self, decoy: int) -> str:
        """Return where a decoy lives."""

    def batches(self) -> Iterator[Mapping[Field, pl.DataFrame]]:
        """Yield, for some decoys at a time and each decoy once, all values that they have or had at any version.

        Each field has a frame of ``decoy`` (UInt32) and ``value`` (String, never null; dates in ISO form).
        """

    def values(self, decoys: Sequence[int]) -> pl.DataFrame:
        """Return a long frame with one row per value that the decoys have or had.

        Columns: ``decoy`` (UInt32), ``field`` (String, a :class:`Field`), ``value`` (String; dates in ISO form),
        ``version`` (Int32, null where the field is not stamped, or where the value tells of no version) and ``bits``
        (Float64, -log2 of the share of unrelated patients of the same host who have this very value).
        """

    def story_values(self, decoys: Sequence[int]) -> pl.DataFrame:
        """Return a long frame with one row per value of the decoys' stories.

        Columns: ``decoy`` (UInt32), ``field`` (String, a :class:`StoryField`), ``value`` (String; days in ISO form,
        ages in whole years) and ``bits`` (Float64, as those of ``values``, given the same sex and a like age).
        """

    def story_vocabulary(self) -> Mapping[StoryField, Mapping[str, str]]:
        """Return the diagnoses, drugs and allergies that stories may have, by each way in which they are written."""
