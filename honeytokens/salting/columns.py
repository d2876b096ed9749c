"""Which column of an extract holds which field of a patient, by its header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from honeytokens.errors import SaltRefusedError
from honeytokens.fingerprints import fold
from honeytokens.model import Field

AGE = "age"
"""A column of ages, which must agree with the birth dates."""

_HEADERS: Mapping[str, str] = {
    Field.SURNAME: "nom, nom usuel, nom d usage, nom usage, nom de famille, nom patient, surname, last name, lastname, "
    "family name, name family, family, patient nom, nom utilise",
    Field.BIRTH_NAME: "nom de naissance, nom naissance, nom jeune fille, nom de jeune fille, birth name, maiden name",
    Field.FIRST_NAME: "prenom, prenom patient, prenoms, first name, firstname, given name, given, name given, "
    "prenom usuel, patient prenom, prenom utilise",
    Field.SEX: "sexe, sex, gender, genre",
    Field.BIRTH_DATE: "naissance, date de naissance, date naissance, ddn, birth date, birthdate, date of birth, dob, "
    "nee le, ne le",
    Field.BIRTH_PLACE: "lieu de naissance, lieu naissance, birth place, birthplace, ville naissance",
    Field.STREET: "adresse, rue, adresse 1, adresse1, street, address, address line, address 1, voie",
    Field.POSTCODE: "cp, code postal, codepostal, postcode, postal code, zip, zip code, address postalcode",
    Field.TOWN: "ville, commune, town, city, localite, address city",
    Field.PHONE: "tel, telephone, phone, mobile, portable, tel mobile, telephone 1, phone number, telecom phone",
    Field.EMAIL: "mail, email, e mail, courriel, adresse mail, telecom email",
    Field.LOCAL_ID: "ipp, local id, localid, numero patient, mrn",
    Field.NATIONAL_ID: "nir, matricule, numero de securite sociale, num secu, nhs number, ssn, national id, ins",
    Field.WEB_LINK: "web link",
    AGE: "age, age ans",
}
_BY_HEADER = {header: field for field, headers in _HEADERS.items() for header in headers.split(", ")}
_NAMED_BY = (Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE)


def fields_of(columns: Sequence[str], given: Mapping[str, str]) -> dict[int, str]:
    """Return which columns, by their place, hold a :class:`Field` (or :data:`AGE`); ``given`` names fields by column.

    Raises :class:`SaltRefusedError` when ``given`` names no column of the extract or no field, or when nothing in it
    would tell a person: surname, first name and birth date are needed.
    """
    for column, field in given.items():
        if column not in columns:
            raise SaltRefusedError(f"The extract has no column {column!r}", f"Its columns: {', '.join(columns)}")
        if field not in _HEADERS:
            raise SaltRefusedError(f"There is no field {field!r}", f"Fields: {', '.join(_HEADERS)}")
    found: dict[int, str] = {}
    taken = set(given.values())
    for place, column in enumerate(columns):
        field = given.get(column) or _BY_HEADER.get(" ".join(w for w in fold(column).split() if not w.isdigit()), "")
        field = field or _BY_HEADER.get(fold(column), "")
        if field and (column in given or field not in taken):
            found[place] = field
            taken.add(field)
    missing = [field for field in _NAMED_BY if field not in taken]
    if missing:
        raise SaltRefusedError(
            f"No column of the extract is known to hold: {', '.join(missing)}",
            "Name it with --column NAME=FIELD, such as --column patronyme=surname",
        )
    return found
