"""What is filed and sent: drafts that mark what is not known, clocks, a STIX bundle, lines for a SIEM."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from io import StringIO

import pytest
import stix2
from verdicts import HOSTILE, confirmed, every, silent, unbounded

from honeytokens.model import Authenticity, ScanResult, Verdict
from honeytokens.phrasing import PHRASINGS
from honeytokens.reports import load, render
from honeytokens.reports.clocks import CLOCKS, deadlines

DRAFTS = ("regulator", "cert-sante", "complaint")


@pytest.mark.parametrize("kind", DRAFTS)
@pytest.mark.parametrize(("language", "mark"), [("fr", "[À COMPLÉTER"), ("en", "[TO COMPLETE")])
def test_a_draft_fills_in_what_is_known_and_marks_the_rest(kind: str, language: str, mark: str) -> None:
    verdict, result = confirmed(language)
    text = render(kind, verdict, result)
    assert verdict.sentence in text
    assert "Paris" in text
    assert mark in text
    unaware = render(kind, replace(verdict, aware=None), result)
    assert unaware.count(mark) == text.count(mark) + 1


@pytest.mark.parametrize("kind", [*DRAFTS, "stix"])
def test_what_leaves_the_house_names_no_decoy(kind: str) -> None:
    verdict, result = confirmed()
    text = render(kind, verdict, result)
    assert not any(str(hit.decoy) in text for hit in result.hits)


def test_deadlines_run_from_awareness_and_are_not_invented() -> None:
    verdict, _ = confirmed("fr")
    told = {whom: until for whom, until, _ in deadlines(verdict, PHRASINGS["fr"])}
    assert told["CNIL"] == "vendredi 4 décembre 2026, 10:30 (Paris)"
    assert told["CERT Santé"] == "sans délai"
    unaware = {whom: until for whom, until, _ in deadlines(replace(verdict, aware=None), PHRASINGS["fr"])}
    assert "72 h" in unaware["CNIL"]
    assert deadlines(silent(Authenticity.NOT_OURS)[0], PHRASINGS["en"]) == ()
    assert {len(clocks) for clocks in CLOCKS.values()} == {5}


@pytest.mark.parametrize(("verdict", "result"), every())
def test_a_stix_bundle_is_read_by_the_library_that_others_use(verdict: Verdict, result: ScanResult) -> None:
    bundle = stix2.parse(render("stix", verdict, result), allow_custom=False)
    kinds = [each.type for each in bundle.objects]
    assert kinds.count("note") == 1
    if verdict.authenticity.ours:
        [sighting] = [each for each in bundle.objects if each.type == "sighting"]
        assert sighting.count == len(result.hits)
        ids = {each.id for each in bundle.objects}
        assert {sighting.sighting_of_ref, *sighting.observed_data_refs, *sighting.where_sighted_refs} <= ids
    else:
        assert "sighting" not in kinds


def test_lines_for_a_siem_are_no_formulas() -> None:
    verdict, result = confirmed()
    rows = list(csv.DictReader(StringIO(render("siem", verdict, result))))
    assert len(rows) == len(result.hits)
    assert {row["standing"] for row in rows} == {"included"}
    assert all(re.fullmatch(r"2026-11-03T07:26:05\.250000Z", row["theft_earliest"]) for row in rows)
    hostile = replace(result.hits[0], establishment="=cmd|' /C calc'!A0")
    [row] = csv.DictReader(StringIO(render("siem", verdict, replace(result, hits=(hostile,)))))
    assert row["establishment"].startswith("'=")


def test_the_document_holds_all_of_it_and_comes_back() -> None:
    for verdict, result in (confirmed(), unbounded()):
        text = render("json", verdict, result)
        assert load(text)[1] == replace(verdict, forms=load(text)[1].forms, overlaps=load(text)[1].overlaps)
        assert json.loads(text)["verdict"]["claims"][0]["standing"] == "refuted"


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_reports_show_shares_shapes_recipients_claims_and_clocks(kind: str) -> None:
    verdict, result = confirmed()
    text = render(kind, verdict, result)
    for part in (
        "6.5% to 28%",
        "One page of a list",
        "mariadb",
        "Records in both",
        "Refuted",
        "Not judged",
        "Friday 4",
    ):
        assert part in text
    assert "<b>" not in text
    assert HOSTILE[0] not in text or kind == "markdown"
