"""By what a leak's shape can be told: wards and other columns of the host's own tables count as filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from honeytokens.attribution import Beside, judge
from honeytokens.model import Evidence, Field, Hit, Location, ScanResult, ScanStats, WrittenRow
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.traits import traits_of

from .conftest import STARTS


def test_a_file_of_one_ward_is_told_by_the_column_of_its_stays(home: Home, hospital: Path) -> None:
    plan(home, PlanRequest("c", "his", "saint-anne", 40, "fr_fr", STARTS, timedelta(), None))
    apply(home)
    places = [
        replace(place, rows=(*place.rows, WrittenRow("stays", "id", n, {"id": n, "ward": n % 5, "note": f"text {n}"})))
        for n, place in enumerate(home.registry.placements())
    ]
    hits = tuple(
        Hit(place.ref, place.establishment, 50.0, 1e-9, (Evidence(Field.SURNAME, Location("leak.csv", row=n), 50.0),))
        for n, place in enumerate(places[3::5][::-1], start=1)
    )
    traits = traits_of(home, hits, places)
    assert traits[places[3].ref].groups["stays.ward"] == "3"
    assert not any("note" in column or column.endswith(".id") for each in traits.values() for column in each.groups)
    result = ScanResult(hits, (), (), 40.0, ScanStats(1000, 1.0, 500))
    verdict = judge(result, places, now=home.now() + timedelta(days=30), beside=Beside(traits=traits))
    [shape] = [shape for shape in verdict.shapes if shape.kind == "filter"]
    assert (shape.by, shape.value) == ("stays.ward", "3")
    assert "stays.ward" in shape.reason
