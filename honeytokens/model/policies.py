"""Where each value that could be somebody's comes from: the operator's choice, field by field (docs/policies.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """Where the values of one field come from."""

    OWNED = "owned"
    """From what the operator owns: a pool, or the list of the host's own practitioners; empty without one."""
    EMPTY = "empty"
    """No decoy has a value, as some of the host's own patients have none."""
    ABOVE_CEILING = "above_ceiling"
    """Well formed, and numbered above what is ever given out: a bound, not a proof."""
    GAPS = "gaps"
    """A number that nobody has, between those of the host's own sequence, as its profile shows it: it may have been
    somebody's before two records were merged."""
    RESERVED = "reserved"
    """From ranges that an authority keeps for fiction: anybody recognises them. For the demo and for tests."""


@dataclass(frozen=True, slots=True)
class Policies:
    """One policy for each field. The defaults are safe, and are those of campaigns planned before there was a choice.

    Deaths, pregnancies, blood groups and transfusions have no policy: no decoy has any.
    """

    phone: Policy = Policy.OWNED
    email: Policy = Policy.OWNED
    web_link: Policy = Policy.OWNED
    local_id: Policy = Policy.OWNED
    national_id: Policy = Policy.EMPTY
    practitioner: Policy = Policy.OWNED


DEMO = Policies(phone=Policy.RESERVED, email=Policy.RESERVED, national_id=Policy.RESERVED)
"""What ``--demo`` stands for."""

CHOICES: Mapping[str, tuple[Policy, ...]] = {
    "phone": (Policy.OWNED, Policy.EMPTY, Policy.RESERVED),
    "email": (Policy.OWNED, Policy.EMPTY, Policy.RESERVED),
    "web_link": (Policy.OWNED, Policy.EMPTY),
    "local_id": (Policy.OWNED, Policy.EMPTY, Policy.GAPS),
    "national_id": (Policy.EMPTY, Policy.ABOVE_CEILING, Policy.RESERVED),
    "practitioner": (Policy.OWNED, Policy.EMPTY),
}
"""The policies that each field may have."""
