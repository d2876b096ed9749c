"""By what the decoys of some campaigns stand in lists and filters, so that a leak's shape can be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from honeytokens.attribution import Traits
from honeytokens.fingerprints import fold
from honeytokens.model import DecoyRef, Field, Hit, Placement
from honeytokens.workflows.home import Home

_MOST = 20_000
"""Campaigns of more decoys have no shapes told: making their decoys anew would take too long."""
_MOST_STORIES = 3_000
"""Above this, filters by practitioner are not looked for."""
_MOST_GROUPS = 50
"""A column of more values is no ward and no service."""
_CODE = 40
"""A longer text is no name of a ward."""
_FEWEST_ALIKE = 4
"""Fewer decoys with one value have no shape."""


def traits_of(home: Home, hits: Sequence[Hit], placements: Sequence[Placement]) -> dict[DecoyRef, Traits]:
    """Return the traits of every decoy that was ever written, where one of the same establishment was hit."""
    touched = {hit.decoy for hit in hits}
    sites = {place.establishment for place in placements if place.ref in touched}
    there = [place for place in placements if place.establishment in sites and place.rows]
    keys = {place.ref: place.rows[0].key for place in there}
    if len(keys) > _MOST:
        return {}
    columns = _columns(there)
    serials: defaultdict[str, list[int]] = defaultdict(list)
    for decoy in keys:
        serials[decoy.campaign].append(decoy.serial)
    return {
        decoy: replace(found, groups={**columns[decoy], **found.groups})
        for campaign in home.registry.campaigns()
        for decoy, found in _of_campaign(home, campaign.name, serials[campaign.name], keys)
    }


def _columns(placements: Sequence[Placement]) -> defaultdict[DecoyRef, dict[str, str]]:
    """Return, by decoy, the values of columns that sort its rows below the patient into few groups: a ward, a service.

    Named ``table.column``. Where a decoy has several rows in a table, they count as one group if they agree.
    """
    found: defaultdict[str, dict[DecoyRef, str | None]] = defaultdict(dict)
    for place in placements:
        for row in place.rows[1:]:
            for column, value in row.values.items():
                if column != row.key_column and (
                    isinstance(value, int) or (isinstance(value, str) and len(value) <= _CODE)
                ):
                    own = found[f"{row.table}.{column}"]
                    own[place.ref] = str(value) if own.get(place.ref, str(value)) == str(value) else None
    groups: defaultdict[DecoyRef, dict[str, str]] = defaultdict(dict)
    for column, values in found.items():
        sizes = Counter(value for value in values.values() if value is not None)
        if 2 <= len(sizes) <= _MOST_GROUPS and sizes.most_common(1)[0][1] >= _FEWEST_ALIKE:
            for decoy, value in values.items():
                if value is not None and sizes[value] >= _FEWEST_ALIKE:
                    groups[decoy][column] = value
    return groups


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
