"""A hospital on GNU Health: one institution, two doctors, a small catalogue, and patients with a past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from gnu_health_server import GnuHealthServer, everything

from honeytokens.clinical.vocabulary import vocabulary
from honeytokens.model import Establishment, Practitioner, StoryField
from honeytokens.systems.gnu_health.client import Address, Client

_DOCUMENT = Path(__file__).parents[2] / "docs" / "systems.md"
ACCOUNT, PASSWORD = "registration", "Quite-a-long-one-7"
SITE = Establishment(
    "Hospital North",
    "HN",
    "SE1",
    practitioners=(Practitioner("ROUX", "Anne", "D1"), Practitioner("PETIT", "Jean", "D2")),
)
_WORDS = vocabulary("en")
_DIAGNOSES = {
    "Z88.0": "Allergy status to penicillin",
    "T78.4": "Allergy, unspecified",
    **{code: f"Diagnosis {code}" for code in _WORDS[StoryField.DIAGNOSIS]},
}
_DRUGS = tuple(name for name, code in _WORDS[StoryField.DRUG].items() if name != code)
_MET = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - the server's times are naive, in UTC


@dataclass(frozen=True)
class GnuHealthHospital:
    """A running hospital. ``url`` is that of the account of the registration, ``tables`` that of the database."""

    server: GnuHealthServer
    database: str

    @property
    def url(self) -> str:
        return self.server.url(self.database, ACCOUNT)

    @property
    def tables(self) -> str:
        return self.server.databases.url(self.database)

    @contextmanager
    def desk(self) -> Iterator[Client]:
        """Give a session of the registration."""
        with Client(Address.of(self.url), PASSWORD) as client:
            yield client

    @contextmanager
    def administrator(self) -> Iterator[Client]:
        """Give a session of the administrator."""
        with Client(Address.of(self.server.url(self.database)), self.server.password) as client:
            yield client

    @contextmanager
    def admitted(self, **values: Any) -> Iterator[int]:
        """Admit a patient as the desk does, and give the key of the person, who is gone at the end."""
        with self.desk() as desk:
            person = admit(desk, **values)
            yield person
            for model in ("gnuhealth.patient", "gnuhealth.person_name"):
                found = desk.read(model, [["party", "=", person]], ["id"])
                desk.call(model, "delete", [one["id"] for one in found])
            desk.call("party.party", "delete", [person])

    def everything(self) -> dict[str, list[str]]:
        """Return every row of every table, but for what no one can undo."""
        return everything(self.tables)


@contextmanager
def hospital_on(server: GnuHealthServer, patients: int = 30) -> Iterator[GnuHealthHospital]:
    """Fill an empty GNU Health: the catalogue as its administrator, the patients as the account of the registration."""
    with server.database() as name:
        hospital = GnuHealthHospital(server, name)
        with hospital.administrator() as admin:
            site = _catalogue(admin)
        with hospital.desk() as desk:
            for number in range(patients):
                _patient(desk, number, site)
        yield hospital


def admit(desk: Client, **values: Any) -> int:
    """Register a patient, and return the key of the person."""
    facts = {"is_person": True, "is_patient": True, "create_target": True, "fed_country": None, **values}
    return _made(desk, "party.party", **facts)


def _made(client: Client, model: str, /, **values: Any) -> int:
    [key] = client.call(model, "create", [values])
    return int(key)


def _catalogue(admin: Client) -> dict[str, Any]:
    euro = _made(admin, "currency.currency", name="Euro", symbol="E", code="EUR")
    france = _made(admin, "country.country", name="France", code="FR", code3="FRA")
    house = _made(admin, "party.party", name="Hospital North", is_institution=True)
    company = _made(admin, "company.company", party=house, currency=euro, timezone="Europe/Paris")
    place = _made(
        admin, "gnuhealth.institution", party=house, code="HN", institution_type="hospital", public_level="public"
    )
    doctors = []
    for code, (surname, name) in {"D1": ("Roux", "Anne"), "D2": ("Petit", "Jean")}.items():
        who = {"name": name, "lastname": surname, "is_person": True, "is_healthprof": True, "gender": "f"}
        party = _made(admin, "party.party", fed_country=None, **who)
        doctors.append(_made(admin, "gnuhealth.healthprofessional", party=party, code=code, institution=place))
    catalogue = [{"code": code, "name": name} for code, name in _DIAGNOSES.items()]
    diagnoses = admin.call("gnuhealth.pathology", "create", catalogue)
    [unit] = admin.read("product.uom", [["symbol", "=", "u"]], ["id"], 1)
    [mg, *_] = admin.read("gnuhealth.dose.unit", [["name", "ilike", "mg%"]], ["id"], 1) or [{"id": None}]
    goods = [{"name": name, "type": "goods", "default_uom": unit["id"]} for name in _DRUGS]
    templates = admin.call("product.template", "create", goods)
    products = admin.call(
        "product.product", "create", [{"template": template, "is_medicament": True} for template in templates]
    )
    listed = [
        {"product": product, "active_component": name, "strength": 500.0, "unit": mg["id"]}
        for product, name in zip(products, _DRUGS, strict=True)
    ]
    drugs = admin.call("gnuhealth.medicament", "create", listed)
    group = _made(admin, "res.group", name="Interfaces")
    for model, rights in documented_rights().items():
        [one] = admin.read("ir.model", [["model", "=", model]], ["id"])
        permitted = {f"perm_{right}": right in rights for right in ("read", "write", "create", "delete")}
        _made(admin, "ir.model.access", model=one["id"], group=group, **permitted)
    account = {"name": "Registration", "login": ACCOUNT, "password": PASSWORD}
    companies = {"companies": [("add", [company])], "company": company}
    _made(admin, "res.user", **account, **companies, groups=[("add", [group])])
    return {"france": france, "place": place, "doctors": doctors, "diagnoses": diagnoses, "drugs": drugs}


def documented_rights() -> dict[str, list[str]]:
    """Return the rights that the documentation asks for, by model."""
    block = _DOCUMENT.read_text("utf-8").partition("## gnu_health")[2].partition("```text\n")[2].partition("```")[0]
    found = dict(re.findall(r"^(\S+)\s+(.+)$", block, re.M))
    assert found
    return {model: rights.split(", ") for model, rights in found.items()}


def _patient(desk: Client, number: int, site: dict[str, Any]) -> None:
    doctor, place = site["doctors"][number % 2], site["place"]
    met = _MET - timedelta(days=3 * number)
    address = {"street": f"{number + 1} High Street", "postal_code": "SE1", "city": "London", "country": site["france"]}
    person = admit(
        desk,
        name=("Ann", "Bob")[number % 2],
        lastname=f"Patient{number}",
        gender=("f", "m")[number % 2],
        dob=date(1940, 1, 1) + timedelta(days=777 * number),
        addresses=[("create", [address])],
        contact_mechanisms=[("create", [{"type": "phone", "value": f"020 7946 {number:04d}"}])],
    )
    [patient] = desk.read("gnuhealth.patient", [["party", "=", person]], ["id"])
    below = {"patient": patient["id"], "healthprof": doctor}
    for index in (number % 2, 2 + number % 6):
        facts = {"pathology": site["diagnoses"][index], "diagnosed_date": met.date(), "institution": place}
        allergy = {"is_allergy": True, "allergy_type": "da"} if index < 2 else {"is_active": False, "status": "h"}
        _made(desk, "gnuhealth.patient.disease", **below, **facts, **allergy)
    booked = _made(
        desk,
        "gnuhealth.appointment",
        **below,
        institution=place,
        appointment_date=met,
        state="confirmed",
        appointment_type="outpatient",
        visit_type="new",
        urgency="a",
    )
    desk.call("gnuhealth.appointment", "write", [booked], {"state": "done", "checked_in_date": met})
    _made(
        desk,
        "gnuhealth.patient.evaluation",
        **below,
        appointment=booked,
        evaluation_start=met,
        evaluation_endtime=met + timedelta(minutes=15),
        state="done",
        signed_by=doctor,
        institution=place,
        evaluation_type="outpatient",
        visit_type="new",
        urgency="a",
        chief_complaint="cough",
        systolic=120,
        diastolic=80,
        bpm=70,
    )
    order = {"prescription_date": met, "state": "done", "prescription_warning_ack": True}
    line = {"medicament": site["drugs"][number % len(site["drugs"])], "start_treatment": met}
    _made(desk, "gnuhealth.prescription.order", **below, **order, prescription_line=[("create", [line])])
