"""One decoy as the records of a patient, in the order in which they would have been entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from honeytokens.model import Allergy, Decoy, Establishment, Prescription, Sex, Stay, Vitals
from honeytokens.systems.gnu_health.client import Record
from honeytokens.systems.gnu_health.kinds import KINDS, PATIENT, PERSON, STREET
from honeytokens.systems.gnu_health.site import Site
from honeytokens.systems.interface import DraftRow
from honeytokens.systems.sql.values import MisfitError

_SIGNED = ("done", "signed")
_LENGTH = timedelta(minutes=20)
"""How long the doctor sees a patient who stays longer in the house."""
_WAIT = timedelta(minutes=6)
_PERSON = 0


@dataclass
class Chart:
    """Drafts the records of one decoy at one site. ``fill`` raises ``MisfitError`` for a decoy that cannot be there."""

    site: Site
    decoy: Decoy
    establishment: Establishment
    drafts: list[DraftRow] = field(default_factory=list)
    _patient: int = 0
    _known: set[int] = field(default_factory=set)
    """The diagnoses that are on the patient's list already: a chronic one is on it once."""

    def fill(self) -> list[DraftRow]:
        """Return the drafts, the person first."""
        story = self.decoy.story
        if not story.stays:
            raise MisfitError("the decoy has no stay")
        place = self.site.institution(self.establishment.code)
        doctors = [self.site.professional(stay.practitioner) for stay in story.stays]
        self._person()
        self._patient = self._add(PATIENT, {}, _PERSON)
        for allergy in story.allergies:
            self._allergy(allergy, place, doctors[0])
        for stay, doctor in zip(story.stays, doctors, strict=True):
            self._visit(stay, place, doctor)
            drugs = [drug for drug in story.prescriptions if drug.prescribed == stay.discharged.date()]
            self._prescribe(drugs, stay, doctor)
        return self.drafts

    def _person(self) -> None:
        who = self.decoy.identity
        self.drafts.append(
            DraftRow(
                PERSON,
                {
                    "name": who.first_name,
                    "lastname": who.surname,
                    "ref": who.local_id,
                    "dob": who.birth_date,
                    "gender": "f" if who.sex is Sex.FEMALE else "m",
                    "is_person": True,
                    "is_patient": True,
                    "create_target": True,  # the server makes the patient of the person
                    STREET: who.street,
                },
            )
        )
        named = {"use": "official", "given": who.first_name, "family": who.surname}
        self._add("gnuhealth_person_name", named, _PERSON)
        country = (self.site.usual("party_address", str(self.decoy.ref)) or {}).get("country")
        lying = {"postal_code": who.postcode, "city": who.town, "country": country}
        self._add("party_address", lying, _PERSON)
        for kind, value in (("phone", who.phone), ("email", who.email)):
            if value:
                self._add("party_contact_mechanism", {"type": kind, "value": value}, _PERSON)

    def _allergy(self, allergy: Allergy, place: int, doctor: int) -> None:
        usual = self._usual("gnuhealth_patient_disease", [["is_allergy", "=", True]])
        known = self.site.allergy(allergy.substance)
        if usual is None or known is None:
            return
        pathology, kind = known
        facts = {"is_allergy": True, "allergy_type": kind, "short_comment": allergy.substance}
        self._disease({**usual, **facts, "pathology": pathology, "diagnosed_date": allergy.noted}, place, doctor)

    def _disease(self, facts: Mapping[str, object], place: int, doctor: int) -> None:
        self._add("gnuhealth_patient_disease", {**facts, "healthprof": doctor, "institution": place}, self._patient)
        # The server itself adds a page to the person's Page of Life.
        page = {"page_type": "medical", "medical_context": "health_condition", "health_condition": facts["pathology"]}
        self._add("gnuhealth_pol", page, _PERSON)

    def _visit(self, stay: Stay, place: int, doctor: int) -> None:
        pathology = self.site.pathology(stay.icd10)
        usual = self._usual("gnuhealth_patient_disease", [["is_allergy", "=", False]])
        if pathology is not None and usual is not None and pathology not in self._known:
            self._known.add(pathology)
            told = {"is_allergy": False, "pathology": pathology, "diagnosed_date": stay.admitted.date()}
            self._disease({**usual, **told}, place, doctor)
        begun = self._utc(stay.admitted)
        appointment = self._usual("gnuhealth_appointment", [["state", "in", ["checked_in", "done"]]])
        booked = None
        if appointment is not None:
            came = {"appointment_date": begun, "checked_in_date": begun, "healthprof": doctor, "institution": place}
            facts = {"state": "done", **appointment, **came}
            booked = self._add("gnuhealth_appointment", facts, self._patient)
        evaluation = self._usual("gnuhealth_patient_evaluation", [])
        if evaluation is not None:
            self._evaluate(stay, {**evaluation, "diagnosis": pathology}, place, doctor, booked)

    def _evaluate(self, stay: Stay, facts: Record, place: int, doctor: int, appointment: int | None) -> None:
        begun = self._utc(stay.admitted) + _WAIT
        state = facts.get("state") or "done"
        ended = min(max(self._utc(stay.discharged), begun), begun + _LENGTH)
        told = {
            **facts,
            "state": state,
            "evaluation_start": begun,
            "evaluation_endtime": ended,
            "healthprof": doctor,
            "signed_by": doctor if state in _SIGNED else None,
            "institution": place,
            "chief_complaint": stay.reason,
            **self._user(doctor),
        }
        for vitals in self.decoy.story.vitals:
            if vitals.measured == stay.admitted:
                told |= _measured(vitals)
        also = {} if appointment is None else {"appointment": appointment}
        self._add("gnuhealth_patient_evaluation", told, self._patient, also)

    def _prescribe(self, drugs: list[Prescription], stay: Stay, doctor: int) -> None:
        known = [(drug, product) for drug in drugs if (product := self.site.medicament(drug.drug))]
        usual = self._usual("gnuhealth_prescription_order", [])
        if not known or usual is None:
            return
        given = self._utc(stay.discharged)
        facts = {"prescription_date": given, "healthprof": doctor, "state": "done", **usual, **self._user(doctor)}
        facts["prescription_warning_ack"] = True  # without it the server takes no prescription
        order = self._add("gnuhealth_prescription_order", facts, self._patient)
        for drug, product in known:
            line = {
                "medicament": product["id"],
                "dose": product["strength"],
                "dose_unit": product["unit"],
                "form": product["form"],
                "route": product["route"],
                "start_treatment": given,
                "end_treatment": given + timedelta(days=drug.days),
                "duration": drug.days,
                "duration_period": "days",
            }
            self._add("gnuhealth_prescription_line", line, order)

    def _usual(self, table: str, only: list[object]) -> Record | None:
        return self.site.usual(table, str(self.decoy.ref), only)

    def _user(self, doctor: int) -> Record:
        """Return the doctor's own account, where there is one: the server would name the one that writes."""
        user = self.site.user(doctor)
        return {} if user is None else {"user_id": user}

    def _utc(self, moment: datetime) -> datetime:
        """Return a wall-clock time of the site as the server keeps it: naive, in UTC, in whole seconds."""
        return self.site.clock.aware(moment).astimezone(UTC).replace(tzinfo=None, microsecond=0)

    def _add(self, table: str, values: Mapping[str, object], above: int, also: Mapping[str, int] | None = None) -> int:
        self.drafts.append(DraftRow(table, dict(values), above, KINDS[table].parent, dict(also or {})))
        return len(self.drafts) - 1


def _measured(vitals: Vitals) -> Record:
    return {
        "systolic": vitals.systolic,
        "diastolic": vitals.diastolic,
        "bpm": vitals.pulse,
        "temperature": vitals.temperature,
        "osat": vitals.saturation,
        "weight": float(vitals.weight),
        "height": float(vitals.height),
        "bmi": round(vitals.weight / (vitals.height / 100) ** 2, 2),
    }
