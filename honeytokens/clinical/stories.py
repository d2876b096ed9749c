"""Stories drawn for many decoys at once. A story depends on its decoy's serial, sex, birth date and last day only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import TypeVar

import numpy as np
import polars as pl

from honeytokens.clinical.conditions import Clinic, clinic
from honeytokens.clinical.practitioners import seen_by
from honeytokens.clinical.prescriptions import Prescribed, prescribe
from honeytokens.clinical.stays import KINDS, Stays, Times, draw_stays
from honeytokens.clinical.vitals import Measured, measure
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64
from honeytokens.model import Allergy, Practitioner, Prescription, Stay, Story, Vitals

Thing = TypeVar("Thing")


def stories(
    draws: Draws,
    identities: pl.DataFrame,
    until: date | pl.Series,
    language: str,
    practitioners: Sequence[Practitioner] = (),
) -> list[Story]:
    """Return one story for each row of ``identities`` (``sex``, ``birth_date``), all of it before ``until``.

    ``until`` is one day, or one for each row; ``language`` is that of the words and of the public holidays: French for
    ``fr``, else English; ``practitioners`` are those who may have seen the patients. Someone born less than four days
    before ``until`` has an empty story.
    """
    french = language == "fr"
    table, size = clinic(french=french), len(identities)
    ends = until.to_numpy() if isinstance(until, pl.Series) else np.full(size, np.datetime64(until))
    ends = ends.astype("datetime64[D]")
    born = identities["birth_date"].to_numpy().astype("datetime64[D]")
    sex = (identities["sex"] == "male").to_numpy().astype(np.int64)
    substances, noted = _allergies(draws, table, born, ends)
    stays = draw_stays(draws, table, sex, born, ends, french=french)
    prescribed = prescribe(draws, table, sex, stays, substances)
    measured = measure(draws, table, sex, born, stays)
    admitted = stays.admitted.tolist()
    parts = zip(
        _shared(_told_stays(table, stays, admitted, seen_by(draws, table, stays, practitioners)), stays.row, size),
        _shared(*_told_allergies(table, substances, noted), size),
        _shared(_told_prescriptions(table, stays, prescribed), stays.row[prescribed.stay], size),
        _shared(_told_vitals(measured, admitted), stays.row, size),
        strict=True,
    )
    return [Story(*part) for part in parts]


def _shared(things: tuple[Thing, ...], rows: I64, size: int) -> Iterator[tuple[Thing, ...]]:
    """Yield the things of each row, from things in the order of their rows."""
    bounds = np.searchsorted(rows, np.arange(size + 1)).tolist()
    return (things[start:end] for start, end in pairwise(bounds))


def _told_stays(
    table: Clinic, stays: Stays, admitted: Sequence[datetime], seen: Sequence[Practitioner | None]
) -> tuple[Stay, ...]:
    conditions = table.conditions
    columns = zip(admitted, stays.discharged.tolist(), stays.condition.tolist(), stays.kind.tolist(), seen, strict=True)
    return tuple(
        Stay(begins, ends, conditions[number].label, conditions[number].icd10, KINDS[kind], practitioner)
        for begins, ends, number, kind, practitioner in columns
    )


def _told_prescriptions(table: Clinic, stays: Stays, prescribed: Prescribed) -> tuple[Prescription, ...]:
    days = stays.discharged.astype("datetime64[D]").tolist()
    # A drug stands twice in this list, for adults and for children.
    forms = [
        (drug.name, drug.atc, dose or drug.adult, drug.days)
        for drug in table.drugs
        for dose in (drug.adult, drug.child)
    ]
    found = []
    for stay, drug, child in zip(
        prescribed.stay.tolist(), prescribed.drug.tolist(), prescribed.child.tolist(), strict=True
    ):
        name, atc, dose, length = forms[2 * drug + child]
        found.append(Prescription(name, atc, dose, days[stay], length))
    return tuple(found)


def _told_vitals(measured: Measured, admitted: Sequence[datetime]) -> tuple[Vitals, ...]:
    columns = (
        measured.height,
        measured.weight,
        measured.systolic,
        measured.diastolic,
        measured.pulse,
        measured.temperature,
        measured.saturation,
    )
    return tuple(
        Vitals(when, height, weight, high or None, low or None, pulse, warmth or None, oxygen or None)
        for when, height, weight, high, low, pulse, warmth, oxygen in zip(
            admitted, *(column.tolist() for column in columns), strict=True
        )
    )


def _allergies(draws: Draws, table: Clinic, born: Times, ends: Times) -> tuple[I64, Times]:
    """Return the allergies of each row and the days they were noted on, after the first birthday, in no order.

    Both have the shape (rows, 2); -1 stands for none.
    """
    room = (ends - born).astype(np.int64) - 366
    allergic = draws.chance("allergic", table.allergic, 1000) & (room > 0)
    twice = allergic & draws.chance("twice allergic", table.twice_allergic, 1000)
    first, second = (draws.pick("substance", table.substance_totals, index) for index in range(2))
    substances = np.stack([np.where(allergic, first, -1), np.where(twice & (first != second), second, -1)], axis=1)
    noted = [ends - 1 - draws.below("allergy day", np.maximum(room, 1), index) for index in range(2)]
    return substances, np.stack(noted, axis=1)


def _told_allergies(table: Clinic, substances: I64, noted: Times) -> tuple[tuple[Allergy, ...], I64]:
    """Return the allergies in order of rows and time, and their rows."""
    row, place = np.nonzero(substances >= 0)
    order = np.lexsort((noted[row, place], row))
    row, place = row[order], place[order]
    columns = zip(substances[row, place].tolist(), noted[row, place].tolist(), strict=True)
    return tuple(Allergy(table.substances[number], day) for number, day in columns), row
