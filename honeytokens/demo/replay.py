"""The months before the leak: a home, its campaigns, and each day's admissions, plantings and new streets.

Everything that touches a decoy goes by the workflows that an operator runs; only the clock is simulated.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from honeytokens.decoys import Maker
from honeytokens.demo.hospital import Hospital, mapping
from honeytokens.demo.people import LOCALE, OWNED, SITES
from honeytokens.demo.seed import Seed
from honeytokens.locks import PassphraseLock
from honeytokens.model import Campaign, Decoy
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system

_SYSTEM = "group-his"
_PLANTED_OVER = timedelta(days=60)
_STAMPED_EVERY = timedelta(days=30)
_APPLY_EVERY = 2
_EVENING = 16
"""In days, and an hour in UTC."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the story is: host patients and decoys of each establishment, days, and rows of the leaked sample.

    The theft comes after ``quiet_days`` at the earliest.
    """

    patients_each: int = 4_000
    decoys_each: int = 80
    days: int = 150
    quiet_days: int = 30
    sample_rows: int = 1_000


@dataclass(frozen=True, slots=True)
class _Maker(Maker):
    """Makes a campaign's decoys all at once and remembers them: the many runs of apply ask again and again."""

    serials: tuple[int, ...] = ()
    made: dict[int, dict[int, Decoy]] = field(default_factory=dict, repr=False)

    def decoys(self, serials: Sequence[int], version: int = 0) -> list[Decoy]:
        """Return whole decoys, in the order of the serials."""
        if version not in self.made:
            everyone = Maker.decoys(self, self.serials, version)
            self.made[version] = {decoy.ref.serial: decoy for decoy in everyone}
        return [self.made[version][serial] for serial in serials]


@dataclass(frozen=True, slots=True)
class _Home(Home):
    """A home like any other, whose makers remember."""

    makers: dict[str, _Maker] = field(default_factory=dict, repr=False)

    def maker(self, campaign: Campaign) -> Maker:
        """Return the maker of a campaign's decoys."""
        if campaign.name not in self.makers:
            maker = Home.maker(self, campaign)
            parts = (maker.campaign, maker.recipe, maker.key, maker.pool_keys)
            self.makers[campaign.name] = _Maker(*parts, serials=campaign.serials)
        return self.makers[campaign.name]


class Clock:
    """The simulated time. Each look at it takes some seconds, as work does."""

    def __init__(self, dice: random.Random, start: datetime) -> None:
        self._dice, self._time = dice, start

    def __call__(self) -> datetime:
        """Return the time, which then moves on."""
        self._time += timedelta(seconds=self._dice.randint(1, 20))
        return self._time

    def wait_until(self, moment: datetime) -> datetime:
        """Go to a moment, or stay where work has brought us beyond it; return the time."""
        self._time = max(self._time, moment)
        return self._time


def set_up(path: Path, passphrase: bytes, hospital: Hospital, seed: Seed, clock: Clock, scale: Scale) -> Home:
    """Make the home as an operator would, and plan one campaign for each establishment."""
    created = Home.create(path, PassphraseLock(passphrase), master=seed.key("master"))
    home = _Home(created.path, created.keyring, created.registry, clock)
    try:
        _plan_all(home, hospital, seed, scale)
    except BaseException:
        home.registry.close()
        raise
    return home


def _plan_all(home: Home, hospital: Hospital, seed: Seed, scale: Scale) -> None:
    for site in SITES:
        add_establishment(home, site)
    add_system(home, _SYSTEM, f"sqlite:///{hospital.path}", mapping(), password_env=None, password=None)
    for pool in OWNED:
        # Past setup.add_pool, which rightly refuses domains that are reserved for examples.
        home.registry.add_pool(pool)
    for site in SITES:
        request = PlanRequest(
            name=f"{site.name}-1",
            system=_SYSTEM,
            establishment=site.name,
            count=scale.decoys_each,
            locale=LOCALE,
            starts=home.now(),
            over=_PLANTED_OVER,
            stamp_every=_STAMPED_EVERY,
        )
        plan(home, request, campaign_id=seed.key(f"campaign/{site.name}").hex()[:16])


def live(
    home: Home,
    hospital: Hospital,
    clock: Clock,
    *,
    dice: random.Random,
    start: datetime,
    days: int,
    theft: datetime,
    steal: Callable[[datetime], None],
) -> None:
    """Let days pass from ``start``: admissions, ``apply`` in the evenings, and ``steal`` at ``theft`` or just after."""
    evenings = [start.replace(hour=_EVENING) + timedelta(days=day) for day in range(0, days, _APPLY_EVERY)]
    applies = [evening + timedelta(minutes=dice.randrange(90)) for evening in evenings]
    for moment in sorted([*applies, theft]):
        now = clock.wait_until(moment)
        hospital.admit(now)
        if moment == theft:
            steal(now)
        else:
            # One commit for the day: a replay need not survive a crash, and some disks take their time.
            with home.registry.transaction():
                apply(home, accept_detectable=True)


def first_day(last_day: datetime, days: int) -> datetime:
    """Return the morning on which a story of ``days`` begins that ends at ``last_day``."""
    return (last_day - timedelta(days=days)).astimezone(UTC).replace(hour=7, minute=0, second=0, microsecond=0)
