"""A script for the administrator, where no tool may write, and taking over what it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from honeytokens.errors import PlantingError
from honeytokens.model import Campaign, Placement, PlacementState, Stamp
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.relocate import DISTINCT, is_whole


@dataclass(slots=True)
class AdoptReport:
    """How many decoys were found and are planted from now on, and how many were not."""

    adopted: int = 0
    absent: int = 0


def script(home: Home, campaign: Campaign) -> Iterator[str]:
    """Yield the script of a campaign, line by line. It shows every decoy to whoever reads it."""
    establishment = home.registry.establishment(campaign.establishment)
    with open_system(home.registry.system(campaign.system)) as adapter:
        adapter.check()
        yield f"-- {len(campaign.serials)} patients, with what is below them. Run it once, then delete this file."
        for decoy in home.maker(campaign).decoys(campaign.serials):
            yield from adapter.script(adapter.compose(decoy, establishment, campaign.starts))


def adopt(home: Home, campaign_name: str) -> AdoptReport:
    """Find the decoys of a campaign that an administrator's script wrote, and remember their rows.

    Raises ``PlantingError`` when the campaign was not planned for a script, or could not be told from real homonyms.
    """
    report = AdoptReport()
    with home.writing():
        campaign = home.registry.campaign(campaign_name)
        if not campaign.by_script:
            raise PlantingError(f"{campaign.name} was not planned with --sql", "Run honeytokens apply")
        waiting = [one for one in home.registry.placements(campaign.name) if one.state is PlacementState.PLANNED]
        with open_system(home.registry.system(campaign.system)) as adapter:
            adapter.check()
            if not adapter.fields() & DISTINCT:
                raise PlantingError(
                    "The mapping writes too little to tell a decoy from a real homonym",
                    "Map a street, a telephone, an e-mail or an identifier",
                )
            _adopt(home, adapter, campaign, waiting, report)
        home.registry.log(home.now(), "adopt", f"{campaign.name}: adopted {report.adopted}, absent {report.absent}")
    return report


def _adopt(
    home: Home, adapter: HospitalAdapter, campaign: Campaign, waiting: list[Placement], report: AdoptReport
) -> None:
    establishment = home.registry.establishment(campaign.establishment)
    decoys = home.maker(campaign).decoys([one.ref.serial for one in waiting])
    found = adapter.find([(decoy, establishment, campaign.starts) for decoy in decoys]) if decoys else []
    for placement, rows in zip(waiting, found, strict=True):
        if rows and is_whole(adapter.state(rows[:1])[0]):
            stamp = Stamp(0, campaign.planned, home.now())
            home.registry.save(replace(placement, state=PlacementState.PLANTED, rows=rows, stamps=(stamp,)))
            report.adopted += 1
        else:
            report.absent += 1
