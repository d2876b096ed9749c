"""What refers to a patient: the types of FHIR's patient compartment.

hl7.org/fhir/R4/compartmentdefinition-patient.html
"""

from __future__ import annotations

from collections.abc import Sequence

from honeytokens.model import WrittenRow
from honeytokens.systems.fhir_server.capabilities import Capabilities
from honeytokens.systems.fhir_server.client import Client
from honeytokens.systems.fhir_server.resources import references

_BATCH = 50
_BY_PATIENT = """
Account AllergyIntolerance Appointment AppointmentResponse Basic BodyStructure CarePlan CareTeam ChargeItem Claim
ClaimResponse ClinicalImpression Communication CommunicationRequest Composition Condition Consent
CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue DeviceRequest DeviceUseStatement DiagnosticReport
DocumentManifest DocumentReference Encounter EnrollmentRequest EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory
Flag Goal ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Media
MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence NutritionOrder
Observation Person Procedure QuestionnaireResponse RelatedPerson RequestGroup RiskAssessment ServiceRequest Specimen
SupplyDelivery SupplyRequest Task VisionPrescription
"""
# Coverage names its patient twice, as beneficiary and as subscriber. AuditEvent and Provenance tell of any writing.
_PARAMETERS = dict.fromkeys(_BY_PATIENT.split(), "patient") | {
    "AdverseEvent": "subject",
    "Coverage": "patient",
    "Group": "member",
    "Patient": "link",
    "ResearchSubject": "individual",
    "Schedule": "actor",
}


def referring(client: Client, capabilities: Capabilities, rows: Sequence[WrittenRow]) -> list[str]:
    """Return, as ``Type.parameter``, what refers to the patients among ``rows`` and is not of ``rows``."""
    ours = {f"{row.table}/{row.key}" for row in rows}
    patients = [one for one in sorted(ours) if one.startswith("Patient/")]
    kinds = [kind for kind in _PARAMETERS if capabilities.finds(kind, _PARAMETERS[kind])] if patients else []
    return [
        f"{kind}.{_PARAMETERS[kind]}"
        for kind in kinds
        if any(
            _refers(client, kind, patients[first : first + _BATCH], ours) for first in range(0, len(patients), _BATCH)
        )
    ]


def _refers(client: Client, kind: str, patients: Sequence[str], ours: set[str]) -> bool:
    """Return whether a resource of a type, none of ours, refers to one of some patients."""
    wanted = set(patients)
    for found in client.search(kind, {_PARAMETERS[kind]: ",".join(patients)}):
        # A server may pass over a parameter that it does not know, and show everything.
        named = {"/".join(one.split("/_history")[0].split("/")[-2:]) for one in references(found)}
        if f"{kind}/{found.get('id')}" not in ours and named & wanted:
            return True
    return False
