"""By what the decoys of some campaigns stand in lists and filters, so that a leak's shape can be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from honeytokens.attribution import Traits
from honeytokens.fingerprints import fold
from honeytokens.model import DecoyRef, Field, Hit, Placement
from honeytokens.workflows.home import Home

_MOST = 20_000
"""Campaigns of more decoys have no shapes told: making their decoys anew would take too long."""
_MOST_STORIES = 3_000
"""Above this, filters by practitioner are not looked for."""


def traits_of(home: Home, hits: Sequence[Hit], placements: Sequence[Placement]) -> dict[DecoyRef, Traits]:
    """Return the traits of every decoy that was ever written, where one of the same establishment was hit."""
    touched = {hit.decoy for hit in hits}
    sites = {place.establishment for place in placements if place.ref in touched}
    keys = {
        place.ref: place.rows[0].key for place in placements if place.establishment in sites and place.rows
    }  # fmt: skip
    if len(keys) > _MOST:
        return {}
    serials: defaultdict[str, list[int]] = defaultdict(list)
    for decoy in keys:
        serials[decoy.campaign].append(decoy.serial)
    return {
        decoy: found
        for campaign in home.registry.campaigns()
        for decoy, found in _of_campaign(home, campaign.name, serials[campaign.name], keys)
    }


def _of_campaign(
    home: Home, name: str, serials: list[int], keys: dict[DecoyRef, int | str]
) -> Iterator[tuple[DecoyRef, Traits]]:
    if not serials:
        return
    maker = home.maker(home.registry.campaign(name))
    people = maker.identities(serials)
    stories = maker.stories(serials, people) if len(serials) <= _MOST_STORIES else []
    for number, row in enumerate(people.iter_rows(named=True)):
        decoy = DecoyRef(name, serials[number])
        born = row[Field.BIRTH_DATE]
        orders: dict[str, tuple[str | float, ...]] = {
            "name": (fold(row[Field.SURNAME]), fold(row[Field.FIRST_NAME])),
            "birth_date": (born.isoformat(),),
        }
        groups = {"sex": row[Field.SEX], "birth_decade": f"{born.year // 10 * 10}"}
        key = keys[decoy]
        if isinstance(key, int):
            orders["number"] = (float(key),)
        if stories and (stays := stories[number].stays):
            orders["last_stay"] = (stays[-1].admitted.isoformat(),)
            if stays[-1].practitioner and stays[-1].practitioner.code:
                groups["practitioner"] = stays[-1].practitioner.code
        yield decoy, Traits(orders, groups)
