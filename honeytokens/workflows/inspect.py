"""Looking at a hospital's database or FHIR server before anything is remembered of it."""

from __future__ import annotations

from datetime import date

from honeytokens.systems import fhir_server
from honeytokens.systems.inspecting import Inspection
from honeytokens.systems.inspecting import inspect as inspect_url
from honeytokens.systems.urls import is_web, split_url


def inspect(url: str, password: str | None, today: date) -> Inspection:
    """Return what stands at a URL; ``password`` goes before one in it. Nothing is written, no home is needed.

    Raises ``SystemUnreachableError`` when there is no connection.
    """
    bare, own = split_url(url)
    secret = password if password is not None else own
    return fhir_server.inspect(bare, secret) if is_web(bare) else inspect_url(bare, secret, today)
