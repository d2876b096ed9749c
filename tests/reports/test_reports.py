from __future__ import annotations

import re

import pytest
from verdicts import confirmed, every, silent

from honeytokens.errors import UnknownNameError
from honeytokens.model import Authenticity, ScanResult, Verdict
from honeytokens.phrasing import PHRASINGS
from honeytokens.reports import REPORTS, render
from honeytokens.reports.plain import printable
from honeytokens.reports.view import LABELS


@pytest.mark.parametrize("kind", list(REPORTS))
@pytest.mark.parametrize(("verdict", "result"), every())
def test_every_report_renders_every_verdict(kind: str, verdict: Verdict, result: ScanResult) -> None:
    text = render(kind, verdict, result)
    text.encode("utf-8")
    assert text.endswith("\n")
    assert text == render(kind, verdict, result)
    assert REPORTS[kind].suffix.startswith(".")


@pytest.mark.parametrize("kind", list(REPORTS))
def test_no_control_character_survives(kind: str) -> None:
    text = render(kind, *confirmed())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800-\udfff]", text)


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_reports_for_people_speak_the_verdicts_language(kind: str) -> None:
    assert LABELS["fr"].title in render(kind, *confirmed("fr"))
    assert LABELS["en"].title in render(kind, *confirmed("en"))
    assert LABELS["en"].title in render(kind, *silent(Authenticity.UNDECIDABLE, "xx"))


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_reports_for_people_end_with_what_to_do(kind: str) -> None:
    assert "72 hours" in render(kind, *confirmed())
    assert "act as if" in render(kind, *silent(Authenticity.UNDECIDABLE)).lower()
    assert "72 hours" not in render(kind, *silent(Authenticity.NOT_OURS))


def test_labels_exist_in_the_languages_of_verdicts() -> None:
    assert LABELS.keys() == PHRASINGS.keys()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="json, html, markdown"):
        render("pdf", *confirmed())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Élodie – 日本 🏥", "Élodie – 日本 🏥"),
        ("a\nb\x1b", r"a\x0ab\x1b"),
        ("\u202egpj", r"\u202egpj"),
        ("\udce9", r"\udce9"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
