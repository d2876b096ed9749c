"""OpenEMR on MariaDB or MySQL: a patient with encounters, issues, prescriptions and vital signs, and their registries.

Known from the tables of 8.2 (database 541). Rows have a binary uuid and a row in ``uuid_registry``; a patient's ``pid``
is not his ``id``; the numbers of encounters come from ``sequences``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar
from uuid import uuid4

import sqlalchemy as sa

from honeytokens.model import Decoy, Establishment, Field, Practitioner, Prescription, Sex, Stay, Vitals, WrittenRow
from honeytokens.systems.settings import Settings
from honeytokens.systems.sql.habits import draw
from honeytokens.systems.sql.named import NamedLayout, NamedSystem
from honeytokens.systems.sql.records import Record, RowKind
from honeytokens.systems.sql.schema import Table
from honeytokens.systems.sql.server import clause
from honeytokens.systems.sql.values import MisfitError

_POUND, _INCH = 0.45359237, 2.54
_NO = dict.fromkeys(
    (
        *("hipaa_mail", "hipaa_voice", "hipaa_allowsms", "hipaa_allowemail", "allow_patient_portal"),
        *("allow_health_info_ex", "allow_imm_info_share", "allow_imm_reg_use"),
    ),
    "NO",
)
"""The switches that keep a patient out of mailings, the portal and exchanges."""
_IDENTITY = {
    Field.FIRST_NAME: "fname",
    Field.SURNAME: "lname",
    Field.BIRTH_NAME: "birth_lname",
    Field.BIRTH_DATE: "DOB",
    Field.SEX: "sex",
    Field.STREET: "street",
    Field.POSTCODE: "postal_code",
    Field.TOWN: "city",
    Field.PHONE: "phone_home",
    Field.EMAIL: "email",
    Field.LOCAL_ID: "pubpid",
}
_BELOW = {"pid": ("patient_data",)}


def _issue(kind: str, *columns: str) -> RowKind:
    return RowKind(
        "lists",
        "id",
        ("date", "type", "title", "begdate", "activity", "user", "uuid", *columns),
        telling=("type", "title", "begdate"),
        parents=_BELOW,
        where={"type": kind},
        optional=True,
    )


def _empty(table: str, where: Mapping[str, str] | None = None) -> RowKind:
    """Return a row that the application makes empty when a patient is registered."""
    columns = ("date", "uuid", *(where or {}))
    return RowKind(table, "id", columns, telling=tuple(where or {}), parents=_BELOW, where=where or {}, optional=True)


def _registered(table: str) -> RowKind:
    return RowKind(
        "uuid_registry",
        "uuid",
        ("table_name", "created"),
        telling=("table_name",),
        parents={"table_id": (table,)},
        where={"table_name": table},
        optional=True,
    )


_WITH_UUID = (
    "patient_data",
    "form_encounter",
    "lists",
    "prescriptions",
    "form_vitals",
    "history_data",
    "insurance_data",
)
KINDS: Mapping[str, RowKind] = {
    "patient": RowKind(
        "patient_data",
        "pid",
        (*_IDENTITY.values(), "date", "regdate", "uuid", "providerID", "created_by", "updated_by"),
        telling=tuple(_IDENTITY.values()),
        needed=("fname", "lname", "DOB", "sex", "id"),
        later=("id",),
        wished=_NO,
    ),
    "history": _empty("history_data"),
    "employer": _empty("employer_data"),
    **{f"insurance {kind}": _empty("insurance_data", {"type": kind}) for kind in ("primary", "secondary", "tertiary")},
    "encounter": RowKind(
        "form_encounter",
        "id",
        ("date", "date_end", "reason", "facility", "facility_id", "provider_id", "uuid"),
        telling=("date", "reason"),
        parents=_BELOW,
        needed=("encounter",),
        later=("encounter",),
        optional=True,
        wished={"last_level_billed": "0"},
    ),
    "form": RowKind(
        "forms",
        "id",
        ("date", "form_name", "formdir", "pid", "encounter", "user"),
        telling=("formdir",),
        parents={"form_id": ("form_encounter", "form_vitals")},
        where={"formdir": "newpatient"},
        needed=("pid", "encounter"),
        optional=True,
    ),
    "vitals form": RowKind(
        "forms",
        "id",
        ("date", "form_name", "formdir", "pid", "encounter", "user"),
        telling=("formdir",),
        parents={"form_id": ("form_encounter", "form_vitals")},
        where={"formdir": "vitals"},
        needed=("pid", "encounter"),
        optional=True,
    ),
    "vitals": RowKind(
        "form_vitals",
        "id",
        (
            *("date", "user", "authorized", "activity", "uuid"),
            *("bps", "bpd", "weight", "height", "temperature", "pulse", "oxygen_saturation"),
        ),
        telling=("date", "weight"),
        parents=_BELOW,
        optional=True,
    ),
    "allergy": _issue("allergy"),
    "problem": _issue("medical_problem", "diagnosis"),
    "prescription": RowKind(
        "prescriptions",
        "id",
        (
            *(
                "drug",
                "dosage",
                "start_date",
                "date_added",
                "provider_id",
                "encounter",
                "uuid",
                "active",
                "user",
                "txDate",
            ),
            *("usage_category_title", "request_intent_title"),
        ),
        telling=("drug", "start_date"),
        parents={"patient_id": ("patient_data",)},
        optional=True,
    ),
    **{f"registry {table}": _registered(table) for table in _WITH_UUID},
}


class OpenEmrLayout(NamedLayout[Settings]):
    """The rows of decoys in one site's OpenEMR."""

    def study(self, connection: sa.Connection, extra: Mapping[str, Table]) -> None:
        """Learn the site's accounts and facilities."""

        def read(name: str, *columns: str) -> list[tuple[str, str]]:
            source = clause(extra[name])
            found = connection.execute(sa.select(*(sa.cast(source.c[column], sa.Text) for column in columns)))
            return [(str(row[0]), str(row[1] or "")) for row in found]

        self.users = dict(read("users", "id", "username"))
        self.facilities = dict(read("facility", "id", "name"))

    def fill(self, record: Record, decoy: Decoy, establishment: Establishment) -> None:
        """Draft every row of a decoy."""
        if establishment.code not in self.facilities:
            raise MisfitError("the establishment's code is no id of facility")
        doctors = [self._user(stay.practitioner) for stay in decoy.story.stays]
        if not doctors:
            raise MisfitError("the decoy has no stay")
        accounts = self.settings.users or sorted(set(doctors))
        _Chart(self, record, decoy, establishment, accounts[draw(record.seed, "account") % len(accounts)]).fill(doctors)

    def _user(self, practitioner: Practitioner | None) -> int:
        if practitioner is None or practitioner.code is None or practitioner.code not in self.users:
            raise MisfitError("a stay has no practitioner whose code is an id of users")
        return int(practitioner.code)


class _Chart:
    """Drafts the rows of one decoy, in the order in which they would have been entered."""

    def __init__(
        self, layout: OpenEmrLayout, record: Record, decoy: Decoy, establishment: Establishment, account: int
    ) -> None:
        self._layout, self._record, self._decoy, self._at = layout, record, decoy, record.at
        self._place, self._account = establishment.code, account
        self._user = layout.users.get(str(account))

    def fill(self, doctors: Sequence[int]) -> None:
        """Draft everything."""
        story = self._decoy.story
        patient = self._patient(doctors[0])
        below = ("pid", patient)
        for kind in ("history", "employer", "insurance primary", "insurance secondary", "insurance tertiary"):
            self._add(kind, {"date": self._at, "type": kind.rpartition(" ")[2]}, below)
        for allergy in story.allergies:
            self._issue("allergy", allergy.substance, {"begdate": allergy.noted}, below)
        for stay, doctor in zip(story.stays, doctors, strict=True):
            coded = {"begdate": stay.admitted.replace(microsecond=0), "diagnosis": f"ICD10:{stay.icd10}"}
            self._issue("medical_problem", stay.reason, coded, below)
            self._visit(patient, stay, doctor)

    def _patient(self, doctor: int) -> int:
        who = self._decoy.identity
        facts: dict[str, object] = {column: getattr(who, field.value) for field, column in _IDENTITY.items()}
        facts |= {"sex": "Female" if who.sex is Sex.FEMALE else "Male", "date": self._at, "regdate": self._at}
        facts |= {"providerID": doctor, "created_by": self._account, "updated_by": self._account}
        patient = self._add("patient", facts)
        if patient is None:
            raise MisfitError("the site has no patients")
        return patient

    def _issue(self, kind: str, title: str, facts: Mapping[str, object], below: tuple[str, int]) -> None:
        told: dict[str, object] = {"date": self._at, "type": kind, "title": title, "activity": 1, "user": self._user}
        self._add("allergy" if kind == "allergy" else "problem", {**told, **facts}, below)

    def _visit(self, patient: int, stay: Stay, doctor: int) -> None:
        facts = {
            "date": stay.admitted,
            "date_end": stay.discharged if stay.care.overnight else None,
            "reason": stay.reason,
            "facility": self._layout.facilities[self._place],
            "facility_id": int(self._place),
            "provider_id": doctor,
        }
        encounter = self._add("encounter", facts, ("pid", patient))
        if encounter is None:
            return
        named = {"pid": patient, "encounter": encounter}
        opened: dict[str, object] = {"date": stay.admitted, "user": self._user}
        titled = {"form_name": "New Patient Encounter", "formdir": "newpatient"}
        self._add("form", opened | titled, ("form_id", encounter), named)
        for vitals in self._decoy.story.vitals:
            if vitals.measured == stay.admitted:
                index = self._add("vitals", self._measured(vitals), ("pid", patient))
                if index is not None:
                    titled = {"form_name": "Vitals", "formdir": "vitals"}
                    self._add("vitals form", opened | titled, ("form_id", index), named)
        for drug in self._decoy.story.prescriptions:
            if drug.prescribed == stay.discharged.date():
                self._prescribe(patient, encounter, drug, doctor)

    def _measured(self, vitals: Vitals) -> dict[str, object]:
        """Return vital signs as they are kept: in pounds, inches and degrees Fahrenheit."""
        warmth = None if vitals.temperature is None else round(vitals.temperature * 1.8 + 32, 1)
        return {
            "date": vitals.measured,
            "user": self._user,
            "authorized": 1,
            "activity": 1,
            "bps": None if vitals.systolic is None else str(vitals.systolic),
            "bpd": None if vitals.diastolic is None else str(vitals.diastolic),
            "weight": round(vitals.weight / _POUND, 2),
            "height": round(vitals.height / _INCH, 2),
            "temperature": warmth or 0,
            "pulse": vitals.pulse,
            "oxygen_saturation": vitals.saturation or 0,
        }

    def _prescribe(self, patient: int, encounter: int, drug: Prescription, doctor: int) -> None:
        facts: dict[str, object] = {"drug": drug.drug, "dosage": drug.dose, "start_date": drug.prescribed}
        facts |= {
            "date_added": self._at,
            "txDate": drug.prescribed,
            "provider_id": doctor,
            "active": 1,
            "user": self._user,
        }
        facts |= {"usage_category_title": "Home/Community", "request_intent_title": "Order"}
        self._add("prescription", facts, ("patient_id", patient), {"encounter": encounter})

    def _add(
        self,
        kind: str,
        facts: Mapping[str, object],
        parent: tuple[str, int] | None = None,
        also: Mapping[str, int] | None = None,
    ) -> int | None:
        """Draft a row where the site has such rows, with its uuid and the uuid's entry in the registry."""
        if kind not in self._layout.kinds:
            return None
        table = self._layout.kinds[kind].table
        identifier = uuid4().bytes
        index = self._record.add(kind, {**facts, "uuid": identifier}, parent=parent, also=also)
        if index is not None and f"registry {table}" in self._layout.kinds:
            entry = {"uuid": identifier, "table_name": table, "created": self._at}
            self._record.add(f"registry {table}", entry, parent=("table_id", index))
        return index


class OpenEmr(NamedSystem[OpenEmrLayout]):
    """One site's OpenEMR."""

    kinds: ClassVar[Mapping[str, RowKind]] = KINDS
    layout = OpenEmrLayout
    extra: ClassVar = frozenset({"users", "facility", "sequences"})
    reads: ClassVar[Mapping[str, Mapping[Field, str]]] = {"patient_data": _IDENTITY}

    def unique_fields(self) -> frozenset[Field]:
        """Return the chart number, which the application keeps unique itself."""
        return super().unique_fields() | {Field.LOCAL_ID}

    def _completed(self, connection: sa.Connection, rows: tuple[WrittenRow, ...]) -> tuple[WrittenRow, ...]:
        """Give the patient's ``id`` and chart number and the encounters' numbers, and name them where they are due."""
        patients = self._table("patient_data")
        pid = rows[0].key
        [number] = self._server.next_keys(connection, patients, patients.columns["id"], 1, self._reserved["patient id"])
        self._reserved["patient id"] = number
        encounters: dict[object, int] = {}
        for row in rows:
            if row.table == "form_encounter":
                encounters[row.key] = self._drawn(connection)
        return tuple(self._numbered(row, pid, number, encounters) for row in rows)

    def _numbered(self, row: WrittenRow, pid: object, number: int, encounters: Mapping[object, int]) -> WrittenRow:
        values = dict(row.values)
        if row.table == "patient_data":
            values |= {"id": number, "pubpid": values.get("pubpid") or str(pid)}
        elif row.table == "form_encounter":
            values["encounter"] = encounters[row.key]
        elif row.table == "uuid_registry":
            values["table_id"] = str(number if values["table_name"] == "patient_data" else values["table_id"])
        elif "encounter" in values:
            values["encounter"] = encounters[values["encounter"]]
        return replace(row, values=values)

    @staticmethod
    def _drawn(connection: sa.Connection) -> int:
        """Draw the next number of an encounter, as the application does."""
        connection.execute(sa.text("UPDATE sequences SET id = LAST_INSERT_ID(id + 1)"))
        return int(connection.scalar(sa.text("SELECT LAST_INSERT_ID()")) or 0)

    def residues(self) -> list[str]:
        """Return what no one can undo, in words."""
        return ["the numbers of encounters in sequences were advanced and do not go back", *super().residues()]
