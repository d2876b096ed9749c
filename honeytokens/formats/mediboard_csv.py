"""The CSV that Mediboard's search among clinical records offers (``ajax_recherche_dossier_clinique``, 3 July 2015).

One line for each prescription that a search finds, with no birth date, address or phone: name, title and sex, age at
the time, allergies and diagnoses, the stay, the drug. Separated by semicolons, in Windows-1252, quoted as PHP's
``fputcsv`` does it. The slips of the labels ("Diagnosctics", no space before "au") are the application's own.

Where that code is silent, this is assumed: a prescription reads as the drug's name in capitals, its comment as the dose
and the days; the label of a drug's ATC code is its name. The real search finds nobody without a prescription: here each
stay without one has a line too, and so has a patient without a stay. It goes by name, ours by the order of the decoys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, Any

from anyascii import anyascii

from honeytokens.formats.interface import Batch, Origin
from honeytokens.mediboard import codes, title, upper
from honeytokens.model import Prescription, Stay, Story

_HEADER = (
    "Patient",
    "Age à l'époque",
    "Dossier Médical",
    "Evenement",
    "Prescription",
    "DCI",
    "Code ATC",
    "Libellé ATC",
    "Commentaire / Motif",
)
_TITLES = {"m": "M.", "mme": "Mme", "enf": "Enf."}
_QUOTED = re.compile('[;"\\\\\\s]')
_LONGEST = 40
"""An allergy's text is cut to this length."""


class MediboardCsv:
    """Lines of nine columns; a letter that Windows-1252 lacks is written by its plain letters."""

    tells_stories = True
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch under one header."""
        stream.write(_line(_HEADER))
        for batch in batches:
            for person, story in zip(batch.identities.iter_rows(named=True), batch.stories, strict=True):
                stream.write(b"".join(_line(cells) for cells in _lines(person, story, origin.as_of)))


def _lines(person: dict[str, Any], story: Story, today: date) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each line about one patient."""
    born, sex = person["birth_date"], person["sex"]
    maiden = f" ({upper(person['birth_name'])})" if person["birth_name"] else ""
    name = f"{_TITLES[title(sex, born, today)]} {upper(person['surname'])}{maiden} {person['first_name']}"
    record = _record(story)
    for stay, drug in _events(story):
        # The application divides the days by 365.
        age = str((stay.admitted.date() - born).days // 365) if stay else ""
        yield f"{name} ({sex[0].upper()})", age, record, _event(stay), *_drug(drug)


def _events(story: Story) -> Iterator[tuple[Stay | None, Prescription | None]]:
    """Yield each stay with each drug that was prescribed at its end."""
    for stay in story.stays:
        drugs = [drug for drug in story.prescriptions if drug.prescribed == stay.discharged.date()]
        yield from ((stay, drug) for drug in drugs or (None,))
    if not story.stays:
        yield None, None


def _record(story: Story) -> str:
    """Return the allergies and diagnoses of a patient, one on each line."""
    text = ""
    if story.allergies:
        # An allergy is an entry of the history, which is announced and then left out.
        text += "Antécédents :\nAllergies :\n"
        text += "".join(f"{_cut(allergy.substance)}\n" for allergy in story.allergies)
    if story.stays:
        text += "Diagnosctics CIM:\n"
        text += "".join(f"{code}: {label} \n" for code, label in codes(story).items())
    return text


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _event(stay: Stay | None) -> str:
    return f"Séjour du {stay.admitted:%d/%m/%Y}au {stay.discharged:%d/%m/%Y}" if stay else ""


def _drug(drug: Prescription | None) -> tuple[str, ...]:
    if drug is None:
        return ("",) * 5
    name = upper(drug.drug)
    return name, name, drug.atc, drug.drug, f"{drug.dose}, {drug.days} jours"


def _line(cells: Iterable[str]) -> bytes:
    """Return a line as ``fputcsv`` writes it: cells with a separator, quote, backslash or white space are quoted."""
    quoted = (f'"{cell.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(cell) else cell for cell in cells)
    line = ";".join(quoted) + "\n"
    try:
        return line.encode("cp1252")
    except UnicodeEncodeError:
        return "".join(map(_in_windows_1252, line)).encode("cp1252")


def _in_windows_1252(letter: str) -> str:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return anyascii(letter)
    return letter
