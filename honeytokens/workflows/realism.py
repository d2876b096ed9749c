"""Attacking the decoys of a campaign: could a thief tell them from the host's own patients?"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from honeytokens.errors import RealismError, UnknownNameError
from honeytokens.model import Campaign, Field, PlacementState
from honeytokens.systems.interface import HospitalAdapter, HostTable
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home

if TYPE_CHECKING:
    from honeytokens.realism.judging import Verdict

_MOST_DECOYS = 2500
_MOST_PATIENTS = 20_000
_QUICK_PATIENTS = 4_000
_QUICK_DECOYS = 800


def attackable() -> bool:
    """Return whether the extra that the attack needs is installed."""
    return find_spec("sklearn") is not None


def realism(
    home: Home, system: str, campaign: str | None = None, *, on_progress: Callable[[int], None] | None = None
) -> tuple[Campaign, Verdict]:
    """Attack the decoys of a system's campaign, the last one if none is named, as they would be written.

    Nothing is written. Raises :class:`RealismError` when scikit-learn is missing, or when there are too few patients or
    decoys to judge.
    """
    if not attackable():
        raise RealismError(
            "The attack needs scikit-learn, which is not installed", "Run: pip install 'honeytokens[realism]'"
        )
    home.registry.system(system)
    planned = [one for one in home.registry.campaigns() if one.system == system and campaign in (None, one.name)]
    if not planned:
        raise UnknownNameError(f"No campaign of {system} is planned", "Plan one first, or name another with --campaign")
    with open_system(home.registry.system(system)) as adapter:
        adapter.check()
        found = attacked(home, planned[-1], adapter, quick=False, on_progress=on_progress)
    if found is None:
        raise RealismError(
            "There are too few patients or decoys to judge: 50 of each are needed", "Plan more decoys to attack them"
        )
    return planned[-1], found


def attacked(
    home: Home,
    campaign: Campaign,
    adapter: HospitalAdapter,
    *,
    quick: bool,
    on_progress: Callable[[int], None] | None = None,
) -> Verdict | None:
    """Return the verdict on a campaign's decoys; ``None`` when there are too few of them, or of patients."""
    from honeytokens.realism.judging import judge

    table = adapter.host_table()
    decoys = _drafted(home, campaign, adapter, table, _QUICK_DECOYS if quick else _MOST_DECOYS)
    patients = adapter.patient_count()
    most = _QUICK_PATIENTS if quick else _MOST_PATIENTS
    host = pl.concat(table.frames(max(1, patients // most)))
    host = _without_decoys(home, campaign.system, host)
    return judge(host, decoys, seeds=1 if quick else 5, quick=quick, on_progress=on_progress)


def _drafted(home: Home, campaign: Campaign, adapter: HospitalAdapter, table: HostTable, most: int) -> pl.DataFrame:
    """Return the patients' rows of a campaign's first decoys as they would be written."""
    establishment = home.registry.establishment(campaign.establishment)
    decoys = home.maker(campaign).decoys(campaign.serials[:most])
    due = campaign.starts
    return table.drafted([adapter.compose(decoy, establishment, due)[0] for decoy in decoys])


def _without_decoys(home: Home, system: str, host: pl.DataFrame) -> pl.DataFrame:
    """Return the host's rows without those of decoys that are planted already, by name and birth date."""
    names = [Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE]
    planted = []
    for campaign in (one for one in home.registry.campaigns() if one.system == system):
        serials = [
            placement.ref.serial
            for placement in home.registry.placements(campaign.name)
            if placement.state is not PlacementState.PLANNED
        ]
        if serials:
            people = home.maker(campaign).identities(serials).select(names)
            planted.append(people.with_columns(pl.col(Field.BIRTH_DATE).cast(pl.String)))
    if not planted:
        return host
    folded = [pl.col(name).str.to_lowercase() for name in names]
    ours = pl.concat(planted).select(folded).unique()
    return (
        host.with_columns(_row=pl.int_range(pl.len()))
        .filter(~pl.struct(*folded).is_in(ours.select(pl.struct(pl.all())).to_series().implode()))
        .drop("_row")
    )
