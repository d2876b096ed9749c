"""Marks: what may be printed of a field, as (kind, normal form).

Decoys' values and dumps go through the same :func:`marks`, so that the two cannot drift.
"""

from __future__ import annotations

from enum import StrEnum

from honeytokens.fingerprints.forms import Forms, is_house_number, is_name_word, read_forms, street_words
from honeytokens.fingerprints.numbers import digests
from honeytokens.model import Field

HEAD_LETTERS = 4
LEAST_ID_DIGITS = 6


class Part(StrEnum):
    """The kinds of marks. The values are frozen: they are part of every print."""

    __hash__ = str.__hash__  # marks are looked up for every cell of a dump, and an enum's own hash is slow

    SURNAME = "surname"
    """A word of a surname, birth name or town, or two adjacent words joined; those of towns make no pairs."""
    FIRST_NAME = "first"
    """The same of a first name. A dump does not say which a word is, so every word there is both."""
    HEAD = "head"
    """The first four letters of any name, so that a cut name, or an error further on, still gives the same mark."""
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    ID = "id"
    """An identifier; those of decoys have at least six digits."""
    LINK = "link"
    DIGEST = "digest"
    POSTCODE = "postcode"
    STREET = "street"
    """The house number and the first word that tells the street apart."""


Mark = tuple[Part, str]

STRONG = frozenset({Part.PHONE, Part.EMAIL, Part.ID, Part.LINK, Part.DIGEST})
"""The kinds of marks that name a candidate alone."""

NAME_FIELDS = (Field.SURNAME, Field.BIRTH_NAME, Field.FIRST_NAME)

PAIRS: tuple[tuple[tuple[Field, Part], tuple[Field, Part]], ...] = (
    *(((Field.BIRTH_DATE, Part.DATE), (name, Part.HEAD)) for name in NAME_FIELDS),
    *(((Field.PHONE, Part.PHONE), (name, Part.HEAD)) for name in NAME_FIELDS),
    *(((Field.STREET, Part.STREET), (name, Part.HEAD)) for name in NAME_FIELDS),
    ((Field.BIRTH_DATE, Part.DATE), (Field.STREET, Part.STREET)),
    ((Field.POSTCODE, Part.POSTCODE), (Field.SURNAME, Part.SURNAME)),
    ((Field.POSTCODE, Part.POSTCODE), (Field.BIRTH_NAME, Part.SURNAME)),
    ((Field.FIRST_NAME, Part.FIRST_NAME), (Field.SURNAME, Part.SURNAME)),
    ((Field.FIRST_NAME, Part.FIRST_NAME), (Field.BIRTH_NAME, Part.SURNAME)),
)
"""The pairs of fields that together name a candidate, and the kind of mark that stands for each."""

PAIRED_FIELDS = frozenset(field for pair in PAIRS for field, _ in pair)
"""The fields whose marks make pairs."""

PART_PAIRS = frozenset((min(one, two), max(one, two)) for (_, one), (_, two) in PAIRS)
"""The kinds of marks that make a pair, in alphabetical order."""

_PLACE_FIELDS = frozenset({Field.BIRTH_PLACE, Field.TOWN})
_PARTS_OF = {
    Field.SURNAME: (Part.SURNAME, Part.HEAD),
    Field.BIRTH_NAME: (Part.SURNAME, Part.HEAD),
    Field.FIRST_NAME: (Part.FIRST_NAME, Part.HEAD),
    Field.BIRTH_DATE: (Part.DATE,),
    Field.BIRTH_PLACE: (Part.SURNAME,),
    Field.TOWN: (Part.SURNAME,),
    Field.STREET: (Part.STREET,),
    Field.POSTCODE: (Part.POSTCODE,),
    Field.PHONE: (Part.PHONE,),
    Field.EMAIL: (Part.EMAIL,),
    Field.LOCAL_ID: (Part.ID,),
    Field.NATIONAL_ID: (Part.ID,),
    Field.WEB_LINK: (Part.LINK,),
}


def _word_marks(words: tuple[str, ...], found: set[Mark]) -> None:
    """Add the marks of names and street lines in folded words. One pass, because every cell of a dump comes here."""
    before = number = ""
    for word in words:
        if not word.isalpha():
            before, number = "", word if is_house_number(word) else ""
            continue
        if is_name_word(word):
            _add_name(word, found)
        # Joined neighbours, so that LE GOFF meets LEGOFF, and O'NEILL meets ONEILL.
        if before:
            _add_name(before + word, found)
        before = word
        if number and (telling := street_words((word,))):
            found.add((Part.STREET, f"{number} {telling[0]}"))
            number = ""


def _add_name(name: str, found: set[Mark]) -> None:
    found.add((Part.SURNAME, name))
    found.add((Part.FIRST_NAME, name))
    found.add((Part.HEAD, name[:HEAD_LETTERS]))


def marks(forms: Forms) -> set[Mark]:
    """Return everything printable in a piece of text, before it is known whether any decoy has it."""
    found: set[Mark] = set()
    _word_marks(forms.words, found)
    if forms.mail_words:
        _word_marks(forms.mail_words, found)
    for part, values in (
        (Part.DATE, forms.dates),
        (Part.PHONE, forms.phones),
        (Part.EMAIL, forms.emails),
        (Part.ID, forms.ids),
        (Part.POSTCODE, forms.postcodes),
        (Part.LINK, forms.links),
        (Part.DIGEST, forms.digests),
    ):
        for value in values:
            found.add((part, value))
    return found


def plain_marks(field: Field, value: str) -> set[Mark]:
    """Return the marks of one value of a decoy but those of its hashes."""
    parts = _PARTS_OF.get(field)
    if parts is None:
        return set()
    forms = read_forms(value)
    found = {mark for mark in marks(forms) if mark[0] in parts and not _is_short_id(mark)}
    if found and field in _PLACE_FIELDS:  # of names that thieves join, those of places may have three words and more
        found.add((Part.SURNAME, "".join(forms.words)))
    return found


def value_marks(field: Field, value: str) -> set[Mark]:
    """Return the marks of one value of a decoy (dates in ISO form); fields that name nobody give none."""
    return plain_marks(field, value) | {(Part.DIGEST, digest) for digest in digests(field, value)}


def _is_short_id(mark: Mark) -> bool:
    return mark[0] is Part.ID and sum(map(str.isdecimal, mark[1])) < LEAST_ID_DIGITS
