from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

import pytest
from cases import NOW, SECOND, START, day, hit, placement, scan

from honeytokens.attribution import judge
from honeytokens.model import Hit, Placement, PlacementState, TheftWindow

STAMPS = ((0, day(0)), (1, day(30)), (2, day(60)))


def window(hits: list[Hit], places: list[Placement], now: datetime = NOW) -> TheftWindow | None:
    return judge(scan(hits), places, now=now).window


def test_a_version_dates_from_the_start_of_its_write_to_the_end_of_the_next() -> None:
    place = placement("A", 1, STAMPS)
    found = window([hit(place, versions=(1,))], [place])
    assert found is not None
    assert (found.earliest, found.latest, found.snapshots) == (day(30), day(60) + SECOND, 1)
    assert found.datings[0].version == 1


def test_windows_of_several_hits_intersect() -> None:
    one, two = placement("A", 1, STAMPS), placement("A", 2, ((0, day(10)), (1, day(45))))
    found = window([hit(one, versions=(1,)), hit(two, versions=(1,))], [one, two])
    assert found is not None
    assert (found.earliest, found.latest) == (day(45), day(60) + SECOND)


def test_without_a_version_planting_and_withdrawal_bound_the_theft() -> None:
    gone = placement("A", 1, STAMPS[:1], state=PlacementState.WITHDRAWN, withdrawn=day(20))
    late = placement("A", 2, [(0, day(12))])
    found = window([hit(gone), hit(late)], [gone, late])
    assert found is not None
    assert (found.earliest, found.latest) == (day(12), day(20))


def test_a_rewriting_under_way_may_show_already() -> None:
    place = replace(placement("A", 1, STAMPS), state=PlacementState.REWRITING, begun=day(90), intended_version=3)
    new = window([hit(place, versions=(3,))], [place])
    old = window([hit(place, versions=(2,))], [place])
    assert new is not None
    assert old is not None
    assert (new.earliest, new.latest) == (day(90), NOW)
    assert (old.earliest, old.latest) == (day(60), NOW)


def test_two_snapshots_are_told_apart() -> None:
    one, two = placement("A", 1, STAMPS), placement("A", 2, STAMPS)
    found = window([hit(one, versions=(0,)), hit(two, versions=(2,))], [one, two])
    assert found is not None
    assert (found.earliest, found.latest, found.snapshots) == (day(0), NOW, 2)
    assert "at least 2" in found.reason
    assert "looks the same" in found.reason


def test_two_versions_of_one_decoy_are_two_moments_or_old_values() -> None:
    place = placement("A", 1, STAMPS)
    found = window([hit(place, versions=(0, 1)), hit(place, versions=(1,))], [place])
    assert found is not None
    assert found.snapshots == 2
    assert "old values" in found.reason


def test_a_moment_within_a_write_is_not_believed() -> None:
    early, late = placement("A", 1, STAMPS), placement("A", 2, [(0, day(0)), (1, day(30) + SECOND / 2)])
    found = window([hit(early, versions=(1,)), hit(late, versions=(0,))], [early, late])
    assert found is not None
    assert found.snapshots == 2
    assert found.earliest is not None
    assert found.latest is not None
    assert found.earliest <= day(1)
    assert found.latest >= day(59)


def test_a_weak_hit_cannot_break_the_window() -> None:
    strong, weak = placement("A", 1, STAMPS), placement("A", 2, STAMPS)
    found = window([hit(strong, versions=(1,)), hit(weak, versions=(0,), false_alarms=0.2)], [strong, weak])
    assert found is not None
    assert (found.earliest, found.snapshots) == (day(30), 1)
    assert "Hits too weak to date anything, left out: 1." in found.reason


@pytest.mark.parametrize(
    "place",
    [
        placement("A", 1, [(0, day(500))]),  # planted in the future, by its clock
        placement("A", 1, [(0, day(10))], state=PlacementState.WITHDRAWN, withdrawn=day(5)),
    ],
)
def test_times_that_contradict_each_other_date_nothing(place: Placement) -> None:
    verdict = judge(scan([hit(place)]), [place], now=NOW)
    assert verdict.window is None
    assert "the date of the copy is not known" in verdict.sentence


def test_contradictions_are_told_and_leave_the_rest() -> None:
    good, torn = placement("A", 1, STAMPS), placement("A", 2, [(0, day(500))])
    unknown = placement("A", 3, STAMPS)
    hits = [hit(good, versions=(1,)), hit(torn), hit(unknown, versions=(9,))]
    found = window(hits, [good, torn, unknown])
    assert found is not None
    assert (found.earliest, found.latest) == (day(30), day(60) + SECOND)
    assert "contradict each other, left out: 2" in found.reason


def test_stamps_out_of_order_and_repeated() -> None:
    place = placement("A", 1, [(0, day(0)), (1, day(60)), (2, day(30)), (1, day(90))])
    found = window([hit(place, versions=(2,))], [place])
    assert found is not None
    assert (found.earliest, found.latest) == (day(30), day(60) + SECOND)
    found = window([hit(place, versions=(1,))], [place])
    assert found is not None
    assert (found.earliest, found.latest) == (day(60), NOW)


def test_a_placement_without_any_time_bounds_nothing_below() -> None:
    place = placement("A", 1, [], state=PlacementState.WRITING)
    found = window([hit(place)], [place])
    assert found is not None
    assert (found.earliest, found.latest) == (None, NOW)


def replay(draw: random.Random, decoys: int, moments: list[datetime]) -> TheftWindow:
    """Plant decoys that are stamped every 30 days at a random phase, copy each at one of the moments, judge."""
    hits, places = [], []
    for serial in range(decoys):
        phase = draw.uniform(0, 30)
        times = [(0, START), *((v, day(phase + 30 * (v - 1))) for v in range(1, 11))]
        place = placement("A", serial, times)
        # The value turns over at some time within the write.
        shown = [
            stamp.version for stamp in place.stamps if stamp.since + draw.random() * SECOND <= draw.choice(moments)
        ]
        places.append(place)
        hits.append(hit(place, versions=(max(shown),)))
    found = window(hits, places)
    assert found is not None
    return found


@pytest.mark.parametrize(("decoys", "most"), [(10, 5.0), (30, 2.0), (100, 0.6)])
def test_the_window_holds_the_theft_and_is_narrow(decoys: int, most: float) -> None:
    draw = random.Random(decoys)
    lengths = []
    for _ in range(150):
        theft = day(draw.uniform(60, 240))
        found = replay(draw, decoys, [theft])
        assert found.earliest is not None
        assert found.latest is not None
        assert found.snapshots == 1
        assert found.earliest <= theft <= found.latest
        lengths.append((found.latest - found.earliest) / timedelta(days=1))
    print(f"{decoys} decoys: median window {median(lengths):.2f} d")
    assert median(lengths) <= most
