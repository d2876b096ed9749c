"""The frozen types that travel between rooms.

No behaviour beyond trivial derivations, no I/O, no key material. Timestamps are aware UTC datetimes; dates are
``date``. Columns of many decoys travel as polars frames whose column names are the values of :class:`Field`.
"""

from honeytokens.model.people import (
    MAIN_FIELDS,
    Allergy,
    Care,
    Decoy,
    DecoyRef,
    Field,
    Identity,
    Practitioner,
    Prescription,
    Sex,
    Stay,
    Story,
    StoryField,
    Vitals,
)
from honeytokens.model.placements import Placement, PlacementState, Stamp, WrittenRow
from honeytokens.model.planning import Campaign, Establishment, HospitalSystem, Pool, PoolKind, PoolShare, Recipe
from honeytokens.model.policies import CHOICES, DEMO, Policies, Policy
from honeytokens.model.reads import ReadSighting
from honeytokens.model.salting import Recipient, Salt
from honeytokens.model.sightings import Evidence, Hit, KnownDecoys, Location, ScanResult, ScanStats, SetAside, Unread
from honeytokens.model.verdicts import (
    Authenticity,
    Dating,
    EstablishmentFinding,
    ExtractFinding,
    NamedRecipient,
    Standing,
    TheftWindow,
    Verdict,
)
from honeytokens.model.watching import KnownBy, Watched

__all__ = [
    "CHOICES",
    "DEMO",
    "MAIN_FIELDS",
    "Allergy",
    "Authenticity",
    "Campaign",
    "Care",
    "Dating",
    "Decoy",
    "DecoyRef",
    "Establishment",
    "EstablishmentFinding",
    "Evidence",
    "ExtractFinding",
    "Field",
    "Hit",
    "HospitalSystem",
    "Identity",
    "KnownBy",
    "KnownDecoys",
    "Location",
    "NamedRecipient",
    "Placement",
    "PlacementState",
    "Policies",
    "Policy",
    "Pool",
    "PoolKind",
    "PoolShare",
    "Practitioner",
    "Prescription",
    "ReadSighting",
    "Recipe",
    "Recipient",
    "Salt",
    "ScanResult",
    "ScanStats",
    "SetAside",
    "Sex",
    "Stamp",
    "Standing",
    "Stay",
    "Story",
    "StoryField",
    "TheftWindow",
    "Unread",
    "Verdict",
    "Vitals",
    "Watched",
    "WrittenRow",
]
