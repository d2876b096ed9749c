"""The records of which a patient is made in GNU Health, and how each hangs below another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STREET = "addresses.street"
"""The street lies in the address; the form of the person, which holds its addresses, is what the desk edits."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. Its table is the model's name with ``_`` for ``.``.

    ``telling`` are the fields that tell whose record it is. ``parent`` is the field that names the record above.
    ``inside`` is the field of the record above through which it is created in the same call. The server itself creates
    what is ``implied`` by the record above. ``settled`` is a field that a second call gives its value.
    """

    model: str
    written: tuple[str, ...]
    telling: tuple[str, ...]
    parent: str = ""
    inside: str = ""
    implied: bool = False
    settled: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are written, that of the record above among them."""
        return (self.parent, *self.written) if self.parent else self.written


_KINDS = (
    Kind(
        "party.party",
        (
            *("name", "lastname", "ref", "federation_account", "dob", "gender", "is_person", "is_patient"),
            "create_target",
            STREET,
        ),
        ("name", "lastname", "ref", "dob", "gender", STREET),
    ),
    Kind("gnuhealth.person_name", ("use", "given", "family"), ("use", "given", "family"), "party", implied=True),
    Kind("party.address", ("postal_code", "city", "country"), ("postal_code", "city"), "party", "addresses"),
    Kind("party.contact_mechanism", ("type", "value"), ("type", "value"), "party", "contact_mechanisms"),
    Kind("gnuhealth.patient", (), (), "party", implied=True),
    Kind(
        "gnuhealth.patient.disease",
        (
            *("pathology", "diagnosed_date", "healthprof", "institution", "is_active", "status"),
            *("is_allergy", "allergy_type", "short_comment"),
        ),
        ("pathology", "diagnosed_date"),
        "patient",
    ),
    Kind(
        "gnuhealth.pol",
        ("page_type", "medical_context", "health_condition"),
        ("medical_context", "health_condition"),
        "person",
        implied=True,
    ),
    Kind(
        "gnuhealth.appointment",
        (
            *("appointment_date", "checked_in_date", "healthprof", "institution", "state"),
            *("appointment_type", "visit_type", "urgency"),
        ),
        ("appointment_date", "healthprof"),
        "patient",
        settled="state",
    ),
    Kind(
        "gnuhealth.patient.evaluation",
        (
            *(
                "appointment",
                "evaluation_start",
                "evaluation_endtime",
                "healthprof",
                "signed_by",
                "institution",
                "state",
            ),
            *("evaluation_type", "visit_type", "urgency", "chief_complaint", "diagnosis"),
            *("systolic", "diastolic", "bpm", "temperature", "osat", "weight", "height", "bmi"),
        ),
        ("evaluation_start", "healthprof"),
        "patient",
    ),
    Kind(
        "gnuhealth.prescription.order",
        ("prescription_date", "healthprof", "user_id", "prescription_warning_ack", "state"),
        ("prescription_date", "healthprof"),
        "patient",
    ),
    Kind(
        "gnuhealth.prescription.line",
        (
            *("medicament", "dose", "dose_unit", "form", "route", "start_treatment", "end_treatment"),
            *("duration", "duration_period"),
        ),
        ("medicament", "start_treatment"),
        "presc_order",
        "prescription_line",
    ),
)
KINDS: Mapping[str, Kind] = {kind.model.replace(".", "_"): kind for kind in _KINDS}
"""The kinds by table, those above first."""
PERSON, PATIENT = "party_party", "gnuhealth_patient"
LINKS = ("appointment",)
"""Fields that name another record of the same decoy, beside that of the record above."""
READ = (
    *("gnuhealth.institution", "gnuhealth.healthprofessional", "gnuhealth.pathology", "gnuhealth.medicament"),
    *("company.company", "ir.model", "ir.model.field"),
)
"""What is read besides."""


def reserved(ref: str, number: int) -> str:
    """Return the name that a decoy's ``number``-th record goes by until the server has given it a key."""
    return f"{ref}#{number}" if number else ref


def ref_of(key: str) -> str:
    """Return the number of the person to whom a reserved name belongs."""
    return key.partition("#")[0]
