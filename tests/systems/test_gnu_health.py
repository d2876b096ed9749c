"""Whole patients in a real GNU Health, through its own server, seen again by its own client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from gnu_health_hospital import ACCOUNT, PASSWORD, SITE, GnuHealthHospital, admit

from honeytokens.errors import (
    HoneytokensError,
    IdentifierTakenError,
    KeyTakenError,
    MappingError,
    PlanRefusedError,
    PlantingError,
    SystemUnreachableError,
)
from honeytokens.keys import Keyring
from honeytokens.model import Decoy, Placement, PlacementState, Pool, PoolKind, Sex
from honeytokens.registry import Registry
from honeytokens.systems import HospitalAdapter, connect
from honeytokens.workflows.apply import apply
from honeytokens.workflows.exclusions import Purpose, exclusions
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.inspect import inspect
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.relocate import relocate
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYRING = Keyring((bytes(range(32)),))
DECOYS = 8


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = STARTS

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, clock: Clock) -> Iterator[Home]:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with Home(path, KEYRING, Registry.open(path / REGISTRY, KEYRING), clock) as opened:
        yield opened


@pytest.fixture
def hospital(gnu_health: GnuHealthHospital) -> Iterator[GnuHealthHospital]:
    """The hospital, in which nothing of a test may remain."""
    before = gnu_health.everything()
    yield gnu_health
    after = gnu_health.everything()
    assert [table for table in before if before[table] != after[table]] == []


def _planned(home: Home, hospital: GnuHealthHospital, count: int = DECOYS, *, pool: bool = True) -> None:
    if pool:
        home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
    add_establishment(home, SITE)
    add_system(home, "his", hospital.url, "", password_env=None, password=PASSWORD, kind="gnu_health")
    plan(home, PlanRequest("spring", "his", SITE.name, count, "en_gb", STARTS, timedelta(), timedelta(days=30)))


def _decoys(home: Home, version: int = 0) -> list[tuple[Placement, Decoy]]:
    campaign = home.registry.campaign("spring")
    decoys = home.maker(campaign).decoys(campaign.serials, version)
    return list(zip(home.registry.placements(), decoys, strict=True))


def _adapter(hospital: GnuHealthHospital) -> HospitalAdapter:
    return connect(hospital.url, PASSWORD, "", "gnu_health")


def _seen(hospital: GnuHealthHospital, number: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(hospital.server.client(hospital.database, "open", str(number)))
    return found


def test_planted_found_opened_rewritten_withdrawn(home: Home, clock: Clock, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital)
    report = apply(home)
    assert (report.planted, report.problems) == (DECOYS, [])
    assert verify(home).sound
    assert apply(home).planted == 0
    told = {row.table for placement, _ in _decoys(home) for row in placement.rows}
    assert told >= {
        *("party_party", "gnuhealth_person_name", "party_address", "gnuhealth_patient", "gnuhealth_patient_disease"),
        *("gnuhealth_pol", "gnuhealth_appointment", "gnuhealth_patient_evaluation", "gnuhealth_prescription_order"),
        "gnuhealth_prescription_line",
    }
    richest = max(_decoys(home), key=lambda pair: (len(pair[1].story.allergies), len(pair[0].rows)))
    placement, decoy = richest
    number, who = placement.rows[0].values["ref"], decoy.identity
    assert number == who.local_id
    assert number in json.loads(hospital.server.client(hospital.database, "find", who.surname[:5]))
    seen = _seen(hospital, number)
    assert (seen["lastname"], seen["name"]) == (who.surname, who.first_name)
    assert (seen["born"], seen["gender"]) == (who.birth_date.isoformat(), "f" if who.sex is Sex.FEMALE else "m")
    assert (seen["street"], seen["town"]) == ([who.street], [f"{who.postcode} {who.town}"])
    assert seen["contacts"] == [value for value in (who.phone, who.email) if value]
    story = decoy.story
    assert sum(allergic == "True" for _, allergic, *_ in seen["conditions"]) == len(story.allergies)
    diagnoses = {stay.icd10 for stay in story.stays}
    assert len(seen["conditions"]) == len(seen["pages"]) == len(story.allergies) + len(diagnoses)
    assert {state for _, _, state in seen["appointments"]} == {"done"}
    assert all(numbered.startswith("APP") for _, numbered, _ in seen["appointments"])
    assert {told for *_, told, _, _ in seen["evaluations"]} == {stay.reason for stay in story.stays}
    assert all(code.startswith("EVAL") for _, code, *_ in seen["evaluations"])
    assert {drug for drug, _ in seen["lines"]} <= {drug.drug for drug in story.prescriptions}
    local = {row.local_id for row in exclusions(home, "his", Purpose.MAILING).rows}
    assert local == {placement.rows[0].values["ref"] for placement in home.registry.placements()}

    clock.time += timedelta(days=65)
    assert apply(home).problems == []
    [moved] = [each for each in home.registry.placements() if each.id == placement.id]
    street = _seen(hospital, number)["street"]
    assert street == [moved.rows[0].values["addresses.street"]]
    assert street == [_decoys(home, moved.stamps[-1].version)[moved.id - 1][1].identity.street]
    assert verify(home).sound
    assert withdraw(home).refused == []


def test_without_a_pool_the_number_is_one_of_the_servers_own_form(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 1, pool=False)
    assert apply(home).planted == 1
    [placement] = home.registry.placements()
    number = str(placement.rows[0].values["ref"])
    assert re.fullmatch(r"[A-Z]{3}\d{3}[A-Z]{3}", number)
    assert placement.rows[0].values["federation_account"] == f"XXX{number}"
    assert withdraw(home).withdrawn == 1


def test_a_changed_decoy_is_told_and_only_withdrawn_on_demand(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 2)
    apply(home)
    first, _ = home.registry.placements()
    with hospital.desk() as desk:
        desk.call("party.party", "write", [first.rows[0].key], {"marital_status": "s", "dob": date(1950, 1, 1)})
    found = verify(home)
    assert found.changed == [(first.ref, "party_party.dob")]
    report = withdraw(home)
    assert [ref for ref, _ in report.refused] == [first.ref]
    assert report.withdrawn == 1
    assert withdraw(home, include_changed=True).refused == []


def test_what_clinicians_linked_keeps_a_decoy_in_place(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 1)
    apply(home)
    [placement] = home.registry.placements()
    person = placement.rows[0].key
    patient = next(row.key for row in placement.rows if row.table == "gnuhealth_patient")
    with hospital.administrator() as clinician:
        visit = {"patient": patient, "state": "confirmed", "appointment_date": datetime(2026, 4, 1, 9)}  # noqa: DTZ001
        [booked] = clinician.call("gnuhealth.appointment", "create", [visit])
        [note] = clinician.call("ir.note", "create", [{"resource": f"party.party,{person}", "message": "call back"}])
    linked = {link for _, link in verify(home).linked}
    assert linked == {"gnuhealth_appointment.patient", "ir_note.resource"}
    [(_, reason)] = withdraw(home).refused
    assert "gnuhealth_appointment.patient" in reason
    with _adapter(hospital) as adapter, pytest.raises(PlantingError, match="gnuhealth_appointment"):
        adapter.remove(placement.rows)
    with hospital.administrator() as clinician:
        clinician.call("gnuhealth.appointment", "delete", [booked])
        clinician.call("ir.note", "delete", [note])
    assert withdraw(home).withdrawn == 1


def test_an_admission_takes_the_number_first(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 2)
    [(taken, decoy), (other, _)] = _decoys(home)
    with hospital.admitted(name="Real", lastname="Person", gender="f", ref=decoy.identity.local_id):
        report = apply(home)
        assert report.planted == 1
        assert report.problems == [f"{taken.ref} was cancelled: a patient of the hospital has its number"]
        assert [one.state for one in home.registry.placements()] == [PlacementState.WITHDRAWN, PlacementState.PLANTED]
        assert verify(home).sound
        assert [ref for ref, _ in withdraw(home).refused] == []
    assert other.ref not in [ref for ref, _ in verify(home).missing]


def test_an_admission_takes_the_number_between_the_reservation_and_the_write(
    home: Home, hospital: GnuHealthHospital
) -> None:
    _planned(home, hospital, 1, pool=False)
    [(_, decoy)] = _decoys(home)
    with _adapter(hospital) as adapter:
        adapter.check()
        drafts = adapter.compose(decoy, SITE, STARTS)
        rows = adapter.reserve(drafts)
        with hospital.admitted(name="Real", lastname="Person", gender="f", ref=rows[0].values["ref"]):
            with pytest.raises(KeyTakenError):
                adapter.write(rows)
            assert {one.standing for one in adapter.state(rows)} == {"foreign", "missing"}
            written = adapter.write(adapter.reserve(drafts))
            adapter.remove(written)
    with _adapter(hospital) as adapter:
        adapter.check()
        numbered = [replace(drafts[0], values={**drafts[0].values, "ref": "T1"}), *drafts[1:]]
        with (
            hospital.admitted(name="Real", lastname="Person", gender="f", ref="T1"),
            pytest.raises(IdentifierTakenError),
        ):
            adapter.reserve(numbered)


def test_a_record_that_changed_while_it_was_looked_at_is_not_deleted(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 1)
    apply(home)
    [placement] = home.registry.placements()
    with _adapter(hospital) as adapter, hospital.desk() as desk:
        adapter.check()
        seen = adapter.links

        def changed_meanwhile(rows: Any) -> list[str]:
            desk.call("party.party", "write", [placement.rows[0].key], {"marital_status": "s"})
            return seen(rows)

        adapter.links = changed_meanwhile  # type: ignore[method-assign]
        with pytest.raises(PlantingError, match="changed a record meanwhile"):
            adapter.remove(placement.rows)
    assert ("party_party" in {table for _, table in verify(home).missing}) is False
    assert withdraw(home).refused == []


def test_decoys_are_found_again_by_what_they_are(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 3)
    apply(home)
    placed = _decoys(home)
    with _adapter(hospital) as adapter:
        adapter.check()
        found = adapter.find([(decoy, SITE, STARTS) for _, decoy in placed])
        assert found == [placement.rows for placement, _ in placed]
        assert {one.standing for rows in found for one in adapter.state(rows)} == {"same"}
        stranger = home.maker(home.registry.campaign("spring")).decoys([900])[0]
        assert adapter.find([(stranger, SITE, STARTS)]) == [()]
    for placement, _ in placed:
        home.registry.save(_elsewhere(placement))
    assert sorted(relocate(home).moved) == sorted(placement.ref for placement, _ in placed)
    assert verify(home).sound
    assert withdraw(home).withdrawn == 3


def _elsewhere(placement: Placement) -> Placement:
    return replace(placement, rows=tuple(replace(row, key=int(row.key) + 10**6) for row in placement.rows))


def test_no_script_and_no_profile(home: Home, hospital: GnuHealthHospital) -> None:
    _planned(home, hospital, 1)
    [(_, decoy)] = _decoys(home)
    with _adapter(hospital) as adapter:
        assert not adapter.profiled
        with pytest.raises(PlantingError, match="takes no script"):
            next(adapter.script(adapter.compose(decoy, SITE, STARTS)))
    withdraw(home)


def test_inspected_through_the_server(hospital: GnuHealthHospital) -> None:
    seen = inspect(hospital.url, PASSWORD, date(2026, 3, 2))
    assert (seen.system, seen.complete) == ("GNU Health", True)
    assert (seen.server, seen.version) == ("trytond 7.0.59", "5.0.6")
    assert seen.kind == "gnu_health"
    assert any("gnuhealth_patient_evaluation" in line for line in seen.writes)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"account": "nobody"}, "refuses the account or its password"),
        ({"password": "wrong"}, "refuses the account or its password"),
        ({"database": "no_such"}, "no such database|refuses the account"),
        ({"port": 9}, "does not answer"),
        ({"scheme": "https"}, "does not answer|closed the connection|not trusted"),
    ],
)
def test_a_server_that_cannot_be_used_says_why(
    home: Home, hospital: GnuHealthHospital, change: dict[str, Any], told: str
) -> None:
    parts = {
        "scheme": "http",
        "account": ACCOUNT,
        "password": PASSWORD,
        "port": hospital.server.port,
        "database": hospital.database,
        **change,
    }
    url = "{scheme}://{account}@127.0.0.1:{port}/{database}".format(**parts)
    with pytest.raises(SystemUnreachableError, match=told) as raised:
        add_system(home, "his", url, "", password_env=None, password=parts["password"], kind="gnu_health")
    assert "\n" not in str(raised.value)
    assert parts["password"] not in str(raised.value)
    assert home.registry.systems() == []


def test_a_password_is_never_sent_in_the_clear_over_a_network() -> None:
    with pytest.raises(SystemUnreachableError, match="in the clear"):
        connect("http://desk@his.hospital.example:8000/his", "x", "", "gnu_health")
    with pytest.raises(SystemUnreachableError, match="https://account@host"):
        connect("https://his.hospital.example/his", "x", "", "gnu_health")


def test_an_account_without_its_rights_stops_before_any_write(home: Home, gnu_health: GnuHealthHospital) -> None:
    with gnu_health.administrator() as admin:
        [right] = admin.read(
            "ir.model.access",
            [["model.model", "=", "gnuhealth.patient.evaluation"], ["group.name", "=", "Interfaces"]],
            ["perm_delete"],
        )
        admin.call("ir.model.access", "write", [right["id"]], {"perm_delete": False})
        try:
            with pytest.raises(MappingError, match=r"may not delete gnuhealth\.patient\.evaluation"):
                _planned(home, gnu_health, 1)
        finally:
            admin.call("ir.model.access", "write", [right["id"]], {"perm_delete": True})


def test_an_account_that_registers_nobody_would_betray(home: Home, gnu_health: GnuHealthHospital) -> None:
    add_establishment(home, SITE)
    url, secret = gnu_health.server.url(gnu_health.database), gnu_health.server.password
    with gnu_health.administrator() as admin:
        [group] = admin.read("res.group", [["name", "=", "Interfaces"]], ["id"])
        admin.call("res.user", "write", [admin.user], {"groups": [("add", [group["id"]])]})
    add_system(home, "his", url, "", password_env=None, password=secret, kind="gnu_health")
    with pytest.raises(PlanRefusedError, match=r"create_uid .* 0% of the patients"):
        plan(home, PlanRequest("spring", "his", SITE.name, 1, "en_gb", STARTS, timedelta(), None))


@pytest.mark.parametrize(("answer", "told"), [({"result": "6.0.40"}, "trytond 6.0.40"), ({"hello": 1}, "no trytond")])
def test_another_version_and_another_server(answer: dict[str, object], told: str) -> None:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://desk@127.0.0.1:{server.server_port}/his"
            with pytest.raises(HoneytokensError, match=told):
                connect(url, "x", "", "gnu_health").__enter__()
        finally:
            server.shutdown()
            thread.join()


def test_no_message_of_the_server_is_passed_on(hospital: GnuHealthHospital) -> None:
    with hospital.desk() as desk, pytest.raises(PlantingError) as raised:
        admit(desk, name="Secretname", lastname="X", gender="no-such-gender")
    assert "Secretname" not in str(raised.value)
