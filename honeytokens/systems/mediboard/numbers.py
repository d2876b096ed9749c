"""Numbers for a decoy's stays that look like the site's own and that its counter will never give."""

from __future__ import annotations

import re
from collections import Counter

import sqlalchemy as sa

from honeytokens.errors import PlantingError
from honeytokens.systems.sql.habits import draw
from honeytokens.systems.sql.schema import Table
from honeytokens.systems.sql.server import clause

_SHAPE = re.compile(r"(\D*)(\d{1,18})")
_NEWEST = 2000
_AT_ONCE = 64
_ROUNDS = 8


def free_numbers(connection: sa.Connection, table: Table, tag: str, count: int, seed: str) -> list[str]:
    """Return ``count`` numbers of a tag that no row has: first those between its own, then those before its first.

    A site's counter goes up, so what it has passed over stays free. Raises ``PlantingError`` when there are none.
    """
    source = clause(table)
    ours = sa.and_(source.c["object_class"] == "CSejour", source.c["tag"] == tag)
    newest = sa.select(source.c["id400"]).where(ours).order_by(source.c[table.primary_key[0]].desc()).limit(_NEWEST)
    shapes = [found.groups() for number in connection.scalars(newest) if (found := _SHAPE.fullmatch(str(number)))]
    if not shapes:
        raise PlantingError(
            "The numbers of the site's stays have no form that is known", "Leave the tag out with nda_tag of another"
        )
    [((prefix, width), _)] = Counter((head, len(digits)) for head, digits in shapes).most_common(1)
    numbers = [int(digits) for head, digits in shapes if (head, len(digits)) == (prefix, width)]
    low, high = min(numbers), max(numbers)
    free: list[str] = []
    for attempt in range(_ROUNDS):
        first = low if attempt < _ROUNDS // 2 else max(0, low - 1000 * (attempt - _ROUNDS // 2 + 1))
        last = high if attempt < _ROUNDS // 2 else low
        span = max(last - first, 1)
        drawn = [first + draw(seed, f"{attempt} {number}") % span for number in range(_AT_ONCE)]
        wanted = list(dict.fromkeys(f"{prefix}{number:0{width}d}" for number in drawn))
        taken = set(connection.scalars(sa.select(source.c["id400"]).where(ours, source.c["id400"].in_(wanted))))
        free += [number for number in wanted if number not in taken and number not in free]
        if len(free) >= count:
            return free[:count]
    raise PlantingError("The site's stays have no free number left", "Give nda_tag another tag, or plant fewer decoys")
