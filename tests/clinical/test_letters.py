"""Letters agree with their stories and with grammar, and no long run of words comes back in many of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from honeytokens.clinical import stories
from honeytokens.clinical.letter_words import english_date, french_date, lowered, of
from honeytokens.clinical.letters import Letter, letter, letters
from honeytokens.decoys import Maker
from honeytokens.markers import Draws
from honeytokens.model import Care, Practitioner, Recipe, Stay, Story

UNTIL = date(2026, 3, 1)
PEOPLE = 1_300
RUN = 12
LANGUAGES = ("fr", "en")
TITLES = {
    "fr": {"Lettre de consultation", "Compte rendu de passage aux urgences", "Compte rendu d'hospitalisation de jour"},
    "en": {"Clinic letter", "Emergency department letter", "Day case summary"},
}


def draws() -> Draws:
    return Draws(bytes(range(32)), np.arange(PEOPLE, dtype=np.uint64))


@cache
def people() -> pl.DataFrame:
    """Return people of all ages, with 55 surnames and 40 first names."""
    days = np.linspace(5, 34_000, PEOPLE).astype(np.int64).tolist()
    return pl.DataFrame(
        {
            "sex": ["female", "male"] * (PEOPLE // 2),
            "birth_date": [UNTIL - timedelta(days=day) for day in days],
            "surname": [f"Nom{number % 55}" for number in range(PEOPLE)],
            "first_name": [f"Prenom{number % 40}" for number in range(PEOPLE)],
        }
    )


@cache
def told(language: str) -> list[tuple[Story, dict[str, Any], tuple[Letter, ...]]]:
    past = stories(draws(), people(), UNTIL, language)
    written = letters(draws(), people(), past, language)
    return [*zip(past, people().iter_rows(named=True), written, strict=True)]


def every(language: str) -> list[tuple[Stay, Story, dict[str, Any], Letter]]:
    return [
        (stay, story, person, one)
        for story, person, written in told(language)
        for stay, one in zip(story.stays, written, strict=True)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_of_twelve_words_comes_back_in_many_letters(language: str, full: bool) -> None:
    """At most 2% of 10,000 letters with ``--full``; a run at that rate is in 2.7% of 2,000 once in a hundred times."""
    found: Counter[tuple[str, ...]] = Counter()
    written = ten_thousand(language) if full else [one for *_, one in every(language)][:2_000]
    assert len(written) == (10_000 if full else 2_000)
    for one in written:
        words = " ".join(one.paragraphs).lower().split()
        found.update({tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)})
    run, count = found.most_common(1)[0]
    print(f"{language}: {count} of {len(written)} letters say: {' '.join(run)}")
    assert count <= (0.02 if full else 0.027) * len(written), " ".join(run)


def ten_thousand(language: str) -> list[Letter]:
    """Return letters as the product makes them, about people of its own."""
    recipe = Recipe(
        f"{language}_{'fr' if language == 'fr' else 'gb'}", "", "75014" if language == "fr" else "SE1", UNTIL
    )
    maker = Maker("spring", recipe, bytes(range(32)), {})
    people = maker.identities(range(7_000))
    several = maker.letters(range(7_000), people, maker.stories(range(7_000), people))
    return [letter for some in several for letter in some][:10_000]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_says_what_the_story_says(language: str) -> None:
    written_date = french_date if language == "fr" else english_date
    seen = set()
    for stay, story, person, one in every(language):
        body = "\n".join(one.paragraphs)
        seen.add(one.title)
        assert one.written == stay.discharged.date()
        assert f"{person['first_name']} {person['surname']}" in body
        assert written_date(stay.admitted.date()) in body or stay.care.overnight
        assert lowered(stay.reason) in body
        given = [drug for drug in story.prescriptions if drug.prescribed == one.written]
        assert all(drug.drug in body and drug.dose in body for drug in given)
        assert not any(drug.drug in body for drug in story.prescriptions if drug.prescribed > one.written and not given)
        vitals = story.vitals[story.stays.index(stay)]
        assert str(vitals.pulse) in body
        assert f"{vitals.weight:.1f}".replace(".", "," if language == "fr" else ".") in body
    assert seen > TITLES[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_to_fill_in_and_sentences_are_whole(language: str) -> None:
    for *_, one in every(language):
        assert not re.search(r"[{}*]|None|  | \.|\.\.", "\n".join(one.paragraphs))
        assert all(paragraph.endswith(".") for paragraph in one.paragraphs[1:-1])


def test_french_agrees_with_the_sex() -> None:
    wrong = {
        "female": r"\b(Il (est|a|pèse|repart|reprendra|se)|né le|âgé de|hospitalisé\b|vu en|Monsieur|patient\b)",
        "male": r"\b(Elle|née le|âgée de|hospitalisée|vue en|Madame|patiente)\b",
    }
    for _, _, person, one in every("fr"):
        assert not re.search(wrong[person["sex"]], "\n".join(one.paragraphs)), one


def test_french_elides() -> None:
    for *_, one in every("fr"):
        assert not re.search(
            r"\b(de|le|que|la) (une? |hypert|hyper|hypo|épi|infar|asth|otite)", "\n".join(one.paragraphs)
        )
    assert (of("hernie inguinale"), of("hypertension"), of("œdème")) == (
        "de hernie inguinale",
        "d'hypertension",
        "d'œdème",
    )


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Crohn's disease", "Crohn's disease"), ("COPD, flare-up", "COPD, flare-up"), ("Migraine", "migraine")],
)
def test_labels_in_a_sentence(label: str, expected: str) -> None:
    assert lowered(label) == expected


def test_the_first_of_the_month_is_written_as_french_writes_it() -> None:
    assert french_date(date(2024, 8, 1)) == "1er août 2024"
    assert english_date(date(2024, 8, 1)) == "1 August 2024"


@pytest.mark.parametrize("language", LANGUAGES)
def test_children_are_not_spoken_of_as_adults(language: str) -> None:
    adult = r"\b(Monsieur|Madame|Ms|Mr|alcohol|l'alcool|conduire|drive|patiente?)\b"
    for stay, _, person, one in every(language):
        if (stay.admitted.date() - person["birth_date"]).days < 14 * 365:
            body = "\n".join(one.paragraphs[1:-1])
            assert not re.search(adult, re.sub("Votre patiente?|Your patient", "", body)), one


def test_a_letter_names_no_doctor_but_that_of_its_stay() -> None:
    story, person, _ = next(told for told in told("fr") if told[0].stays)
    seen = replace(story, stays=tuple(replace(stay, practitioner=Practitioner("Roy", "Paul")) for stay in story.stays))
    assert letter(person, seen, 0, "fr", 7).paragraphs[-1].startswith("Dr Paul Roy\nService : ")
    assert letter(person, story, 0, "fr", 7).paragraphs[-1].startswith("Service : ")


def test_a_letter_is_the_same_alone_and_in_a_batch() -> None:
    for serial in (3, 500, 1_000):
        story, _, written = told("fr")[serial]
        alone = Draws(bytes(range(32)), np.array([serial], dtype=np.uint64))
        assert letters(alone, people()[serial], [story], "fr") == [written]


def test_someone_who_never_came_has_no_letter() -> None:
    assert letters(draws().where(np.arange(PEOPLE) < 1), people()[0], [Story((), (), ())], "fr") == [()]


def test_the_care_decides_what_kind_of_letter_it_is() -> None:
    kinds: dict[str, set[Care]] = {}
    for stay, _, _, one in every("en"):
        kinds.setdefault(one.title, set()).add(stay.care)
    assert kinds["Discharge summary"] == {Care.PLANNED_STAY, Care.EMERGENCY_STAY}
    assert kinds["Clinic letter"] == {Care.CONSULTATION}
