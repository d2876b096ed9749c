"""A patient as a clinician's screen shows him, in words: what the page and the terminal have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from honeytokens.formats.chart_words import ChartWords, words_of
from honeytokens.formats.interface import Batch, Origin
from honeytokens.model import Field, Practitioner, Story


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient. ``details`` are (label, value) of what is on file; the rest is in order of time."""

    surname: str
    first_name: str
    line: str
    details: tuple[tuple[str, str], ...]
    allergies: tuple[str, ...]
    stays: tuple[tuple[str, str, str, str, str], ...]
    """Admitted, discharged, reason, ICD-10 code, practitioner."""
    prescriptions: tuple[tuple[str, str, str, str], ...]
    """Prescribed, drug with its ATC code, dose, duration."""


def charts(batch: Batch, origin: Origin) -> Iterator[Chart]:
    """Yield the chart of each patient of a batch that has its stories."""
    words = words_of(origin.locale)
    for person, story in zip(batch.identities.iter_rows(named=True), batch.stories, strict=True):
        yield _chart(person, story, words, origin.as_of)


def _chart(person: dict[str, Any], story: Story, words: ChartWords, as_of: date) -> Chart:
    born: date = person[Field.BIRTH_DATE]
    years = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
    sex = words.sex[person[Field.SEX]]
    town = words.town.format(postcode=person[Field.POSTCODE], town=person[Field.TOWN])
    address = f"{person[Field.STREET]}, {town}"
    details = (
        (words.birth_name, person[Field.BIRTH_NAME]),
        (words.birth_place, person[Field.BIRTH_PLACE]),
        (words.address, address),
        (words.phone, person[Field.PHONE]),
        (words.email, person[Field.EMAIL]),
        (words.local_id, person[Field.LOCAL_ID]),
        (words.national_id, person[Field.NATIONAL_ID]),
    )
    return Chart(
        surname=person[Field.SURNAME],
        first_name=person[Field.FIRST_NAME],
        line=f"{sex} · {words.born[person[Field.SEX]]} {_day(born, words)} · {words.age.format(years=years)}",
        details=tuple((label, str(value)) for label, value in details if value),
        allergies=tuple(f"{one.substance} ({_day(one.noted, words)})" for one in story.allergies),
        stays=tuple(
            (
                _moment(stay.admitted, words),
                _moment(stay.discharged, words),
                stay.reason,
                stay.icd10,
                _named(stay.practitioner),
            )
            for stay in story.stays
        ),
        prescriptions=tuple(
            (_day(one.prescribed, words), f"{one.drug} ({one.atc})", one.dose, words.days.format(days=one.days))
            for one in story.prescriptions
        ),
    )


def _named(doctor: Practitioner | None) -> str:
    return f"{doctor.surname.upper()} {doctor.first_name}" if doctor else ""


def _day(day: date, words: ChartWords) -> str:
    return day.strftime(words.date)


def _moment(moment: datetime, words: ChartWords) -> str:
    return moment.strftime(f"{words.date} %H:%M")
