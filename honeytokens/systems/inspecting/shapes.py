"""The shapes of a sample of values. What comes out are shares and codes; the values themselves are let go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from anyascii import anyascii

ENOUGH: Final = 10
"""How many values a shape must rest on to say anything."""
_CODES: Final = 12
"""A column of at most so many different values, each often repeated, holds codes."""
_DATE_FORMATS: Final = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d.%m.%y",
    "%d/%m/%y",
)
_DATED_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T]\d\d:\d\d.*")
_PATTERNS: Final = {
    "email": re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.I),
    "phone": re.compile(r"(?:\+|00)?[\d .()/-]{8,20}"),
    "postcode": re.compile(
        r"[0-9]{4,5}|[0-9]{5}-[0-9]{4}|[0-9]{4}-[0-9]{3}"
        r"|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]",
        re.I,
    ),
    "name": re.compile(r"[^\W\d_][^\d_@/\\;:=<>{}\[\]]{0,58}"),
    "street": re.compile(r"(?=.*[^\W\d_]{3})[^@<>{}]*\d[^@<>{}]*|[^\W\d_]{3,}[^@<>{}]* [^@<>{}]+"),
    "national": re.compile(
        r"[12378][0-9AB .-]{12,22}|[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}"
        r"|[0-9]{3} ?[0-9]{3} ?[0-9]{4}|[A-Z]{0,4}[0-9]{6,12}[A-Z0-9]{0,8}"
    ),
    "nir": re.compile(r"[123478] ?\d\d ?(?:\d\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3}(?: ?\d\d)?", re.I),
    "identifier": re.compile(r"[A-Z0-9][A-Z0-9 ./_-]{0,24}", re.I),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the values of one column look like: shares of those that are not empty, from 0 to 1."""

    sampled: int
    filled: float
    different: int
    shares: dict[str, float]
    date_format: str | None
    dated: float
    ages: float
    """The share of the dates that lie from 0 to 110 years back, and vary by decades."""
    upper: bool
    codes: tuple[str, ...]
    """Every value of a column of few values; empty for any other."""
    common: tuple[str, float] | None
    """Of such a column, the value that most rows have, and their share."""

    @property
    def telling(self) -> bool:
        """Whether there are enough values to say something."""
        return self.sampled >= ENOUGH

    @property
    def distinct(self) -> float:
        """The share of values that are different from one another."""
        return self.different / self.sampled if self.sampled else 0.0


def shape_of(values: Iterable[str | None], today: date) -> Shape:
    """Return the shape of a sample."""
    everything = [(value or "").strip() for value in values]
    texts = [value for value in everything if value and value not in {"0000-00-00", "0000-00-00 00:00:00"}]
    counts = Counter(texts)
    size = len(texts) or 1
    pattern, dates = _dates(texts)
    century = 100 if pattern and pattern.endswith("%y") else 1000
    ages = [(today - day).days / 365.25 % century for day in dates if day <= today or century == 100]
    lettered = [text for text in texts if any(letter.isalpha() for letter in text)]
    few = len(counts) <= _CODES and len(texts) >= 4 * len(counts) and all(len(text) <= 20 for text in counts)
    return Shape(
        sampled=len(texts),
        filled=len(texts) / len(everything) if everything else 0.0,
        different=len(counts),
        shares={name: sum(bool(one.fullmatch(text)) for text in texts) / size for name, one in _PATTERNS.items()},
        date_format=pattern,
        dated=len(dates) / size,
        ages=sum(age <= 110 for age in ages) / len(dates) if ages and _spread(ages) else 0.0,
        upper=bool(lettered) and all(text == text.upper() for text in lettered),
        codes=tuple(sorted(counts)) if few else (),
        common=(counts.most_common(1)[0][0], counts.most_common(1)[0][1] / size) if few and counts else None,
    )


def sexes(codes: Iterable[str], female: frozenset[str], male: frozenset[str]) -> dict[str, str]:
    """Return which of a column's codes mean female and male; empty unless both are understood.

    Letters and words first; of bare digits, 1 and 2 are male and female (ISO/IEC 5218, and the French NIR).
    """
    codes = tuple(codes)
    plain = {code: anyascii(code).casefold().strip().rstrip(".") for code in codes}
    found = {
        "female": [code for code in codes if plain[code] in female],
        "male": [code for code in codes if plain[code] in male],
    }
    if all(len(each) == 1 for each in found.values()):
        return {word: each[0] for word, each in found.items()}
    if set(codes) <= {"0", "1", "2", "9"} and {"1", "2"} <= set(codes):
        return {"female": "2", "male": "1"}
    return {}


def _dates(texts: list[str]) -> tuple[str | None, list[date]]:
    """Return the format that most values have, and the dates that they are."""
    best: tuple[str | None, list[date]] = (None, [])
    for pattern in _DATE_FORMATS:
        days = [day for text in texts if (day := _day(text, pattern))]
        if len(days) > len(best[1]):
            best = pattern, days
    return best


def _day(text: str, pattern: str) -> date | None:
    timed = _DATED_TIME.fullmatch(text)
    try:
        return datetime.strptime(timed[1] if timed else text, pattern).date()  # noqa: DTZ007
    except ValueError:
        return None


def _spread(ages: list[float]) -> bool:
    """Return whether ages vary as a population's do, not as the dates of last year's visits."""
    ordered = sorted(ages)
    return ordered[int(len(ordered) * 0.9)] - ordered[int(len(ordered) * 0.1)] > 20
