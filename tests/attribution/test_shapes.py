"""Pages, filters and sorted files are told by which decoys are there; random samples have no shape."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from cases import NOW, hit, scan, site

from honeytokens.attribution import Beside, Traits, judge
from honeytokens.attribution.shapes import span_chance
from honeytokens.model import DecoyRef, Placement, Standing, Verdict

DECOYS = 200


def traits(places: list[Placement], seed: int = 1) -> dict[DecoyRef, Traits]:
    rng = np.random.default_rng(seed)
    names = rng.permutation(len(places))
    return {
        place.ref: Traits(
            {"name": (f"{names[n]:05}",), "number": (float(n),)}, {"practitioner": f"P{n % 10}", "sex": "FM"[n % 2]}
        )
        for n, place in enumerate(places)
    }


def verdict(places: list[Placement], found: list[Placement], others: list[Placement] = []) -> Verdict:  # noqa: B006
    rows = np.random.default_rng(3).permutation(len(found))
    hits = [hit(place, row=int(row) + 1) for place, row in zip(found, rows, strict=True)]
    return judge(scan(hits, records=1000), [*places, *others], now=NOW, beside=Beside(traits=traits(places)))


@pytest.mark.parametrize(("hits", "decoys", "span"), [(3, 8, 4), (2, 6, 2), (4, 9, 9), (1, 5, 1)])
def test_the_chance_of_a_span_is_exact(hits: int, decoys: int, span: int) -> None:
    sets = list(combinations(range(decoys), hits))
    assert span_chance(hits, decoys, span) == pytest.approx(sum(s[-1] - s[0] < span for s in sets) / len(sets))


def test_a_page_by_name_is_told_with_its_place_and_excludes_nobody() -> None:
    places, others = site("A", DECOYS), site("B", DECOYS)
    by_name = sorted(places, key=lambda place: traits(places)[place.ref].orders["name"])
    judged = verdict(places, by_name[40:60], others)
    [shape] = judged.shapes
    assert (shape.kind, shape.by) == ("page", "name")
    assert shape.first == pytest.approx(0.2, abs=0.01)
    assert shape.last == pytest.approx(0.3, abs=0.01)
    assert shape.chance <= 1e-3
    assert [finding.standing for finding in judged.establishments] == [Standing.INCLUDED, Standing.UNDECIDED]
    # The same number of hits at random does exclude the silent one.
    sample = [places[n] for n in np.random.default_rng(5).choice(DECOYS, 20, replace=False)]
    judged = verdict(places, sample, others)
    assert judged.shapes == ()
    assert judged.establishments[1].standing is Standing.EXCLUDED


def test_a_filter_is_told_by_its_value() -> None:
    places = site("A", DECOYS)
    [shape] = verdict(places, places[3::10]).shapes
    assert (shape.kind, shape.by, shape.value) == ("filter", "practitioner", "P3")


def test_a_sorted_file_is_told() -> None:
    places = site("A", DECOYS)
    found = places[::7]
    hits = [hit(place, row=row + 1) for row, place in enumerate(found)]
    shapes = judge(scan(hits), places, now=NOW, beside=Beside(traits=traits(places))).shapes
    assert [(shape.kind, shape.by) for shape in shapes] == [("sorted", "number")]


def test_random_samples_have_a_shape_no_more_often_than_said() -> None:
    rng = np.random.default_rng(7)
    places = site("A", DECOYS)
    shaped = sum(
        bool(verdict(places, [places[n] for n in rng.choice(DECOYS, 12, replace=False)]).shapes) for _ in range(150)
    )
    assert shaped <= 2
