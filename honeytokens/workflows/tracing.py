"""Tracing values of the operator's pools to decoys, by the keys and the campaigns alone: placements are not asked."""

from __future__ import annotations

from collections.abc import Sequence

from honeytokens.decoys import Trace, Tracer
from honeytokens.workflows.home import Home


def trace(home: Home, values: Sequence[str]) -> list[Trace]:
    """Return, for each value that lies in a pool which a campaign uses, where, and which decoy it was given to."""
    tracer = Tracer(home.keyring, home.registry.campaigns())
    return [found for value in values for found in tracer.trace(value)]
