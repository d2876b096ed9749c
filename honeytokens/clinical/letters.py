"""Letters about stays, in ordinary prose: discharge summaries, notes from the emergency department, clinic letters.

Each sentence is drawn from many, and filled with what the story says of the stay. A letter names no doctor but the one
of its stay, from the operator's list; without one it is signed by the service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from honeytokens.clinical.conditions import ADULT, Condition, clinic, toml
from honeytokens.clinical.letter_words import WORDS, Words
from honeytokens.markers import Draws
from honeytokens.model import Care, Field, Sex, Story

_NO_ONSET = frozenset({"injuries", "wounds", "newborn"})
"""Specialties whose visits do not follow days of illness."""
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, dated the day the stay ended; the last paragraph is the signature."""

    title: str
    written: date
    paragraphs: tuple[str, ...]


def letters(
    draws: Draws, identities: pl.DataFrame, stories: Sequence[Story], language: str
) -> list[tuple[Letter, ...]]:
    """Return one letter for each stay of each row of ``identities``, whose stories are ``stories``, in order of time.

    A letter is a function of its decoy's serial, identity and story, and of the language (French for ``fr``, else
    English).
    """
    most = max((len(story.stays) for story in stories), default=0)
    seeds = [draws.u64("letter", index).tolist() for index in range(most)]
    rows = identities.iter_rows(named=True)
    return [
        tuple(letter(person, story, stay, language, seeds[stay][row]) for stay in range(len(story.stays)))
        for row, (person, story) in enumerate(zip(rows, stories, strict=True))
    ]


def letter(person: Mapping[str, Any], story: Story, stay: int, language: str, seed: int) -> Letter:
    """Return the letter about one stay of a story; ``seed`` is a uniform 64-bit number that decides every choice."""
    writer = _Writer(person, story, stay, language, seed)
    told = story.stays[stay]
    service = writer.service()
    doctor = told.practitioner
    signature = f"Dr {doctor.first_name} {doctor.surname}\n{service}" if doctor else service
    paragraphs = (
        writer.slot("greeting"),
        writer.beginning(),
        writer.past(),
        writer.examination(),
        writer.outcome(),
        writer.treatment(),
        writer.ending(),
        signature,
    )
    return Letter(WORDS[writer.language].titles[told.care], told.discharged.date(), paragraphs)


class _Writer:
    """Writes the paragraphs of one letter; every choice takes the next number of SplitMix64."""

    def __init__(self, person: Mapping[str, Any], story: Story, stay: int, language: str, seed: int) -> None:
        self.language = "fr" if language == "fr" else "en"
        self._state = seed
        self._story, self._number, self._stay = story, stay, story.stays[stay]
        self._words: Words = WORDS[self.language]
        self._slots = _slots(self.language)
        self._condition = _conditions(self.language)[self._stay.icd10]
        self._prose = _prose(self.language, self._condition.specialty)
        self._days = (self._stay.admitted.date() - person[Field.BIRTH_DATE]).days
        self._adult = self._days >= ADULT * 365.25
        self._facts = self._words.facts(person, self._stay, self._days, Sex(person[Field.SEX]))
        self._facts["sign"] = self.choose(self._condition.signs)

    def choose(self, options: Sequence[str]) -> str:
        """Return one of the options."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return options[(mixed ^ mixed >> 31) % len(options)]

    def slot(self, name: str, /, **facts: object) -> str:
        """Return a phrase of a slot with its blanks filled."""
        return self._filled(self._slots[name], facts)

    def _filled(self, phrases: Sequence[str], facts: Mapping[str, object]) -> str:
        allowed = phrases if self._adult else [phrase for phrase in phrases if phrase[0] != "*"]
        text = self.choose(allowed).lstrip("*").format_map({**self._facts, **facts})
        # A dose may begin with a number in words.
        return text.replace(" de une ", " d'une ").replace(" de un ", " d'un ")

    def service(self) -> str:
        """Return the name of the service that signs."""
        name = "emergency" if self._stay.care is Care.EMERGENCY else self._condition.specialty
        return self._words.service.format(name=self._slots["service"][name])

    def beginning(self) -> str:
        """Return who came, when and why."""
        sentences = [self.slot("opening")]
        if self._condition.specialty not in _NO_ONSET:
            longest = 90 if self._stay.care in (Care.CONSULTATION, Care.DAY_CASE, Care.PLANNED_STAY) else 6
            days = [str(days) for days in range(2, min(longest, max(self._days - 1, 3)) + 1)]
            sentences.append(self.slot("since", onset=self._words.span(int(self.choose(days)))))
        return " ".join(sentences)

    def past(self) -> str:
        """Return what was known before: conditions of earlier stays, allergies noted by then."""
        earlier = dict.fromkeys(self._words.label(stay.reason) for stay in self._story.stays[: self._number])
        earlier.pop(self._words.label(self._stay.reason), None)
        known = [one.substance for one in self._story.allergies if one.noted <= self._stay.discharged.date()]
        return " ".join(
            (
                self.slot("history", past=self._words.listed(list(earlier))) if earlier else self.slot("no_history"),
                self.slot("allergy", allergies=self._words.listed(known)) if known else self.slot("no_allergy"),
            )
        )

    def examination(self) -> str:
        """Return what was measured and found, in an order of its own."""
        vitals = self._story.vitals[self._number]
        measured = {
            "pressure": f"{vitals.systolic}/{vitals.diastolic} mmHg",
            "pulse": vitals.pulse,
            "temperature": self._words.number(vitals.temperature),
            "saturation": vitals.saturation,
            "weight": self._words.number(vitals.weight),
            "height": vitals.height,
        }
        sentences = [self.slot("state"), self.slot("pressure" if vitals.systolic else "pulse", **measured)]
        if vitals.temperature is not None:
            sentences.append(self.slot("warmth", **measured))
        sentences += [self._filled(self._prose["exam"], {}), self.slot("weight", **measured)]
        return " ".join(self._mixed(sentences))

    def outcome(self) -> str:
        """Return the tests, the diagnosis and the course."""
        course = self._filled(self._slots["course"][str(self._stay.care)], {})
        tests = f"{self._filled(self._prose['tests'], {})}."
        return " ".join((*self._mixed([tests, course]), self.slot("diagnosis")))

    def treatment(self) -> str:
        """Return what was prescribed as the stay ended."""
        day = self._stay.discharged.date()
        given = [
            self.slot("drug", name=one.drug, dose=one.dose, length=self._words.days(one.days))
            for one in self._story.prescriptions
            if one.prescribed == day
        ]
        return self.slot("drugs", drugs=self._words.listed(given)) if given else self.slot("no_drug")

    def ending(self) -> str:
        """Return the advice, the next visit and the greeting."""
        advice = self._filled(self._prose["advice"], {})
        weeks = self._words.weeks if self._adult else self._words.weeks[:4]
        follow_up = self.slot("follow_up", weeks=self.choose(weeks))
        return " ".join((*self._mixed([f"{advice}.", follow_up]), self.slot("closing")))

    def _mixed(self, sentences: list[str]) -> list[str]:
        """Return the sentences, each with a full stop, turned by a drawn number of places."""
        turn = int(self.choose([str(place) for place in range(len(sentences))]))
        return [one if one.endswith(".") else f"{one}." for one in sentences[turn:] + sentences[:turn]]


@cache
def _slots(language: str) -> dict[str, Any]:
    return toml(f"letters_{language}")


@cache
def _prose(language: str, specialty: str) -> dict[str, list[str]]:
    prose: dict[str, list[str]] = toml(specialty)["prose"][language]
    return prose


@cache
def _conditions(language: str) -> dict[str, Condition]:
    return {condition.icd10: condition for condition in clinic(french=language == "fr").conditions}
