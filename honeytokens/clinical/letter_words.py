"""The grammar that letters need in each language: agreement, elision, dates and ages in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from honeytokens.clinical.conditions import ADULT
from honeytokens.model import Care, Field, Sex, Stay

Facts = dict[str, object]

_FRENCH_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ASPIRATED = ("hernie",)
"""Words of our labels before which French does not elide."""
_NAMED = ("Alzheimer", "Bartholin", "Bell", "Covid", "Crohn", "Dupuytren", "Hodgkin", "Parkinson")
"""Labels that keep their capital in the middle of a sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``facts`` takes a person, a stay, the age in days and the sex, and returns what fills blanks."""

    titles: Mapping[Care, str]
    service: str
    weeks: tuple[str, ...]
    """When someone is seen again, the soonest first; children within four weeks."""
    facts: Callable[[Mapping[str, Any], Stay, int, Sex], Facts]
    label: Callable[[str], str]
    listed: Callable[[Sequence[str]], str]
    number: Callable[[float | None], str]
    days: Callable[[int], str]
    span: Callable[[int], str]


def french_date(day: date) -> str:
    """Return a date in French words: ``1er mars 2024``."""
    return f"{'1er' if day.day == 1 else day.day} {_FRENCH_MONTHS[day.month - 1]} {day.year}"


def english_date(day: date) -> str:
    """Return a date in English words: ``1 March 2024``."""
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def of(noun: str) -> str:
    """Return a French noun after ``de``: ``d'hypertension``, ``de hernie``."""
    mute = noun[0].lower() in "aeiouyhàâäéèêëîïôöùûüœ" and not noun.startswith(_ASPIRATED)
    return f"d'{noun}" if mute else f"de {noun}"


def lowered(label: str) -> str:
    """Return a label as it stands within a sentence: acronyms and names keep their capitals."""
    return label if label[1:2].isupper() or label.startswith(_NAMED) else label[0].lower() + label[1:]


def _french_facts(person: Mapping[str, Any], stay: Stay, days: int, sex: Sex) -> Facts:
    feminine = sex is Sex.FEMALE
    end = "e" if feminine else ""
    title = ("Madame" if feminine else "Monsieur") if days >= 18 * 365.25 else "le jeune"
    title = "la jeune" if feminine and title == "le jeune" else title
    title = "l'enfant" if days < ADULT * 365.25 else title
    name = f"{title} {person[Field.FIRST_NAME]} {person[Field.SURNAME]}"
    admitted, discharged = stay.admitted.date(), stay.discharged.date()
    seen = {
        Care.CONSULTATION: f"vu{end} en consultation",
        Care.EMERGENCY: f"vu{end} aux urgences",
        Care.DAY_CASE: f"pris{end} en charge en ambulatoire",
        Care.PLANNED_STAY: f"hospitalisé{end}",
        Care.EMERGENCY_STAY: f"hospitalisé{end} par les urgences",
    }
    on = f"le {french_date(admitted)}"
    when = f"du {_first(french_date, admitted, discharged)} au {french_date(discharged)}" if stay.care.overnight else on
    nights = (discharged - admitted).days
    label = lowered(stay.reason)
    patient = "enfant" if days < ADULT * 365.25 else f"patient{end}"
    return {
        "e": end,
        "he": "elle" if feminine else "il",
        "He": "Elle" if feminine else "Il",
        "him": "la" if feminine else "le",
        "a_patient": f"un{end} {patient}",
        "person": name,
        "Person": name[0].upper() + name[1:],
        "born": f"né{end} le {french_date(person[Field.BIRTH_DATE])}",
        "age": f"âgé{end} de {_age(days, ('jour', 'jours'), ('mois', 'mois'), ('an', 'ans'))}",
        "seen": seen[stay.care],
        "on": on,
        "On": on[0].upper() + on[1:],
        "when": when,
        "label": label,
        "of_label": of(label),
        "nights": f"{nights} nuit{'s' if nights > 1 else ''}",
    }


def _english_facts(person: Mapping[str, Any], stay: Stay, days: int, sex: Sex) -> Facts:
    feminine = sex is Sex.FEMALE
    title = ("Ms " if feminine else "Mr ") if days >= 16 * 365.25 else ""
    name = f"{title}{person[Field.FIRST_NAME]} {person[Field.SURNAME]}"
    admitted, discharged = stay.admitted.date(), stay.discharged.date()
    seen = {
        Care.CONSULTATION: "seen in clinic",
        Care.EMERGENCY: "seen in the emergency department",
        Care.DAY_CASE: "treated as a day case",
        Care.PLANNED_STAY: "admitted",
        Care.EMERGENCY_STAY: "admitted as an emergency",
    }
    on = f"on {english_date(admitted)}"
    first = _first(english_date, admitted, discharged)
    when = f"from {first} to {english_date(discharged)}" if stay.care.overnight else on
    nights = (discharged - admitted).days
    return {
        "he": "she" if feminine else "he",
        "He": "She" if feminine else "He",
        "him": "her" if feminine else "him",
        "his": "her" if feminine else "his",
        "His": "Her" if feminine else "His",
        "person": name,
        "Person": name,
        "born": f"born {english_date(person[Field.BIRTH_DATE])}",
        "age": f"aged {_age(days, ('day', 'days'), ('month', 'months'), ('', ''))}",
        "seen": seen[stay.care],
        "on": on,
        "On": on[0].upper() + on[1:],
        "when": when,
        "label": lowered(stay.reason),
        "nights": f"{nights} night{'s' if nights > 1 else ''}",
    }


def _age(days: int, of_days: tuple[str, str], of_months: tuple[str, str], of_years: tuple[str, str]) -> str:
    """Return an age as people say it: in days for two months, in months for two years; each unit for one and more."""
    for whole, (_, more) in ((365.25, of_years), (30.44, of_months)):
        if days >= 2 * whole:
            return f"{int(days / whole)} {more}".strip()
    return _days(days, *of_days)


def _first(written: Callable[[date], str], first: date, last: date) -> str:
    """Return the first of two dates without what it shares with the last: its year, or its month and year."""
    day, month, _ = written(first).split(" ")
    if first.year != last.year:
        return written(first)
    return day if first.month == last.month else f"{day} {month}"


def _span(days: int, units: tuple[str, str, str]) -> str:
    """Return two days or more in days, weeks or months."""
    of_days, weeks, months = units
    return next(
        f"{days // size} {unit}"
        for size, unit, to in ((1, of_days, 14), (7, weeks, 60), (30, months, days))
        if days <= to
    )


def _listed(things: Sequence[str], last: str) -> str:
    *others, end = things
    return f"{', '.join(others)} {last} {end}" if others else end


def _days(days: int, one: str, more: str) -> str:
    return f"{days} {one if days == 1 else more}"


WORDS = {
    "fr": Words(
        titles={
            Care.CONSULTATION: "Lettre de consultation",
            Care.EMERGENCY: "Compte rendu de passage aux urgences",
            Care.DAY_CASE: "Compte rendu d'hospitalisation de jour",
            Care.PLANNED_STAY: "Compte rendu d'hospitalisation",
            Care.EMERGENCY_STAY: "Compte rendu d'hospitalisation",
        },
        service="Service : {name}",
        weeks=("une semaine", "deux semaines", "trois semaines", "quatre semaines", "six semaines", "deux mois"),
        facts=_french_facts,
        label=lowered,
        listed=lambda things: _listed(things, "et"),
        number=lambda value: "" if value is None else f"{value:.1f}".replace(".", ","),
        days=lambda days: _days(days, "jour", "jours"),
        span=lambda days: _span(days, ("jours", "semaines", "mois")),
    ),
    "en": Words(
        titles={
            Care.CONSULTATION: "Clinic letter",
            Care.EMERGENCY: "Emergency department letter",
            Care.DAY_CASE: "Day case summary",
            Care.PLANNED_STAY: "Discharge summary",
            Care.EMERGENCY_STAY: "Discharge summary",
        },
        service="{name}",
        weeks=("one week", "two weeks", "three weeks", "four weeks", "six weeks", "two months"),
        facts=_english_facts,
        label=lowered,
        listed=lambda things: _listed(things, "and"),
        number=lambda value: "" if value is None else f"{value:.1f}",
        days=lambda days: _days(days, "day", "days"),
        span=lambda days: _span(days, ("days", "weeks", "months")),
    ),
}
