"""What the two exchange standards, FHIR and HL7 v2, both need: a country's identifiers, its clock, what is chronic.

Numbers and identifiers that a standard asks for and a decoy has not are random, from the operating system: one that was
derived from what a message holds could be computed again by whoever stole the message, and would tell the decoys apart.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np

from honeytokens.clinical.conditions import clinic
from honeytokens.errors import UnknownNameError
from honeytokens.markers import Permutation

_MILLION = 1_000_000
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML document may hold."""

_STRUCTURES_OID = "1.2.250.1.71.4.2.2"
"""The French register of care structures. A site's own numbers live under this arc, ``1`` and its FINESS number: FR
Core, ``FRCoreEncounterProfile.fsh`` (identifier.system) and the example ``Patient sans NIR.json``."""


@dataclass(frozen=True, slots=True)
class Country:
    """How one country names its patients in FHIR and in HL7 v2."""

    alpha2: str
    alpha3: str
    language: str
    zone: ZoneInfo
    mobiles: tuple[str, ...]
    """How mobile numbers start."""
    national_id_system: str
    """The URI of the national patient number in FHIR."""
    national_id_authority: str
    """Its assigning authority in HL7 v2: the subcomponents of CX.4."""
    national_id_type: str
    """What kind of number it is, in table 0203 of HL7 v2, which FHIR uses too."""
    practitioner_system: str | None
    """The URI of the national number of practitioners in FHIR; ``None`` where none is known here."""
    practitioner_authority: str
    """Its assigning authority in HL7 v2, and ``practitioner_type`` its kind."""
    practitioner_type: str
    legal_name_is_birth_name: bool
    """Whether the law knows people by the name they were born with, or by the one they use."""
    sender: str
    """What the application that keeps patients and stays is called, for MSH-3."""
    receiver: str
    """What the application that keeps records is called, for MSH-5."""

    def local_id_system(self, finess: str | None) -> str | None:
        """Return the URI of a site's own patient numbers; ``None`` where no public rule gives it."""
        if self.alpha2 == "GB":
            # One system for the numbers of all trusts: NHS England, Care Connect and GP Connect specifications.
            return "https://fhir.nhs.uk/Id/local-patient-identifier"
        # A Corsican FINESS number holds a letter, which no OID can.
        french = self.alpha2 == "FR" and finess is not None and finess.isdigit()
        return f"urn:oid:{_STRUCTURES_OID}.1{finess}" if french else None


_COUNTRIES = {
    "fr": Country(
        alpha2="FR",
        alpha3="FRA",
        language="fr",
        zone=ZoneInfo("Europe/Paris"),
        mobiles=("06", "07"),
        # The NIR: FR Core, FRCorePatientProfile.fsh (slice NSS) and FRCorePatientINSProfile.fsh (slice INS-NIR);
        # its name in CX.4: examples of the Agence du numérique en santé, github.com/ansforge/hl7V2-exemples.
        national_id_system="urn:oid:1.2.250.1.213.1.4.8",
        national_id_authority="ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO",
        national_id_type="NH",
        # FRCorePractitionerProfile.fsh (slice rpps); for HL7 the national extension's own authority and type.
        practitioner_system="https://rpps.esante.gouv.fr",
        practitioner_authority="ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO",
        practitioner_type="RPPS",
        # IHE ITI TF-4, 4.1.1.5: the legal name (PID-5, type L) is the name of birth.
        legal_name_is_birth_name=True,
        sender="GAM",
        receiver="DPI",
    ),
    "gb": Country(
        alpha2="GB",
        alpha3="GBR",
        language="en",
        zone=ZoneInfo("Europe/London"),
        mobiles=("07",),
        # NHS England; both forms at build.fhir.org/ig/nw-gmsa/nw-gmsa.github.com/StructureDefinition-NHSNumber.html.
        national_id_system="https://fhir.nhs.uk/Id/nhs-number",
        national_id_authority="NHS",
        national_id_type="NH",
        practitioner_system="https://fhir.hl7.org.uk/Id/gmc-number",
        practitioner_authority="GMC",
        practitioner_type="MD",
        legal_name_is_birth_name=False,
        sender="PAS",
        receiver="EPR",
    ),
    "be": Country(
        alpha2="BE",
        alpha3="BEL",
        language="fr",
        zone=ZoneInfo("Europe/Brussels"),
        # Not "04" alone, which begins the landline numbers of Liège.
        mobiles=("045", "046", "047", "048", "049"),
        # HL7 Belgium, NamingSystem be-ssin, which gives the URI and the OID: build.fhir.org/ig/hl7-be/core.
        national_id_system="https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/ssin",
        national_id_authority="&2.16.840.1.113883.3.6777.5.1&ISO",
        national_id_type="NI",
        # HL7 Belgium, NamingSystem nihdi, which gives the URI and the OID.
        practitioner_system="https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/nihdi",
        practitioner_authority="&1.3.6.1.4.1.21297.100.9.1&ISO",
        practitioner_type="MD",
        legal_name_is_birth_name=True,
        sender="ADT",
        receiver="DPI",
    ),
    "lu": Country(
        alpha2="LU",
        alpha3="LUX",
        language="fr",
        zone=ZoneInfo("Europe/Luxembourg"),
        mobiles=("+352 6", "6"),
        # The OID of the matricule: hl7.org/fhir/uv/ips, example Patient-66033.
        national_id_system="urn:oid:1.3.182.4.4",
        national_id_authority="&1.3.182.4.4&ISO",
        national_id_type="NI",
        practitioner_system=None,
        practitioner_authority="",
        practitioner_type="MD",
        legal_name_is_birth_name=True,
        sender="ADT",
        receiver="DPI",
    ),
    "us": Country(
        alpha2="US",
        alpha3="USA",
        language="en",
        # One clock for the country: that of most of its people.
        zone=ZoneInfo("America/New_York"),
        # No numbers of their own: mobiles and landlines share the area codes.
        mobiles=(),
        # hl7.org/fhir/identifier-registry.html; HL7 v2 table 0363.
        national_id_system="http://hl7.org/fhir/sid/us-ssn",
        national_id_authority="USSSA",
        # A social security number, which is no health number.
        national_id_type="SS",
        practitioner_system="http://hl7.org/fhir/sid/us-npi",
        practitioner_authority="NPI&2.16.840.1.113883.4.6&ISO",
        practitioner_type="NPI",
        legal_name_is_birth_name=False,
        sender="ADT",
        receiver="EHR",
    ),
}


def country(locale: str) -> Country:
    """Return the country of a locale such as ``fr_fr``.

    Raises ``UnknownNameError`` when its identifiers are not known here.
    """
    code = locale.rpartition("_")[2]
    if code not in _COUNTRIES:
        raise UnknownNameError(
            f"Neither FHIR nor HL7 identifiers are known for locale {locale}",
            f"Use one of another country ({', '.join(_COUNTRIES)}), or another format",
        )
    return _COUNTRIES[code]


def is_chronic(icd10: str) -> bool:
    """Return whether a condition stays after the visit."""
    return icd10 in _chronic()


@cache
def _chronic() -> frozenset[str]:
    return frozenset(condition.icd10 for condition in clinic(french=False).conditions if condition.chronic)


def on_the_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a naive local time with its offset; a time that the clocks skipped becomes what they showed instead."""
    aware = moment.replace(tzinfo=zone)
    # Clocks change in the small hours only, and the way there and back takes longer than all the rest.
    return aware if aware.hour > 3 else aware.astimezone(UTC).astimezone(zone)


def unique_numbers() -> Iterator[int]:
    """Yield numbers as a table of the host's might give them, without end: none twice, shuffled within each million."""
    for million in count():
        order = Permutation.of(os.urandom(32), _MILLION)
        for start in range(0, _MILLION, 1000):
            yield from (order.value(np.arange(start, start + 1000)) + million * _MILLION + 1).tolist()


def random_uuids() -> Iterator[str]:
    """Yield UUIDs of version 4 (RFC 9562) without end, some 4,000 for each call of the operating system."""
    while True:
        digits = os.urandom(1 << 16).hex()
        for start in range(0, len(digits), 32):
            one = digits[start : start + 32]
            variant = "89ab"[int(one[16], 16) & 3]
            yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{variant}{one[17:20]}-{one[20:]}"
