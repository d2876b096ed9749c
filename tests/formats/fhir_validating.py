"""The FHIR validators of ``fhir_validators/``, run through node."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

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
    folder = _installed(config)

    def faults(resources: Iterable[str]) -> list[list[str]]:
        script = ["node", str(_SOURCE / "validate.js")]
        text = "\n".join(resources)
        done = subprocess.run(script, cwd=folder, input=text, capture_output=True, text=True, timeout=300, check=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [[fault for fault in line if not _EXTENSIBLE.fullmatch(fault)] for line in lines]

    return faults


def _installed(config: pytest.Config) -> Path:
    """Return a directory in pytest's cache that holds the locked packages."""
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"NOT CHECKED by the FHIR validators: no {' and no '.join(missing)} here")
    assert config.cache is not None
    lock = (_SOURCE / "package-lock.json").read_bytes()
    place = config.cache.mkdir("fhir-validators") / hashlib.sha256(lock).hexdigest()[:16]
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent) as name:
            partial = Path(name) / "packages"
            partial.mkdir()
            for file in ("package.json", "package-lock.json"):
                shutil.copy(_SOURCE / file, partial)
            _npm_ci(partial)
            # Another worker may have been faster: its directory holds the same.
            if not place.exists():
                partial.rename(place)
    return place


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("NOT CHECKED by the FHIR validators: npm took more than three minutes to install them")
    if done.returncode:
        pytest.skip(f"NOT CHECKED by the FHIR validators: npm could not install them: {done.stderr.strip()[-500:]}")
