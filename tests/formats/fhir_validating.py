"""The FHIR validators of ``fhir_validators/``, run through node."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from npm_packages import installed

Faults = Callable[[Iterable[str]], list[list[str]]]

_SOURCE = Path(__file__).parent / "fhir_validators"
# Bindings to these may be extended by any site, and the validators know only the examples of the standard.
_EXTENSIBLE = re.compile(
    r"warning: .* Code \"[^\"]+\" \((http://hl7\.org/fhir/sid/icd-10|http://www\.whocc\.no/atc"
    r"|http://terminology\.hl7\.org/CodeSystem/v2-0203|http://loinc\.org"
    r"|https://hl7\.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
    r"|http://terminology\.hl7\.org/CodeSystem/v3-ParticipationType)\) not found in value set"
)


def validators(config: pytest.Config) -> Faults:
    """Return what tells the faults that two validators find in FHIR resources, one JSON text each; install them first.

    Skips the test, and says why, where they cannot be had.
    """
    folder = installed(config, _SOURCE, "NOT CHECKED by the FHIR validators")

    def faults(resources: Iterable[str]) -> list[list[str]]:
        script = ["node", str(_SOURCE / "validate.js")]
        text = "\n".join(resources)
        done = subprocess.run(script, cwd=folder, input=text, capture_output=True, text=True, timeout=300, check=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [[fault for fault in line if not _EXTENSIBLE.fullmatch(fault)] for line in lines]

    return faults
