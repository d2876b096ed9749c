"""In what shape records were taken: a page of a list, a filter, a sorted export, or none that shows.

Under a random sample, which of the decoys that stood there were hit has nothing to do with their order or their
service. Each shape is told only when chance would hardly make it, paid for all shapes that were looked for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from honeytokens.attribution.chance import ERROR_FLOOR, log_choose
from honeytokens.attribution.texts import Wording
from honeytokens.model import DecoyRef, Hit, ShapeFinding

RISK = 1e-3
"""A shape is told when a random sample would show it, or any other, more rarely than this."""

_FEWEST = 4
"""Fewer hits than this have no shape."""
_LARGEST_SHARE = 0.9
"""A page of more than this share of a list is the whole list."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of one decoy's place among the host's patients.

    ``orders`` are what lists are sorted by (each kind comparable with its like), ``groups`` what they are filtered by:
    ``sex``, ``birth_decade``, ``practitioner``, and columns of the host by name (``table.column``).
    """

    orders: Mapping[str, tuple[str | float, ...]]
    groups: Mapping[str, str]


def shapes_of(
    hits: Sequence[Hit], present: Iterable[DecoyRef], traits: Mapping[DecoyRef, Traits], wording: Wording
) -> tuple[ShapeFinding, ...]:
    """Return the shapes that the hits have among the decoys that were present, the likeliest page or filter first."""
    there = sorted({decoy for decoy in present if decoy in traits} | {h.decoy for h in hits if h.decoy in traits})
    found = {hit.decoy for hit in hits} & set(there)
    if len(found) < _FEWEST:
        return ()
    orders = sorted({by for decoy in there for by in traits[decoy].orders})
    values = sorted({(by, value) for decoy in there for by, value in traits[decoy].groups.items()})
    looked_for = 3 * len(orders) + len(values)
    shapes = [shape for by in orders if (shape := _page(by, there, found, traits, wording))]
    shapes += [shape for pair in values if (shape := _filter(*pair, there, found, traits, wording))]
    best = min(shapes, key=lambda shape: shape.chance, default=None)
    told = [] if best is None else [best]
    told += [shape for by in orders if (shape := _sorted(by, hits, traits, wording))]
    paid = [_paid(shape, looked_for) for shape in told]
    return tuple(shape for shape in paid if shape.chance <= RISK)


def span_chance(hits: int, decoys: int, span: int) -> float:
    """Return how likely ``hits`` random ones of ``decoys`` in a row all lie within ``span`` neighbours.

    [(K - S + 1) C(S, H) - (K - S) C(S - 1, H)] / C(K, H): sets within some window, each counted once.
    """
    whole = log_choose(decoys, hits)
    wide = (decoys - span + 1) * math.exp(log_choose(span, hits) - whole)
    narrow = (decoys - span) * math.exp(log_choose(span - 1, hits) - whole) if span > hits else 0.0
    return min(1.0, max(0.0, wide - narrow))


def _page(
    by: str, there: Sequence[DecoyRef], found: set[DecoyRef], traits: Mapping[DecoyRef, Traits], wording: Wording
) -> ShapeFinding | None:
    ranked = sorted((decoy for decoy in there if by in traits[decoy].orders), key=lambda d: traits[d].orders[by])
    places = [place for place, decoy in enumerate(ranked) if decoy in found]
    if len(places) < _FEWEST:
        return None
    span = places[-1] - places[0] + 1
    if span > _LARGEST_SHARE * len(ranked):
        return None
    chance = span_chance(len(places), len(ranked), span)
    # The page reaches as far as the next decoys that were not taken.
    first, last = places[0] / (len(ranked) + 1), (places[-1] + 2) / (len(ranked) + 1)
    say = wording.phrasing
    reason = wording.shape_page.format(
        by=wording.orders[by],
        first=say.percent(round(first, 2)),
        last=say.percent(round(last, 2)),
        hits=say.number(len(places)),
        span=say.number(span),
        present=say.number(len(ranked)),
    )
    return ShapeFinding("page", by, "", first, last, chance, reason)


def _filter(
    by: str,
    value: str,
    there: Sequence[DecoyRef],
    found: set[DecoyRef],
    traits: Mapping[DecoyRef, Traits],
    wording: Wording,
) -> ShapeFinding | None:
    kind = Counter(traits[decoy].groups.get(by) == value for decoy in there)
    if any(traits[decoy].groups.get(by) != value for decoy in found) or kind[True] < len(found):
        return None
    chance = math.exp(log_choose(kind[True], len(found)) - log_choose(len(there), len(found)))
    say = wording.phrasing
    reason = wording.shape_filter.format(
        by=wording.groups.get(by, by),
        value=value,
        hits=say.number(len(found)),
        inside=say.number(kind[True]),
        present=say.number(len(there)),
    )
    return ShapeFinding("filter", by, value, None, None, chance, reason)


def _sorted(by: str, hits: Sequence[Hit], traits: Mapping[DecoyRef, Traits], wording: Wording) -> ShapeFinding | None:
    """Return that the file is in an order, when its hits stand in it; by chance two of H! orders would do."""
    placed = sorted(
        (at, traits[hit.decoy].orders[by])
        for hit in hits
        if hit.decoy in traits and by in traits[hit.decoy].orders and (at := _place(hit)) is not None
    )
    values = [value for _, value in placed]
    if len(values) < _FEWEST or len({file for (file, _), _ in placed}) > 1 or len(set(values)) < _FEWEST:
        return None
    if values != sorted(values) and values != sorted(values, reverse=True):
        return None
    ties = sum(math.lgamma(count + 1) for count in Counter(values).values())
    chance = math.exp(min(0.0, math.log(2) + ties - math.lgamma(len(values) + 1)))
    reason = wording.shape_sorted.format(by=wording.orders[by], hits=wording.phrasing.number(len(values)))
    return ShapeFinding("sorted", by, "", None, None, chance, reason)


def _place(hit: Hit) -> tuple[str, int] | None:
    for evidence in hit.evidence:
        at = evidence.location
        number = at.row if at.row is not None else at.line
        if number is not None:
            return f"{at.path}!{at.member}", number
    return None


def _paid(shape: ShapeFinding, looked_for: int) -> ShapeFinding:
    chance = min(1.0, max(ERROR_FLOOR, shape.chance * looked_for))
    return ShapeFinding(shape.kind, shape.by, shape.value, shape.first, shape.last, chance, shape.reason)
