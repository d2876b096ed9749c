"""The live models held against the records that are written, and what an account may do with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from honeytokens.errors import MappingError, SystemUnreachableError
from honeytokens.systems.gnu_health.client import Address, Client, RefusedError
from honeytokens.systems.gnu_health.kinds import KINDS, READ, Kind

LINE = "7.0."
"""The line of trytond whose calls are known: that of GNU Health 5."""
_CHANGED = ("party.party", "party.address", "gnuhealth.appointment")
"""What is also changed after it was created."""
_FILLED = ("party.party", "code")
"""Has no default that a client sees: the server fills it as it creates the person."""
_DEFINED = ("type", "required", "readonly", "relation", "size", "selection", "digits")


def refuse_other_versions(address: Address) -> str:
    """Return the version of the server; raise where it is none that is known."""
    version = Client.version(address)
    if version is None:
        raise SystemUnreachableError(
            "What answers there is no trytond, the server of GNU Health", "Check the system's URL, its port above all"
        )
    if not version.startswith(LINE):
        raise MappingError(
            f"This GNU Health runs on trytond {version}, and the line that is known is {LINE}x",
            "Use the version of honeytokens that knows yours, or write to a copy to see what differs",
        )
    return version


def misfits(client: Client) -> list[str]:
    """Return, in words, every model, field and right that a decoy needs and that the account does not have."""
    methods = client.methods
    models = [*(kind.model for kind in KINDS.values()), *READ]
    if missing := [model for model in models if f"model.{model}.search_read" not in methods]:
        return [f"there is no model {model}" for model in missing]
    return [*_rights(client, models), *(fault for kind in KINDS.values() for fault in _fields(client, kind))]


def schema_of(client: Client) -> list[tuple[str, str, list[Any]]]:
    """Return the live definitions of every field of the models that are written to."""
    return [
        (kind.model, name, [definition.get(one) for one in _DEFINED])
        for kind in KINDS.values()
        for name, definition in sorted(client.call(kind.model, "fields_get", []).items())
    ]


def _rights(client: Client, models: list[str]) -> Iterator[str]:
    access = client.call("ir.model.access", "get_access", models)
    for model in models:
        wanted = ["read"] if model in READ else ["read", "create", "delete"]
        wanted += ["write"] if model in _CHANGED else []
        if lacking := [right for right in wanted if not access[model][right]]:
            yield f"the account may not {', '.join(lacking)} {model}"


def _fields(client: Client, kind: Kind) -> Iterator[str]:
    live = client.call(kind.model, "fields_get", [])
    written = {name.partition(".")[0] for name in kind.fields}
    yield from (f"{kind.model} has no field {name}" for name in sorted(written - live.keys()))
    if kind.implied:
        return
    needed = [
        name for name, one in live.items() if one["required"] and name not in written and (kind.model, name) != _FILLED
    ]
    try:
        given = client.call(kind.model, "default_get", needed, False) if needed else {}
    except RefusedError:
        given = {}
    yield from (f"{kind.model}.{name} must have a value and has no default" for name in needed if name not in given)
