"""The adapter of FHIR R4 servers.

The server gives ids as it writes, so a row's first key is provisional (:data:`PROVISIONAL`), and its patient is found
by its number, birth date and name: the same search makes the transaction conditional. A row is a resource, its columns
are the elements of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson

from honeytokens.errors import IdentifierTakenError, MappingError, PlantingError
from honeytokens.fhir_resources import this_very
from honeytokens.model import Decoy, Establishment, Field, WrittenRow
from honeytokens.systems.fhir_server.capabilities import Capabilities
from honeytokens.systems.fhir_server.client import Client, Json, OutdatedError, part, parts
from honeytokens.systems.fhir_server.composing import Composer
from honeytokens.systems.fhir_server.finding import by_patient, matched, standing_resources
from honeytokens.systems.fhir_server.referring import referring
from honeytokens.systems.fhir_server.resources import (
    PROVISIONAL,
    body_of,
    holds,
    lacking,
    names,
    row_of,
    standing,
    with_references,
)
from honeytokens.systems.fhir_server.settings import FhirSettings
from honeytokens.systems.interface import DraftRow, HospitalAdapter, RowState

_PLACED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?$")
_ALWAYS = frozenset({Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE, Field.SEX, Field.LOCAL_ID})
_DISTINCT = ("address", "telecom")
"""Elements of a decoy that no patient shares with it."""
_BY_PATH = {
    Field.STREET: "address.line",
    Field.POSTCODE: "address.postalCode",
    Field.TOWN: "address.city",
    Field.PHONE: "telecom[phone]",
    Field.EMAIL: "telecom[email]",
    Field.WEB_LINK: "telecom[url]",
    Field.BIRTH_PLACE: "extension[http://hl7.org/fhir/StructureDefinition/patient-birthPlace]",
}


class FhirServer(HospitalAdapter):
    """One FHIR R4 server. ``url`` and ``password`` are those of :class:`Client`, ``settings`` TOML text."""

    def __init__(self, url: str, password: str | None, settings: str) -> None:
        self._settings = FhirSettings.parse(settings)
        self._client = Client(url, password)

    def __enter__(self) -> FhirServer:
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.close()

    def check(self) -> None:
        """Hold what the server states against what is needed; raise ``MappingError`` naming all that it lacks."""
        if faults := self._capabilities.faults():
            raise MappingError(
                f"The FHIR server cannot take decoys: {'; '.join(faults)}",
                "Let the server do this for the account, or plant below it: docs/systems.md says what is needed",
            )

    @cached_property
    def _capabilities(self) -> Capabilities:
        return Capabilities.read(self._client)

    @cached_property
    def _composer(self) -> Composer:
        return Composer(self._client, self._capabilities, self._settings)

    # The host's patients

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that enough patients of the host have."""
        habits = self._composer.patient
        birth_name = {Field.BIRTH_NAME} if habits.two_names else set()
        national = {Field.NATIONAL_ID} if habits.usual(f"identifier[{self._composer.national_system}]") else set()
        return _ALWAYS | {field for field, path in _BY_PATH.items() if habits.usual(path)} | birth_name | national

    def host_people(self) -> Iterator[tuple[str, str, date]]:
        """Stream (surname, first name, birth date) of every patient, once for each name."""
        for _, *person in self.host_names():
            yield tuple(person)  # type: ignore[misc]

    def host_names(self) -> Iterator[tuple[str, str, str, date]]:
        """Stream (id, surname, first name, birth date) of every patient, once for each name."""
        for patient in self._client.search("Patient", {"_elements": "name,birthDate"}):
            try:
                born = date.fromisoformat(str(patient.get("birthDate")))
            except ValueError:
                continue
            for surname, first_name in names(patient):
                yield str(patient["id"]), surname, first_name, born

    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the patients' own numbers in the site's system; the server holds no other field apart."""
        if field is Field.LOCAL_ID:
            system = (self._composer.patient.identifier or {}).get("system")
            for patient in self._client.search("Patient", {"_elements": "identifier"}):
                for one in parts(patient, "identifier"):
                    if one.get("system") == system and one.get("value"):
                        yield str(one["value"])

    def unique_fields(self) -> frozenset[Field]:
        """Return the patient's number: the server may not ask that it be unique, but nobody is found without."""
        return frozenset({Field.LOCAL_ID})

    def patient_count(self) -> int:
        """Return how many patients there are."""
        told = self._client.count("Patient")
        return sum(1 for _ in self._client.search("Patient", {"_elements": "id"})) if told is None else told

    # Decoys as resources

    def unfit(self, decoy: Decoy, establishment: Establishment, _at: datetime) -> str | None:
        """Return why this decoy cannot be written, or ``None``."""
        return self._composer.unfit(decoy, establishment)

    def compose(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the resources of one decoy, the patient first; raise ``PlantingError`` when it is unfit."""
        if why := self._composer.unfit(decoy, establishment):
            raise PlantingError(f"A decoy does not fit: {why}", "Plan another one in its place")
        return self._composer.drafts(decoy, establishment, at)

    def changes(self, row: WrittenRow, decoy: Decoy, establishment: Establishment) -> dict[str, object]:
        """Return the address, where it must change to hold the decoy's street; nothing else is ever rewritten."""
        # The moment does not matter: no element of a patient depends on it.
        address = self.compose(decoy, establishment, datetime.now().astimezone())[0].values.get("address")
        return {} if address is None or holds(row.values.get("address"), address) else {"address": address}

    def history(
        self, _row: WrittenRow, _changes: Mapping[str, object], _establishment: Establishment, _at: datetime
    ) -> list[DraftRow]:
        """Return no row: the server keeps the versions of a resource itself."""
        return []

    # Writing

    def reserve(self, drafts: Sequence[DraftRow]) -> tuple[WrittenRow, ...]:
        """Give each draft a provisional key; raise ``IdentifierTakenError`` when a patient has the decoy's number."""
        rows = _keyed(drafts)
        if any(True for _ in self._numbered(rows[0], {"identifier": _number(rows[0])})):
            raise IdentifierTakenError(
                "a patient has been given its number since it was planned", "Plan another one in its place"
            )
        return rows

    def write(self, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        """Write a decoy's resources in one transaction and return them with their ids, as the server keeps them."""
        entries: list[Json] = [
            {
                "fullUrl": row.key,
                "resource": body_of(row),
                "request": {"method": "POST", "url": row.table},
            }
            for row in rows
        ]
        entries[0]["request"]["ifNoneExist"] = _this_very(rows[0])
        answers = self._client.transaction(entries)
        given = {str(row.key): _placed(answer) for row, answer in zip(rows, answers, strict=True)}
        written = [
            replace(row, key=given[str(row.key)].partition("/")[2], values=with_references(row.values, given))
            for row in rows
        ]
        if not str(part(answers[0], "response").get("status", "")).startswith("201"):
            # Somebody of this number, name and birth date came in this very moment: the rest hangs on a patient.
            self._delete(written[1:])
            raise PlantingError(
                "A patient of a decoy's number, name and birth date came in the moment of writing",
                "Run the command again",
            )
        return self._kept(written, answers)

    def _kept(self, written: Sequence[WrittenRow], answers: Sequence[Json]) -> tuple[WrittenRow, ...]:
        """Return rows that were just written as they are; take all back when the server made others of them."""
        told = {
            (row.table, row.key): answer["resource"]
            for row, answer in zip(written, answers, strict=True)
            if part(answer, "resource").get("id") == row.key
        }
        told |= standing_resources(self._client, [row for row in written if (row.table, row.key) not in told])
        other = {f"{row.table}.{name}" for row in written for name in lacking(told.get((row.table, row.key), {}), row)}
        if other:
            self._delete(written)
            raise PlantingError(
                f"The FHIR server writes its own values into {', '.join(sorted(other))}; nothing remains written",
                "Leave that to the server's own rules, or plant below it",
            )
        return tuple(row_of(told[row.table, row.key]) for row in written)

    def rewrite(
        self,
        row: WrittenRow,
        changes: Mapping[str, object],
        history: Sequence[WrittenRow] = (),  # noqa: ARG002 - the server keeps it
    ) -> tuple[WrittenRow, ...]:
        """Change elements of one resource, if nobody did since it was read, and return it as it now is."""
        found = self._client.get(f"{row.table}/{row.key}")
        if found is None or standing(row, found).standing != "same":
            raise PlantingError(
                f"A {row.table} is not as it was written, or gone", "Run verify to see which decoy it is"
            )
        try:
            told = self._client.put({**found, **changes}, part(found, "meta").get("versionId"))
        except OutdatedError:
            raise PlantingError(
                f"A {row.table} was changed in the moment of writing", "Run verify to see which decoy it is"
            ) from None
        if "id" not in told:
            told = self._client.get(f"{row.table}/{row.key}") or {}
        return (row_of(told),)

    def remove(self, rows: Sequence[WrittenRow]) -> None:
        """Delete exactly these resources, the patient last, in one transaction.

        Raises ``PlantingError`` before anything is deleted when one is missing or foreign, or when a resource that is
        not among them refers to the patient.
        """
        for found in self.state(rows):
            if found.standing in ("missing", "foreign"):
                raise PlantingError(
                    f"A {found.row.table} is {found.standing} and is not deleted", "Run verify to see which decoy it is"
                )
        if links := self.links(rows):
            raise PlantingError(
                f"Other resources refer to a decoy by {', '.join(links)}", "Move or delete those resources first"
            )
        self._delete(rows)

    def _delete(self, rows: Sequence[WrittenRow]) -> None:
        if not rows:
            return
        entries = [{"request": {"method": "DELETE", "url": f"{row.table}/{row.key}"}} for row in reversed(rows)]
        answers = self._client.transaction(entries)
        refused = [one for one in answers if not str(part(one, "response").get("status", "")).startswith("2")]
        if refused:
            raise PlantingError(
                f"The FHIR server deleted {len(answers) - len(refused)} of {len(answers)} resources",
                "Run the command again; see whether the server does FHIR transactions",
            )

    # Looking back

    def state(self, rows: Sequence[WrittenRow]) -> list[RowState]:
        """Return how each row stands today; a decoy's rows under provisional keys come together, the patient first."""
        known = standing_resources(self._client, [row for row in rows if not _provisional(row)])
        sought = self._sought([row for row in rows if _provisional(row)])
        return [
            sought[row.key] if _provisional(row) else standing(row, known.get((row.table, row.key))) for row in rows
        ]

    def _sought(self, rows: Sequence[WrittenRow]) -> dict[int | str, RowState]:
        """Return how rows stand of which it is not known whether, and under which ids, the server wrote them."""
        states: dict[int | str, RowState] = {}
        for decoy in by_patient(rows):
            criteria = dict(parse_qsl(_this_very(decoy[0])))
            patient = next(self._numbered(decoy[0], criteria), None)
            for sent, found in matched(self._client, decoy, patient):
                if found is None:
                    states[sent.key] = RowState(sent, "missing")
                elif (other := lacking(found, sent)) and not _distinct(sent, other):
                    states[sent.key] = RowState(sent, "foreign", other)
                else:
                    states[sent.key] = RowState(row_of(found), "changed" if other else "same", other)
        return states

    def _numbered(self, row: WrittenRow, criteria: Mapping[str, str]) -> Iterator[Json]:
        """Yield the patients of a row's number; a server that passes over a parameter shows others too."""
        [number, *_] = parts(row.values, "identifier")
        for found in self._client.search("Patient", criteria):
            if any(
                all(one.get(name) == number[name] for name in ("system", "value")) for one in parts(found, "identifier")
            ):
                yield found

    def find(self, sought: Sequence[tuple[Decoy, Establishment, datetime]]) -> list[tuple[WrittenRow, ...]]:
        """Return the resources of each decoy that stand, the patient's first; all patients are read, none is named."""
        drafts = [_keyed(self._composer.drafts(*one)) if one[0].identity.local_id else () for one in sought]
        wanted = {_this_very(rows[0]): number for number, rows in enumerate(drafts) if rows}
        found: list[tuple[WrittenRow, ...]] = [() for _ in sought]
        system = (self._composer.patient.identifier or {}).get("system")
        for patient in self._client.search("Patient", {}):
            for identifier in parts(patient, "identifier"):
                if identifier.get("system") != system or not identifier.get("value") or "birthDate" not in patient:
                    continue
                for family, _ in names(patient):
                    number = wanted.get(this_very({**patient, "identifier": [identifier]}, family) or "")
                    if number is not None and not found[number]:
                        found[number] = tuple(self._rows(drafts[number], patient))
        return found

    def _rows(self, drafts: Sequence[WrittenRow], patient: Json) -> Iterator[WrittenRow]:
        """Yield a decoy's rows that stand, its patient's with what was written in the place of what was changed."""
        for sent, found in matched(self._client, drafts, patient):
            if found is not None:
                row = row_of(found)
                changed = {name: sent.values[name] for name in lacking(found, sent)}
                yield replace(row, values=row.values | changed)

    def links(self, rows: Sequence[WrittenRow]) -> list[str]:
        """Return, as ``Type.parameter``, what refers to these patients and is not of these rows."""
        if any(map(_provisional, rows)):
            rows = [found.row for found in self.state(rows) if not _provisional(found.row)]
        return referring(self._client, self._capabilities, rows)

    def residues(self) -> list[str]:
        """Return what no one can undo, in words."""
        return [
            "the server's history keeps the deleted resources until it is purged",
            "its AuditEvents, Provenances and access logs tell that they were written and deleted",
            "backups and copies made while the decoys were there keep them",
        ]

    def schema_digest(self) -> str:
        """Return a digest of what the server does, and of the profiles and the numbers that a decoy would have."""
        known = [(kind, one.profiles, one.identifier) for kind, one in sorted(self._composer.habits.items())]
        return hashlib.sha256(orjson.dumps([self._capabilities.fhir, known])).hexdigest()


def _keyed(drafts: Sequence[DraftRow]) -> tuple[WrittenRow, ...]:
    """Return drafts under provisional keys, by which they refer to each other."""
    keys = [f"{PROVISIONAL}{uuid4()}" for _ in drafts]
    return tuple(
        WrittenRow(
            draft.table,
            "id",
            key,
            draft.values | {name: {"reference": keys[index]} for name, index in draft.also.items()},
        )
        for draft, key in zip(drafts, keys, strict=True)
    )


def _provisional(row: WrittenRow) -> bool:
    return str(row.key).startswith(PROVISIONAL)


def _distinct(patient: WrittenRow, lacking: Sequence[str]) -> bool:
    """Return whether a patient who is not as it was sent is the decoy all the same, not another of its number."""
    return any(name in patient.values and name not in lacking for name in _DISTINCT)


def _this_very(patient: WrittenRow) -> str:
    """Return the search that finds this very patient."""
    values: Json = patient.values
    return this_very(values, values["name"][0]["family"]) or ""


def _number(patient: WrittenRow) -> str:
    """Return the search for whoever has the patient's number."""
    return dict(parse_qsl(_this_very(patient)))["identifier"]


def _placed(answer: Json) -> str:
    """Return ``Type/id`` of what an entry of a transaction wrote."""
    found = _PLACED.search(str(part(answer, "response").get("location", "")))
    if found is None:
        raise PlantingError(
            "The FHIR server did not say where it wrote a resource", "Run apply --undo: what was written is found again"
        )
    return found[1]
