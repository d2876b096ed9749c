"""Planning a campaign: which decoys, for which establishment, on which calendar. Nothing is written to the system."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from honeytokens.decoys import Ledger, Maker, digest_of_data, kinds_left_empty, pools, with_policies
from honeytokens.errors import PlanRefusedError, UnknownNameError
from honeytokens.fingerprints import fold
from honeytokens.locales import get
from honeytokens.model import (
    EDITION,
    Campaign,
    Decoy,
    DecoyRef,
    Establishment,
    Field,
    Placement,
    PlacementState,
    Policy,
    Recipe,
    Salt,
)
from honeytokens.profiles import decode
from honeytokens.systems.interface import COMMON, DraftRow, HospitalAdapter
from honeytokens.workflows.arrivals import patients_only
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import NAMED_BY, Population
from honeytokens.workflows.manifests import keep_manifests
from honeytokens.workflows.profile import kept_profile
from honeytokens.workflows.streets import repeating

_LOCALE = "fr_fr"
_OPENING_HOUR = 8
_WORKING_SECONDS = 10 * 3600
ALWAYS = 200
"""So many decoys may be planned however few patients there are: a trial on a copy."""
_SAMPLE = 100
"""How many decoys are composed to say how many rows each has."""
_SKIP_LIMIT = 20
"""A plan is refused when more than this many serials had to be looked at for each decoy wanted."""
_FEWEST = 200
"""Fewer decoys than this share names and streets as so many would: a handful would use up what they share."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What the operator asks for.

    ``count`` decoys of ``establishment`` in ``system``, planted from ``starts`` over ``over``; the stamped field, the
    street, is rewritten every ``stamp_every`` (``None``: never). ``policies`` are those asked for, by field. Decoys
    look as the system's profile says, if one was learnt and ``national`` is false.
    ``max_share`` is the greatest share of the system's patients that all its decoys may be, from 0 to 1, though
    :data:`ALWAYS` may be planned in any; ``allow_rare`` lets constants through that few of the host's rows have;
    ``by_script`` leaves the writing to an administrator.
    """

    name: str
    system: str
    establishment: str
    count: int
    locale: str | None
    starts: datetime
    over: timedelta
    stamp_every: timedelta | None
    policies: Mapping[str, Policy] = field(default_factory=dict)
    national: bool = False
    max_share: float | None = None
    allow_rare: bool = False
    by_script: bool = False


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a plan would do: its campaign, how many serials were skipped and why, and the first decoy's rows.

    ``given_up`` are the pairs of fields that, with so many decoys in the establishment, two of them may share: such a
    pair alone no longer leads to one decoy.
    """

    campaign: Campaign
    placements: tuple[Placement, ...]
    skipped: dict[str, int]
    rows_each: float
    sample: tuple[DraftRow, ...]
    given_up: tuple[tuple[Field, Field], ...]


def plan(
    home: Home,
    request: PlanRequest,
    *,
    save: bool = True,
    campaign_id: str | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> PlanReport:
    """Choose a campaign's decoys and its calendar, and remember them when ``save``.

    ``campaign_id``, on which the decoys depend, is random; it is fixed only for a replay that can be repeated.
    Raises ``MappingError`` when the mapping does not fit the live schema, :class:`PlanRefusedError` when there are not
    enough decoys to choose from, ``UnknownNameError`` for a name that is unknown, or taken.
    """
    # The lock keeps two plans from taking the same part of a pool.
    with home.writing() if save else nullcontext():
        report = _plan(home, request, campaign_id or secrets.token_hex(8), on_progress)
        if save:
            _remember(home, report)
    return report


def remember(home: Home, report: PlanReport) -> None:
    """Remember a plan that was made without ``save``; raise ``PlanRefusedError`` when another was made since."""
    with home.writing():
        if home.registry.next_placement_id() != report.placements[0].id:
            raise PlanRefusedError("Another campaign was planned meanwhile", "Plan again")
        _remember(home, report)


def _remember(home: Home, report: PlanReport) -> None:
    home.registry.add_campaign(report.campaign, report.placements)
    keep_manifests(home, [report.campaign])


def _plan(home: Home, request: PlanRequest, campaign_id: str, on_progress: Callable[[int], None] | None) -> PlanReport:
    profile = "" if request.national else kept_profile(home, request.system)
    request = replace(request, locale=request.locale or decode(profile).locale or _LOCALE)
    establishment = _checked_establishment(home, request, learnt=bool(profile))
    with open_system(home.registry.system(request.system)) as adapter:
        adapter.check()
        if request.stamp_every is not None and Field.STREET not in adapter.fields():
            raise PlanRefusedError(
                "The mapping writes no street, which is the field to stamp", "Map street, or plan with --stamp-every 0"
            )
        patients = adapter.patient_count()
        _refuse_dense(home, request, patients)
        if not request.allow_rare and (rare := adapter.betraying()):
            raise PlanRefusedError(
                f"The mapping writes constants that would tell decoys from patients: {'; '.join(rare)}",
                f"Use values that {COMMON:.0%} of the host's rows have, or leave the columns to their defaults",
            )
        recipe = _recipe(home, request, establishment, profile)
        maker = Maker.of(home.keyring, request.name, campaign_id, home.keyring.newest, recipe)
        chooser = _Chooser(home, maker, adapter, establishment, request)
        chosen = chooser.choose(on_progress)
        campaign = Campaign(
            campaign_id,
            request.name,
            home.keyring.newest,
            establishment.name,
            request.system,
            recipe,
            tuple(decoy.ref.serial for decoy in chosen),
            home.now(),
            request.starts,
            request.over,
            request.stamp_every,
            patients,
            request.by_script,
        )
        drafts = [adapter.compose(decoy, establishment, request.starts) for decoy in chosen[:_SAMPLE]]
    placements = tuple(placements_of(campaign, maker, home.registry.next_placement_id()))
    rows_each = sum(map(len, drafts)) / len(drafts)
    return PlanReport(campaign, placements, dict(+chooser.skipped), rows_each, tuple(drafts[0]), chooser.given_up)


def _refuse_dense(home: Home, request: PlanRequest, patients: int) -> None:
    """Raise :class:`PlanRefusedError` when a system would hold too large a share of decoys."""
    there = sum(
        one.system == request.system and one.state is not PlacementState.WITHDRAWN for one in home.registry.placements()
    )
    if request.max_share is None:
        return
    allowed = max(ALWAYS, int(request.max_share * patients))
    if there + request.count > allowed:
        raise PlanRefusedError(
            f"{there + request.count} decoys among {patients} patients are too many: {allowed} may be there in all",
            "Plan fewer, or raise the share with --max-share when the charter says so",
        )


def _checked_establishment(home: Home, request: PlanRequest, *, learnt: bool) -> Establishment:
    """Return the establishment, when the campaign's name is free and it is known where its patients live."""
    establishment = home.registry.establishment(request.establishment)
    if any(campaign.name == request.name for campaign in home.registry.campaigns()):
        raise UnknownNameError(f"There is a campaign named {request.name} already", "Choose another name")
    if not get(request.locale or _LOCALE).is_place(establishment.postcode) and not learnt:
        raise PlanRefusedError(
            f"{establishment.postcode} is no postcode of locale {request.locale}",
            "Mend the establishment's postcode, choose another locale, or learn the system's profile first",
        )
    return establishment


def _recipe(home: Home, request: PlanRequest, establishment: Establishment, profile: str) -> Recipe:
    """Return the recipe, with a fresh share of every pool that its policies use and that has room."""
    unused = kinds_left_empty(request.policies)
    owned = [pool for pool in home.registry.pools() if pool.kind not in unused]
    users: list[Campaign | Salt] = [*home.registry.campaigns(), *home.salts.all().values()]
    shares = pools.fresh_shares(owned, users, request.count)
    locale = request.locale or _LOCALE
    everything = Recipe(
        locale,
        digest_of_data(locale),
        establishment.postcode,
        request.starts.date(),
        shares,
        practitioners=establishment.practitioners,
        profile=profile,
        size=max(request.count, _FEWEST) if profile else 0,
        edition=EDITION,
    )
    return with_policies(everything, request.policies)


class _Chooser:
    """Takes serials in order and skips those that may not be used."""

    def __init__(
        self,
        home: Home,
        maker: Maker,
        adapter: HospitalAdapter,
        establishment: Establishment,
        request: PlanRequest,
    ) -> None:
        self.skipped: Counter[str] = Counter()
        self._home, self._maker, self._adapter, self._establishment = home, maker, adapter, establishment
        self._count, self._at = request.count, request.starts
        self._population = Population.of_host(patients_only(home, adapter, request.system))
        # Folded, since a unique column of some databases takes no heed of case and accents.
        self._taken = {field: set(map(fold, adapter.host_values(field))) for field in sorted(adapter.unique_fields())}
        self._earlier = [c for c in home.registry.campaigns() if c.establishment == establishment.name]
        self._ledger = Ledger(self._count + sum(len(campaign.serials) for campaign in self._earlier))
        for campaign in self._earlier:
            self._ledger.admit(home.maker(campaign).identities(campaign.serials))

    @property
    def given_up(self) -> tuple[tuple[Field, Field], ...]:
        """The pairs of fields that two decoys of the establishment may share."""
        return self._ledger.given_up

    def choose(self, on_progress: Callable[[int], None] | None) -> list[Decoy]:
        """Return the decoys asked for; raise :class:`PlanRefusedError` when that would take too many serials."""
        chosen: list[Decoy] = []
        count = self._count
        first = 0
        while len(chosen) < count:
            if first > _SKIP_LIMIT * count + 1000:
                reasons = ", ".join(f"{number} {reason}" for reason, number in self.skipped.most_common(3))
                raise PlanRefusedError(
                    f"Only {len(chosen)} of {count} decoys can be used ({reasons})",
                    "Widen the columns or the pools that the reasons name, or plan fewer decoys",
                )
            serials = range(first, first + max(64, count - len(chosen)))
            usable = self._usable(serials)[: count - len(chosen)]
            chosen += usable
            first = serials.stop
            if on_progress:
                on_progress(len(usable))
        return chosen

    def _usable(self, serials: Sequence[int]) -> list[Decoy]:
        # What costs least is asked first: most serials of a large campaign are skipped for a pair.
        people = self._maker.identities(serials)
        free = np.array([self._is_free(row) for row in people.iter_rows(named=True)])
        apart = self._ledger.admit(people.filter(free))
        chosen = np.asarray(serials)[free][apart].tolist()
        name, people = self._maker.campaign, people.filter(free).filter(apart)
        moved = repeating(self._home, self._establishment.name, name, chosen, people) if self._earlier else set()
        self.skipped["it shares a pair of fields with another decoy"] += int((~apart).sum()) + len(moved)
        usable = []
        for decoy in self._maker.decoys([serial for serial in chosen if serial not in moved]):
            if why := self._adapter.unfit(decoy, self._establishment, self._at):
                self.skipped[why] += 1
            else:
                usable.append(decoy)
        return usable

    def _is_free(self, row: dict[str, Any]) -> bool:
        """Return whether no patient of the host is like a decoy; count it as skipped otherwise."""
        surname, birth_name, first_name, birth_date = (row[field] for field in NAMED_BY)
        if self._population.has(surname, birth_name, first_name, birth_date):
            self.skipped["it equals a patient of the host on name and birth date"] += 1
            return False
        if self._population.has_beside(surname, birth_name, birth_date):
            self.skipped["a patient of the host has its birth date and the first letters of its name"] += 1
            return False
        for name, values in self._taken.items():
            if fold(str(row[name] or "")) in values:
                self.skipped[f"{name} is one that the host uses"] += 1
                return False
        return True


def placements_of(campaign: Campaign, maker: Maker, first_id: int) -> list[Placement]:
    """Return the campaign's placements, each due at its keyed moment, within working hours when there are days."""
    days = max(campaign.over.days, 1)
    moments = maker.moments(campaign.serials, days * _WORKING_SECONDS)
    midnight = campaign.starts.replace(hour=0, minute=0, second=0, microsecond=0)
    placements = []
    for number, (serial, moment) in enumerate(zip(campaign.serials, moments, strict=True)):
        day, second = divmod(moment, _WORKING_SECONDS)
        due = midnight + timedelta(days=day, hours=_OPENING_HOUR, seconds=second)
        due = max(due, campaign.starts) if campaign.over else campaign.starts
        placements.append(
            Placement(
                first_id + number,
                DecoyRef(campaign.name, serial),
                campaign.establishment,
                campaign.system,
                due,
                PlacementState.PLANNED,
            )
        )
    return placements
