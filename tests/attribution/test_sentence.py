from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime, timedelta, timezone

import pytest
from cases import NOW, day, hit, placement, scan, site

from honeytokens.attribution import WORDINGS, judge
from honeytokens.model import Hit, Location, Placement, ScanResult, Unread
from honeytokens.phrasing import PHRASINGS

STAMPS = [(0, day(0)), (1, day(306)), (2, day(309))]
DECOYS = [placement(name, serial, STAMPS) for name, count in (("A", 40), ("B", 40)) for serial in range(count)]
DECOYS += [placement(name, serial) for name, count in (("C", 2), ("D", 40), ("E", 40)) for serial in range(count)]
STOLEN = [hit(place, versions=(1,)) for place in DECOYS if place.establishment in {"A", "B"} and place.id < 9]
TORN = placement("A", 1, [(0, day(500))])

ENGLISH: list[tuple[ScanResult, list[Placement], dict[str, int], str]] = [
    (
        scan(STOLEN),
        DECOYS,
        {},
        "Confirmed: this file came from our records (error risk below 1 in 1,000,000,000); A and B hit; copied "
        "between 3 and 6 November 2026; D and E excluded at 95%; C undecided; how they got access is not judged.",
    ),
    (
        scan([hit(TORN, false_alarms=1e-3)], unread=[Unread(Location("b.zip"), "cut off")]),
        [TORN],
        {},
        "Confirmed: this file came from our records (error risk below 1 in 500); A hit; the date of the copy is not "
        "known; part of the file could not be read; how they got access is not judged.",
    ),
    (
        scan([*STOLEN[:2], hit(DECOYS[20], versions=(0,))]),
        DECOYS[:40],
        {},
        "Confirmed: this file came from our records (error risk below 1 in 1,000,000,000); A hit; copied at several "
        "moments or over some time, between 1 January and 6 November 2026; how they got access is not judged.",
    ),
    (
        scan(records=2000),
        site("A", 60),
        {"A": 10_000},
        "Not ours, if it is a random sample copied since 1 January 2026: none of the 2,000 records read is a decoy "
        "(error risk below 1 in 160,000); how they got access is not judged.",
    ),
    (
        scan(records=56),
        site("A", 60),
        {"A": 10_000},
        "Undecidable: no decoy was found, but 56 records are too few to mean anything: about 442 further random "
        "records would decide, or 521 living decoys in A; until more is known, act as if it were ours; how they got "
        "access is not judged.",
    ),
]


@pytest.mark.parametrize(("result", "places", "patients", "expected"), ENGLISH)
def test_english(result: ScanResult, places: list[Placement], patients: dict[str, int], expected: str) -> None:
    assert judge(result, places, now=NOW, host_patients=patients).sentence == expected


def test_french() -> None:
    assert judge(scan(STOLEN), DECOYS, now=NOW, language="fr").sentence == (
        "Confirmé\u00a0: ce fichier vient de nos données (risque d’erreur inférieur à 1 sur "
        "1\u202f000\u202f000\u202f000)\u00a0; sites touchés\u00a0: A et B\u00a0; copié entre le 3 et le 6 novembre "
        "2026\u00a0; sites exclus à 95\u00a0%\u00a0: D et E\u00a0; sites indécis\u00a0: C\u00a0; la manière dont "
        "l’accès a été obtenu n’est pas jugée."
    )
    assert judge(scan(records=5), [], now=NOW, language="fr").sentence.startswith(
        "Indécidable\u00a0: aucun leurre n’est posé"
    )


@pytest.mark.parametrize("language", list(WORDINGS))
def test_every_language_fills_the_same_blanks(language: str) -> None:
    texts, english = WORDINGS[language], WORDINGS["en"]
    assert texts.phrasing.language == language
    for text in fields(texts):
        if text.name != "phrasing":
            blanks = [sorted(re.findall(r"{\w+}", str(getattr(wording, text.name)))) for wording in (texts, english)]
            assert blanks[0] == blanks[1], text.name


@pytest.mark.parametrize("language", list(WORDINGS))
def test_every_verdict_is_worded_in_every_language(language: str) -> None:
    for result, places, patients, _ in ENGLISH:
        verdict = judge(result, places, now=NOW, host_patients=patients, language=language)
        assert verdict.language == language
        assert "{" not in repr(verdict)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (1.0, "1 in 1"),
        (0.3, "1 in 3"),
        (0.05, "1 in 20"),
        (0.0173, "1 in 57"),
        (1 / 12_345, "1 in 12,000"),
        (0, "1 in 1,000,000,000"),
    ],
)
def test_odds_never_look_better_than_they_are(probability: float, expected: str) -> None:
    assert PHRASINGS["en"].odds(probability) == expected


def test_spans() -> None:
    english, french = PHRASINGS["en"], PHRASINGS["fr"]
    assert english.span(day(0), day(0.5)) == "on 1 January 2026"
    assert french.span(day(0), day(1)) == "entre le 1er et le 2 janvier 2026"
    assert english.span(day(-1), day(1)) == "between 31 December 2025 and 2 January 2026"
    assert english.span(None, day(1)) == "before 2 January 2026"
    assert english.span(day(1), None) == "after 2 January 2026"
    assert english.span(None, None) == ""
    paris = timezone(timedelta(hours=1))
    assert english.day(datetime(2026, 1, 1, 0, 30, tzinfo=paris)) == "31 December 2025"


@pytest.mark.parametrize(
    "wrong",
    [{"confidence": 1.0}, {"confidence": 0.1}, {"language": "de"}, {"now": datetime(2026, 1, 1)}],  # noqa: DTZ001
)
def test_wrong_arguments_are_refused(wrong: dict[str, object]) -> None:
    arguments: dict[str, object] = {"now": NOW, **wrong}
    hits: list[Hit] = []
    with pytest.raises(ValueError, match=r"confidence|language|aware"):
        judge(scan(hits), [], **arguments)  # type: ignore[arg-type]
