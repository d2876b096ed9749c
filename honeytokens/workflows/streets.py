"""Which streets would make two decoys of an establishment share a pair of main fields, at any version.

Decoys are kept apart by their first streets when they are planned. Here streets are held against all that any decoy of
the establishment has or had: a decoy that is planned with one is skipped; one that is to get one keeps what it has
until the next version.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.decoys import NewStreets
from honeytokens.model import Campaign, Field
from honeytokens.workflows.home import Home

_SERIAL = 2**32 - 1


def waiting(home: Home, campaign: Campaign, moved: Sequence[tuple[int, int]]) -> set[int]:
    """Return which serials, of the (serial, version) that are due in a campaign, keep the street that they have."""
    if not moved:
        return set()
    maker = home.maker(campaign)
    ordered = sorted(moved, key=lambda pair: pair[1])
    due = pl.concat(
        maker.identities([serial for serial, its in ordered if its == version], version)
        for version in sorted({version for _, version in moved})
    )
    return repeating(home, campaign.establishment, campaign.name, [serial for serial, _ in ordered], due)


def repeating(home: Home, establishment: str, campaign: str, serials: Sequence[int], people: pl.DataFrame) -> set[int]:
    """Return which serials of a campaign, planned or being planned, would repeat a pair with their street.

    ``people`` holds their identities, with the street in question.
    """
    campaigns = [each for each in home.registry.campaigns() if each.establishment == establishment]
    numbers = {each.name: number for number, each in enumerate(campaigns, start=1)}
    decoys = sum(len(each.serials) for each in campaigns)
    if campaign not in numbers:
        decoys += len(serials)
    streets = NewStreets(_owners(numbers.get(campaign, 0), serials), people, decoys)
    for each in campaigns:
        _meet_all(home, each, _owners(numbers[each.name], each.serials), streets)
    return {owner & _SERIAL for owner in streets.repeating}


def _meet_all(home: Home, campaign: Campaign, owners: NDArray[np.uint64], streets: NewStreets) -> None:
    """Hold new streets against all that the decoys of a campaign can have had by now."""
    maker = home.maker(campaign)
    people = maker.identities(campaign.serials)
    versions = 0 if campaign.stamp_every is None else (home.now() - campaign.starts) // campaign.stamp_every + 1
    for version in range(max(versions, 0) + 1):
        streets.meet(owners, people.with_columns(maker.streets(campaign.serials, people, version).alias(Field.STREET)))


def _owners(campaign: int, serials: Sequence[int]) -> NDArray[np.uint64]:
    """Return a number for each decoy, which tells it apart from those of other campaigns."""
    return np.array(serials, dtype=np.uint64) | np.uint64(campaign << 32)
