from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from verdicts import confirmed, every

from honeytokens.errors import DocumentError
from honeytokens.model import ScanResult, Verdict
from honeytokens.reports import load, render
from honeytokens.reports.document import schema
from honeytokens.reports.plain import utf8

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "scan.schema.json"
VALIDATOR = Draft202012Validator(json.loads(schema()), format_checker=FormatChecker())


def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(render("json", *confirmed()))
    return made


def test_the_schema_in_the_docs_is_the_one_we_keep() -> None:
    assert SCHEMA_FILE.read_text() == schema(), (
        "run: python -c 'from honeytokens.reports.document import schema; print(schema(), end=\"\")' "
        "> docs/scan.schema.json"
    )
    Draft202012Validator.check_schema(json.loads(schema()))


@pytest.mark.parametrize(("verdict", "result"), every())
def test_documents_follow_the_schema(verdict: Verdict, result: ScanResult) -> None:
    VALIDATOR.validate(json.loads(render("json", verdict, result)))


@pytest.mark.parametrize(("verdict", "result"), every())
def test_what_is_loaded_is_what_was_rendered(verdict: Verdict, result: ScanResult) -> None:
    loaded_result, loaded_verdict = load(render("json", verdict, result))
    assert loaded_verdict == verdict
    assert loaded_result.leads[1:] == result.leads[1:]
    assert [hit.evidence[0].location.path for hit in loaded_result.hits] == [
        utf8(hit.evidence[0].location.path) for hit in result.hits
    ]
    assert load(render("json", loaded_verdict, loaded_result)) == (loaded_result, loaded_verdict)


def test_the_shape_that_programs_rely_on() -> None:
    made = document()
    assert list(made) == [
        "schema_version", "hits", "leads", "verdict", "threshold_bits", "unread", "complete", "stats", "set_aside",
    ]  # fmt: skip
    first = made["hits"][0]
    assert (first["decoy"], first["campaign"]) == ("north/2026/1", "north/2026")
    assert first["establishment"] == "Clinique <du Nord>"
    assert {"bits", "expected_false_alarms", "evidence"} <= first.keys()
    assert first["evidence"][0]["field"] == "surname"
    assert list(first["evidence"][0]["location"]) == ["path", "member", "line", "row", "offset"]
    assert made["complete"] is False
    assert list(made["stats"]) == ["bytes", "seconds", "records"]
    assert made["verdict"]["window"]["earliest"] == "2026-11-03T07:26:05.250000Z"
    assert made["verdict"]["judged"] == "2026-12-01T09:30:00Z"


def test_a_document_of_version_1_0_is_read() -> None:
    made = change("set_aside", ...)
    made["schema_version"] = "1.0"
    assert load(json.dumps(made)) == load(json.dumps(document()))


def change(path: str, value: object) -> dict[str, Any]:
    """Return a document in which one place, such as ``hits.0.bits``, has another value; ``...`` removes it."""
    made = document()
    part: Any = made
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return made


WRONG = [
    change("schema_version", ...),
    change("schema_version", 1),
    change("schema_version", "2.0"),
    change("hits", None),
    change("hits.0.decoy", "no serial"),
    change("hits.0.expected_false_alarms", -1),
    change("hits.0.bits", "60"),
    change("hits.0.evidence.0.field", "shoe_size"),
    change("hits.0.evidence.0.location.row", 0),
    change("hits.0.evidence.0.location.path", ...),
    change("verdict.authenticity", "certain"),
    change("verdict.error", 1.5),
    change("verdict.window.snapshots", 0),
    change("verdict.establishments.0.standing", None),
    change("verdict.judged", "2026-12-01T09:30:00"),
    change("verdict.judged", "yesterday"),
    change("complete", "no"),
    change("stats.bytes", 1.5),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_documents_are_refused_by_the_schema_and_by_the_loader(wrong: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(wrong)
    with pytest.raises(DocumentError):
        load(json.dumps(wrong))


@pytest.mark.parametrize("path", ["new", "hits.0.new", "verdict.new", "stats.new"])
def test_added_keys_are_welcome(path: str) -> None:
    added = change(path, {"deep": [1]}) | {"schema_version": "1.7"}
    VALIDATOR.validate(added)
    assert load(json.dumps(added)) == load(render("json", *confirmed()))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a scan document"),
        ("[1, 2]", "not a scan document"),
        (b"\xff\xfe\x00", "not a scan document"),
        ('{"hits": []}', "not a scan document"),
        (render("json", *confirmed())[:-40], "not a scan document"),
        (json.dumps(change("schema_version", "9.1")), "version '9.1'"),
        (json.dumps(change("hits.2.bits", ...)), "damaged at hits.2.bits"),
        (json.dumps(change("complete", True)), "damaged at the whole"),
        (json.dumps(change("hits.0.campaign", "south")), "damaged at hits.0"),
        (render("json", *confirmed()).replace("35.5", "NaN", 1), "damaged at hits.0.bits"),
    ],
)
def test_foreign_damaged_and_newer_documents_are_told_apart(text: str | bytes, problem: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load(text)
    assert problem in str(caught.value)
    assert "Clinique" not in str(caught.value)
