"""FHIR R4 (4.0.1) resources of one decoy: its Patient, who saw it, its Encounters, Conditions, signs, drugs, allergies.

Patients follow FR Core (hl7.fr/ig/fhir/core) and the identifiers of NHS England. No resource states a profile, a tag or
an extension of ours: the one extension is HL7's own birth place. Codes carry no display, for the words are ours
(``text``, in the locale's language) and not those of the code systems.

Observations are vital signs as HL7's profile of them codes them (hl7.org/fhir/R4/observation-vitalsigns.html).

A Practitioner is one of the host's own, from the operator's list, and has a resource only where a national number names
it: otherwise the host's server would keep a second one beside its own, and it is named in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

import orjson

from honeytokens.exchange import country, is_chronic, on_the_clock, random_uuids
from honeytokens.model import Allergy, Care, Practitioner, Prescription, Stay, Story, Vitals

Json = dict[str, Any]
Address = Callable[[str, str], str]
"""Turns a resource type and an id into what a reference to it says."""
SeenBy = Callable[[Practitioner], Json | None]
"""Turns a practitioner into a reference to a resource that is there already; ``None`` where there is none."""


def encode(resource: Json) -> bytes:
    """Return a resource on one line, in UTF-8, with the end of the line."""
    return orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE)


_V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
_CLASSES = {
    Care.CONSULTATION: "AMB",
    Care.EMERGENCY: "EMER",
    Care.DAY_CASE: "SS",
    Care.PLANNED_STAY: "IMP",
    Care.EMERGENCY_STAY: "IMP",
}
"""Codes of v3-ActCode."""
_VISITS = {
    "fr": {
        Care.CONSULTATION: "Consultation",
        Care.EMERGENCY: "Urgences",
        Care.DAY_CASE: "Hospitalisation de jour",
        Care.PLANNED_STAY: "Hospitalisation complète",
        Care.EMERGENCY_STAY: "Hospitalisation complète",
    },
    "en": {
        Care.CONSULTATION: "Outpatient appointment",
        Care.EMERGENCY: "Emergency attendance",
        Care.DAY_CASE: "Day case",
        Care.PLANNED_STAY: "Inpatient stay",
        Care.EMERGENCY_STAY: "Inpatient stay",
    },
}
_DAYS = {"fr": "jours", "en": "days"}


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


@cache
def _loinc(code: str) -> Json:
    return _coded("http://loinc.org", code)


_CONDITION = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ACTIVE, _RESOLVED = _coded(_CONDITION, "active"), _coded(_CONDITION, "resolved")
_CONFIRMED = _coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")
_DIAGNOSIS = [_coded("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")]
_ALLERGY_ACTIVE = _coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active")
_ALLERGY_CONFIRMED = _coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed")
_FROM_EMERGENCY = _coded("http://terminology.hl7.org/CodeSystem/admit-source", "emd")
_VITAL_SIGNS = [_coded("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")]
_SIGNS = (
    ("height", "8302-2", "cm", "cm"),
    ("weight", "29463-7", "kg", "kg"),
    ("pulse", "8867-4", "/min", "/min"),
    ("temperature", "8310-5", "°C", "Cel"),
    ("saturation", "2708-6", "%", "%"),
)
"""Each field of :class:`Vitals` with a code of its own: its LOINC code, its unit as written and in UCUM."""
_PRESSURES = (("systolic", "8480-6"), ("diastolic", "8462-4"))
_PI = _coded(_V2_0203, "PI")
_ATTENDING = [_coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "ATND")]
_RPPS = _coded("https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "RPPS")


class Resources:
    """Makes the resources of one decoy after another; each has a fresh random id, and refers to the others by it."""

    def __init__(
        self,
        locale: str,
        as_of: date,
        address: Address,
        *,
        alone: bool,
        finess: str | None = None,
        site: Json | None = None,
        seen_by: SeenBy | None = None,
    ) -> None:
        """Make resources to be sent together; ``alone``: each decoy's by themselves, with whom they name.

        ``site`` is the reference to the care site, see :func:`site_reference`. ``seen_by``: no Practitioner is made.
        Raises ``UnknownNameError`` when the identifiers of the locale's country are not known.
        """
        self._alone = alone
        self._practitioners: dict[Practitioner, Json] = {}
        self._country = country(locale)
        self._national = _coded(_V2_0203, self._country.national_id_type)
        self._as_of = as_of
        self._address = address
        self._ids = random_uuids()
        self._local_id_system = self._country.local_id_system(finess)
        self._site = site
        self._seen = seen_by
        self._concepts: dict[tuple[str, str], Json] = {}

    def of(self, person: Json, story: Story) -> list[Json]:
        """Return the Patient of one row of identities, then the rest, so that every reference looks back."""
        patient = self._patient(person)
        subject = {"reference": self._address("Patient", patient["id"])}
        found = [patient]
        links: dict[date, Json] = {}
        began: dict[datetime, Json] = {}
        if self._alone:
            self._practitioners.clear()
        for stay in story.stays:
            seen = self._seen_by(stay, found)
            encounter = self._encounter(stay, subject, seen)
            reference = {"reference": self._address("Encounter", encounter["id"])}
            links[stay.discharged.date()] = {"encounter": reference} | ({"requester": seen} if seen else {})
            found += [encounter, self._diagnosis(stay, subject, reference, seen)]
            began[stay.admitted] = reference
        for vitals in story.vitals:
            found += self._observations(vitals, {"subject": subject, "encounter": began[vitals.measured]})
        found += [self._prescription(drug, subject, links.get(drug.prescribed, {})) for drug in story.prescriptions]
        found += [self._allergy(allergy, subject) for allergy in story.allergies]
        return found

    def _patient(self, person: Json) -> Json:
        patient: Json = {
            "resourceType": "Patient",
            "id": next(self._ids),
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                    "valueAddress": {"city": person["birth_place"]},
                }
            ],
        }
        if identifiers := list(self._identifiers(person)):
            patient["identifier"] = identifiers
        patient |= {"active": True, "name": self._names(person)}
        if telecom := list(self._telecom(person)):
            patient["telecom"] = telecom
        patient |= {
            "gender": person["sex"],
            "birthDate": person["birth_date"].isoformat(),
            "address": [
                {
                    "use": "home",
                    "line": [person["street"]],
                    "city": person["town"],
                    "postalCode": person["postcode"],
                    "country": self._country.alpha2,
                }
            ],
        }
        if self._site:
            patient["managingOrganization"] = self._site
        return patient

    def _seen_by(self, stay: Stay, found: list[Json]) -> Json | None:
        """Return the reference to whoever saw the patient; a Practitioner that is not there yet joins the rest."""
        doctor = stay.practitioner
        if doctor is None:
            return None
        if self._seen is not None:
            return self._seen(doctor)
        if doctor not in self._practitioners:
            name = f"{doctor.first_name} {doctor.surname}"
            if doctor.number and self._country.practitioner_system:
                resource = self._practitioner(doctor)
                found.append(resource)
                link = {"reference": self._address("Practitioner", resource["id"]), "display": name}
            else:
                link = {"type": "Practitioner", "display": name}
            self._practitioners[doctor] = link
        return self._practitioners[doctor]

    def _practitioner(self, doctor: Practitioner) -> Json:
        kind = {"type": _RPPS} if self._country.alpha2 == "FR" else {}
        number = {"use": "official", **kind, "system": self._country.practitioner_system, "value": doctor.number}
        return {
            "resourceType": "Practitioner",
            "id": next(self._ids),
            "identifier": [number],
            "active": True,
            "name": [{"family": doctor.surname, "given": [doctor.first_name]}],
        }

    def _identifiers(self, person: Json) -> Iterator[Json]:
        """Yield the identifiers, the site's own first.

        The French NIR goes as a social security number (FR Core's slice NSS), never as an INS: an INS says that the
        national register confirmed the identity.
        """
        if value := person["local_id"]:
            system = {"system": self._local_id_system} if self._local_id_system else {}
            yield {"use": "usual", "type": _PI, **system, "value": value}
        if value := person["national_id"]:
            yield {
                "use": "official",
                "type": self._national,
                "system": self._country.national_id_system,
                "value": value,
            }

    def _names(self, person: Json) -> list[Json]:
        """Return the legal name, then the other: FR Core's official and usual names; elsewhere official and maiden."""
        used, birth, given = person["surname"], person["birth_name"], [person["first_name"]]
        if not birth:
            return [{"use": "official", "family": used, "given": given}]
        if self._country.legal_name_is_birth_name:
            legal, other = ("official", birth), ("usual", used)
        else:
            legal, other = ("official", used), ("maiden", birth)
        return [{"use": use, "family": family, "given": given} for use, family in (legal, other)]

    def _telecom(self, person: Json) -> Iterator[Json]:
        if phone := person["phone"]:
            use = "mobile" if phone.startswith(self._country.mobiles) else "home"
            yield {"system": "phone", "value": phone, "use": use}
        if email := person["email"]:
            yield {"system": "email", "value": email}
        if link := person["web_link"]:
            yield {"system": "url", "value": link}

    def _encounter(self, stay: Stay, subject: Json, seen: Json | None) -> Json:
        zone, kind = self._country.zone, stay.care
        encounter: Json = {
            "resourceType": "Encounter",
            "id": next(self._ids),
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": _CLASSES[kind]},
            "type": [{"text": _VISITS[self._country.language][kind]}],
            "subject": subject,
            "period": {
                "start": on_the_clock(stay.admitted, zone).isoformat(),
                "end": on_the_clock(stay.discharged, zone).isoformat(),
            },
            "reasonCode": [self._concept("http://hl7.org/fhir/sid/icd-10", stay.icd10, stay.reason)],
        }
        if seen:
            encounter["participant"] = [{"type": _ATTENDING, "individual": seen}]
        if kind is Care.EMERGENCY_STAY:
            encounter["hospitalization"] = {"admitSource": _FROM_EMERGENCY}
        if self._site:
            encounter["serviceProvider"] = self._site
        return encounter

    def _diagnosis(self, stay: Stay, subject: Json, encounter: Json, seen: Json | None) -> Json:
        return {
            "resourceType": "Condition",
            "id": next(self._ids),
            "clinicalStatus": _ACTIVE if is_chronic(stay.icd10) else _RESOLVED,
            "verificationStatus": _CONFIRMED,
            "category": _DIAGNOSIS,
            "code": self._concept("http://hl7.org/fhir/sid/icd-10", stay.icd10, stay.reason),
            "subject": subject,
            "encounter": encounter,
            "recordedDate": stay.admitted.date().isoformat(),
            **({"recorder": seen} if seen else {}),
        }

    def _observations(self, vitals: Vitals, links: Json) -> Iterator[Json]:
        """Yield one observation for each sign that was taken; the two blood pressures are components of one."""
        when = on_the_clock(vitals.measured, self._country.zone).isoformat()
        for field, code, unit, ucum in _SIGNS:
            value = getattr(vitals, field)
            if value is not None:
                yield {**self._sign(code, when, links), "valueQuantity": _quantity(value, unit, ucum)}
        pressures = [(code, getattr(vitals, field)) for field, code in _PRESSURES]
        if all(value is not None for _, value in pressures):
            components = [
                {"code": _loinc(code), "valueQuantity": _quantity(value, "mmHg", "mm[Hg]")} for code, value in pressures
            ]
            yield {**self._sign("85354-9", when, links), "component": components}

    def _sign(self, code: str, when: str, links: Json) -> Json:
        return {
            "resourceType": "Observation",
            "id": next(self._ids),
            "status": "final",
            "category": _VITAL_SIGNS,
            "code": _loinc(code),
            **links,
            "effectiveDateTime": when,
        }

    def _prescription(self, drug: Prescription, subject: Json, links: Json) -> Json:
        over = drug.prescribed + timedelta(days=drug.days) <= self._as_of
        return {
            "resourceType": "MedicationRequest",
            "id": next(self._ids),
            "status": "completed" if over else "active",
            "intent": "order",
            "medicationCodeableConcept": self._concept("http://www.whocc.no/atc", drug.atc, drug.drug),
            "subject": subject,
            **links,
            "authoredOn": drug.prescribed.isoformat(),
            "dosageInstruction": [{"text": drug.dose}],
            "dispenseRequest": {
                "expectedSupplyDuration": {
                    "value": drug.days,
                    "unit": _DAYS[self._country.language],
                    "system": "http://unitsofmeasure.org",
                    "code": "d",
                }
            },
        }

    def _allergy(self, allergy: Allergy, patient: Json) -> Json:
        return {
            "resourceType": "AllergyIntolerance",
            "id": next(self._ids),
            "clinicalStatus": _ALLERGY_ACTIVE,
            "verificationStatus": _ALLERGY_CONFIRMED,
            "code": {"text": allergy.substance},
            "patient": patient,
            "recordedDate": allergy.noted.isoformat(),
        }

    def _concept(self, system: str, code: str, text: str) -> Json:
        """Return a code with its words, the same object each time: there are a few hundred in millions of resources."""
        if (code, text) not in self._concepts:
            self._concepts[code, text] = {**_coded(system, code), "text": text}
        return self._concepts[code, text]


def _quantity(value: float, unit: str, ucum: str) -> Json:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": ucum}


def site_reference(establishment: str | None, finess: str | None) -> Json | None:
    """Return a reference to the care site by its number and name: the host has an Organization of its own for it."""
    site: Json = {}
    if finess:
        site["identifier"] = {"system": "https://finess.esante.gouv.fr", "value": finess}
    if establishment:
        site["display"] = establishment
    return {"type": "Organization", **site} if site else None


def this_very(patient: Json, family: str) -> str | None:
    """Return the search that finds this very patient, or ``None`` without an identifier of a known system.

    The identifier alone would not do: where a real patient has been given the decoy's number, a conditional create
    would hang the decoy's allergies on the real patient.
    """
    for identifier in patient.get("identifier", ()):
        if identifier.get("system"):
            return f"identifier={token(identifier)}&birthdate={patient['birthDate']}&family={_parameter(family)}"
    return None


def token(identifier: Json) -> str:
    """Return an identifier as a search for it says it in a URL."""
    return f"{quote(identifier['system'], safe=':/')}|{_parameter(identifier['value'])}"


def _parameter(value: str) -> str:
    """Return a value as FHIR search takes it: ``, | $`` and the backslash after a backslash, then as in any URL."""
    return quote("".join(f"\\{sign}" if sign in "\\,|$" else sign for sign in value), safe="")
