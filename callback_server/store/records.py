"""What a store takes and gives: frozen values, no key, no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from callback_server.attributor import Attribution
from callback_server.noise import Noise
from callback_server.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Explained:
    """A sighting, the decoys that it betrays, and, when it is no news, why."""

    sighting: Sighting
    attributions: tuple[Attribution, ...] = ()
    noise: Noise | None = None
    source: str = ""
    """The address that is behind it, as far as is known."""
    place: Mapping[str, str] = field(default_factory=dict)
    """What the operator's files say of that address: country, network, operator ..."""


@dataclass(frozen=True, slots=True)
class StoredHit:
    """A hit as it is shown. ``number`` orders hits by arrival; ``name`` is opaque, for alerts and people."""

    number: int
    name: str
    sighting: Sighting
    attribution: Attribution
    noise: Noise | None = None
    source: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSighting:
    """A sighting as it is shown; ``number`` orders them by arrival, ``hits`` are those that it became."""

    number: int
    sighting: Sighting
    noise: str | None
    hits: int


@dataclass(frozen=True, slots=True)
class HitFilter:
    """Which hits: all of them, or those that agree with everything given. ``None`` asks nothing.

    ``establishments`` are those that the reader may see.
    """

    establishments: frozenset[str] | None = None
    incident: str | None = None
    channel: str | None = None
    noise: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None


EVERY_HIT = HitFilter()


@dataclass(frozen=True, slots=True)
class HitCounts:
    """How much is stored; ``unattributed`` are the sightings that betray no decoy, ``noise`` the hits that are none."""

    hits: int
    unattributed: int
    noise: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many hits one channel gave in the hour that begins at ``hour``; noise is counted apart."""

    hour: datetime
    channel: str
    noise: bool
    hits: int


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts are still owed (``waiting``), were taken (``delivered``) or given up (``dead``)."""

    waiting: int
    delivered: int
    dead: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """A webhook that was added while the service ran; ``secret`` signs what it is sent."""

    name: str
    url: str
    secret: str = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Leased:
    """An alert handed to one deliverer for a while. ``attempts`` counts this one."""

    number: int
    hit: int
    channel: str
    attempts: int


class IncidentState(StrEnum):
    """What people made of it. New hits join only incidents that are new or acknowledged."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    EXPLAINED = "explained"
    CLOSED = "closed"


class Severity(IntEnum):
    """How grave an incident is; it only ever rises."""

    LOW = 1
    """One decoy, by something that can be guessed or mistyped."""
    MEDIUM = 2
    """One decoy, surely."""
    HIGH = 3
    """Several decoys."""
    CRITICAL = 4
    """Five decoys or more, or more than one establishment."""

    @classmethod
    def of(cls, decoys: int, establishments: int, bits: float) -> Severity:
        """Return the severity of so many burnt decoys, the strongest hit having so many bits."""
        if decoys >= 5 or establishments >= 2:
            return cls.CRITICAL
        if decoys >= 2:
            return cls.HIGH
        return cls.MEDIUM if bits >= 40 else cls.LOW


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What people recorded: when they became aware, and the case of ``honeytokens incident`` that holds its files."""

    aware: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident as it is shown."""

    number: int
    name: str
    state: IncidentState
    severity: Severity
    opened: datetime
    last: datetime
    held: bool
    hits: int
    decoys: int
    facts: IncidentFacts


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline: what was done, by whom. ``kind`` is a code: opened, state, note, claim ..."""

    at: datetime
    who: str
    kind: str
    text: str


class Role(StrEnum):
    """What a person or a program may do."""

    ADMIN = "admin"
    """Everything, accounts and the trail included."""
    ANALYST = "analyst"
    """Sees hits and incidents, decides about them, sees which decoy a hit is of."""
    READER = "read-only"
    """Sees hits and incidents, not which decoys they are of."""
    INGEST = "ingest"
    """Hands sightings over, sees nothing."""


class Kind(StrEnum):
    """How an account proves who it is."""

    LOCAL = "local"
    KEY = "key"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a program. ``establishments`` are those that it may see, all of them when ``None``.

    ``secret`` is the argon2 hash of a local account's password; an API key is found by its hash alone.
    """

    name: str
    kind: Kind
    role: Role
    establishments: tuple[str, ...] | None = None
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the trail."""

    number: int
    at: datetime
    who: str
    what: str
