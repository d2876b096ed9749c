"""Each kind of log file: what its lines tell, in the forms that real servers write."""

# ruff: noqa: E501 - lines of logs are as long as they are

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.audit_logs import FILE_LOGS, FileLog, Watched
from honeytokens.model import ReadSighting

PARIS = ZoneInfo("Europe/Paris")
ARRIVED = datetime(2026, 11, 27, 9, tzinfo=UTC)
WATCHED = Watched(
    {
        "patients": {"patient_id": "patients"},
        "sejour": {"sejour_id": "sejour", "patient_id": "patients"},
        "party_party": {"id": "party_party"},
        "gnuhealth_patient": {"id": "gnuhealth_patient"},
        "patient": {"id": "patient"},
    }
)


def log(kind: str) -> FileLog:
    return FILE_LOGS[kind](WATCHED, PARIS)


def told(kind: str, entry: str) -> list[ReadSighting]:
    return log(kind).read(entry, ARRIVED)


def sighting(kind: str, account: str, at: datetime, table: str, *keys: str, rows: int | None = None, where: str | None = None) -> ReadSighting:  # fmt: skip
    return ReadSighting(account, at, table, keys, rows, where, kind)


NOON = datetime(2026, 11, 23, 12, 7, 44, tzinfo=UTC)
"""13:07:44 in Paris."""


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        (r"20261123 13:07:44,vm,his_app,localhost,104,38268,QUERY,mediboard,'SELECT * FROM `patients` WHERE `patients`.`patient_id` = \'1\'',0", ("1",)),
        (r"20261123 13:07:44,vm,his_app,localhost,144,38391,QUERY,mediboard,'SELECT /*!40001 SQL_NO_CACHE */ `patient_id`, `nom` FROM `patients`',0", ()),
        (r"20261123 13:07:44,vm,his_app,localhost,1,2,QUERY,his,'select nom\nfrom patients\nwhere patient_id in (4,\n5)',0", ("4", "5")),
        (r"Nov 23 13:07:44 vm mysql-server_auditing: 20261123 13:07:44,vm,his_app,localhost,1,2,QUERY,his,'select nom from patients where patient_id = 6',0", ("6",)),
        (r"20261123 13:07:44,vm,his_app,localhost,1,2,QUERY,his,'select nom from patients where patient_id = 7 and nom in (\'A\', \'B", ("7",)),
    ],
)  # fmt: skip
def test_server_audit(line: str, keys: tuple[str, ...]) -> None:
    assert told("server_audit", line) == [
        sighting("server_audit", "his_app", NOON, "patients", *keys, where="localhost")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "20261123 13:07:44,vm,root,localhost,1,0,CONNECT,his,,0",
        "20261123 13:07:44,vm,root,localhost,1,2,READ,his,patients,",
        "20261123 13:07:44,vm,root,localhost,1,2,QUERY,his,'insert into patients values (1)',0",
        "20261123 13:07:44,vm,root,localhost,1,2,QUERY,his,'select * from patients',1142",
        "select * from patients where patient_id = 1",
    ],
)
def test_server_audit_passes_over(line: str) -> None:
    assert told("server_audit", line) == []


STATEMENT = '"prepare q(int) as select dob,name from party_party where id=$1;"'
PLAIN = f"2026-11-23 13:07:44.100 CET [71] user=his_app db=gnuhealth app=psql client=127.0.0.1 LOG:  AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.party_party,{STATEMENT},17,1"


@pytest.mark.parametrize(
    ("entry", "account", "where", "keys", "rows"),
    [
        (PLAIN, "his_app", "127.0.0.1", ("17",), 1),
        (PLAIN.replace("17,1", '"""{17,18}""",2'), "his_app", "127.0.0.1", ("17", "18"), 2),
        (PLAIN.replace(",17,1", ",<not logged>"), "his_app", "127.0.0.1", (), None),
        (PLAIN.replace("user=his_app db=gnuhealth app=psql client=127.0.0.1", "his_app@gnuhealth"), "his_app", None, ("17",), 1),
        ("2026-11-23 13:07:44.100 CET user=postgres app=pg_dump LOG:  AUDIT: SESSION,8,1,READ,COPY,,,\"COPY public.party_party (id, name) TO stdout;\",<not logged>", "postgres", None, (), None),
        ("2026-11-23 13:07:44.100 CET user=u LOG:  AUDIT: SESSION,8,1,READ,SELECT,,,\"select dob\n\tfrom party_party\n\twhere id = 5\",<none>,0", "u", None, ("5",), 1),
        ("2026-11-23 13:07:44.100 CET user=u LOG:  AUDIT: OBJECT,8,1,READ,SELECT,TABLE,public.party_party,select all_of_them(),<none>,750", "u", None, (), 750),
        ('2026-11-23 13:07:44.100 CET,"his_app","gnuhealth",71,"10.1.2.3:5544",6560.47,1,"SELECT",2026-11-23 13:00:00 CET,3/2,0,LOG,00000,"AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.party_party,""select name\nfrom party_party where id=4"",<none>",,,,,,,,,"psql"', "his_app", "10.1.2.3", ("4",), None),
        (json.dumps({"timestamp": "2026-11-23 13:07:44.100 CET", "user": "his_app", "remote_host": "10.1.2.3", "message": f"AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.party_party,{STATEMENT},17,1"}), "his_app", "10.1.2.3", ("17",), 1),
    ],
)  # fmt: skip
def test_pgaudit(entry: str, account: str, where: str | None, keys: tuple[str, ...], rows: int | None) -> None:
    at = NOON.replace(microsecond=100_000)
    assert told("pgaudit", entry) == [sighting("pgaudit", account, at, "party_party", *keys, rows=rows, where=where)]


@pytest.mark.parametrize(
    "entry",
    [
        PLAIN.replace("READ,SELECT", "WRITE,INSERT"),
        PLAIN.replace("party_party", "ir_model"),
        "2026-11-23 13:07:44.100 CET user=u LOG:  statement: select * from party_party where id = 5",
        "2026-11-23 13:07:44.100 CET user=u LOG:  AUDIT: ",
        '{"message": "AUDIT: OBJECT"',
    ],
)
def test_pgaudit_passes_over(entry: str) -> None:
    assert told("pgaudit", entry) == []


def test_pgaudit_entries_span_lines() -> None:
    parser = log("pgaudit")
    assert parser.continues(PLAIN, "\tand more")
    assert not parser.continues(PLAIN, PLAIN)
    open_field = '2026-11-23 13:07:44.100 CET,"u","d",71,"h:1",s,1,"SELECT",t,v,0,LOG,00000,"AUDIT: x'
    assert parser.continues(open_field, "where id = 1")
    assert not parser.continues(open_field + '"', "2026-11-23 ...")


CALL = "INFO trytond.protocols.dispatcher gnuhealth.patient.read([1, 2], ['rec_name'], {}) from admin@10.0.0.7/gnuhealth/ in 10 ms"


@pytest.mark.parametrize(
    ("entry", "table", "keys", "rows"),
    [
        (f"812 140 [Mon Nov 23 13:07:44 2026] {CALL}", "gnuhealth_patient", ("1", "2"), 2),
        (f"2026-11-23 13:07:44,000 {CALL}", "gnuhealth_patient", ("1", "2"), 2),
        (f"[Mon Nov 23 13:07:44 2026] {CALL}".replace("[1, 2]", "[1, 2, ...]"), "gnuhealth_patient", ("1", "2"), None),
        (f"[Mon Nov 23 13:07:44 2026] {CALL}".replace("gnuhealth.patient.read([1, 2],", "party.party.search_read([('name', 'ilike', '%a%')], 0, 1000,"), "party_party", (), None),
        (f"[Mon Nov 23 13:07:44 2026] {CALL}".replace("read([1, 2],", "export_data([7],"), "gnuhealth_patient", ("7",), 1),
    ],
)  # fmt: skip
def test_trytond(entry: str, table: str, keys: tuple[str, ...], rows: int | None) -> None:
    assert told("trytond", entry) == [sighting("trytond", "admin", NOON, table, *keys, rows=rows, where="10.0.0.7")]


@pytest.mark.parametrize(
    "entry", [CALL.replace(".read(", ".write("), CALL.replace("gnuhealth.patient", "ir.model"), "x"]
)
def test_trytond_passes_over(entry: str) -> None:
    assert told("trytond", entry) == []


def test_a_line_without_a_time_has_that_of_its_arrival() -> None:
    [found] = told("trytond", CALL)
    assert found.at == ARRIVED


EVENT = {
    "resourceType": "AuditEvent",
    "action": "R",
    "recorded": "2026-11-23T13:07:44+01:00",
    "agent": [
        {"requestor": False, "altId": "service"},
        {"requestor": True, "who": {"identifier": {"value": "dr.roy"}}, "network": {"address": "10.0.0.7"}},
    ],
    "entity": [
        {"what": {"reference": "Patient/80412"}},
        {"what": {"reference": "https://his/fhir/Patient/80413/_history/2"}},
        {"what": {"reference": "Device/1"}},
    ],
}


def test_fhir_audit_events() -> None:
    expected = [sighting("fhir_audit_event", "dr.roy", NOON, "patient", "80412", "80413", rows=2, where="10.0.0.7")]
    assert told("fhir_audit_event", json.dumps(EVENT)) == expected
    bundle = {"resourceType": "Bundle", "entry": [{"resource": EVENT}, {"resource": {"resourceType": "Patient"}}]}
    assert told("fhir_audit_event", json.dumps(bundle)) == expected
    search = EVENT | {"action": "E", "entity": [{"name": "Patient?name=dur", "query": "bmFtZT1kdXI="}]}
    assert told("fhir_audit_event", json.dumps(search)) == [
        sighting("fhir_audit_event", "dr.roy", NOON, "patient", where="10.0.0.7")
    ]


@pytest.mark.parametrize(
    "event", [EVENT | {"action": "C"}, EVENT | {"entity": None}, {"resourceType": "Patient"}, [], 7]
)
def test_fhir_audit_passes_over(event: object) -> None:
    assert told("fhir_audit_event", json.dumps(event)) == []


@pytest.mark.parametrize(
    ("line", "table", "keys"),
    [
        ('10.0.0.7 - dr.roy [23/Nov/2026:13:07:44 +0100] "GET /index.php?m=patients&patient_id=80412 HTTP/1.1" 200 5 "-" "Firefox"', "patients", ("80412",)),
        ('10.0.0.7 - dr.roy [23/Nov/2026:13:07:44 +0100] "GET /fhir/Patient/80412 HTTP/2.0" 200 5', "patient", ("80412",)),
        ('10.0.0.7 - dr.roy [23/Nov/2026:13:07:44 +0100] "GET /x?patient_id[]=1&patient_id[]=2%2C3 HTTP/1.1" 200 5', "patients", ("1", "2", "3")),
        ("1795435664.000    120 10.0.0.7 TCP_MISS/200 5120 GET http://his/index.php?patient_id=80412 dr.roy HIER_DIRECT/10.1.1.1 text/html", "patients", ("80412",)),
    ],
)  # fmt: skip
def test_web_access(line: str, table: str, keys: tuple[str, ...]) -> None:
    expected = sighting("web_access", "dr.roy", NOON, table, *keys, rows=len(keys), where="10.0.0.7")
    assert told("web_access", line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        '10.0.0.7 - - [23/Nov/2026:13:07:44 +0100] "GET /index.php?patient_id=80412 HTTP/1.1" 403 5',
        '10.0.0.7 - - [23/Nov/2026:13:07:44 +0100] "GET /?id=80412&other=1 HTTP/1.1" 200 5',
        '10.0.0.7 - - [23/Nov/2026:13:07:44 +0100] "GET http://[/Patient/1 HTTP/1.1" 200 5',
        "patient_id=80412",
    ],
)
def test_web_access_passes_over(line: str) -> None:
    assert told("web_access", line) == []


@pytest.mark.parametrize("kind", FILE_LOGS)
@given(data=st.data())
def test_no_line_breaks_a_parser(kind: str, data: st.DataObject) -> None:
    """Anything at all, and pieces of real lines with anything between them."""
    pieces = [PLAIN, CALL, json.dumps(EVENT), "20261123 13:07:44,vm,u,h,1,2,QUERY,d,'select * from patients',0"]
    text = st.text(max_size=40) | st.sampled_from(pieces).flatmap(
        lambda piece: st.integers(0, len(piece)).map(lambda cut: piece[:cut])
    )
    entry = "".join(data.draw(st.lists(text, max_size=4)))
    for found in told(kind, entry):
        assert found.table in {table for columns in WATCHED.tables.values() for table in columns.values()}
        assert replace(found, at=ARRIVED).at.tzinfo is not None
    log(kind).continues(entry, data.draw(text))
