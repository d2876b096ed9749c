"""Dates in text: every plausible reading of every usual format, since a dump does not say which it uses.

A reading is an ISO date. What is ambiguous gives several readings (``03/04/61`` gives four); the matcher pays for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

_EXCEL_DAY_0 = date(1899, 12, 30)
_EXCEL_DAYS = range(7000, 60000)  # 1919 to 2064: smaller numbers are years and house numbers
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1850, 2101)
_EVENING = timedelta(hours=4)
"""Midnight in Europe, written in UTC, is late in the evening of the day before: such times read as both days."""

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "janvier janv jan january januar jaenner enero ene gennaio gen januari",
            "fevrier fevr fev february feb februar febrero febbraio februari",
            "mars mar march maerz marz mrz marzo maart mrt",
            "avril avr april apr abril abr aprile",
            "mai may mayo maggio mag mei",
            "juin june jun juni junio giugno giu",
            "juillet juil jul july juli julio luglio lug",
            "aout aou august aug agosto ago augustus",
            "septembre sept sep september septiembre settembre set",
            "octobre oct october okt oktober octubre ottobre ott",
            "novembre nov november noviembre",
            "decembre dec december dez dezember diciembre dic dicembre",
        ),
        start=1,
    )
    for name in names.split()
}

_SEPARATOR = re.compile(r"[-/.]|\d{4} | \d{4}")
_LETTERS = re.compile(r"[a-z]{3}")
_RUN = re.compile(r"[7-9]\d{3}|\d{5}")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?!\d)(?:[T ](2\d):)?")
_COMPACT = re.compile(r"(?<!\d)(\d{8})(?:T?(?:\d{4}|\d{6}))?(?!\d)")
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:er|st|nd|rd|th)? ?(?:de |of )?([a-z]{3,10}) ?(?:de |of )?(\d{4}|\d{2})\b")
_MONTH_FIRST = re.compile(r"\b([a-z]{3,10}) (\d{1,2})(?:st|nd|rd|th)? (\d{4}|\d{2})\b")
_SERIAL = re.compile(r"(?<![\w.,/-])([1-9]\d{3,4})(?:[.,]\d+)?(?![\w/-])")
_SECONDS = re.compile(r"(?<![\w.,/-])(-?[1-9]\d{7,12})(?:\.\d+)?(?![\w/-])")


def _years(text: str) -> tuple[int, ...]:
    if len(text) == 4:
        return (int(text),)
    return (1900 + int(text), 2000 + int(text)) if len(text) == 2 else ()


def _dates(year: str, month: int, day: int) -> Iterator[date]:
    for number in _years(year):
        try:
            yield date(number, month, day)
        except ValueError:
            continue


def _either_order(first: int, second: int, year: str) -> Iterator[date]:
    yield from _dates(year, second, first)
    yield from _dates(year, first, second)


def _numeric(text: str) -> Iterator[date]:
    for match in _NUMERIC.finditer(text):
        first, separator, second, last, late = match.groups()
        if separator == " " and len(first) != 4 and len(last) != 4:
            continue  # pairs of digits with spaces are telephone numbers
        if len(first) == 4 and len(last) <= 2:
            for day in _dates(first, int(second), int(last)):
                yield day
                if late:
                    yield day + timedelta(days=1)
        elif len(first) <= 2:
            yield from _either_order(int(first), int(second), last)


def _eight_digits(digits: str) -> Iterator[date]:
    yield from _dates(digits[:4], int(digits[4:6]), int(digits[6:]))
    yield from _either_order(int(digits[:2]), int(digits[2:4]), digits[4:])


def _in_words(folded: str) -> Iterator[date]:
    for match in _DAY_FIRST.finditer(folded):
        if month := MONTHS.get(match[2]):
            yield from _dates(match[3], month, int(match[1]))
    for match in _MONTH_FIRST.finditer(folded):
        if month := MONTHS.get(match[1]):
            yield from _dates(match[3], month, int(match[2]))


def _excel_day(number: int) -> Iterator[date]:
    if number in _EXCEL_DAYS:
        yield _EXCEL_DAY_0 + timedelta(days=number)


def _unix_time(number: int) -> Iterator[date]:
    seconds = number if abs(number) < 10**10 else number // 1000
    if abs(seconds) < 5 * 10**9:
        moment = _EPOCH + timedelta(seconds=seconds)
        yield moment.date()
        yield (moment + _EVENING).date()


def _digits_only(digits: str) -> Iterator[date]:
    """Read a text that is one run of digits: the same as the patterns below read in longer text."""
    size = len(digits)
    if size in {8, 12, 14}:
        yield from _eight_digits(digits[:8])
    if digits[0] != "0":
        if size in {4, 5}:
            yield from _excel_day(int(digits))
        elif 8 <= size <= 13:
            yield from _unix_time(int(digits))


def _in_runs(text: str) -> Iterator[date]:
    for match in _COMPACT.finditer(text):
        yield from _eight_digits(match[1])
    for match in _SERIAL.finditer(text):
        yield from _excel_day(int(match[1]))
    for match in _SECONDS.finditer(text):
        yield from _unix_time(int(match[1]))


def date_readings(text: str, folded: str) -> frozenset[str]:
    """Return every plausible date in a text, in ISO form; ``folded`` is the same text folded.

    Read are ``1961-03-12`` (with a time or not), ``12/03/1961``, ``03/12/1961``, ``12.03.61`` (both centuries),
    ``19610312``, ``12031961``, ``12 mars 1961``, ``12-Mar-1961``, ``March 12, 1961``, Excel day numbers (1919 to 2064),
    and seconds or milliseconds since 1970, also negative. Years outside 1850 to 2100 are not dates.
    """
    found: set[date] = set()
    if text.isdecimal() and text.isascii():
        found.update(_digits_only(text))
    else:  # the guards are for speed: each pattern is run only on text that may hold it
        if _SEPARATOR.search(text):
            found.update(_numeric(text))
        if _LETTERS.search(folded):
            found.update(_in_words(folded))
        if _RUN.search(text):
            found.update(_in_runs(text))
    return frozenset(day.isoformat() for day in found if day.year in YEARS)
