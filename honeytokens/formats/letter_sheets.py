"""A letter as it lies on the paper, and its place in an archive of letters: what PDF and DOCX have in common.

Nothing in the metadata is the same in two letters but what a house has in common: no name of a program, no fixed
identifier; a letter was made on the day it bears, in working hours.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import IO, Any

from anyascii import anyascii

from honeytokens.clinical import Letter
from honeytokens.exchange import unique_numbers
from honeytokens.formats.archive import Archive
from honeytokens.formats.chart_words import ChartWords, words_of
from honeytokens.formats.interface import Batch, Origin
from honeytokens.model import Field

_ADULT = 15
_WORK = (8 * 3600, 10 * 3600)
"""When letters are typed: the first second of the day, and for how many."""


@dataclass(frozen=True, slots=True)
class _Words:
    """One language, beside what charts say."""

    on: str
    maiden: tuple[str, str]
    titles: tuple[str, str, str]
    """A woman's, a man's, a child's."""
    number: str
    phone: str
    link: str


_FRENCH = _Words(
    on="Le {}",
    maiden=("née {}", "né {}"),
    titles=("Madame", "Monsieur", "Enfant"),
    number="N° de dossier : {}",
    phone="Tél. : {}",
    link="Vos documents et vos rendez-vous :",
)
_ENGLISH = _Words(
    on="Date: {}",
    maiden=("formerly {}", "formerly {}"),
    titles=("Ms", "Mr", ""),
    number="Hospital number: {}",
    phone="Tel. {}",
    link="Your documents and appointments:",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on one letter, from top to bottom, and when it was made (local time)."""

    house: str
    day: str
    title: str
    patient: tuple[str, ...]
    """Lines about the patient, the first with the name."""
    paragraphs: tuple[str, ...]
    signature: tuple[str, ...]
    invitation: str | None
    """The sentence with the decoy's web link, before the link."""
    link: str | None
    made: datetime


def sheets(batch: Batch, origin: Origin) -> Iterator[tuple[dict[str, Any], Letter, Sheet]]:
    """Yield each letter of a batch that has its letters, with whom it is about."""
    words = _FRENCH if origin.locale.startswith("fr") else _ENGLISH
    for person, letters in zip(batch.identities.iter_rows(named=True), batch.letters, strict=True):
        for letter in letters:
            yield person, letter, _sheet(person, letter, origin, words)


def write_letters(
    batches: Iterable[Batch], stream: IO[bytes], origin: Origin, ending: str, drawn: Callable[[Sheet], bytes]
) -> None:
    """Write one document for each letter into one ZIP archive, dated as it was made."""
    numbers = unique_numbers()
    with Archive(stream) as archive:
        for batch in batches:
            for person, letter, sheet in sheets(batch, origin):
                surname, first_name = (_plain(person[field]) for field in (Field.SURNAME, Field.FIRST_NAME))
                name = f"{letter.written:%Y%m%d}_{surname.upper()}_{first_name}_{next(numbers)}.{ending}"
                archive.add(name, drawn(sheet), sheet.made)


def _sheet(person: dict[str, Any], letter: Letter, origin: Origin, words: _Words) -> Sheet:
    start, seconds = _WORK
    made = datetime.combine(letter.written, time()) + timedelta(seconds=start + secrets.randbelow(seconds))
    link = person[Field.WEB_LINK] if origin.beacon else None
    *paragraphs, signature = letter.paragraphs
    return Sheet(
        house=origin.establishment or "",
        day=words.on.format(letter.written.strftime(words_of(origin.locale).date)),
        title=letter.title,
        patient=tuple(" ".join(line.split()) for line in _about(person, letter, words, words_of(origin.locale))),
        paragraphs=tuple(paragraphs),
        signature=tuple(signature.split("\n")),
        invitation=words.link if link else None,
        link=link,
        made=made,
    )


def _about(person: dict[str, Any], letter: Letter, words: _Words, chart: ChartWords) -> Iterator[str]:
    male = person[Field.SEX] == "male"
    born = person[Field.BIRTH_DATE]
    child = (letter.written - born).days < _ADULT * 365.25
    maiden = f" {words.maiden[male].format(person[Field.BIRTH_NAME].upper())}" if person[Field.BIRTH_NAME] else ""
    title = words.titles[2 if child else male]
    yield f"{title} {person[Field.SURNAME].upper()} {person[Field.FIRST_NAME]}{maiden}".strip()
    yield f"{chart.born[person[Field.SEX]]} {born.strftime(chart.date)}"
    if person[Field.LOCAL_ID]:
        yield words.number.format(person[Field.LOCAL_ID])
    town = chart.town.format(postcode=person[Field.POSTCODE], town=person[Field.TOWN])
    yield f"{person[Field.STREET]}, {town}"
    if person[Field.PHONE]:
        yield words.phone.format(person[Field.PHONE])


def _plain(name: str) -> str:
    return re.sub("[^A-Za-z]+", "-", anyascii(name)).strip("-")
