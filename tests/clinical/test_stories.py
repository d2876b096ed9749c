"""Stories are coherent, in order of time, and a function of their decoy alone."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from honeytokens.clinical import stories
from honeytokens.clinical.conditions import clinic
from honeytokens.markers import Draws
from honeytokens.model import Story

UNTIL = date(2026, 3, 1)
KEY = bytes(range(32))
MEN_ONLY = {"N40", "C61"}
WOMEN_ONLY = {"C50.9", "D25.9", "N83.2"}
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
            assert age > 34 or stay.icd10 not in {"I10", "N40", "H25.9", "S72.0"}
    assert len(seen) >= 40


def test_consultations_and_planned_stays_keep_working_days_and_hours() -> None:
    care = {condition.icd10: condition.care for condition in clinic(french=True).conditions}
    for story in told():
        for stay in story.stays:
            if care[stay.icd10] != "emergency":
                assert stay.admitted.weekday() < 5
                assert time(7) <= stay.admitted.time() < time(18)
            if stay.discharged.date() != stay.admitted.date() and stay.discharged.time() > time(6):
                assert stay.discharged.weekday() < 6
                assert time(9) <= stay.discharged.time() < time(17)


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
        assert [stay.reason for stay in french.stays] != [stay.reason for stay in other.stays] or {"G43.9"} >= {
            stay.icd10 for stay in french.stays
        }


def test_nobody_gives_no_story_and_the_unborn_an_empty_one() -> None:
    assert stories(draws(), people().clear(), UNTIL, "fr") == []
    unborn = pl.DataFrame({"sex": ["female"], "birth_date": [date(2027, 1, 1)]})
    assert stories(draws(1), unborn, UNTIL, "fr") == [Story((), (), ())]


@pytest.mark.parametrize("french", [True, False])
def test_the_table_is_well_formed(french: bool) -> None:
    table = clinic(french=french)
    codes = [condition.icd10 for condition in table.conditions]
    assert len(codes) == len(set(codes)) >= 40
    assert (table.totals[:, :, -1] > 0).all(), "each sex and age has a condition"
    assert all(condition.nights[0] <= condition.nights[1] for condition in table.conditions)


def test_the_shipped_table_gives_what_it_always_gave() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert [str(told()[serial]) for serial in (1_000, 3_000, 4_500, 6_000, 7_500)] == golden
