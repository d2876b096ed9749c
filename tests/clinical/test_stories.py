"""Stories are coherent, in order of time, and a function of their decoy alone."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from honeytokens.clinical import stories
from honeytokens.clinical.conditions import clinic
from honeytokens.markers import Draws
from honeytokens.model import Care, Story, Vitals

UNTIL = date(2026, 3, 1)
KEY = bytes(range(32))
MEN_ONLY = {"N40", "C61"}
WOMEN_ONLY = {"C50.9", "D25.9", "N83.2"}
NEWBORNS = {"P59.9", "P92.9", "P38", "P39.1"}
TABLE = clinic(french=True)
GOLDEN = Path(__file__).parent / "golden.json"


def draws(*serials: int) -> Draws:
    return Draws(KEY, np.array(serials, dtype=np.uint64))


@cache
def people() -> pl.DataFrame:
    """Return 8,000 people of every age, from the day before the end to a hundred years."""
    days = np.linspace(1, 36_500, 8_000).astype(np.int64)
    return pl.DataFrame(
        {
            "sex": ["female", "male"] * 4_000,
            "birth_date": [UNTIL - timedelta(days=int(day)) for day in days],
        }
    )


@cache
def told() -> tuple[Story, ...]:
    return tuple(stories(draws(*range(8_000)), people(), UNTIL, "fr"))


def test_everything_lies_between_birth_and_the_last_day_in_order() -> None:
    for born, story in zip(people()["birth_date"], told(), strict=True):
        last = datetime.combine(born, time())
        for stay in story.stays:
            assert last <= stay.admitted < stay.discharged
            last = stay.discharged
        assert last < datetime.combine(UNTIL, time())
        noted = [allergy.noted for allergy in story.allergies] + [drug.prescribed for drug in story.prescriptions]
        assert all(born <= day < UNTIL for day in noted)


def test_drugs_are_prescribed_as_a_stay_ends() -> None:
    for story in told():
        ends = {stay.discharged.date() for stay in story.stays}
        assert all(drug.prescribed in ends and drug.days > 0 for drug in story.prescriptions)


def test_conditions_fit_the_sex_and_the_age() -> None:
    seen: set[str] = set()
    for sex, born, story in zip(people()["sex"], people()["birth_date"], told(), strict=True):
        codes = {stay.icd10 for stay in story.stays}
        seen |= codes
        assert not codes & (MEN_ONLY if sex == "female" else WOMEN_ONLY)
        assert not any(code.startswith(("O", "Z3")) for code in codes), "no pregnancy"
        for stay in story.stays:
            age = (stay.admitted.date() - born).days / 365.25
            assert age < 2.1 or stay.icd10 != "J21.9"
            assert age > 29.9 or stay.icd10 not in {"I10", "N40", "H25.9", "S72.0"}
            assert (stay.icd10 in NEWBORNS) == ((stay.admitted.date() - born).days < 28)
    assert len(seen) >= 190


def test_every_visit_keeps_its_hours_and_the_days_of_opening() -> None:
    holidays = [date(year, *day) for year in range(2017, 2027) for day in ((1, 1), (5, 1), (7, 14), (12, 25))]
    seen = set()
    for story in told():
        for stay in story.stays:
            seen.add(stay.care)
            if not stay.care.urgent:
                assert stay.admitted.weekday() < 5
                assert stay.admitted.date() not in holidays
                assert time(7) <= stay.admitted.time() < time(17)
            if stay.care is Care.CONSULTATION:
                assert time(8) <= stay.admitted.time() <= stay.discharged.time() < time(18)
            if stay.care.overnight:
                assert stay.discharged.date() > stay.admitted.date()
                assert stay.discharged.weekday() < 6
                assert time(9) <= stay.discharged.time() < time(17)
            else:
                assert stay.discharged - stay.admitted < timedelta(hours=10)
            for moment in (stay.admitted, stay.discharged):
                assert moment.hour not in {1, 2}, "an hour that clocks skip"
    assert seen == set(Care)


def test_the_care_of_a_stay_is_that_of_its_condition() -> None:
    planned = {"consultation": {Care.CONSULTATION}, "planned": {Care.DAY_CASE, Care.PLANNED_STAY}}
    cares = {one.icd10: planned.get(one.care, {Care.EMERGENCY, Care.EMERGENCY_STAY}) for one in TABLE.conditions}
    assert all(stay.care in cares[stay.icd10] for story in told() for stay in story.stays)


def test_newborns_have_a_story_of_their_own() -> None:
    ages = range(1, 40)
    born = pl.DataFrame({"sex": ["male"] * 39, "birth_date": [UNTIL - timedelta(days=days) for days in ages]})
    for days, story in zip(ages, stories(draws(*ages), born, UNTIL, "fr"), strict=True):
        assert bool(story.stays) == (days >= 4)
        for stay, vitals in zip(story.stays, story.vitals, strict=True):
            assert stay.icd10 in NEWBORNS or days > 28
            assert UNTIL - timedelta(days=days) < stay.admitted.date() <= stay.discharged.date() < UNTIL
            assert 1.9 < vitals.weight < 6
            assert vitals.systolic is None


@pytest.mark.parametrize(
    ("conditions", "allergy", "drugs"),
    [
        (("J45", "J44"), None, ("C07", "S01ED")),
        (("N17", "N18", "K70"), None, ("A10BA", "M01A")),
        (("I48", "I50", "K92"), None, ("M01A",)),
        (("G40",), None, ("N02A", "J01M")),
        (("I25", "I63"), None, ("N02CC", "M01A")),
        ((), "pénicilline", ("J01C",)),
        ((), "ibuprofène", ("M01A", "B01AC06")),
    ],
)
def test_nothing_is_prescribed_against_the_rest_of_the_story(
    conditions: tuple[str, ...], allergy: str | None, drugs: tuple[str, ...]
) -> None:
    concerned = 0
    for story in told():
        ill = any(stay.icd10.startswith(conditions) for stay in story.stays) if conditions else False
        if ill or (allergy and any(one.substance == allergy for one in story.allergies)):
            concerned += 1
            assert not any(drug.atc.startswith(drugs) for drug in story.prescriptions)
    assert concerned > 20


def test_children_are_given_doses_of_children() -> None:
    doses = {(drug.atc, drug.child) for drug in TABLE.drugs}
    seen = 0
    for born, story in zip(people()["birth_date"], told(), strict=True):
        for drug in story.prescriptions:
            if (drug.prescribed - born).days < 14 * 365:
                seen += 1
                assert (drug.atc, drug.dose) in doses
    assert seen > 300


def test_what_is_measured_goes_together() -> None:
    by_condition: dict[str, list[Vitals]] = {}
    for born, story in zip(people()["birth_date"], told(), strict=True):
        assert [one.measured for one in story.vitals] == [stay.admitted for stay in story.stays]
        for stay, vitals in zip(story.stays, story.vitals, strict=True):
            by_condition.setdefault(stay.icd10, []).append(vitals)
            age = (stay.admitted.date() - born).days / 365.25
            index = vitals.weight / (vitals.height / 100) ** 2
            assert (13.5 < index < 54) if age > 18 else (9 < index < 40)
            assert 135 < vitals.height < 205 or age < 17
            assert (vitals.systolic is None) == (vitals.diastolic is None) == (age < 3)
            if vitals.systolic and vitals.diastolic:
                assert 20 <= vitals.systolic - vitals.diastolic <= 105
                assert 75 < vitals.systolic < 210
            assert (vitals.temperature is None) == (vitals.saturation is None) == (stay.care is Care.CONSULTATION)
        adult = [v.height for v in story.vitals if (v.measured.date() - born).days > 20 * 365]
        assert not adult or max(adult) - min(adult) <= 2, "adults keep their height"
    assert min(v.temperature or 0 for v in by_condition["N10"]) >= 37.2
    assert mean(v.temperature for v in by_condition["S93.4"]) < 37.1
    assert mean(v.systolic for v in by_condition["I10"]) > mean(v.systolic for v in by_condition["I95.1"]) + 25
    assert mean(v.saturation for v in by_condition["J44.1"]) < 95 < mean(v.saturation for v in by_condition["K35.8"])
    assert all(v.weight / (v.height / 100) ** 2 > 25 for v in by_condition["E66.9"])


def mean(values: Iterable[float | None]) -> float:
    return statistics.mean(value for value in values if value is not None)


def test_nearly_all_have_a_stay_and_one_in_eight_an_allergy() -> None:
    grown = [story for born, story in zip(people()["birth_date"], told(), strict=True) if born < date(2020, 1, 1)]
    assert all(story.stays for story in grown)
    assert 0.10 < sum(bool(story.allergies) for story in grown) / len(grown) < 0.14


def test_a_story_is_the_same_alone_and_in_a_batch() -> None:
    for serial in (0, 3, 77, 4_000, 7_999):
        assert stories(draws(serial), people()[serial], UNTIL, "fr") == [told()[serial]]


def test_each_row_may_have_its_own_last_day() -> None:
    untils = pl.Series([date(2020, 6, 1), UNTIL])
    rows = people()[[6_000, 6_000]]
    early, late = stories(draws(6_000, 6_000), rows, untils, "fr")
    assert late == told()[6_000]
    assert all(stay.discharged.date() < date(2020, 6, 1) for stay in early.stays)


def test_words_follow_the_language_and_nothing_else_does() -> None:
    english = stories(draws(*range(5_000, 5_050)), people()[5_000:5_050], UNTIL, "en")
    for french, other in zip(told()[5_000:5_050], english, strict=True):
        assert [stay.icd10 for stay in french.stays] == [stay.icd10 for stay in other.stays]
        assert [drug.atc for drug in french.prescriptions] == [drug.atc for drug in other.prescriptions]
        assert [stay.care for stay in french.stays] == [stay.care for stay in other.stays]
        assert [one.weight for one in french.vitals] == [one.weight for one in other.vitals]
    words = [{stay.reason for story in side for stay in story.stays} for side in (told()[5_000:5_050], english)]
    assert words[0] & words[1] <= {"Migraine", "Psoriasis", "Constipation", "Covid-19", "Phimosis"}


def test_nobody_gives_no_story_and_the_unborn_an_empty_one() -> None:
    assert stories(draws(), people().clear(), UNTIL, "fr") == []
    unborn = pl.DataFrame({"sex": ["female"], "birth_date": [date(2027, 1, 1)]})
    assert stories(draws(1), unborn, UNTIL, "fr") == [Story((), (), ())]


def test_the_shipped_tables_give_what_they_always_gave() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert [str(told()[serial]) for serial in (1_000, 3_000, 4_500, 6_000, 7_500)] == golden
