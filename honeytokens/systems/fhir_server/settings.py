"""What a FHIR server can be told of besides its address."""

from __future__ import annotations

from typing import Literal

from honeytokens.systems.settings import TomlSettings


class FhirSettings(TomlSettings):
    """The site's own choices; both are learnt from the patients where they are not given."""

    country: Literal["fr", "gb", "be", "lu", "us"] | None = None
    """Whose national identifiers and clock are used."""
    identifier_system: str | None = None
    """The system of the site's own patient numbers."""
