"""What an incident proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from honeytokens.model.people import DecoyRef


class Authenticity(StrEnum):
    """Whether a leak came from us."""

    CONFIRMED = "confirmed"
    NOT_OURS = "not_ours"
    UNDECIDABLE = "undecidable"


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
