"""Values of which a dump shows only a part: ``J*** D***``, ``06 ** ** 12 34``, ``d****@x.fr``.

What is shown is compared sign by sign. It names no candidate: the record must show something else in clear. Each masked
value in a record is one more chance, and a digit counts what a digit can: a telephone's first two tell nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from honeytokens.fingerprints import fold
from honeytokens.model import Field
from honeytokens.scanning.evidence import Trial
from honeytokens.scanning.values import Value

_MASK = re.compile(r"[*•]+|(?<![A-Za-z])[xX]{2,}(?![A-Za-z])|#{2,}")
_HIDDEN = "*"
_PHONE = re.compile(r"\+?[\d*][\d* ().\-]{6,20}")
_EMAIL = re.compile(r"([\w.+-]*\*[\w.+*-]*)@([\w.-]+)")
_NAME = re.compile(r"\b([^\W\d_]{1,3})\*{1,20}(?=[\s,;-]|$)")
Shown = TypeVar("Shown")

_DIGIT_BITS = math.log2(10)
_LEAST_DIGITS, _UNTOLD_DIGITS = 3, 2
_EMAIL_BITS = 4.0
"""For a shown domain and beginning: they are shared by many decoys, and follow from names that agree."""
_INITIAL_BITS = 3.0
"""For the beginning of a name: no letter begins more than one name in eight."""


class Masked(NamedTuple):
    """The masked values of a record, each hidden sign as ``*``."""

    phones: frozenset[str]
    emails: frozenset[tuple[str, str]]
    names: frozenset[str]


def is_masked(text: str) -> bool:
    """Return whether a text may hold a masked value."""
    return _MASK.search(text) is not None


def read_masks(texts: Sequence[str]) -> Masked:
    """Return the masked values in the texts of a record."""
    hidden = [_MASK.sub(lambda found: _HIDDEN * len(found[0]), text) for text in texts if is_masked(text)]
    phones = {national for text in hidden for found in _PHONE.findall(text) if (national := _national(found))}
    emails = {(local.lower(), domain.lower()) for text in hidden for local, domain in _EMAIL.findall(text)}
    names = {fold(name) for text in hidden if "@" not in text for name in _NAME.findall(text)}
    return Masked(frozenset(phones), frozenset(emails), frozenset(names))


def mask_trials(values: Mapping[Field, Sequence[Value]], masked: Masked) -> list[Trial]:
    """Return the trials of a decoy's values, by field, held against what is masked."""
    trials = []
    for own in values.get(Field.PHONE, ()):
        trials += _trial(Field.PHONE, sorted(masked.phones), partial(_phone_bits, re.sub(r"\D", "", own.text)))
    for own in values.get(Field.EMAIL, ()):
        trials += _trial(Field.EMAIL, sorted(masked.emails), partial(_email_bits, own.text.lower()))
    for field in (Field.SURNAME, Field.FIRST_NAME):
        for own in values.get(field, ()):
            trials += _trial(field, sorted(masked.names), partial(_name_bits, own.joined))
    return trials


def _trial(field: Field, shown: Sequence[Shown], offer: Callable[[Shown], tuple[float, bool]]) -> list[Trial]:
    """Return the trial of one value: each masked value offers bits, less one chance for each, and agrees or not."""
    offers = [offer(one) for one in shown]
    price = math.log2(max(1, len(offers)))
    levels = tuple(sorted({bits - price for bits, _ in offers if bits > price}, reverse=True))
    reached = max((bits - price for bits, fits in offers if fits), default=0.0)
    return [Trial(field, levels, max(0.0, reached))] if levels else []


def _phone_bits(digits: str, shown: str) -> tuple[float, bool]:
    told = sum(sign != _HIDDEN for sign in shown[_UNTOLD_DIGITS:])
    fits = len(digits) == len(shown) and all(sign in {_HIDDEN, own} for sign, own in zip(shown, digits, strict=True))
    return (told * _DIGIT_BITS, fits) if told >= _LEAST_DIGITS else (0.0, False)


def _email_bits(address: str, shown: tuple[str, str]) -> tuple[float, bool]:
    local, domain = shown
    begins, _, rest = local.partition(_HIDDEN)
    ends = rest.lstrip(_HIDDEN)
    own, _, at = address.partition("@")
    fits = domain == at and own.startswith(begins) and own.endswith(ends)
    return (_EMAIL_BITS, fits) if begins or ends else (0.0, False)


def _name_bits(name: str, shown: str) -> tuple[float, bool]:
    return _INITIAL_BITS, name.startswith(shown)


def _national(written: str) -> str:
    """Return a masked telephone with its trunk zero, or nothing where it is none: France, Belgium, Britain."""
    signs = re.sub(r"[^\d*+]", "", written)
    for code in ("+33", "0033", "+32", "0032", "+44", "0044"):
        if signs.startswith(code):
            signs = "0" + signs.removeprefix(code).removeprefix("0")
    return signs if _HIDDEN in signs and "+" not in signs and 9 <= len(signs) <= 11 else ""
