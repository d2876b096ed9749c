"""Telephone numbers, identifiers and hashes in text, in their normal forms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from honeytokens.model import Field

PHONE_DIGITS = 9
"""A telephone number's normal form is its last nine digits, whatever country code or trunk zero stands before."""

_GROUPS = re.compile(r"\+?\d+")
_ONE_PHONE = re.compile(r"(?:(?:\+33|0033)[ .]?(?:\(0\))?|0)[1-9](?:[ .-]?\d\d){4}")
_GAP = re.compile(r"[ .\-/()\u00a0\u202f]{1,3}")
_MOST_DIGITS = 17
_MOST_GROUPS = 10
_COUNTRY_CODES = {9: ("32",), 10: ("33", "32"), 11: ("44",)}
"""The countries whose numbers have so many digits, the trunk zero counted."""
_LUXEMBOURG, _AMERICA, _AMERICAN_DIGITS = "352", "1", 10
_NO_TRUNK = re.compile(
    r"(?:[2-9]\d\d\)?[ .\-\u00a0]{1,2}[2-9]\d\d[ .\-\u00a0]\d{4}|6\d1(?:[ .\-\u00a0]\d{3}){2})(?!\d)"
)
"""American and Luxembourgish numbers, which have no trunk zero, in groups."""
_NO_DIGIT = re.compile(r"\D")
HASHES = tuple(kind(usedforsecurity=False) for kind in (hashlib.md5, hashlib.sha1, hashlib.sha256))
"""The hashes under which thieves publish values, ready to be copied, which is faster than to make them anew."""
HASHED_FIELDS = frozenset({Field.EMAIL, Field.PHONE, Field.NATIONAL_ID})
"""The fields that thieves publish as hashes."""

_HEX_LENGTHS = (32, 40, 64)
_HEX = re.compile(r"[0-9a-f]+")
_NIR_WITHOUT_KEY = 13
_NIR = 15


def one_phone(text: str) -> str | None:
    """Return the normal form of a text that is a French telephone number and nothing else, or ``None``."""
    if not _ONE_PHONE.fullmatch(text):
        return None
    return "".join(filter(str.isdecimal, text))[-PHONE_DIGITS:]


def phones(text: str) -> frozenset[str]:
    """Return the telephone numbers in a text: national, ``+33``, ``0033``, ``+33 (0)6``, any usual separators."""
    groups = list(_GROUPS.finditer(text))
    found: set[str] = set()
    for start, first in enumerate(groups):
        if first[0][0] in "+0":
            found.update(_dialled(text, groups[start : start + _MOST_GROUPS]))
        elif len(first[0]) in {9, 10, 11, 12}:  # no trunk zero, or a spreadsheet ate it, or a bare country code
            found.add(first[0][-PHONE_DIGITS:])
        elif (grouped := _NO_TRUNK.match(text, first.start())) is not None:
            found.add(_NO_DIGIT.sub("", grouped[0])[-PHONE_DIGITS:])
    return frozenset(found)


def _dialled(text: str, groups: Sequence[re.Match[str]]) -> Iterator[str]:
    """Yield the numbers that begin with the first group: a plus sign or double zero and a country code, or a zero."""
    digits, end = "", groups[0].start()
    for group in groups:
        if digits and not _GAP.fullmatch(text, end, group.start()):
            return
        digits, end = digits + group[0].lstrip("+"), group.end()
        if len(digits) > _MOST_DIGITS:
            return
        abroad = groups[0][0].startswith("+") or digits.startswith("00")
        if len(digits) >= 11 if abroad else len(digits) in {10, 11}:
            yield digits[-PHONE_DIGITS:]


def _bare(token: str) -> str:
    return token.lstrip("0") if token.isdecimal() else token


def identifiers(words: Sequence[str]) -> frozenset[str]:
    """Return what may be an identifier among folded words: at least four digits; leading zeros dropped.

    A short text that is one identifier with signs inside (``1 61 03 75 ...``, ``IPP-0012345``) also counts whole, and a
    French national number of 15 digits also counts without its two check digits.
    """
    if len(words) == 1 and words[0].isdecimal() and len(words[0]) != _NIR:  # most cells: a shortcut for speed
        return frozenset({_bare(words[0])})
    tokens = {word for word in words if len(word) >= 4}
    if 1 < len(words) <= 8 and sum(map(len, words)) <= 24:
        tokens.add("".join(words))
    found = {_bare(token) for token in tokens if sum(map(str.isdecimal, token)) >= 4}
    found |= {token[:_NIR_WITHOUT_KEY] for token in found if len(token) == _NIR and token.isdecimal()}
    return frozenset(found)


def postcodes(words: Sequence[str]) -> frozenset[str]:
    """Return what may be a postcode among folded words: four to eight signs with a digit, also in two halves."""
    if len(words) == 1:
        return frozenset({_bare(words[0])}) if 4 <= len(words[0]) <= 8 else frozenset()
    numbered = [word if any(map(str.isdecimal, word)) else "" for word in words]
    found = {word for word in numbered if 4 <= len(word) <= 8}
    found |= {one + two for one, two in pairwise(numbered) if one and two and 5 <= len(one + two) <= 8}
    return frozenset(map(_bare, found))


def hex_digests(words: Sequence[str]) -> frozenset[str]:
    """Return the words that look like an MD5, SHA-1 or SHA-256 in hex."""
    return frozenset(word for word in words if len(word) in _HEX_LENGTHS and _HEX.fullmatch(word))


def _spellings(field: Field, value: str) -> Iterator[str]:
    yield value
    if field is Field.EMAIL:
        yield value.lower()
        return
    bare = _NO_DIGIT.sub("", value)
    yield bare
    if field is Field.PHONE:
        yield from _from_abroad(bare)
    if field is Field.NATIONAL_ID and len(bare) == _NIR:
        yield bare[:_NIR_WITHOUT_KEY]


def _from_abroad(bare: str) -> Iterator[str]:
    """Yield the digits of a telephone number with its country's code, with and without a plus sign."""
    if bare.startswith("0"):
        for code in _COUNTRY_CODES.get(len(bare), ()):
            yield from (code + bare[1:], f"+{code}{bare[1:]}")
    elif bare.startswith(_LUXEMBOURG) and len(bare) > _AMERICAN_DIGITS:  # written with its code, as is usual there
        yield from (bare.removeprefix(_LUXEMBOURG), f"+{bare}")
    elif len(bare) == _AMERICAN_DIGITS:
        yield from (_AMERICA + bare, f"+{_AMERICA}{bare}")


def hashed_spellings(field: Field, value: str, salts: Sequence[bytes] = ()) -> frozenset[bytes]:
    """Return what a thief may hash of an e-mail, telephone or national id; other fields give nothing.

    These are the value as it is written, in lower case, as digits alone, and a telephone with the country codes that
    its number of digits allows, with and without a plus sign; each also with each salt before or behind it, with a
    colon between or not.
    """
    if field not in HASHED_FIELDS:
        return frozenset()
    plain = frozenset(map(str.encode, _spellings(field, value)))
    return plain.union(salted for text in plain for salt in salts for salted in _salted(text, salt))


def _salted(text: bytes, salt: bytes) -> Iterator[bytes]:
    yield from (salt + text, text + salt, salt + b":" + text, text + b":" + salt)


def digests(field: Field, value: str, salts: Sequence[bytes] = ()) -> frozenset[str]:
    """Return the MD5, SHA-1 and SHA-256 of each of the :func:`hashed_spellings` of a value, in lower-case hex."""
    return frozenset(hashed(text, kind).hex() for text in hashed_spellings(field, value, salts) for kind in HASHES)


def hashed(text: bytes, kind: hashlib._Hash) -> bytes:
    """Return the hash of a text under one of ``HASHES``."""
    state = kind.copy()
    state.update(text)
    return state.digest()
