"""Looking at a hospital's database or server before anything is remembered of it."""

from __future__ import annotations

from datetime import date

from honeytokens.systems import fhir_server, gnu_health
from honeytokens.systems.inspecting import Inspection
from honeytokens.systems.inspecting import inspect as inspect_url
from honeytokens.systems.urls import is_web, split_url


def inspect(url: str, password: str | None, today: date) -> Inspection:
    """Return what stands at a URL; ``password`` goes before one in it. Nothing is written, no home is needed.

    Raises ``SystemUnreachableError`` when there is no connection.
    """
    bare, own = split_url(url)
    secret = password if password is not None else own
    if not is_web(bare):
        return inspect_url(bare, secret, today)
    return gnu_health.inspect(bare, secret) if gnu_health.answers(bare) else fhir_server.inspect(bare, secret)
