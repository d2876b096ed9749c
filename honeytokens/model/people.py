"""Who a decoy is, and its medical story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


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


class StoryField(StrEnum):
    """What of a patient's medical story tells who it is, where a dump has no birth dates."""

    AGE = "age"
    STAY = "stay"
    """The day of admission."""
    DIAGNOSIS = "diagnosis"
    DRUG = "drug"
    ALLERGY = "allergy"


class Sex(StrEnum):
    """Administrative sex, as FHIR's administrative-gender spells it."""

    FEMALE = "female"
    MALE = "male"


class Care(StrEnum):
    """What kind of visit a stay was."""

    CONSULTATION = "consultation"
    EMERGENCY = "emergency"
    """Came unexpected and went home without a night."""
    DAY_CASE = "day case"
    PLANNED_STAY = "planned stay"
    EMERGENCY_STAY = "emergency stay"

    @property
    def urgent(self) -> bool:
        """Whether the patient was not expected."""
        return self in (Care.EMERGENCY, Care.EMERGENCY_STAY)

    @property
    def overnight(self) -> bool:
        """Whether the patient slept in the hospital."""
        return self in (Care.PLANNED_STAY, Care.EMERGENCY_STAY)


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
    birth_place: str | None
    street: str | None
    postcode: str | None
    town: str | None
    birth_name: str | None = None
    phone: str | None = None
    email: str | None = None
    local_id: str | None = None
    national_id: str | None = None
    web_link: str | None = None


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A doctor of the host's own, from the operator's list: none is ever invented.

    ``code`` is what the hospital system writes in its rows to name the doctor, ``number`` that of the national register
    (RPPS in France), ``specialty`` one of those of ``honeytokens.clinical``, or ``emergency``.
    """

    surname: str
    first_name: str
    code: str | None = None
    number: str | None = None
    specialty: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A past stay or consultation. Times are local wall-clock times of the establishment, naive on purpose."""

    admitted: datetime
    discharged: datetime
    reason: str
    icd10: str
    care: Care
    practitioner: Practitioner | None = field(default=None, repr=False)
    """Who saw the patient; never shown in a message, since it names somebody."""


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
class Vitals:
    """What was measured as a stay began, at a naive local time; ``None`` where it is not usual."""

    measured: datetime
    height: int
    """In centimetres."""
    weight: float
    """In kilograms, to 100 g."""
    systolic: int | None
    diastolic: int | None
    """Blood pressure in mmHg; not taken before the third birthday."""
    pulse: int
    """Beats a minute."""
    temperature: float | None
    """In degrees Celsius; not taken at consultations."""
    saturation: int | None
    """Oxygen saturation of the blood, in per cent; not taken at consultations."""


@dataclass(frozen=True, slots=True)
class Story:
    """The medical story of one decoy, in order of time, all of it before the day it is planted."""

    stays: tuple[Stay, ...]
    allergies: tuple[Allergy, ...]
    prescriptions: tuple[Prescription, ...]
    vitals: tuple[Vitals, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoy:
    """A synthetic patient, whole."""

    ref: DecoyRef
    version: int
    identity: Identity
    story: Story
    learned: Mapping[str, str | None] = field(default_factory=dict)
    """Texts for columns that hold no field of ours and are written as the host writes them, by ``table.column``."""
