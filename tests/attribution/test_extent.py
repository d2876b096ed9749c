"""How much, and of what: systems told apart, old leaks recognised, what was mixed in, claims held against findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from cases import NOW, day, hit, placement, scan, site

from honeytokens.attribution import Beside, OlderLeak, judge
from honeytokens.attribution.forms import KnownExport, maker_of
from honeytokens.model import Authenticity, Claim, ClaimStanding, OverlapFinding, Standing

PATIENTS = {("A", "patients"): 20_000, ("A", "laboratory"): 20_000}


def test_systems_of_one_establishment_are_told_apart_with_their_shares() -> None:
    care = site("A", 100)
    laboratory = [
        replace(place, system="laboratory") for place in (placement("A", n, campaign="lab") for n in range(100))
    ]
    hits = [hit(place) for place in care[::2]]
    judged = judge(scan(hits, records=10_000), [*care, *laboratory], now=NOW, beside=Beside(patients=PATIENTS))
    by_system = {source.system: source for source in judged.sources}
    assert by_system["patients"].standing is Standing.INCLUDED
    assert by_system["laboratory"].standing is Standing.EXCLUDED
    assert by_system["patients"].low == pytest.approx(0.404, abs=0.005)
    assert by_system["patients"].high == pytest.approx(0.596, abs=0.005)
    assert by_system["laboratory"].low is None
    assert "does not identify" in judged.size


def test_a_decoy_in_two_systems_tells_neither() -> None:
    both = [placement("A", n) for n in range(10)] + [replace(placement("A", n), system="laboratory") for n in range(10)]
    judged = judge(scan([hit(place) for place in both[:10]]), both, now=NOW)
    assert {source.standing for source in judged.sources} == {Standing.UNDECIDED}
    assert judged.establishments[0].standing is Standing.INCLUDED


def test_an_older_leak_that_comes_again_is_recognised() -> None:
    old, new = site("A", 60), [placement("A", 100 + n, [(0, day(100))]) for n in range(60)]
    known = Beside(older=[OlderLeak("spring", day(90), frozenset(place.ref for place in old[:40]))])
    again = judge(scan([hit(place) for place in old[:12]]), [*old, *new], now=NOW, beside=known)
    assert again.authenticity is Authenticity.RECYCLED
    assert "spring" in again.reason
    assert again.sentence.startswith("Not new")
    fresh = judge(scan([hit(place) for place in [*old[:12], new[3]]]), [*old, *new], now=NOW, beside=known)
    assert fresh.authenticity is Authenticity.CONFIRMED
    few = judge(scan([hit(old[0]), hit(old[1])]), [*old, *new], now=NOW, beside=known)
    assert few.authenticity is Authenticity.CONFIRMED


def test_too_few_decoys_among_many_patients_mean_that_others_were_mixed_in() -> None:
    places = site("A", 100)
    hits = [hit(place) for place in places[:10]]
    known, patients = Beside(one_each=True), {"A": 20_000}
    judged = judge(scan(hits, records=10_000), places, now=NOW, host_patients=patients, beside=known)
    assert judged.authenticity is Authenticity.MIXED
    assert "at most" in judged.reason
    assert judged.establishments[0].standing is Standing.INCLUDED
    # Ten in two thousand is what ours would hold; and without being told, records may be anything.
    assert judge(
        scan(hits, records=2_000), places, now=NOW, host_patients={"A": 20_000}, beside=known
    ).authenticity is (Authenticity.CONFIRMED)
    assert judge(scan(hits, records=10_000), places, now=NOW, host_patients={"A": 20_000}).authenticity is (
        Authenticity.CONFIRMED
    )


def overlap(both: int) -> OverlapFinding:
    return OverlapFinding("1.csv", "2.csv", 1000, 1000, both, 40_000, 140_000, None, None, "")


def test_claims_are_held_against_findings_one_by_one() -> None:
    places = [*site("A", 100), *site("B", 100)]
    hits = [hit(place, versions=(0,)) for place in places[:30]]
    claims = [
        Claim("X", "access", NOW, access=True),
        Claim("X", "data", NOW, records=750_000, sites=("A", "B", "C"), taken=day(-3)),
    ]
    known = Beside(claims=claims, overlaps=[overlap(13)])
    judged = judge(scan(hits), places, now=NOW, beside=known)
    assert [(found.part, found.standing) for found in judged.claims] == [
        ("access", ClaimStanding.NOT_JUDGED),
        ("750,000", ClaimStanding.REFUTED),
        ("A", ClaimStanding.SUPPORTED),
        ("B", ClaimStanding.REFUTED),
        ("C", ClaimStanding.OPEN),
        ("2025-12-29 00:00 UTC", ClaimStanding.REFUTED),
    ]
    assert judged.overlaps[0].claimed == 750_000
    one = judge(scan(hits), places, now=NOW, beside=Beside(claims=claims))
    assert one.claims[1].standing is ClaimStanding.OPEN
    assert "does not identify" in one.claims[1].reason


def test_awareness_puts_the_deadline_into_the_sentence() -> None:
    places = site("A", 10)
    judged = judge(scan([hit(place) for place in places]), places, now=NOW, beside=Beside(aware=day(310.34)))
    assert "CNIL by Tuesday 10 November 2026, 09:09 (Paris)" in judged.sentence


def test_clock_errors_widen_the_window() -> None:
    places = [placement("A", n, [(0, day(n)), (1, day(n + 30))]) for n in range(30)]
    hits = [hit(place, versions=(0,)) for place in places]
    plain = judge(scan(hits), places, now=NOW).window
    paid = judge(scan(hits), places, now=NOW, beside=Beside(clock_error=timedelta(hours=1))).window
    assert plain is not None
    assert paid is not None
    assert plain.earliest is not None
    assert paid.earliest == plain.earliest - timedelta(hours=1)
    assert "60 minutes" in paid.reason


@pytest.mark.parametrize("lasting", [True, False])
def test_a_copying_that_lasted_is_told_from_two_snapshots(lasting: bool) -> None:
    rng = np.random.default_rng(2)
    places = [placement("A", n, [(0, day(0)), (1, day(40 + n / 10)), (2, day(80 + n / 10))]) for n in range(40)]
    hits = [hit(place, versions=(1 if n < 20 else 2,), row=n + 1) for n, place in enumerate(places)]
    if not lasting:
        rows = rng.permutation(40)
        hits = [hit(place, versions=(1 if n < 20 else 2,), row=int(rows[n]) + 1) for n, place in enumerate(places)]
    window = judge(scan(hits), places, now=NOW).window
    assert window is not None
    assert window.snapshots == 2
    assert ("one copying that lasted" in window.reason) is lasting


EXPORTS = [
    KnownExport("search", columns=("Patient", "Age", "Dossier"), separator=";", note="any account"),
    KnownExport("dump", head="^-- MySQL dump"),
]


@pytest.mark.parametrize(
    ("head", "made_by"),
    [
        ("Patient;Age;Dossier\r\nX;1;2\r\n", "search"),
        ('"Patient";"Age";"Dossier"\n', "search"),
        ("Dossier;Nom;Patient\n", None),
        ("-- MySQL dump 10.13\n", "dump"),
        ("", None),
        ("nothing", None),
    ],
)
def test_a_file_form_names_what_made_it(head: str, made_by: str | None) -> None:
    found = maker_of("leak.csv", head, EXPORTS)
    assert (found.made_by if found else None) == made_by
