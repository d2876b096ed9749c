"""A decoy as the resources that this host would have of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from honeytokens.errors import MappingError
from honeytokens.exchange import country
from honeytokens.fhir_resources import Resources
from honeytokens.model import Decoy, Establishment, Identity, Practitioner
from honeytokens.systems.fhir_server.capabilities import WRITTEN, Capabilities
from honeytokens.systems.fhir_server.client import Client, Json
from honeytokens.systems.fhir_server.habits import SAMPLE, Habits
from honeytokens.systems.fhir_server.resources import is_id
from honeytokens.systems.fhir_server.settings import FhirSettings
from honeytokens.systems.interface import DraftRow

_LOCALES = {"fr": "fr_fr", "gb": "en_gb", "be": "fr_be", "lu": "fr_lu", "us": "en_us"}
_PAGES = 4
_SAMPLED = {"Observation": {"category": "vital-signs"}}
"""What of a type is looked at, where decoys have only a part of its kinds."""


class Composer:
    """Makes drafts of decoys after the habits of one server. Types that no patient of the host has are left out."""

    def __init__(self, client: Client, capabilities: Capabilities, settings: FhirSettings) -> None:
        """Learn the habits; raise ``MappingError`` where there is nothing to be like."""
        self._client = client
        samples = {kind: list(_sample(client, kind)) for kind in WRITTEN if capabilities.searchable(kind)}
        self.habits = {
            kind: Habits.learnt(kind, sample, settings.identifier_system) for kind, sample in samples.items() if sample
        }
        if "Patient" not in self.habits or self.patient.identifier is None:
            raise MappingError(
                "The FHIR server has no patients with a number of a known system, which decoys could be like",
                "Set identifier_system, or check that the account may see patients",
            )
        self._locale = _LOCALES[settings.country or _country(self.patient)]
        self._there: dict[str, bool] = {}

    @property
    def patient(self) -> Habits:
        """The habits of patients."""
        return self.habits["Patient"]

    @property
    def national_system(self) -> str:
        """The system of the country's patient numbers."""
        return country(self._locale).national_id_system

    def unfit(self, decoy: Decoy, establishment: Establishment) -> str | None:
        """Return why this decoy cannot be written, or ``None``."""
        number = decoy.identity.local_id
        if not number:
            return "it has no local_id, by which it would be found again: give a pool of them"
        if not self.patient.fits(number):
            return "its local_id is not written as the site's own numbers are"
        if self._names_site() and not self._is_there("Organization", establishment.code):
            return "the establishment's code is not the id of an Organization on the server"
        seen = {stay.practitioner.code for stay in decoy.story.stays if stay.practitioner and stay.practitioner.code}
        if not all(self._is_there("Practitioner", code) for code in seen):
            return "a practitioner's code is not the id of a Practitioner on the server"
        return None

    def drafts(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the resources of a decoy as they would be written at ``at``, the patient first."""
        made = Resources(
            self._locale,
            at.date(),
            lambda kind, identifier: f"{kind}/{identifier}",
            alone=True,
            site={"reference": f"Organization/{establishment.code}"},
            seen_by=_seen_by,
        ).of(self._person(decoy.identity), decoy.story)
        if not decoy.identity.birth_place:
            made[0].pop("extension")
        kept = [one for one in made if (kind := self.habits.get(one["resourceType"])) and kind.knows(one)]
        omitted = {_address(one) for one in made} - {_address(one) for one in kept}
        places = {_address(one): number for number, one in enumerate(kept)}
        return [self._draft(one, places, omitted) for one in kept]

    def _person(self, identity: Identity) -> Json:
        """Return who a decoy is; with the name of birth where the host's patients have two names."""
        birth_name = identity.birth_name if self.patient.two_names else None
        return {**asdict(identity), "sex": str(identity.sex), "birth_name": birth_name}

    def _draft(self, resource: Json, places: Mapping[str, int], omitted: set[str]) -> DraftRow:
        kind = resource["resourceType"]
        like = self.habits[kind].like_the_hosts({name: resource[name] for name in resource if name != "id"})
        values: dict[str, object] = {}
        links: dict[str, int] = {}
        for name, value in like.items():
            target = str(value.get("reference")) if isinstance(value, dict) else None
            if target is not None and target in places:
                links[name] = places[target]
            elif target not in omitted and name != "resourceType":
                values[name] = value
        return DraftRow(kind, values, also=links)

    def _names_site(self) -> bool:
        encounter = self.habits.get("Encounter")
        return self.patient.usual("managingOrganization.reference") or (
            encounter is not None and encounter.usual("serviceProvider.reference")
        )

    def _is_there(self, kind: str, key: str) -> bool:
        address = f"{kind}/{key}"
        if address not in self._there:
            self._there[address] = is_id(key) and self._client.get(address) is not None
        return self._there[address]


def _seen_by(doctor: Practitioner) -> Json | None:
    """Return the reference to a Practitioner of the server's own, from the operator's list."""
    if not doctor.code:
        return None
    return {"reference": f"Practitioner/{doctor.code}", "display": f"{doctor.first_name} {doctor.surname}"}


def _address(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _sample(client: Client, kind: str) -> Iterator[Json]:
    for number, found in enumerate(client.search(kind, _SAMPLED.get(kind, {}), pages=_PAGES)):
        if number == SAMPLE:
            return
        yield found


def _country(patient: Habits) -> str:
    """Return the country whose code most addresses have."""
    spelt = (patient.country or "").upper()
    for code, locale in _LOCALES.items():
        here = country(locale)
        if spelt in (here.alpha2, here.alpha3):
            return code
    raise MappingError(
        "The addresses on the FHIR server do not tell the country", f"Set country to one of {', '.join(_LOCALES)}"
    )
