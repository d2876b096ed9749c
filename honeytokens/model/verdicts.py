"""What an incident proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from honeytokens.model.people import DecoyRef


class Authenticity(StrEnum):
    """Whether a leak came from us."""

    CONFIRMED = "confirmed"
    MIXED = "mixed"
    """Ours in part: fabricated or public data, or others' records, were mixed in."""
    RECYCLED = "recycled"
    """Ours, and taken from an older leak."""
    NOT_OURS = "not_ours"
    UNDECIDABLE = "undecidable"

    @property
    def ours(self) -> bool:
        """Whether records of ours are established to be in the leak."""
        return self in (Authenticity.CONFIRMED, Authenticity.MIXED, Authenticity.RECYCLED)


class Standing(StrEnum):
    """Whether an establishment's records are in a leak."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class EstablishmentFinding:
    """What a leak proves about one establishment.

    ``present`` decoys lived there at the time of the theft, ``hits`` of them were found. ``error`` is the
    probability that the standing is wrong (``None`` when undecided); ``records_needed`` how many further random
    records of the leak would decide, where that can be said.
    """

    establishment: str
    standing: Standing
    hits: int
    present: int
    error: float | None
    reason: str
    records_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Dating:
    """When a hit's values, at ``version`` where it was read, stood in the system (``None``: not bounded)."""

    decoy: DecoyRef
    version: int | None
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class TheftWindow:
    """When the records were copied: at or after ``earliest``, before ``latest`` (``None``: not bounded)."""

    earliest: datetime | None
    latest: datetime | None
    snapshots: int
    reason: str
    datings: tuple[Dating, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedRecipient:
    """A recipient whose copy of an extract is in a leak; ``error`` bounds the risk that anybody is named wrongly."""

    recipient: str
    error: float
    unique_hits: int


@dataclass(frozen=True, slots=True)
class ExtractFinding:
    """What a leak proves about a salted extract: whose copies it was made of, or that nobody can be named.

    ``shared_hits`` A/B rows were found, of which ``told`` show which variant; ``recipients`` were handed a copy.
    """

    extract: str
    recipients: int
    shared_hits: int
    told: int
    unique_hits: int
    named: tuple[NamedRecipient, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SourceFinding:
    """What a leak proves about one table of one system of an establishment, and how much of it the leak holds.

    ``low`` and ``high`` bound the share of the table's patients that are in the leak (``None`` where nothing of it was
    found), at the verdict's confidence; ``patients`` is how many it held when decoys were planned.
    """

    establishment: str
    system: str
    table: str
    standing: Standing
    hits: int
    present: int
    error: float | None
    low: float | None
    high: float | None
    patients: int
    reason: str


@dataclass(frozen=True, slots=True)
class ShapeFinding:
    """A shape in which the records were taken, by which decoys are there and which are not.

    ``kind`` is ``page`` (a run of the list in the order ``by``), ``filter`` (all have ``value`` of ``by``) or
    ``sorted`` (the file itself is in the order ``by``). ``first`` and ``last`` place a page in the list.
    ``chance`` is how likely a random sample has such a shape, paid for all shapes that were looked for.
    """

    kind: str
    by: str
    value: str
    first: float | None
    last: float | None
    chance: float
    reason: str


@dataclass(frozen=True, slots=True)
class FormFinding:
    """The function of a program that wrote a file of this form, and the share of its marks that agree."""

    file: str
    made_by: str
    agreement: float
    note: str


@dataclass(frozen=True, slots=True)
class OverlapFinding:
    """Two files of one leak: how many records they share, and how large the whole is if both are random samples.

    ``high`` is ``None`` where the size has no upper bound; ``claimed_chance`` is how likely the claimed size is.
    """

    first: str
    second: str
    first_records: int
    second_records: int
    both: int
    low: int
    high: int | None
    claimed: int | None
    claimed_chance: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class NumberingFinding:
    """A column of a file that numbers records from 1: how many numbers had been given when it was copied.

    ``seen`` numbers are in the file, the greatest of them no more than ``greatest`` (rounded up); at most ``high`` had
    been given, if these are a random sample of them.
    ``claimed_chance`` is how likely so low a greatest number is, had as many been given as are claimed.
    """

    file: str
    column: str
    seen: int
    greatest: int
    high: int
    claimed: int | None
    claimed_chance: float | None
    reason: str


class ClaimStanding(StrEnum):
    """How one part of a claim stands against the findings."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    OPEN = "open"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """One part of what somebody claims (``part``: a size, a site, a time, or access), and how it stands."""

    who: str
    what: str
    part: str
    standing: ClaimStanding
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an incident proves: is it ours, where, when, how sure; ``sentence`` is what a director reads aloud.

    ``language`` is that of every text in it, ``confidence`` what a standing had to reach, ``judged`` the time of it.
    """

    authenticity: Authenticity
    error: float | None
    reason: str
    establishments: tuple[EstablishmentFinding, ...]
    window: TheftWindow | None
    sentence: str
    confidence: float
    language: str
    judged: datetime
    extracts: tuple[ExtractFinding, ...] = ()
    sources: tuple[SourceFinding, ...] = ()
    size: str = ""
    """What can be said of how much was stolen in all."""
    shapes: tuple[ShapeFinding, ...] = ()
    forms: tuple[FormFinding, ...] = ()
    overlaps: tuple[OverlapFinding, ...] = ()
    numberings: tuple[NumberingFinding, ...] = ()
    claims: tuple[ClaimFinding, ...] = ()
    aware: datetime | None = None
    """When the operator became aware: the legal clocks run from it."""
