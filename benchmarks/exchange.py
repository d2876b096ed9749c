"""Patients a CPU second in the exchange formats, made and written, beside the least that others do for a patient."""

from __future__ import annotations

import io
import json
from datetime import date
from functools import partial

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message

from benchmarks.generation import per_second
from honeytokens.workflows.generate import GenerateRequest, generate_demo

OURS = 5_000
THEIRS = 200
PATIENT = {
    "resourceType": "Patient",
    "name": [{"use": "official", "family": "Martin", "given": ["Camille"]}],
    "gender": "female",
    "birthDate": "1961-03-12",
}


def ours(format_name: str) -> None:
    """Identities, stories, and everything that the format tells of them."""
    generate_demo(GenerateRequest(OURS, "fr_fr", "75014", date(2026, 1, 1)), format_name, io.BytesIO())


def minimal_patients() -> None:
    """As many lines as we write patients, of one small constant dictionary."""
    stream = io.StringIO()
    for _ in range(OURS):
        stream.write(json.dumps(PATIENT) + "\n")


def hl7apy_messages() -> None:
    """One A28 for each patient, of which we write it and two messages for each stay."""
    for _ in range(THEIRS):
        message = Message("ADT_A05", version="2.5", validation_level=VALIDATION_LEVEL.TOLERANT)
        message.msh.msh_9 = "ADT^A28^ADT_A05"
        message.evn.evn_2 = "20260101090000"
        message.pid.pid_3 = "8001^^^CH&750000018&N^PI"
        message.pid.pid_5 = "Martin^Camille^^^^^L"
        message.pid.pid_7 = "19610312"
        message.pid.pid_8 = "F"
        message.pid.pid_11 = "12 rue des Lilas^^Paris^^75014^FRA^H"
        message.pv1.pv1_2 = "N"
        message.to_er7()


def run() -> None:
    """Print every rate, and the ratios that compare like with like."""
    minimal, hl7apy = per_second(minimal_patients, OURS), per_second(hl7apy_messages, THEIRS)
    rates = {name: per_second(partial(ours, name), OURS) for name in ("fhir-bundle", "fhir-ndjson", "hl7v2")}
    for name, rate in rates.items():
        print(f"honeytokens generate --demo, {name}: {rate:,.0f} patients a CPU second, with their stays")
    print(f"json.dumps of a minimal Patient:          {minimal:,.0f} patients a CPU second")
    print(f"hl7apy, one A28:                          {hl7apy:,.0f} patients a CPU second")
    print(f"ratio of fhir-bundle to json.dumps: {rates['fhir-bundle'] / minimal:.3f}")
    print(f"ratio of hl7v2 to hl7apy: {rates['hl7v2'] / hl7apy:.1f}")
