"""A Mediboard with a few hundred patients, as their records look after some years of use."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from named_schemas import build, fill

from honeytokens.mediboard import soundex2, title, upper
from honeytokens.model import Establishment, Practitioner

DOCTORS = (11, 12, 13)
SECRETARY = 21
SITE = Establishment(
    "Clinique du Nord",
    "1",
    "59000",
    practitioners=tuple(Practitioner("MEDECIN", f"Prénom{user}", str(user)) for user in DOCTORS),
)
_SURNAMES = ("MARTIN", "BERNARD", "LEFEBVRE", "MOREAU", "GAUTHIER", "FAURE", "ROUSSEAU", "HUET", "COLIN", "PHILIPPE")
_NAMES = {"f": ("Marie", "Hélène", "Françoise", "Zoé", "Anne-Marie"), "m": ("Jean", "Paul", "Rémi", "Luc", "André")}
_NOW = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - as the application writes


class _Tables:
    """Rows to insert, numbered as AUTO_INCREMENT would."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, table: str, key: str, object_class: str | None = None, /, **values: Any) -> int:
        rows = self.rows.setdefault(table, [])
        number = len(rows) + 1
        rows.append({key: number, **values})
        if object_class:
            self._log(object_class, number, "create", None)
        return number

    def change(self, number: int, fields: str) -> None:
        self._log("CPatient", number, "store", fields)

    def _log(self, object_class: str, number: int, kind: str, fields: str | None) -> None:
        log = self.rows.setdefault("user_log", [])
        log.append(
            {
                "user_id": SECRETARY,
                "object_id": number,
                "object_class": object_class,
                "type": kind,
                "date": _NOW - timedelta(days=400) + timedelta(minutes=len(log)),
                "fields": fields,
                "ip_address": bytes([10, 0, 0, 7]),
                "extra": None if fields is None else f'{{"{fields}": "avant"}}',
            }
        )


def build_mediboard(url: str, patients: int = 200, *, without: str = "", engine: str = "") -> sa.Engine:
    """Make the database and its patients."""
    engine_made = build(url, "mediboard", without=without, engine=engine)
    for table, rows in _host(patients).items():
        fill(engine_made, table, rows)
    return engine_made


def _host(patients: int) -> dict[str, list[dict[str, Any]]]:
    random_source, tables = random.Random(7), _Tables()
    tables.add("groups_mediboard", "group_id", text="Clinique du Nord", code="CN")
    tables.add("functions_mediboard", "function_id", group_id=1, text="Chirurgie")
    tables.rows["users_mediboard"] = [{"user_id": user, "function_id": 1} for user in (*DOCTORS, SECRETARY)]
    for number in range(patients):
        _patient(tables, number, random_source)
    return tables.rows


def _patient(tables: _Tables, number: int, draw: random.Random) -> None:
    sex = "fm"[number % 2]
    surname, first = _SURNAMES[number % 10] + chr(65 + number // 10 % 26), _NAMES[sex][number // 2 % 5]
    born = date(1935, 1, 1) + timedelta(days=draw.randrange(30000))
    maiden = upper(draw.choice(_SURNAMES)) if sex == "f" and number % 4 else None
    patient = tables.add(
        "patients",
        "patient_id",
        "CPatient",
        nom=surname,
        nom_jeune_fille=maiden,
        prenom=first,
        nom_soundex2=soundex2(surname),
        nomjf_soundex2=maiden and soundex2(maiden),
        prenom_soundex2=soundex2(first),
        naissance=born.isoformat(),
        sexe=sex,
        civilite=title({"f": "female", "m": "male"}[sex], born, date(2026, 1, 1)),
        adresse=f"{number} rue Haute",
        ville="Lille",
        cp="59000",
        tel="0320000000",
        pays="France" if number % 3 else None,
        pays_insee=250,
        status="PROV" if number % 3 == 0 else "VALI",
        allow_sms_notification="0",
    )
    if number % 3:
        tables.add(
            "patient_state", "patient_state_id", patient_id=patient, mediuser_id=SECRETARY, state="VALI", datetime=_NOW
        )
    if number % 10 == 0:
        tables.change(patient, "adresse")
    _identifier(tables, "CPatient", patient, "ipp_1", str(600000 + 3 * number))
    _chart(tables, patient, number)
    _visits(tables, patient, number, draw)


def _identifier(tables: _Tables, object_class: str, number: int, tag: str, value: str) -> None:
    tables.add(
        "id_sante400",
        "id_sante400_id",
        object_class=object_class,
        object_id=number,
        tag=tag,
        id400=value,
        last_update=_NOW,
        datetime_create=_NOW,
    )


def _chart(tables: _Tables, patient: int, number: int) -> None:
    record = tables.add(
        "dossier_medical",
        "dossier_medical_id",
        "CDossierMedical",
        object_class="CPatient",
        object_id=patient,
        codes_cim="I10",
    )
    entered = {"dossier_medical_id": record, "owner_id": SECRETARY, "creation_date": _NOW}
    kind = "alle" if number % 2 else "med"
    tables.add("antecedent", "antecedent_id", "CAntecedent", type=kind, date=None, rques="x", **entered)
    tables.add(
        "traitement",
        "traitement_id",
        "CTraitement",
        debut=date(2020, 1, 1),
        fin=None,
        traitement="metformine",
        **entered,
    )


def _visits(tables: _Tables, patient: int, number: int, draw: random.Random) -> None:
    doctor = DOCTORS[number % 3]
    begins = datetime(2022, 1, 3, 8) + timedelta(days=draw.randrange(1200), minutes=draw.randrange(500))  # noqa: DTZ001
    ends = begins + timedelta(days=2)
    stay = tables.add(
        "sejour",
        "sejour_id",
        "CSejour",
        patient_id=patient,
        praticien_id=doctor,
        group_id=1,
        type=("comp", "ambu", "urg", "exte")[number % 4],
        entree_prevue=begins,
        sortie_prevue=ends,
        entree_reelle=begins,
        sortie_reelle=ends,
        entree=begins,
        sortie=ends,
        libelle="bilan",
        facturable="0" if number % 8 < 3 else "1",
        mode_sortie="normal",
    )
    _identifier(tables, "CSejour", stay, "nda_1", str(9000000 + 7 * number))
    hours = tables.add(
        "plageconsult",
        "plageconsult_id",
        "CPlageconsult",
        chir_id=doctor,
        date=begins.date(),
        debut="08:00:00",
        fin="18:00:00",
    )
    tables.add(
        "consultation",
        "consultation_id",
        "CConsultation",
        plageconsult_id=hours,
        patient_id=patient,
        heure="09:15:00",
        motif="suivi",
        chrono="64",
        arrivee=begins,
    )
    prescription = tables.add(
        "prescription",
        "prescription_id",
        "CPrescription",
        praticien_id=doctor,
        object_class="CSejour",
        object_id=stay,
        type="sortie",
    )
    drug = number % 6
    tables.add(
        "prescription_line_medicament",
        "prescription_line_medicament_id",
        "CPrescriptionLineMedicament",
        prescription_id=prescription,
        code_cip=f"340000{drug}",
        code_ucd=f"920000{drug}",
        code_cis=f"6000000{drug}",
        debut=begins.date(),
        duree=5,
        unite_duree="jour",
        praticien_id=doctor,
        creator_id=doctor,
        emplacement="service",
    )
    _documents(tables, patient, stay, doctor, begins)


def _documents(tables: _Tables, patient: int, stay: int, doctor: int, begins: datetime) -> None:
    tables.add(
        "constantes_medicales",
        "constantes_medicales_id",
        "CConstantesMedicales",
        user_id=doctor,
        creation_date=begins,
        patient_id=patient,
        datetime=begins,
        context_class="CSejour",
        context_id=stay,
        poids=70.5,
        taille=170,
        ta="12|8",
        pouls=72,
    )
    content = tables.add("content_html", "content_id", content="<p>Cher confrère</p>", last_modified=begins)
    tables.add(
        "compte_rendu",
        "compte_rendu_id",
        "CCompteRendu",
        object_class="CSejour",
        object_id=stay,
        author_id=doctor,
        nom="Compte rendu",
        content_id=content,
        creation_date=begins,
    )


def logged(engine: sa.Engine) -> Iterator[tuple[object, ...]]:
    """Yield the history rows."""
    with engine.connect() as connection:
        yield from (tuple(row) for row in connection.exec_driver_sql("SELECT * FROM user_log ORDER BY user_log_id"))
