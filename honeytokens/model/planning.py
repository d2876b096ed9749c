"""What the operator owns and plans: establishments, systems, pools, recipes, campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from honeytokens.model.people import Practitioner
from honeytokens.model.policies import Policies


@dataclass(frozen=True, slots=True)
class Establishment:
    """A care site. ``code`` is what the hospital system writes in its rows to name the site.

    ``practitioners`` are its own, as the operator listed them.
    """

    name: str
    code: str
    postcode: str
    finess: str | None = None
    practitioners: tuple[Practitioner, ...] = ()


@dataclass(frozen=True, slots=True)
class HospitalSystem:
    """A hospital system that decoys are planted in.

    ``url`` carries no password; ``kind`` names the adapter; ``mapping`` is TOML text: the mapping file of any SQL
    database, the settings of a system that is known by name.
    """

    name: str
    url: str
    mapping: str
    password: str | None = field(default=None, repr=False)
    password_env: str | None = None
    kind: str = "sql_database"


class PoolKind(StrEnum):
    """What a pool is made of."""

    MAIL = "mail"
    PHONE = "phone"
    WEB = "web"
    LOCAL_ID = "local_id"


@dataclass(frozen=True, slots=True)
class Pool:
    """Mail or web domains, phone numbers or local identifiers that the operator owns.

    ``value`` is a domain for ``mail`` and ``web``; for ``phone`` and ``local_id`` a pattern whose ``#`` stand for
    the digits that the pool may fill, such as ``0639 98 ## ##``. ``key_version`` names the key of its keyed order,
    which stays the same when the keyring is rotated.
    """

    kind: PoolKind
    value: str
    key_version: int = 1


@dataclass(frozen=True, slots=True)
class PoolShare:
    """A campaign's part of a pool: the pool's values from index ``first`` on, in the pool's keyed order."""

    pool: Pool
    first: int


EDITION = 2
"""Of the rules by which new recipes draw; a number is never reused."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a campaign's decoys are a function of, beside its key.

    ``near`` is the establishment's postcode, ``as_of`` the day at which ages and stories are reckoned, ``data``
    the digest of the locale's tables, so that a shipped table that changed is noticed. ``policies`` say where values
    that could be somebody's come from; ``practitioners`` are those of the establishment when the recipe was made.
    ``profile`` is the host's profile in its short text form, whole, so that a campaign keeps the one that it was
    planned with; empty for the country's own. After a host's profile, ``size`` decoys share names and streets as
    patients do. ``edition`` is of the rules by which values are drawn, so that a campaign keeps those it was planned
    with: since the second, small children have no e-mail.
    """

    locale: str
    data: str
    near: str
    as_of: date
    shares: tuple[PoolShare, ...] = ()
    policies: Policies = field(default_factory=Policies)
    practitioners: tuple[Practitioner, ...] = ()
    profile: str = ""
    size: int = 0
    edition: int = 1


@dataclass(frozen=True, slots=True)
class Campaign:
    """Decoys planned together for one establishment in one system.

    ``recipe`` names everything that the decoys are a function of, beside the key: changing any part changes them.
    ``host_patients`` is how many patients the system held when the campaign was planned.
    ``by_script`` says that an administrator writes the decoys with a script, and ``apply`` none.
    """

    id: str
    name: str
    key_version: int
    establishment: str
    system: str
    recipe: Recipe
    serials: tuple[int, ...]
    planned: datetime
    starts: datetime
    over: timedelta
    stamp_every: timedelta | None
    host_patients: int
    by_script: bool = False
