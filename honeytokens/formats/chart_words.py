"""The words of a patient's chart, in French and English, for the formats that people read."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ChartWords:
    """The labels of one language. ``days`` takes ``days``; ``age`` takes ``years``."""

    language: str
    title: str
    born: dict[str, str]
    sex: dict[str, str]
    age: str
    birth_name: str
    birth_place: str
    address: str
    phone: str
    email: str
    local_id: str
    national_id: str
    allergies: str
    no_allergy: str
    stays: str
    no_stay: str
    admitted: str
    discharged: str
    reason: str
    code: str
    practitioner: str
    prescriptions: str
    no_prescription: str
    drug: str
    dose: str
    prescribed: str
    days: str
    date: str
    town: str
    """How postcode and town stand in an address."""


FRENCH = ChartWords(
    language="fr",
    title="Patients",
    born={"female": "Née le", "male": "Né le"},
    sex={"female": "F", "male": "M"},
    age="{years} ans",
    birth_name="Nom de naissance",
    birth_place="Lieu de naissance",
    address="Adresse",
    phone="Téléphone",
    email="Courriel",
    local_id="IPP",
    national_id="NIR",
    allergies="Allergies",
    no_allergy="aucune connue",
    stays="Séjours et consultations",
    no_stay="aucun",
    admitted="Entrée",
    discharged="Sortie",
    reason="Motif",
    code="CIM-10",
    practitioner="Praticien",
    prescriptions="Prescriptions",
    no_prescription="aucune",
    drug="Médicament",
    dose="Posologie",
    prescribed="Prescrit le",
    days="{days} j",
    date="%d/%m/%Y",
    town="{postcode} {town}",
)

ENGLISH = ChartWords(
    language="en",
    title="Patients",
    born={"female": "Born", "male": "Born"},
    sex={"female": "F", "male": "M"},
    age="{years} y",
    birth_name="Birth name",
    birth_place="Place of birth",
    address="Address",
    phone="Phone",
    email="E-mail",
    local_id="Hospital number",
    national_id="NHS number",
    allergies="Allergies",
    no_allergy="none known",
    stays="Stays and consultations",
    no_stay="none",
    admitted="Admitted",
    discharged="Discharged",
    reason="Reason",
    code="ICD-10",
    practitioner="Practitioner",
    prescriptions="Prescriptions",
    no_prescription="none",
    drug="Drug",
    dose="Dose",
    prescribed="Prescribed",
    days="{days} d",
    date="%d/%m/%Y",
    town="{town} {postcode}",
)


_BY_LOCALE = {
    "fr_be": replace(FRENCH, local_id="N° de dossier", national_id="NISS"),
    "fr_lu": replace(FRENCH, local_id="N° de dossier", national_id="Matricule"),
    "en_us": replace(ENGLISH, local_id="MRN", national_id="SSN", date="%m/%d/%Y"),
}


def words_of(locale: str) -> ChartWords:
    """Return the words of a locale: those of its country, or else of its language, French for ``fr``, else English."""
    return _BY_LOCALE.get(locale) or (FRENCH if locale.startswith("fr") else ENGLISH)
