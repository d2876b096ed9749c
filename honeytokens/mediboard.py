"""How Mediboard writes a patient: names, title, phonetic keys (its public code of 3 July 2015)."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from anyascii import anyascii

from honeytokens.model import Story

CHILD = 15
"""Who is younger is addressed as a child: ``adult_age`` of the default configuration."""
_SOUNDS = "GUI-KI GUE-KE GA-KA GO-KO GU-K CA-KA CO-KO CU-KU Q-K CC-K CK-K"
_VOWELS = str.maketrans("EIOU", "AAAA")
_BEGINNINGS = "ASA-AZA KN-NN PF-FF PH-FF SCH-SSS"
"""What is written and what is heard."""


def upper(name: str) -> str:
    """Return a surname in capitals, its accents kept; a letter whose capital is two stays as it is."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)


def title(sex: str, born: date, day: date) -> str:
    """Return the code of someone's title, as it is guessed from sex and age on some day."""
    if age(born, day) < CHILD:
        return "enf"
    return "m" if sex == "male" else "mme"


def age(born: date, day: date) -> int:
    """Return whole years on some day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def codes(story: Story) -> dict[str, str]:
    """Return the codes of a patient's diagnoses, written without their points, with a label for each."""
    return {stay.icd10.replace(".", ""): stay.reason for stay in story.stays}


@lru_cache(maxsize=4096)
def soundex2(name: str) -> str:
    """Return the phonetic key by which patients are searched: Frédéric Brouard's Soundex 2, as Mediboard applies it."""
    whole = re.sub("[^A-Z0-9]", "", anyascii(name).upper())
    key = whole
    for group, sound in _pairs(_SOUNDS):
        key = key.replace(group, sound)
    key = key[:1] + key[1:].translate(_VOWELS)
    for group, sound in _pairs(_BEGINNINGS):
        if key.startswith(group):
            key = sound + key.removeprefix(group)
    key = re.sub("(?<![CS])H", "", key)
    key = re.sub("(?<!A)Y", "", key)
    key = re.sub("[ATDS]$", "", key)
    key = re.sub("(?<!^)A", "", key)
    return re.sub(r"(.)\1", r"\1", key)[:4] or whole[:1]


@cache
def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((written, heard) for written, _, heard in (pair.partition("-") for pair in text.split()))
