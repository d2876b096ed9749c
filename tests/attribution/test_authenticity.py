from __future__ import annotations

from dataclasses import replace

import pytest
from cases import NOW, day, hit, placement, scan, site

from honeytokens.attribution import judge
from honeytokens.model import Authenticity, DecoyRef, Evidence, Field, Hit, Location, PlacementState, Standing, Unread

PATIENTS = {"A": 10_000, "B": 10_000}
BOTH = [*site("A", 60), *site("B", 60)]


def test_one_strong_hit_confirms() -> None:
    verdict = judge(scan([hit(BOTH[0], false_alarms=1e-4)]), BOTH, now=NOW)
    assert verdict.authenticity is Authenticity.CONFIRMED
    assert verdict.error == pytest.approx(2e-4)


def test_hits_that_chance_could_bring_do_not_confirm() -> None:
    verdict = judge(scan([hit(BOTH[0], false_alarms=0.3)]), BOTH, now=NOW)
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "chance alone" in verdict.reason
    assert all(finding.standing is Standing.UNDECIDED for finding in verdict.establishments)


def test_duplicates_are_one_hit() -> None:
    twice = judge(scan([hit(BOTH[0], false_alarms=0.03), hit(BOTH[0], false_alarms=0.04)]), BOTH, now=NOW)
    assert twice.authenticity is Authenticity.UNDECIDABLE


def test_leads_never_confirm() -> None:
    verdict = judge(scan(leads=[hit(BOTH[0], false_alarms=0.01)]), BOTH, now=NOW, host_patients=PATIENTS)
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "leads" in verdict.reason


def test_silence_of_a_large_sample_is_not_ours() -> None:
    verdict = judge(scan(records=2000), BOTH, now=NOW, host_patients=PATIENTS)
    assert verdict.authenticity is Authenticity.NOT_OURS
    assert verdict.error == pytest.approx((1 - 60 / 10_000) ** 2000)
    assert {finding.standing for finding in verdict.establishments} == {Standing.EXCLUDED}
    assert "1 January 2026" in verdict.sentence, "an older copy could not have held a decoy"


def test_the_site_with_the_least_power_decides() -> None:
    verdict = judge(scan(records=2000), BOTH, now=NOW, host_patients={"A": 10_000, "B": 100_000})
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "2,992 further random records" in verdict.reason
    assert "living decoys in B" in verdict.reason


@pytest.mark.parametrize("patients", [None, {}, {"A": 10_000}, {"A": 10_000, "B": 0}, {**PATIENTS, "C": 5000}])
def test_silence_proves_nothing_where_a_site_is_unknown(patients: dict[str, int] | None) -> None:
    verdict = judge(scan(records=100_000), BOTH, now=NOW, host_patients=patients)
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "cannot be computed" in verdict.reason


def test_silence_proves_nothing_of_what_was_not_read() -> None:
    unread = [Unread(Location("leak.zip"), "cut off")]
    verdict = judge(scan(records=100_000, unread=unread), BOTH, now=NOW, host_patients=PATIENTS)
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "could not be read" in verdict.reason
    assert "No record was read" in judge(scan(records=0), BOTH, now=NOW, host_patients=PATIENTS).reason


def test_nothing_planted_yet() -> None:
    planned = [replace(place, state=PlacementState.PLANNED, stamps=()) for place in BOTH]
    for places in ([], planned):
        verdict = judge(scan(records=100_000), places, now=NOW, host_patients=PATIENTS)
        assert verdict.authenticity is Authenticity.UNDECIDABLE
        assert "No decoy is planted" in verdict.reason
        assert verdict.establishments == ()


def test_a_withdrawn_campaign_still_confirms_but_its_silence_proves_nothing() -> None:
    gone = [replace(place, state=PlacementState.WITHDRAWN, withdrawn=day(90)) for place in BOTH]
    assert judge(scan([hit(gone[0])]), gone, now=NOW).authenticity is Authenticity.CONFIRMED
    silent = judge(scan(records=100_000), gone, now=NOW, host_patients=PATIENTS)
    assert silent.authenticity is Authenticity.UNDECIDABLE


def test_decoys_that_were_never_planted_did_not_come_from_a_hospital() -> None:
    planned = placement("A", 900, [], state=PlacementState.PLANNED)
    unknown = Hit(DecoyRef("lost", 1), "Z", 60.0, 1e-9, ())
    verdict = judge(scan([hit(planned), unknown]), [*BOTH, planned], now=NOW)
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "never planted" in verdict.reason
    mixed = judge(scan([unknown, hit(BOTH[0])]), BOTH, now=NOW)
    assert mixed.authenticity is Authenticity.CONFIRMED
    assert "Left out, because the registry never planted them: 1." in mixed.reason
    weak = judge(scan([replace(unknown, expected_false_alarms=0.5)]), BOTH, now=NOW)
    assert "chance alone" in weak.reason


def test_a_file_of_decoys_only_is_no_proof_of_theft() -> None:
    hits = [hit(place) for place in BOTH[:5]]
    verdict = judge(scan(hits, records=5), BOTH, now=NOW)
    assert verdict.authenticity is Authenticity.UNDECIDABLE
    assert "All of the 5 records read are decoys" in verdict.reason
    assert judge(scan(hits, records=6), BOTH, now=NOW).authenticity is Authenticity.CONFIRMED
    one_line = tuple(
        replace(found, evidence=(Evidence(Field.SURNAME, Location("leak.txt", line=1), 60.0),)) for found in hits
    )
    assert judge(scan(one_line, records=1), BOTH, now=NOW).authenticity is Authenticity.CONFIRMED


def test_no_error_is_stated_below_what_a_model_can_promise() -> None:
    verdict = judge(scan([hit(place, false_alarms=1e-30) for place in BOTH]), BOTH, now=NOW)
    assert verdict.error == 1e-9
    assert "below 1 in 1,000,000,000" in verdict.sentence
