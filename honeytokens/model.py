"""The frozen types that travel between rooms.

No behaviour beyond trivial derivations, no I/O, no key material. Timestamps are aware UTC datetimes; dates are
``date``. Columns of many decoys travel as polars frames whose column names are the values of :class:`Field`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


class Field(StrEnum):
    """A field of a patient's identity, by the name that mappings, formats and reports use."""

    SURNAME = "surname"
    BIRTH_NAME = "birth_name"
    FIRST_NAME = "first_name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    STREET = "street"
    POSTCODE = "postcode"
    TOWN = "town"
    PHONE = "phone"
    EMAIL = "email"
    LOCAL_ID = "local_id"
    NATIONAL_ID = "national_id"
    WEB_LINK = "web_link"


class Sex(StrEnum):
    """Administrative sex, as FHIR's administrative-gender spells it."""

    FEMALE = "female"
    MALE = "male"


MAIN_FIELDS = (
    Field.SURNAME,
    Field.FIRST_NAME,
    Field.BIRTH_DATE,
    Field.POSTCODE,
    Field.STREET,
    Field.PHONE,
    Field.EMAIL,
    Field.LOCAL_ID,
)
"""The eight fields of which no two decoys of an establishment share a pair (empty values make no pair)."""


@dataclass(frozen=True, slots=True, order=True)
class DecoyRef:
    """Names one decoy: the campaign's name and the decoy's serial in it. Printed as ``campaign/serial``."""

    campaign: str
    serial: int

    def __str__(self) -> str:
        return f"{self.campaign}/{self.serial}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a decoy is, at one version of its stamped field. Empty optional values are ``None``."""

    surname: str
    first_name: str
    sex: Sex
    birth_date: date
    birth_place: str
    street: str
    postcode: str
    town: str
    birth_name: str | None = None
    phone: str | None = None
    email: str | None = None
    local_id: str | None = None
    national_id: str | None = None
    web_link: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A past stay or consultation. Times are local wall-clock times of the establishment, naive on purpose."""

    admitted: datetime
    discharged: datetime
    reason: str
    icd10: str


@dataclass(frozen=True, slots=True)
class Allergy:
    """A known allergy."""

    substance: str
    noted: date


@dataclass(frozen=True, slots=True)
class Prescription:
    """One prescribed drug, by its international name, with its ATC code."""

    drug: str
    atc: str
    dose: str
    prescribed: date
    days: int


@dataclass(frozen=True, slots=True)
class Story:
    """The medical story of one decoy, in order of time, all of it before the day it is planted."""

    stays: tuple[Stay, ...]
    allergies: tuple[Allergy, ...]
    prescriptions: tuple[Prescription, ...]


@dataclass(frozen=True, slots=True)
class Decoy:
    """A synthetic patient, whole."""

    ref: DecoyRef
    version: int
    identity: Identity
    story: Story


@dataclass(frozen=True, slots=True)
class Establishment:
    """A care site. ``code`` is what the hospital system writes in its rows to name the site."""

    name: str
    code: str
    postcode: str
    finess: str | None = None


@dataclass(frozen=True, slots=True)
class HospitalSystem:
    """A hospital system that decoys are planted in. ``url`` carries no password; ``mapping`` is TOML text."""

    name: str
    url: str
    mapping: str
    password: str | None = field(default=None, repr=False)
    password_env: str | None = None


class PoolKind(StrEnum):
    """What a pool is made of."""

    MAIL = "mail"
    PHONE = "phone"
    WEB = "web"
    LOCAL_ID = "local_id"


@dataclass(frozen=True, slots=True)
class Pool:
    """Mail or web domains, phone numbers or local identifiers that the operator owns.

    ``value`` is a domain for ``mail`` and ``web``; for ``phone`` and ``local_id`` a pattern whose ``#`` stand for
    the digits that the pool may fill, such as ``0639 98 ## ##``. ``key_version`` names the key of its keyed order,
    which stays the same when the keyring is rotated.
    """

    kind: PoolKind
    value: str
    key_version: int = 1


@dataclass(frozen=True, slots=True)
class PoolShare:
    """A campaign's part of a pool: the pool's values from index ``first`` on, in the pool's keyed order."""

    pool: Pool
    first: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a campaign's decoys are a function of, beside its key.

    ``near`` is the establishment's postcode, ``as_of`` the day at which ages and stories are reckoned, ``data``
    the digest of the locale's tables, so that a shipped table that changed is noticed. ``demo`` draws phones,
    mail domains and national identifiers from ranges reserved for fiction.
    """

    locale: str
    data: str
    near: str
    as_of: date
    shares: tuple[PoolShare, ...] = ()
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Campaign:
    """Decoys planned together for one establishment in one system.

    ``recipe`` names everything that the decoys are a function of, beside the key: changing any part changes them.
    ``host_patients`` is how many patients the system held when the campaign was planned.
    """

    id: str
    name: str
    key_version: int
    establishment: str
    system: str
    recipe: Recipe
    serials: tuple[int, ...]
    planned: datetime
    starts: datetime
    over: timedelta
    stamp_every: timedelta | None
    host_patients: int


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
    ``begun`` are what a rewriting in progress is changing the rows into, and when it began.
    ``withdrawn`` is when the rows were seen gone.
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
    def planted(self) -> datetime | None:
        """When the first write of the decoy began."""
        return self.stamps[0].since if self.stamps else None


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

    field: Field
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

    @property
    def complete(self) -> bool:
        """Whether everything could be read."""
        return not self.unread


@dataclass(frozen=True, slots=True)
class KnownDecoys:
    """What a scan looks for.

    ``refs`` and ``establishments`` have one entry per decoy. ``values`` is a long frame with one row per value that
    a decoy has or had: ``decoy`` (UInt32, index into ``refs``), ``field`` (String, a :class:`Field`), ``value``
    (String; dates in ISO form), ``version`` (Int32, null where the field is not stamped) and ``bits`` (Float64, -log2
    of the share of unrelated patients of the same host who have this very value).
    """

    refs: tuple[DecoyRef, ...]
    establishments: tuple[str, ...]
    values: pl.DataFrame


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
