"""The words of the pages in each language, and the choice of one. To add a language: write its file, add a line."""

from __future__ import annotations

from datetime import datetime

from callback_server.console.words import en, fr

LANGUAGES: dict[str, dict[str, str]] = {"en": en.WORDS, "fr": fr.WORDS}

_DEFAULT = "en"


def choose_language(asked: str | None, accept_language: str) -> str:
    """Return the language that the reader asked for, else the best of ``Accept-Language`` (RFC 9110), else English."""
    if asked in LANGUAGES:
        return asked
    best, best_weight = _DEFAULT, 0.0
    for item in accept_language.split(","):
        tag, _, parameter = item.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    try:
        return float(parameter.partition("=")[2] or 1)
    except ValueError:
        return 0.0


def human_time(at: datetime, language: str) -> str:
    """Return a moment as people of the language read it, to the second."""
    month = LANGUAGES[language]["months"].split()[at.month - 1]
    return f"{at.day} {month} {at.year}, {at:%H:%M:%S}"


def short_time(at: datetime, language: str) -> str:
    """Return a moment to the minute, without the year where it is this year's."""
    month = LANGUAGES[language]["months"].split()[at.month - 1]
    year = "" if at.year == datetime.now(at.tzinfo).year else f" {at.year}"
    return f"{at.day} {month}{year}, {at:%H:%M}"
