"""What is measured as a stay begins: values that go together, and with the age, the sex and the conditions.

The curves are rounded by hand after the usual growth and blood pressure charts: estimates, no reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from honeytokens.clinical.conditions import BODY, Clinic
from honeytokens.clinical.stays import KINDS, MOST_STAYS, Stays, Times
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64, U64
from honeytokens.model import Care

F64 = NDArray[np.float64]

# Height (cm) and body mass index (kg/m2) by age in years, women first.
_HEIGHT_AGES = (0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 13, 14, 15, 16, 18, 45, 70, 90)
_HEIGHTS = (
    (49.5, 60, 66, 74, 86.5, 95, 102.5, 115.5, 127.5, 138.5, 151.5, 157, 160, 161.5, 162.5, 163.5, 163, 159, 155),
    (50.0, 61.5, 67.5, 76, 88, 96, 103, 116, 128, 138.5, 149.5, 156.5, 164, 170, 173.5, 176, 175.5, 172, 169),
)
_INDEX_AGES = (0, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 30, 45, 60, 75, 90)
_INDICES = (
    (13.3, 16.2, 17, 16.8, 16.2, 15.3, 15.3, 15.8, 16.7, 18, 19.4, 20.5, 21.2, 23.2, 24.8, 26, 26, 24),
    (13.4, 16.6, 17.3, 17, 16.4, 15.6, 15.4, 15.8, 16.6, 17.8, 19.1, 20.4, 21.5, 24.3, 26.1, 27, 26.6, 25),
)
_PULSE_AGES, _PULSES = (0, 0.5, 1, 3, 6, 10, 15, 20, 90), (140, 130, 120, 105, 96, 86, 78, 73, 72)
_SYSTOLIC_AGES = (3, 10, 15, 18, 30, 45, 60, 75, 90)
_SYSTOLICS = ((96, 104, 110, 112, 113, 120, 131, 138, 140), (96, 105, 114, 119, 122, 126, 133, 136, 136))
_FIRST_PRESSURE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One value for each stay; a value that was not taken is 0."""

    height: I64
    weight: F64
    systolic: I64
    diastolic: I64
    pulse: I64
    temperature: F64
    saturation: I64


def measure(draws: Draws, table: Clinic, sex: I64, born: Times, stays: Stays) -> Measured:
    """Return what was measured at each stay."""
    tall, broad, tense = (_normal(draws.u64("body", index))[stays.row] for index in range(3))
    numbers = np.stack([draws.u64("vitals", index) for index in range(MOST_STAYS)], axis=1)[stays.row, stays.place]
    tones = [_tone(numbers, part) for part in range(5)]
    age = (stays.admitted.astype("datetime64[D]") - born[stays.row]).astype(np.int64) / 365.25
    sexes = sex[stays.row]
    here = {flag: table.body[stays.condition, number] for number, flag in enumerate(BODY)}
    # A raised pressure or weight belongs to the person, whatever this stay is for.
    owned = np.zeros((len(draws.serials), len(BODY)), dtype=np.bool_)
    np.logical_or.at(owned, stays.row, table.body[stays.condition])
    always = {flag: owned[stays.row, number] for number, flag in enumerate(BODY)}
    height = _by_sex(age, sexes, _HEIGHT_AGES, _HEIGHTS) * (1 + 0.039 * tall)
    index = _by_sex(age, sexes, _INDEX_AGES, _INDICES) * np.exp(
        np.where(age < 18, 0.10, 0.16) * broad + 0.02 * tones[0]
    )
    index = np.where(always["heavy"], np.maximum(index * 1.16, 22), index)
    index = np.where(
        always["obese"], np.maximum(index * 1.3, np.where(age < 18, 25.5, 31) + 3 * np.abs(tones[0])), index
    )
    index = np.where(here["thin"], np.minimum(index * 0.78, 16.5), index)
    index = np.where(age < 18, index, np.clip(index, 14.5, 52))
    temperature = 36.8 + 0.25 * tones[1] + np.where(here["fever"], 1.7 + 0.55 * tones[2], 0)
    pressure = (
        _by_sex(age, sexes, _SYSTOLIC_AGES, _SYSTOLICS) + 7 * tense + 5 * tones[3] + 0.5 * np.clip(index - 25, -5, 12)
    )
    pressure += np.where(always["tension"], 14, 0) - np.where(here["low"], 24, 0)
    pressure = np.clip(np.where(here["tension"], np.maximum(pressure, 138 + 6 * tones[3]), pressure), 78, 205)
    gap = np.interp(age, (3, 18, 45, 75), (38, 44, 46, 60)) + 0.35 * (pressure - 120) + 2.5 * tones[2]
    pulse = np.interp(age, _PULSE_AGES, _PULSES) * (1 + 0.09 * tones[4]) + 9 * np.clip(temperature - 37, 0, 3)
    pulse += np.where(here["fast"], 18 + 5 * tones[4], 0)
    pulse = np.where(here["slow"], 39 + 4 * tones[4], np.clip(pulse, 44, 190))
    saturation = (
        98 - 0.02 * np.clip(age - 40, 0, None) + 0.8 * tones[0] - np.where(here["breathless"], 5 + 1.5 * tones[1], 0)
    )
    seen_in_clinic = stays.kind == KINDS.index(Care.CONSULTATION)
    systolic = np.where(age < _FIRST_PRESSURE, 0, _whole(pressure))
    return Measured(
        height=_whole(height),
        weight=np.round(index * height * height / 10_000, 1),
        systolic=systolic,
        diastolic=np.where(systolic == 0, 0, _whole(np.clip(pressure - np.maximum(gap, 24), 42, 118))),
        pulse=_whole(pulse),
        temperature=np.where(seen_in_clinic, 0, np.round(temperature, 1)),
        saturation=np.where(seen_in_clinic, 0, _whole(np.clip(saturation, 84, 100))),
    )


def _by_sex(age: F64, sexes: I64, ages: tuple[float, ...], values: tuple[tuple[float, ...], ...]) -> F64:
    found: F64 = np.where(sexes == 0, np.interp(age, ages, values[0]), np.interp(age, ages, values[1]))
    return found


def _normal(numbers: U64) -> F64:
    """Return numbers that are nearly normal, of variance 1 and never beyond 3.5: sums of four uniform ones."""
    total = sum((numbers >> np.uint64(shift) & np.uint64(0xFFFF)).astype(np.int64) for shift in (0, 16, 32, 48))
    return (np.asarray(total) / 65_536 - 2) * 1.732


def _tone(numbers: U64, part: int) -> F64:
    """Return one of five numbers between -1.7 and 1.7, of variance 1."""
    twelve = (numbers >> np.uint64(12 * part) & np.uint64(0xFFF)).astype(np.int64)
    return (twelve / 4_095 - 0.5) * 3.46


def _whole(values: F64) -> I64:
    return np.rint(values).astype(np.int64)
