"""Writing a decoy's values as the extract writes its own: case, accents, dates, sexes, phones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from anyascii import anyascii

from honeytokens.fingerprints import fold
from honeytokens.model import Field

DATES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y%m%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d/%m/%y",
    "%Y/%m/%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%Y-%m-%d %H:%M",
)
_LOOKED_AT = 2_000
_MOSTLY = 0.9
_SEXES = {
    "female": {"f", "female", "femme", "feminin", "2", "w", "fille", "mme"},
    "male": {"m", "male", "homme", "masculin", "1", "h", "garcon", "mr"},
}
_ENOUGH = 50
"""From so many values on, no accent in any of them is no chance."""

Write = Callable[[object], str | None]
"""From a decoy's own value to how the extract would write it; ``None`` when it cannot."""


def writer_of(field: str, values: Sequence[str]) -> Write:
    """Return how the column of a field writes, learnt from its values (not empty ones)."""
    looked = list(values[:_LOOKED_AT])
    if field == Field.BIRTH_DATE:
        return _dates(looked)
    if field == Field.SEX:
        return _sexes(looked)
    if field == Field.PHONE:
        return _phones(looked)
    return _texts(looked)


def date_form(values: Sequence[str]) -> str | None:
    """Return the first form of :data:`DATES` in which all of the values are dates, or ``None``."""
    looked = values[:_LOOKED_AT]
    return next((form for form in DATES if looked and all(parse(value, form) for value in looked)), None)


def parse(value: str, form: str) -> datetime | None:
    """Return a date or time written in a form of :data:`DATES`, or ``None``."""
    try:
        moment = datetime.strptime(value, form)  # noqa: DTZ007 - a wall-clock time of the extract
    except ValueError:
        return None
    return moment if moment.strftime(form) == value else None


def _dates(values: Sequence[str]) -> Write:
    form = date_form(values) or Counter(
        form for value in values for form in DATES if parse(value, form)
    ).most_common(1)[0][0] if values else DATES[0]  # fmt: skip

    def write(value: object) -> str | None:
        return value.strftime(form) if isinstance(value, date) else None

    return write


def _sexes(values: Sequence[str]) -> Write:
    written = Counter(values).most_common()
    spelt = {sex: next((v for v, _ in written if fold(v) in words), None) for sex, words in _SEXES.items()}
    return lambda value: spelt.get(str(value), str(value)) if values else str(value)


def _phones(values: Sequence[str]) -> Write:
    shapes = Counter(re.sub(r"\d", "#", re.sub(r"^(\+|00)(\d\d)", r"\1\2!", value)) for value in values)
    prefixes = Counter(match[0] for value in values if (match := re.match(r"(\+|00)\d\d", value)))
    shape = shapes.most_common(1)[0][0] if shapes else "##########"

    def write(value: object) -> str | None:
        digits = re.sub(r"\D", "", str(value))
        if "!" in shape and prefixes:
            digits, wanted = digits.removeprefix("0"), shape.partition("!")[2]
            head = prefixes.most_common(1)[0][0]
        else:
            head, wanted = "", shape
        if wanted.count("#") != len(digits):
            return head + digits
        numbers = iter(digits)
        return head + re.sub("#", lambda _: next(numbers), wanted)

    return write


def _texts(values: Sequence[str]) -> Write:
    lettered = [value for value in values if any(map(str.isalpha, value))]
    plain = len(lettered) >= _ENOUGH and all(value.isascii() for value in lettered)
    upper = _share(lettered, str.isupper)
    lower = _share(lettered, str.islower)

    def write(value: object) -> str:
        text = anyascii(str(value)) if plain else str(value)
        return text.upper() if upper else text.lower() if lower else text

    return write


def _share(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    return bool(values) and sum(map(test, values)) >= _MOSTLY * len(values)
