"""Normal forms of everything that a piece of text may hold: one function reads decoys' values and dumps alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from honeytokens.fingerprints.dates import date_readings
from honeytokens.fingerprints.folding import fold
from honeytokens.fingerprints.numbers import PHONE_DIGITS, hex_digests, identifiers, one_phone, phones, postcodes

NOTHING: frozenset[str] = frozenset()

_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_LINK = re.compile(r"(?<![\w.-])(?:[a-z0-9][a-z0-9-]{0,62}+\.(?=[a-z0-9]))++[a-z]{2,}(?:/[\w./%~+=&?-]*)?")

_LEAST_SIGNS = 4
"""The shortest date, identifier or postcode, counting only words with a digit in them (``1/2/61``)."""

_HASH_SIGNS = 32

# fmt: off
WAYS = frozenset({
    "rue", "r", "avenue", "av", "ave", "boulevard", "bd", "bld", "chemin", "che", "place", "pl", "impasse", "imp",
    "allee", "all", "route", "rte", "square", "sq", "quai", "cours", "passage", "sentier", "ruelle", "voie",
    "street", "st", "road", "rd", "lane", "ln", "drive", "dr", "close",
})
ARTICLES = frozenset({
    "de", "du", "des", "d", "la", "le", "les", "l", "the", "of", "bis", "ter", "quater", "a", "b", "c",
    "saint", "sainte", "ste",
})
# fmt: on
SHORT = {"gal": "general", "mal": "marechal", "pdt": "president", "fg": "faubourg"}
NEVER_NAMES = WAYS | {"m", "mr", "mme", "mlle", "mrs", "ms"}
"""Folded words that are no part of a person's name: kinds of way, and titles."""


class Forms(NamedTuple):
    """What a piece of text may hold, in normal form.

    ``words`` are its folded words in order, without its e-mail addresses; ``mail_words`` those before the ``@`` signs.
    ``dates`` are ISO dates, ``phones`` last nine digits, ``ids`` and ``postcodes`` lower case without leading zeros,
    ``links`` host and path in lower case, ``digests`` lower-case hex.
    """

    words: tuple[str, ...]
    mail_words: tuple[str, ...] = ()
    emails: frozenset[str] = NOTHING
    dates: frozenset[str] = NOTHING
    phones: frozenset[str] = NOTHING
    ids: frozenset[str] = NOTHING
    postcodes: frozenset[str] = NOTHING
    links: frozenset[str] = NOTHING
    digests: frozenset[str] = NOTHING


def read_forms(text: str) -> Forms:
    """Return every normal form of a piece of text. Callers cut long text into pieces first (the cost is not linear)."""
    emails, links = NOTHING, NOTHING
    mail_words: tuple[str, ...] = ()
    if "@" in text:
        emails = frozenset(match.lower().rstrip(".-") for match in _EMAIL.findall(text))
        mail_words = tuple(fold(" ".join(email.partition("@")[0] for email in sorted(emails))).split())
        text = _EMAIL.sub(" ", text)
    if "." in text:
        links = frozenset(match.rstrip("./") for match in _LINK.findall(text.lower()))
    folded = fold(text)
    words = tuple(folded.split())
    numbered = [word for word in words if not word.isalpha()]
    signs = len("".join(numbered))
    if signs < _LEAST_SIGNS:  # most cells end here: names, towns, streets
        return Forms(words, mail_words, emails, links=links)
    if (phone := one_phone(text)) is not None:
        return Forms(words, phones=frozenset({phone}), ids=identifiers(words))
    return Forms(
        words,
        mail_words,
        emails,
        date_readings(text, folded),
        phones(text) if signs >= PHONE_DIGITS else NOTHING,
        identifiers(words),
        postcodes(words),
        links,
        hex_digests(numbered) if signs >= _HASH_SIGNS else NOTHING,
    )


def is_name_word(word: str) -> bool:
    """Return whether a folded word may be (part of) a person's name: letters, and no word of a street line or title."""
    return len(word) > 1 and word.isalpha() and word not in NEVER_NAMES


def street_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return what tells streets apart in folded words: no kinds of way, articles or saints, no abbreviations."""
    return tuple(SHORT.get(word, word) for word in words if word not in WAYS and word not in ARTICLES)


def is_house_number(word: str) -> bool:
    """Return whether a folded word may be a house number (``12``, ``12b``)."""
    return word[0].isdecimal() and len(word) <= 5
