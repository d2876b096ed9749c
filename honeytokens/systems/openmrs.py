"""OpenMRS on MariaDB or MySQL: a person with a name and an address, a patient, visits with encounters and vital signs.

Known from the tables of platform 2.9 with the updates of 3.0. The application may search names in an index of its own:
after planting, rebuild it as after any change below the application.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar, Protocol
from uuid import uuid4

import sqlalchemy as sa

from honeytokens.model import Decoy, Establishment, Field, Practitioner, Stay, Vitals
from honeytokens.systems.settings import Settings
from honeytokens.systems.sql.habits import draw
from honeytokens.systems.sql.named import NamedLayout, NamedSystem
from honeytokens.systems.sql.records import Record, RowKind
from honeytokens.systems.sql.schema import Table
from honeytokens.systems.sql.server import clause
from honeytokens.systems.sql.system import BATCH, day_of
from honeytokens.systems.sql.values import MisfitError

_ENTERED = ("creator", "date_created", "voided", "uuid")
_FEWEST = 5
_MEASURES = {
    "weight": ("weight (kg)",),
    "height": ("height (cm)",),
    "systolic": ("systolic blood pressure",),
    "diastolic": ("diastolic blood pressure",),
    "pulse": ("pulse",),
    "temperature": ("temperature (c)", "temperature (°c)"),
    "saturation": ("arterial blood oxygen saturation (pulse oximeter)", "oxygen saturation"),
}
"""The names of the concepts of vital signs in the dictionaries that most sites use (CIEL)."""


def _kind(
    table: str, key: str, *columns: str, parent: str = "", below: str = "patient_id", **traits: object
) -> RowKind:
    parents = {below: (parent,)} if parent else {}
    return RowKind(table, key, (*columns, *_ENTERED), parents=parents, **traits)  # type: ignore[arg-type]


KINDS: Mapping[str, RowKind] = {
    "person": _kind(
        "person",
        "person_id",
        "gender",
        "birthdate",
        "dead",
        telling=("gender", "birthdate"),
        needed=("gender", "birthdate"),
    ),
    "name": _kind(
        *("person_name", "person_name_id", "preferred", "given_name", "family_name"),
        parent="person",
        below="person_id",
        telling=("given_name", "family_name"),
        needed=("given_name", "family_name"),
    ),
    "address": _kind(
        *("person_address", "person_address_id", "preferred", "address1", "city_village", "postal_code"),
        parent="person",
        below="person_id",
        telling=("address1", "city_village"),
        optional=True,
    ),
    "patient": _kind("patient", "patient_id", "allergy_status", parent="person", telling=("allergy_status",)),
    "identifier": _kind(
        *("patient_identifier", "patient_identifier_id", "identifier", "identifier_type", "preferred", "location_id"),
        parent="patient",
        telling=("identifier",),
    ),
    "allergy": _kind(
        *("allergy", "allergy_id", "coded_allergen", "non_coded_allergen"),
        parent="patient",
        telling=("non_coded_allergen",),
        optional=True,
    ),
    "visit": _kind(
        *("visit", "visit_id", "date_started", "date_stopped", "location_id"),
        parent="patient",
        telling=("date_started", "date_stopped"),
        optional=True,
    ),
    "encounter": _kind(
        *("encounter", "encounter_id", "encounter_datetime", "location_id", "visit_id"),
        parent="patient",
        telling=("encounter_datetime",),
    ),
    "provider": _kind(
        *("encounter_provider", "encounter_provider_id", "provider_id"),
        parent="encounter",
        below="encounter_id",
        telling=("provider_id",),
        optional=True,
    ),
    "measure": _kind(
        *("obs", "obs_id", "concept_id", "obs_datetime", "value_numeric", "location_id", "encounter_id"),
        parent="patient",
        below="person_id",
        telling=("concept_id", "value_numeric"),
        optional=True,
    ),
}


class Adds(Protocol):
    """Drafts a row and returns its place in the list."""

    def __call__(
        self,
        kind: str,
        values: Mapping[str, object],
        parent: tuple[str, int] | None = None,
        also: Mapping[str, int] | None = None,
    ) -> int:
        """Draft the row."""


class OpenMrsLayout(NamedLayout[Settings]):
    """The rows of decoys in one site's OpenMRS."""

    def study(self, connection: sa.Connection, extra: Mapping[str, Table]) -> None:
        """Learn the site's accounts, locations, identifier type and concepts."""

        def read(name: str, *columns: str, newest: int = 10**6) -> list[tuple[str | None, ...]]:
            table = self.tables.get(name) or extra[name]
            source = clause(table)
            wanted = sa.select(*(sa.cast(source.c[column], sa.Text) for column in columns))
            wanted = wanted.order_by(source.c[table.primary_key[0]].desc()).limit(newest)
            return [tuple(row) for row in connection.execute(wanted)]

        people = {person: user for user, person in read("users", "user_id", "person_id")}
        self._users = {
            provider: people.get(person) for provider, person in read("provider", "provider_id", "person_id")
        }
        self._locations = {location for (location,) in read("location", "location_id")}
        types = Counter(kind for (kind,) in read("patient_identifier", "identifier_type", newest=1000))
        self._type = types.most_common(1)[0][0] if types else None
        validators = {
            row[0]: row[1] for row in read("patient_identifier_type", "patient_identifier_type_id", "validator")
        }
        self._luhn = "Luhn" in (validators.get(self._type) or "")
        uncoded = (
            Counter(
                coded for coded, text in read("allergy", "coded_allergen", "non_coded_allergen", newest=2000) if text
            )
            if "allergy" in self.kinds
            else Counter[str | None]()
        )
        self._uncoded = uncoded.most_common(1)[0][0] if uncoded else None
        used = (
            Counter(concept for (concept,) in read("obs", "concept_id", newest=5000)) if "measure" in self.kinds else {}
        )
        named = {(name or "").lower(): concept for concept, name in read("concept_name", "concept_id", "name")}
        self._concepts = {
            measure: int(concept)
            for measure, names in _MEASURES.items()
            for concept in [next((named[name] for name in names if name in named), None)]
            if concept and used.get(concept, 0) >= _FEWEST
        }

    def fill(self, record: Record, decoy: Decoy, establishment: Establishment) -> None:
        """Draft every row of a decoy."""
        if establishment.code not in self._locations:
            raise MisfitError("the establishment's code is no location_id")
        providers = [self._provider(stay.practitioner) for stay in decoy.story.stays]
        if not providers:
            raise MisfitError("the decoy has no stay")
        account = self._account(record.seed, providers)
        place = int(establishment.code)
        entered: dict[str, object] = {"creator": account, "date_created": record.at, "voided": 0}

        def add(
            kind: str,
            values: Mapping[str, object],
            parent: tuple[str, int] | None = None,
            also: Mapping[str, int] | None = None,
        ) -> int:
            whole = {**values, **entered, "uuid": str(uuid4())}
            index = record.add(kind, whole, parent=parent, also=also)
            if index is None:
                raise MisfitError(f"the site has no {kind}")
            return index

        patient = self._patient(record, decoy, place, add)
        for stay, provider in zip(decoy.story.stays, providers, strict=True):
            also: dict[str, int] = {}
            below = ("patient_id", patient)
            if "visit" in self.kinds:
                times = {"date_started": stay.admitted, "date_stopped": stay.discharged, "location_id": place}
                also["visit_id"] = add("visit", times, below)
            met = {"encounter_datetime": stay.admitted, "location_id": place}
            encounter = add("encounter", met, below, also)
            if "provider" in self.kinds:
                add("provider", {"provider_id": provider}, ("encounter_id", encounter))
            for concept, value in self._measured(decoy.story.vitals, stay):
                seen = {
                    "concept_id": concept,
                    "value_numeric": value,
                    "obs_datetime": stay.admitted,
                    "location_id": place,
                }
                add("measure", seen, ("person_id", patient), {"encounter_id": encounter})

    def _patient(self, record: Record, decoy: Decoy, place: int, add: Adds) -> int:
        who, story = decoy.identity, decoy.story
        person = add("person", {"gender": who.sex.value[0].upper(), "birthdate": who.birth_date, "dead": 0})
        below = ("person_id", person)
        add("name", {"preferred": 1, "given_name": who.first_name, "family_name": who.surname}, below)
        if "address" in self.kinds:
            lives = {"address1": who.street, "city_village": who.town, "postal_code": who.postcode}
            add("address", {"preferred": 1, **lives}, below)
        told = bool(story.allergies) and self._uncoded is not None
        entered = {"creator": record.drafts[person].values["creator"], "date_created": record.at, "voided": 0}
        patient = record.add("patient", {"allergy_status": "See list" if told else "Unknown"} | entered, key_of=person)
        if patient is None:
            raise MisfitError("the site has no patients")
        if who.local_id is None or self._type is None:
            raise MisfitError("the site numbers its patients: add a pool of local identifiers (honeytokens pool)")
        number = f"{who.local_id}-{luhn_digit(who.local_id)}" if self._luhn else who.local_id
        numbered = {"identifier_type": int(self._type), "preferred": 1, "location_id": place}
        add("identifier", {"identifier": number, **numbered}, ("patient_id", patient))
        for allergy in story.allergies if told else ():
            noted = {"coded_allergen": int(self._uncoded or 0), "non_coded_allergen": allergy.substance}
            add("allergy", noted, ("patient_id", patient))
        return patient

    def _provider(self, practitioner: Practitioner | None) -> int:
        if practitioner is None or practitioner.code not in self._users or practitioner.code is None:
            raise MisfitError("a stay has no practitioner whose code is a provider_id of the site")
        return int(practitioner.code)

    def _account(self, seed: str, providers: Sequence[int]) -> int:
        """Return the user in whose name a decoy is entered, from those that the hospital authorised."""
        users = self.settings.users or [int(user) for one in sorted(set(providers)) if (user := self._users[str(one)])]
        if not users:
            raise MisfitError("no practitioner of the decoy has an account: name some with --set accounts=")
        return users[draw(seed, "account") % len(users)]

    def _measured(self, vitals: Sequence[Vitals], stay: Stay) -> Iterator[tuple[int, float]]:
        for one in vitals:
            if one.measured == stay.admitted:
                for name, concept in self._concepts.items():
                    value = getattr(one, name)
                    if value is not None:
                        yield concept, float(value)


class OpenMrs(NamedSystem[OpenMrsLayout]):
    """One site's OpenMRS."""

    kinds: ClassVar[Mapping[str, RowKind]] = KINDS
    layout = OpenMrsLayout
    extra: ClassVar = frozenset({"users", "provider", "location", "patient_identifier_type", "concept_name"})
    reads: ClassVar[Mapping[str, Mapping[Field, str]]] = {
        "person": {Field.BIRTH_DATE: "birthdate", Field.SEX: "gender"}
    }

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that are written, but the street: another row than the patient's holds it."""
        more = {Field.SURNAME, Field.FIRST_NAME, Field.POSTCODE, Field.TOWN, Field.LOCAL_ID}
        return super().fields() | more

    def unique_fields(self) -> frozenset[Field]:
        """Return the local identifier, which the application keeps unique itself."""
        return frozenset({Field.LOCAL_ID})

    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the values that the patients have in ``field``, identifiers without their check digit."""
        if field is Field.LOCAL_ID:
            for (number,) in self._stream(self._table("patient_identifier"), ["identifier"]):
                if number:
                    yield number.partition("-")[0]
        else:
            yield from super().host_values(field)

    def patient_count(self) -> int:
        """Return how many patients the system holds: not every person is one."""
        with self._server.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(clause(self._table("patient")))) or 0)

    def _people(self) -> Iterator[tuple[str, tuple[str, str, date]]]:
        people, names = clause(self._table("person")), clause(self._table("person_name"))
        columns = (people.c.person_id, names.c.family_name, names.c.given_name, people.c.birthdate)
        wanted = sa.select(*(sa.cast(column, sa.Text) for column in columns)).select_from(
            people.join(names, people.c.person_id == names.c.person_id)
        )
        batches = {"stream_results": True, "max_row_buffer": BATCH}
        with self._server.reading() as connection, connection.execute(wanted, execution_options=batches) as found:
            for row in found:
                key, surname, first_name, born = (cell and str(cell) for cell in row)
                day = day_of(born)
                if key and surname and first_name and day:
                    yield key, (surname, first_name, day)


def luhn_digit(number: str) -> int:
    """Return the check digit of ``LuhnIdentifierValidator``: Luhn over each character's ASCII code less 48."""
    total = 0
    for place, letter in enumerate(reversed(number.upper())):
        value = ord(letter) - 48
        total += value if place % 2 else 2 * value - 9 * (value > 4)
    return -total % 10
