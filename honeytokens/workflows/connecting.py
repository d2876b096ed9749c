"""Opening a hospital system that the registry knows."""

from __future__ import annotations

import os

from honeytokens.errors import SystemUnreachableError
from honeytokens.model import HospitalSystem
from honeytokens.systems import connect
from honeytokens.systems.interface import HospitalAdapter


def open_system(system: HospitalSystem) -> HospitalAdapter:
    """Return the adapter of a system, to be entered; its password comes from the environment or from the registry.

    Raises :class:`SystemUnreachableError` when the named environment variable is not set.
    """
    password = system.password
    if system.password_env is not None:
        password = os.environ.get(system.password_env)
        if password is None:
            raise SystemUnreachableError(
                f"The environment variable {system.password_env} is not set",
                f"Set it to the password of system {system.name}",
            )
    return connect(system.url, password, system.mapping, system.kind)
