"""What one site's GNU Health holds beside its patients: its places, doctors, catalogues, and what is usual there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from honeytokens.fingerprints import fold
from honeytokens.model import Practitioner
from honeytokens.systems.gnu_health.client import Client, Domain, Record
from honeytokens.systems.gnu_health.kinds import KINDS
from honeytokens.systems.interface import COMMON
from honeytokens.systems.sql.habits import FEWEST, SAMPLE, draw
from honeytokens.systems.sql.values import Clock, MisfitError

_ALLERGIES = ("Z88.%", "Z91.0%", "T78.4%")
"""ICD-10: personal history of allergy to drugs, to other substances; allergy, unspecified."""
_DRUGS = "Z88."
_UNSPECIFIED = "T78.4"
_STEM = 6
"""The letters by which the name of a substance is known in the name of a diagnosis."""
_USUAL: Mapping[str, tuple[str, ...]] = {
    "gnuhealth_patient_disease": ("is_active", "status"),
    "gnuhealth_appointment": ("state", "appointment_type", "visit_type", "urgency"),
    "gnuhealth_patient_evaluation": ("state", "evaluation_type", "visit_type", "urgency"),
    "gnuhealth_prescription_order": ("state",),
    "party_address": ("country",),
}
"""The fields of which a decoy has what is usual, by table."""


@dataclass
class Site:
    """Learns through one session, when a decoy needs it. ``zone`` is the site's; that of its company otherwise."""

    client: Client
    zone: ZoneInfo | None

    @cached_property
    def clock(self) -> Clock:
        """The site's wall clock."""
        company = self.client.context.get("company")
        if self.zone is None and company:
            [one] = self.client.read("company.company", [["id", "=", company]], ["timezone"])
            return Clock(ZoneInfo(one["timezone"]) if one["timezone"] else ZoneInfo("UTC"))
        return Clock(self.zone or ZoneInfo("UTC"))

    @cached_property
    def prefix(self) -> str:
        """What a person's federation account has before the person's own number."""
        found = self.client.call("party.party", "default_get", ["fed_country"], False)
        return found.get("fed_country") or "XXX"

    def institution(self, code: str) -> int:
        """Return the institution of a code; raise ``MisfitError``."""
        if code not in self._institutions:
            raise MisfitError("the establishment's code is that of no institution")
        return self._institutions[code]

    def professional(self, practitioner: Practitioner | None) -> int:
        """Return the health professional whose code a practitioner has; raise ``MisfitError``."""
        code = practitioner.code if practitioner else None
        if code is None or code not in self._professionals:
            raise MisfitError("a stay has no practitioner whose code is that of a health professional")
        return self._professionals[code]

    def user(self, professional: int) -> int | None:
        """Return the account of a health professional; ``None`` when there is none."""
        return self._users.get(professional)

    def pathology(self, icd10: str) -> int | None:
        """Return the diagnosis of an ICD-10 code as the site's catalogue has it; ``None`` when it has none."""
        if icd10 not in self._pathologies:
            spellings = [icd10, icd10.replace(".", "")]
            found = self.client.read("gnuhealth.pathology", [["code", "in", spellings]], ["code"])
            self._pathologies[icd10] = next((one["id"] for one in found), None)
        return self._pathologies[icd10]

    def allergy(self, substance: str) -> tuple[int, str] | None:
        """Return the diagnosis of an allergy and its type (drug or other); ``None`` when the site has no such one."""
        stem = fold(substance)[:_STEM]
        named = [one for one in self._allergies if stem in fold(one["name"])]
        chosen = next(iter(named or [one for one in self._allergies if one["code"].startswith(_UNSPECIFIED)]), None)
        return (chosen["id"], "da" if chosen["code"].startswith(_DRUGS) else "ma") if chosen else None

    def medicament(self, drug: str) -> Record | None:
        """Return the site's product for a drug's international name; ``None`` when it has none."""
        return self._medicaments.get(fold(drug))

    def usual(self, table: str, seed: str, only: Domain | None = None) -> Record | None:
        """Return a combination of values that the site's newest records have, always the same for a seed.

        One that fewer than a fifth of them have is never given, nor one learnt from few. ``None`` when the site has no
        such records at all: then a decoy has none either.
        """
        combinations = self._combinations(table, only or [])
        if combinations is None:
            return None
        return combinations[draw(seed, table) % len(combinations)] if combinations else {}

    def _combinations(self, table: str, only: Domain) -> list[Record] | None:
        key = (table, repr(only))
        if key not in self._learnt:
            fields = _USUAL[table]
            found = self.client.read(KINDS[table].model, only, fields, SAMPLE)
            counts = Counter(tuple(one[name] for name in fields) for one in found)
            enough = [one for one, number in counts.items() if number >= COMMON * len(found)]
            usual = [dict(zip(fields, one, strict=True)) for one in enough] if len(found) >= FEWEST else []
            self._learnt[key] = usual if found else None
        return self._learnt[key]

    @cached_property
    def _learnt(self) -> dict[tuple[str, str], list[Record] | None]:
        return {}

    @cached_property
    def _pathologies(self) -> dict[str, int | None]:
        return {}

    @cached_property
    def _institutions(self) -> dict[str, int]:
        return _by_code(self.client.read("gnuhealth.institution", [], ["code"]))

    @cached_property
    def _professionals(self) -> dict[str, int]:
        return _by_code(self._all_professionals)

    @cached_property
    def _users(self) -> dict[int, int | None]:
        return {one["id"]: one["party."]["internal_user"] for one in self._all_professionals}

    @cached_property
    def _all_professionals(self) -> list[Record]:
        known: Domain = [["active", "=", True]]
        return self.client.read("gnuhealth.healthprofessional", known, ["code", "party.internal_user"])

    @cached_property
    def _allergies(self) -> list[Record]:
        domain = ["OR", *(["code", "ilike", code] for code in _ALLERGIES)]
        return self.client.read("gnuhealth.pathology", domain, ["code", "name"])

    @cached_property
    def _medicaments(self) -> dict[str, Record]:
        fields = ["active_component", "rec_name", "strength", "unit", "form", "route"]
        found: dict[str, Record] = {}
        for one in self.client.stream("gnuhealth.medicament", [["active", "=", True]], fields):
            for name in (one["active_component"], one["rec_name"]):
                found.setdefault(fold(name or ""), one)
        found.pop("", None)
        return found


def _by_code(found: Sequence[Record]) -> dict[str, int]:
    return {one["code"]: one["id"] for one in found if one["code"]}
