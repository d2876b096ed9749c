"""The host's own practitioners, from the operator's list: none is ever invented."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

from honeytokens.clinical import PRACTICES
from honeytokens.errors import PlanRefusedError
from honeytokens.model import Practitioner
from honeytokens.workflows.home import Home
from honeytokens.workflows.manifests import keep_manifests

_COLUMNS = ("surname", "first_name", "code", "number", "specialty")
_NUMBER = re.compile("[0-9A-Za-z]{4,20}")
_RPPS_DIGITS = 11


def read_practitioners(text: str) -> tuple[Practitioner, ...]:
    """Return the practitioners of a list in CSV (comma or semicolon), with a header.

    Columns: ``surname`` and ``first_name``, and optionally ``code``, ``number``, ``specialty``. Raises
    :class:`PlanRefusedError`, which names the line and never a value, for a list that is empty or wrong.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";" if ";" in text else ",")
    header = set(rows.fieldnames or ())
    unknown, lacking = header - set(_COLUMNS), {"surname", "first_name"} - header
    if unknown or lacking:
        what = f"unknown columns: {', '.join(sorted(map(str, unknown)))}" if unknown else "no surname or first_name"
        raise PlanRefusedError(
            f"The header of the list of practitioners has {what}",
            f"Name its columns {', '.join(_COLUMNS)}; the first two are needed",
        )
    try:
        found = [_practitioner(row, rows.line_num) for row in rows]
    except csv.Error as error:
        raise PlanRefusedError(f"The list of practitioners is no CSV: {error}", "Save it as CSV in UTF-8") from error
    if not found:
        raise PlanRefusedError("The list of practitioners is empty", "Give each a line below the header")
    return tuple(found)


def set_practitioners(home: Home, establishment: str, practitioners: tuple[Practitioner, ...]) -> None:
    """Remember a care site's practitioners in place of earlier ones; campaigns that are planned keep theirs.

    Raises ``UnknownNameError`` when there is no such site.
    """
    site = home.registry.establishment(establishment)
    home.registry.change_establishment(replace(site, practitioners=practitioners))
    keep_manifests(
        home, [campaign for campaign in home.registry.campaigns() if campaign.establishment == establishment]
    )


def _practitioner(row: dict[str, str | None], line: int) -> Practitioner:
    values = {name: (row.get(name) or "").strip() or None for name in _COLUMNS}
    surname, first_name, number, specialty = (values[name] for name in ("surname", "first_name", "number", "specialty"))
    if surname is None or first_name is None or None in row:
        raise _wrong(line, "needs a surname and a first name, and no more cells than the header")
    if number and not (_NUMBER.fullmatch(number) and (len(number) != _RPPS_DIGITS or has_luhn_digit(number))):
        raise _wrong(line, "has a number that no register gives: an RPPS has 11 digits, the last a Luhn check digit")
    if specialty and specialty not in PRACTICES:
        raise _wrong(line, f"has a specialty that is none of: {', '.join(PRACTICES)}")
    return Practitioner(surname, first_name, values["code"], number, specialty)


def _wrong(line: int, why: str) -> PlanRefusedError:
    return PlanRefusedError(f"Line {line} of the list of practitioners {why}", "Mend the line; nothing was remembered")


def has_luhn_digit(number: str) -> bool:
    """Return whether a text is ASCII digits, the last one a check digit (ISO/IEC 7812-1, annex B)."""
    if not (number.isascii() and number.isdigit()):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
