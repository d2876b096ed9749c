"""Logs that hospital systems keep in their own tables."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from honeytokens.audit_logs import TABLE_LOGS, Watched
from honeytokens.model import ReadSighting

WATCHED = Watched(
    {
        "patients": {"patient_id": "patients"},
        "sejour": {"sejour_id": "sejour", "patient_id": "patients"},
        "patient_data": {"pid": "patient_data"},
    }
)
LOCAL = datetime(2026, 7, 23, 13, 7, 44)  # noqa: DTZ001 - as the database returns it
AT = datetime(2026, 7, 23, 11, 7, 44, tzinfo=UTC)
EXPORT = {"m": "dPpatients", "dosql": "do_export_patients", "step": "1000", "start": "2000", "praticien_id": ["3", "7"]}


def told(kind: str, row: dict[str, object]) -> list[ReadSighting]:
    return TABLE_LOGS[kind](WATCHED, ZoneInfo("Europe/Paris")).read(row)


def request(get: object = None, post: object = None) -> dict[str, object]:
    return {
        "user_id": 12,
        "datetime": LOCAL,
        "query_params_get": get,
        "query_params_post": post,
        "id_address": "10.0.0.7",
    }


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(EXPORT),
        "m=dPpatients&dosql=do_export_patients&step=1000&start=2000",
        'a:3:{s:1:"m";s:10:"dPpatients";s:5:"dosql";s:18:"do_export_patients";s:4:"step";i:1000;}',
        json.dumps(EXPORT).encode("latin-1"),
    ],
)
@pytest.mark.parametrize("posted", [False, True])
def test_an_export_names_its_account_and_its_page(written: object, posted: bool) -> None:
    row = request(post=written) if posted else request(get=written)
    assert told("mediboard_requests", row) == [
        ReadSighting("12", AT, "patients", (), 1000, "10.0.0.7", "mediboard_requests")
    ]


@pytest.mark.parametrize(
    ("parameters", "table", "keys"),
    [
        ({"a": "vw_full_patients", "patient_id": "80412"}, "patients", ("80412",)),
        ({"a": "ajax_export", "patient_ids": ["1", "2"]}, "patients", ("1", "2")),
        ({"object_guid": "CPatient-80412"}, "patients", ("80412",)),
        ({"object_class": "CSejour", "object_id": "77"}, "sejour", ("77",)),
    ],
)
def test_a_request_names_rows(parameters: object, table: str, keys: tuple[str, ...]) -> None:
    [found] = told("mediboard_requests", request(get=json.dumps(parameters)))
    assert (found.table, found.keys, found.account) == (table, keys, "12")


@pytest.mark.parametrize(
    "get", [None, "", "{", "[]", json.dumps({"m": "admin", "a": "vw_edit"}), "\x00", json.dumps(None)]
)
def test_a_request_that_reads_no_patient(get: object) -> None:
    assert told("mediboard_requests", request(get=get)) == []


def test_views_and_writes_of_objects() -> None:
    row: dict[str, object] = {"user_id": 12, "object_class": "CSejour", "object_id": 77, "id_address": None}
    assert told("mediboard_views", row | {"datetime": LOCAL}) == [
        ReadSighting("12", AT, "sejour", ("77",), 1, None, "mediboard_views")
    ]
    write = row | {"date": LOCAL, "type": "store", "ip_address": b"\x0a\x00\x00\xc7"}
    [found] = told("mediboard_writes", write)
    assert (found.keys, found.workstation) == (("77",), "10.0.0.199")
    assert told("mediboard_writes", write | {"type": "create"}) == []
    assert told("mediboard_writes", write | {"object_class": "CUser"}) == []
    assert told("mediboard_writes", write | {"date": "0000-00-00 00:00:00"}) == []


@pytest.mark.parametrize("encoded", [False, True])
def test_openemr_statements(encoded: bool) -> None:
    statement = "SELECT fname FROM patient_data WHERE pid = '412'"
    comments = base64.b64encode(statement.encode()).decode() if encoded else statement
    row: dict[str, object] = {
        "date": LOCAL,
        "event": "patient-record-select",
        "user": "roy",
        "comments": comments,
        "patient_id": 9,
        "success": 1,
    }
    assert [(read.account, read.keys) for read in told("openemr_log", row)] == [("roy", ("412",))]
    assert [read.keys for read in told("openemr_log", row | {"comments": "aGVsbG8="})] == [("9",)], "the open record"
    bulk = row | {"comments": "SELECT * FROM patient_data", "patient_id": 0}
    assert [(read.table, read.keys) for read in told("openemr_log", bulk)] == [("patient_data", ())]
    assert told("openemr_log", row | {"event": "login"}) == []
    assert told("openemr_log", row | {"success": 0}) == []


def test_openemr_calls() -> None:
    row: dict[str, object] = {
        "user_id": 4, "patient_id": 412, "ip_address": "10.0.0.7", "method": "GET", "created_time": LOCAL,
        "request_url": "/apis/default/fhir/Patient/x",
    }  # fmt: skip
    assert [(read.keys, read.workstation) for read in told("openemr_calls", row)] == [(("412",), "10.0.0.7")]
    assert [read.keys for read in told("openemr_calls", row | {"patient_id": 0})] == [()]
    assert told("openemr_calls", row | {"patient_id": 0, "request_url": "/fhir/metadata"}) == []
    assert told("openemr_calls", row | {"method": "POST"}) == []


@pytest.mark.parametrize("kind", TABLE_LOGS)
def test_every_query_asks_for_what_comes_after(kind: str) -> None:
    log = TABLE_LOGS[kind]
    assert ":after" in log.query
    assert "ORDER BY" in log.query
    assert log.key in log.query
    assert told(kind, {}) == [], "an empty row tells of nothing"
