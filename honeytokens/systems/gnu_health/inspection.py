"""What an operator is told of a GNU Health before anything of it is remembered."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.errors import HoneytokensError, SystemUnreachableError
from honeytokens.systems.gnu_health.client import Address, Client
from honeytokens.systems.gnu_health.kinds import KINDS
from honeytokens.systems.gnu_health.links import Pointers
from honeytokens.systems.gnu_health.schema import misfits, refuse_other_versions
from honeytokens.systems.inspecting.model import Found, Inspection


def answers(url: str) -> bool:
    """Return whether a URL is an account's at a trytond; raise ``SystemUnreachableError`` when nothing answers."""
    try:
        address = Address.of(url)
    except SystemUnreachableError:  # no account, or no address that a password may be sent to
        return False
    return Client.version(address) is not None


def inspect(url: str, password: str | None) -> Inspection:
    """Read what a GNU Health has and what the account may do there; write nothing.

    Raises ``SystemUnreachableError`` when there is no session, ``MappingError`` for a version that is not known.
    """
    address = Address.of(url)
    version = refuse_other_versions(address)
    with Client(address, password) as client:
        models = sum(name.endswith(".search_read") for name in client.methods)
        faults = tuple(_faults(client))
        [health] = client.read("ir.module", [["name", "=", "health"]], ["version"]) or [{"version": None}]
    return Inspection(
        f"trytond {version}",
        models,
        "GNU Health",
        health["version"],
        tuple(Found("patient", table, "id", None, 1.0) for table in ("party_party", "gnuhealth_patient")),
        (),
        tuple(f"{table}: {', '.join(kind.fields)}" for table, kind in KINDS.items() if kind.written),
        faults,
        "",
        not faults,
        "models",
        "gnu_health",
    )


def _faults(client: Client) -> Iterator[str]:
    found = misfits(client)
    yield from found
    if not found:
        try:
            Pointers(client).check()
        except HoneytokensError as error:
            yield error.problem
