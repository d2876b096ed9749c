from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, SECOND, START, day, hit, placement, scan, site

from honeytokens.attribution import judge
from honeytokens.model import (
    EstablishmentFinding,
    Placement,
    PlacementState,
    ScanResult,
    Standing,
    Verdict,
)

SITES = {"A": 40, "B": 40, "C": 40, "D": 10, "E": 0}


def places(sizes: dict[str, int] = SITES) -> list[Placement]:
    return [place for name, decoys in sizes.items() for place in site(name, decoys)]


def by_name(verdict: Verdict) -> dict[str, EstablishmentFinding]:
    return {finding.establishment: finding for finding in verdict.establishments}


def test_included_excluded_and_undecided() -> None:
    all_places = places()
    hits = [hit(place) for place in all_places if place.establishment in {"A", "B"} and place.id < 9]
    found = by_name(judge(scan(hits), all_places, now=NOW))
    assert {name: finding.standing for name, finding in found.items()} == {
        "A": Standing.INCLUDED,
        "B": Standing.INCLUDED,
        "C": Standing.EXCLUDED,
        "D": Standing.UNDECIDED,
    }
    assert (found["A"].hits, found["A"].present) == (9, 40)
    assert found["C"].error is not None
    assert 0 < found["C"].error <= 0.05
    assert "random sample" in found["C"].reason
    assert found["D"].error is None
    assert found["D"].records_needed is not None


def test_the_records_needed_decide() -> None:
    all_places = places({"A": 300, "D": 30})
    few = [hit(place) for place in all_places[:5]]
    found = by_name(judge(scan(few, records=1000), all_places, now=NOW))["D"]
    assert found.records_needed is not None
    more = 5 + found.records_needed // 200
    assert (
        by_name(judge(scan([hit(p) for p in all_places[:more]]), all_places, now=NOW))["D"].standing
        is Standing.EXCLUDED
    )
    less = [hit(p) for p in all_places[: more - 1]]
    assert by_name(judge(scan(less), all_places, now=NOW))["D"].standing is Standing.UNDECIDED


def test_too_few_decoys_are_told() -> None:
    all_places = places({"A": 3, "D": 1})
    found = by_name(judge(scan([hit(p) for p in all_places[:3]]), all_places, now=NOW))["D"]
    assert (found.standing, found.records_needed) == (Standing.UNDECIDED, None)
    assert "too few to decide" in found.reason


def test_a_complete_dump_of_one_site_excludes_the_others() -> None:
    all_places = places()
    verdict = judge(scan([hit(p) for p in all_places if p.establishment == "A"]), all_places, now=NOW)
    assert [f.standing for f in verdict.establishments] == [Standing.INCLUDED, *[Standing.EXCLUDED] * 3]


def test_weak_hits_neither_include_nor_exclude() -> None:
    all_places = places()
    strong = [hit(place) for place in all_places if place.establishment == "A"]
    weak = hit(next(place for place in all_places if place.establishment == "B"), false_alarms=0.4)
    found = by_name(judge(scan([*strong, weak]), all_places, now=NOW))
    assert (found["B"].standing, found["B"].hits) == (Standing.UNDECIDED, 1)
    assert "too weak" in found["B"].reason


def test_decoys_of_several_sites_prove_none_of_them() -> None:
    shared = [placement("A", i, campaign="group") for i in range(5)]
    shared += [placement("B", i, campaign="group") for i in range(5)]
    others = site("C", 30)
    found = by_name(judge(scan([hit(p) for p in [*shared[:5], *others]]), [*shared, *others], now=NOW))
    assert [found[name].standing for name in "ABC"] == [Standing.UNDECIDED, Standing.UNDECIDED, Standing.INCLUDED]
    assert "also live elsewhere" in found["A"].reason


def test_only_decoys_that_lived_there_during_the_theft_can_exclude() -> None:
    versions = [(0, day(0)), (1, day(100)), (2, day(130))]
    hit_site = [placement("A", i, versions) for i in range(40)]
    before = [placement("B", i, state=PlacementState.WITHDRAWN, withdrawn=day(90)) for i in range(40)]
    after = [placement("C", i, [(0, day(120))]) for i in range(40)]
    during = [placement("D", i, state=PlacementState.WITHDRAWN, withdrawn=day(200)) for i in range(40)]
    hits = [hit(place, versions=(1,)) for place in hit_site]
    found = by_name(judge(scan(hits), [*hit_site, *before, *after, *during], now=NOW))
    assert [found[name].standing for name in "BCD"] == [Standing.UNDECIDED, Standing.UNDECIDED, Standing.EXCLUDED]
    assert "No decoy surely lived here" in found["B"].reason
    assert found["D"].present == 40


def test_planting_that_took_minutes_does_not_forbid_to_exclude() -> None:
    first = [placement("A", i, [(0, START + i * SECOND)]) for i in range(40)]
    then = [placement("B", i, [(0, START + timedelta(minutes=5) + i * SECOND)]) for i in range(40)]
    found = by_name(judge(scan([hit(p) for p in first]), [*first, *then], now=NOW))["B"]
    assert found.standing is Standing.EXCLUDED
    assert found.error == pytest.approx(0.005), "what was spent on the first minutes is part of the error"


def sample(
    draw: random.Random, all_places: list[Placement], taken: set[str], patients: int, records: int
) -> ScanResult:
    """Draw a random sample of the records of the establishments that were taken."""
    people = [place for place in all_places if place.establishment in taken]
    strangers = patients * len(taken) - len(people)
    drawn = draw.sample(range(len(people) + strangers), records)
    return scan([hit(people[i]) for i in drawn if i < len(people)], records=records)


@pytest.mark.parametrize(
    ("sizes", "taken", "records"),
    [
        ({"A": 60, "B": 60, "C": 60, "D": 60, "E": 60}, {"A", "B", "C", "D", "E"}, 300),
        ({"A": 60, "B": 60, "C": 60, "D": 60, "E": 60}, {"A", "B"}, 300),
        ({"A": 200, "B": 40, "C": 20, "D": 10, "E": 1}, {"A", "B", "C", "D", "E"}, 800),
        ({"A": 80, "B": 30, "C": 30}, {"A", "B"}, 120),
        ({"A": 60, "B": 60}, {"A", "B"}, 130),
    ],
)
def test_wrong_standings_stay_within_the_stated_risk(sizes: dict[str, int], taken: set[str], records: int) -> None:
    draw = random.Random(8)
    all_places, draws = places(sizes), 500
    wrong = decided = 0
    for _ in range(draws):
        verdict = judge(sample(draw, all_places, taken, 1000, records), all_places, now=NOW)
        standings = {f.establishment: f.standing for f in verdict.establishments}
        wrong += any(standings[name] is Standing.EXCLUDED for name in taken)
        wrong += any(standings[name] is Standing.INCLUDED for name in sizes if name not in taken)
        decided += sum(standing is not Standing.UNDECIDED for standing in standings.values())
    print(f"{sizes} {taken}: wrong {wrong / draws:.4f}, decided {decided / draws / len(sizes):.2f}")
    assert wrong / draws <= 0.05


def test_silence_of_rewritten_and_doubtful_placements() -> None:
    hit_site = site("A", 40)
    doubtful = [replace(place, state=PlacementState.WITHDRAWING) for place in site("B", 40)]
    found = by_name(judge(scan([hit(p) for p in hit_site]), [*hit_site, *doubtful], now=NOW))["B"]
    assert found.standing is Standing.UNDECIDED
