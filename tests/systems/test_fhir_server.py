"""Whole patients on a real FHIR R4 server over HTTP: planted, found, verified, rewritten, found again, withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from private_fhir import PATIENTS, PROFILE, SYSTEM, FhirHost, Json, populate, running
from self_signed import self_signed

from honeytokens.cli.system import command
from honeytokens.errors import HoneytokensError, MappingError, PlantingError, SystemUnreachableError
from honeytokens.keys import Keyring
from honeytokens.model import Establishment, Placement, PlacementState, Pool, PoolKind, Practitioner
from honeytokens.registry import Registry
from honeytokens.systems import connect
from honeytokens.systems.fhir_server import client
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.inspect import inspect
from honeytokens.workflows.is_decoy import is_decoy
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.plan_file import draft_lines
from honeytokens.workflows.relocate import relocate
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.tick import tick
from honeytokens.workflows.undo import undo
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYRING = Keyring((bytes(range(32)),))
DECOYS = 4


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = STARTS

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture(scope="module")
def server(pytestconfig: pytest.Config) -> Iterator[tuple[FhirHost, Establishment]]:
    with running(pytestconfig) as host:
        site, doctor = populate(host)
        doctors = (Practitioner("Roux", "Anne", doctor),)
        yield host, Establishment("Clinique du Nord", site, "59000", practitioners=doctors)


@pytest.fixture
def host(server: tuple[FhirHost, Establishment]) -> FhirHost:
    return server[0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, server: tuple[FhirHost, Establishment], clock: Clock) -> Iterator[Home]:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with Home(path, KEYRING, Registry.open(path / REGISTRY, KEYRING), clock) as opened:
        opened.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
        opened.registry.add_pool(Pool(PoolKind.PHONE, "06 39 98 ## ##"))
        add_establishment(opened, server[1])
        add_system(opened, "his", server[0].url, "", password_env=None, password=None, kind="fhir_server")
        yield opened


@pytest.fixture
def planted(home: Home) -> list[Placement]:
    _planned(home)
    assert apply(home).planted == DECOYS
    return home.registry.placements()


def _planned(home: Home, count: int = DECOYS) -> None:
    plan(home, PlanRequest("spring", "his", "Clinique du Nord", count, "fr_fr", STARTS, timedelta(), timedelta(30)))


def _patient(host: FhirHost, placement: Placement) -> Json:
    found: Json = host.ask("GET", f"Patient/{placement.rows[0].key}")
    return found


def test_planted_found_and_taken_out_again(host: FhirHost, home: Home) -> None:
    before = host.everything()
    _planned(home)
    assert apply(home).planted == DECOYS
    assert apply(home).planted == 0
    assert verify(home).sound
    for placement in home.registry.placements():
        identity = home.maker(home.registry.campaigns()[0]).decoys([placement.ref.serial])[0].identity
        [entry] = host.ask("GET", f"Patient?identifier={SYSTEM}|{identity.local_id}")["entry"]
        assert entry["resource"]["id"] == placement.rows[0].key
        assert entry["resource"]["birthDate"] == identity.birth_date.isoformat()
        assert entry["resource"]["address"][0]["line"] == [identity.street]
        kinds = {row.table for row in placement.rows}
        assert {"Encounter", "Condition", "Observation"} <= kinds
        subject = f"Patient/{placement.rows[0].key}"
        assert len(host.ask("GET", f"Encounter?subject={subject}")["entry"]) == sum(
            row.table == "Encounter" for row in placement.rows
        )
        assert is_decoy(home, "his", [str(placement.rows[0].key)]) == [True]
    assert all(after == before[key] for key, after in host.everything().items() if key in before)
    report = withdraw(home)
    assert (report.withdrawn, report.refused) == (DECOYS, [])
    assert host.everything() == before


def test_decoys_look_as_the_hosts_own(host: FhirHost, home: Home) -> None:
    theirs = host.everything()
    _planned(home)
    apply(home)
    ours = {key: one for key, one in host.everything().items() if key not in theirs}
    for one in ours.values():
        alike = [other for other in theirs.values() if other["resourceType"] == one["resourceType"]]
        paths = {path for other in alike for path in _paths(other)}
        assert _paths(one) <= paths | {"contained"}, one
        assert not {"tag", "security", "source"} & one["meta"].keys()
    patients = [one for one in ours.values() if one["resourceType"] == "Patient"]
    for patient in patients:
        assert patient["meta"]["profile"] == [PROFILE]
        [identifier] = patient["identifier"]
        assert identifier["system"] == SYSTEM
        assert len(identifier["value"]) == 6
        assert patient["name"][0]["family"].isupper()
        assert patient["address"][0]["country"] == "FRA"
        assert patient["communication"] == [{"language": {"text": "Français"}}]
        assert all(" " not in way["value"] for way in patient.get("telecom", ()))
    withdraw(home)


def _paths(thing: object, path: str = "") -> set[str]:
    if isinstance(thing, list):
        return {found for one in thing for found in _paths(one, path)}
    if isinstance(thing, dict):
        return {found for name, one in thing.items() for found in {f"{path}.{name}"} | _paths(one, f"{path}.{name}")}
    return set()


def test_the_diff_names_each_resource(home: Home) -> None:
    report = plan(
        home,
        PlanRequest("spring", "his", "Clinique du Nord", 1, "fr_fr", STARTS, timedelta(), None),
        save=False,
    )
    lines = list(draft_lines(report.sample))
    assert lines[0].startswith("+ 1 Patient (")
    assert any("subject=<key of row 1>" in line for line in lines[1:])


def test_a_street_is_rewritten_in_place(host: FhirHost, home: Home, clock: Clock, planted: list[Placement]) -> None:
    before = {one.rows[0].key: _patient(host, one) for one in planted}
    clock.time += timedelta(days=65)
    report = tick(home)
    assert report.problems == []
    assert report.applied.rewritten == DECOYS
    changed = 0
    for placement in home.registry.placements():
        was, now = before[placement.rows[0].key], _patient(host, placement)
        assert {name for name in now if now[name] != was.get(name)} <= {"address", "meta"}
        changed += now["address"] != was["address"]
    assert changed
    assert verify(home).sound
    assert withdraw(home).withdrawn == DECOYS


def test_changed_merged_and_deleted_decoys_are_told(host: FhirHost, home: Home, planted: list[Placement]) -> None:
    first, second, third, _ = planted
    patient = _patient(host, first)
    host.ask("PUT", f"Patient/{patient['id']}", patient | {"birthDate": "1999-09-09"})
    patient = _patient(host, second)
    link = [{"other": {"reference": "Patient/other"}, "type": "replaced-by"}]
    host.ask("PUT", f"Patient/{patient['id']}", patient | {"link": link, "active": False})
    stay = next(row for row in third.rows if row.table == "Encounter")
    host.ask("DELETE", f"Encounter/{stay.key}")
    report = verify(home)
    assert (first.ref, "Patient.birthDate") in report.changed
    assert (second.ref, "Patient.link") in report.changed
    assert (third.ref, "Encounter") in report.missing
    refused = dict(withdraw(home).refused)
    assert set(refused) == {first.ref, second.ref}
    assert "Patient.birthDate" in refused[first.ref]
    assert withdraw(home, include_changed=True).withdrawn == 2


def test_a_decoy_that_staff_use_stays(host: FhirHost, home: Home, planted: list[Placement]) -> None:
    used = planted[0]
    appointment = {
        "resourceType": "Appointment",
        "status": "booked",
        "participant": [{"actor": {"reference": f"Patient/{used.rows[0].key}"}, "status": "accepted"}],
    }
    key = host.ask("POST", "Appointment", appointment)["id"]
    assert verify(home).linked == [(used.ref, "Appointment.patient")]
    report = withdraw(home)
    assert [ref for ref, _ in report.refused] == [used.ref]
    assert _patient(host, used)
    host.ask("DELETE", f"Appointment/{key}")
    assert withdraw(home).withdrawn == 1


def test_a_patient_who_arrives_beside_a_decoy(host: FhirHost, home: Home, planted: list[Placement]) -> None:
    beside = _patient(host, planted[0])
    real = {name: beside[name] for name in ("resourceType", "name", "birthDate", "gender")}
    key = host.ask("POST", "Patient", real)["id"]
    report = tick(home)
    assert report.withdrawn == 1
    assert [one.ref for one in report.arrived] == [planted[0].ref]
    assert host.ask("GET", f"Patient/{key}")["birthDate"] == beside["birthDate"]
    host.ask("DELETE", f"Patient/{key}")
    withdraw(home)


def test_a_decoy_that_came_back_under_other_ids(host: FhirHost, home: Home, planted: list[Placement]) -> None:
    before = {row.key: host.ask("GET", f"{row.table}/{row.key}") for one in planted for row in one.rows}
    assert withdraw(home).withdrawn == DECOYS
    entries = []
    for resource in before.values():
        resource.pop("meta")
        text = {"fullUrl": f"urn:uuid:{resource.pop('id')}", "resource": resource}
        entries.append({**text, "request": {"method": "POST", "url": resource["resourceType"]}})
    restored = _with_urns(entries, before)
    host.ask("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": restored})
    report = relocate(home)
    assert set(report.moved) == {one.ref for one in planted}
    assert verify(home).sound
    assert withdraw(home).withdrawn == DECOYS
    assert not host.everything().keys() & before.keys()
    assert sum(key.startswith("Patient/") for key in host.everything()) == PATIENTS


def _with_urns(thing: object, keys: object) -> object:
    if isinstance(thing, dict):
        return {
            name: f"urn:uuid:{one.partition('/')[2]}"
            if name == "reference" and isinstance(keys, dict) and str(one).partition("/")[2] in keys
            else _with_urns(one, keys)
            for name, one in thing.items()
        }
    return [_with_urns(one, keys) for one in thing] if isinstance(thing, list) else thing


def test_a_number_that_a_patient_was_given_meanwhile(host: FhirHost, home: Home) -> None:
    before = host.everything()
    _planned(home)
    decoy = home.maker(home.registry.campaigns()[0]).decoys(home.registry.campaigns()[0].serials[:1])[0]
    taken = {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": decoy.identity.local_id}]}
    key = host.ask("POST", "Patient", taken)["id"]
    report = apply(home)
    assert report.planted == DECOYS - 1
    [problem] = report.problems
    assert problem.endswith("was cancelled: a patient has been given its number since it was planned")
    host.ask("DELETE", f"Patient/{key}")
    withdraw(home)
    assert host.everything() == before


def test_a_patient_of_all_the_same_who_comes_in_the_moment_of_writing(host: FhirHost, home: Home) -> None:
    """Nothing of a decoy may hang on a real patient, and that patient is never deleted, whatever stops where."""
    _planned(home, 1)
    [campaign] = home.registry.campaigns()
    [decoy] = home.maker(campaign).decoys(campaign.serials)
    with connect(host.url, None, "", "fhir_server") as adapter:
        site = home.registry.establishment(campaign.establishment)
        rows = adapter.reserve(adapter.compose(decoy, site, STARTS))
        likeness = {name: rows[0].values[name] for name in ("identifier", "name", "birthDate", "gender", "active")}
        key = host.ask("POST", "Patient", {"resourceType": "Patient", **likeness})["id"]
        before = host.everything()
        with pytest.raises(PlantingError, match="in the moment of writing"):
            adapter.write(rows)
        assert host.everything() == before
        # The same, and the connection is lost before the answer comes: a resume finds what hangs on the patient.
        for row in rows[1:]:
            sent = json.dumps({"resourceType": row.table, **row.values}).replace(str(rows[0].key), f"Patient/{key}")
            if "urn:uuid" not in sent:
                host.ask("POST", row.table, json.loads(sent))
        states = adapter.state(rows)
        assert states[0].standing == "foreign"
        adapter.remove([one.row for one in states if one.standing == "same"])
        assert host.everything() == before
    host.ask("DELETE", f"Patient/{key}")
    withdraw(home)


def test_no_address_names_a_decoy(host: FhirHost, home: Home, clock: Clock) -> None:
    earlier = len(host.asked())
    _planned(home)
    apply(home)
    clock.time += timedelta(days=65)
    tick(home)
    verify(home)
    withdraw(home)
    relocate(home)
    asked = "\n".join(host.asked()[earlier:])
    assert "/fhir/Patient/_search" in asked
    [campaign] = home.registry.campaigns()
    for decoy in home.maker(campaign).decoys(campaign.serials):
        for value in (decoy.identity.surname, decoy.identity.local_id, decoy.identity.birth_date):
            assert str(value).casefold() not in asked.casefold()


@pytest.mark.parametrize(
    ("fault", "error", "way"),
    [
        ({"drop": "before"}, "closed the connection", apply),
        ({"drop": "before"}, "closed the connection", undo),
        ({"drop": "after"}, "closed the connection", apply),
        ({"drop": "after"}, "closed the connection", undo),
        ({"status": 409}, "other resources", apply),
        ({"status": 412}, "changed meanwhile", undo),
        ({"status": 422}, "its own rules", undo),
        ({"status": 403}, "right to do this", apply),
        ({"status": 500}, "failed", undo),
        ({"status": 503, "headers": {"retry-after": "9999"}}, "failed", apply),
        ({"body": "<html>"}, "no FHIR", apply),
        ({"body": '{"resourceType": "Bundle"}'}, "did not answer to every entry", undo),
        ({"status": 307, "headers": {"location": "http://127.0.0.2/"}}, "another address", undo),
    ],
)
def test_failures_leave_nothing_half_done(
    host: FhirHost, home: Home, fault: Json, error: str, way: Callable[[Home], object]
) -> None:
    before = host.everything()
    _planned(home, 1)
    host.fail(when="POST /fhir/ ", **fault)
    with pytest.raises(HoneytokensError, match=error):
        apply(home)
    way(home)
    assert not [one for one in home.registry.placements() if one.state is PlacementState.WRITING]
    assert withdraw(home).refused == []
    assert host.everything() == before


@pytest.mark.parametrize(
    ("link", "error"), [("http://127.0.0.2/fhir/Patient", "another server"), ("/fhir/Patient?_count=9", None)]
)
def test_the_next_page_is_on_the_same_server(host: FhirHost, link: str, error: str | None) -> None:
    page = {"resourceType": "Bundle", "link": [{"relation": "next", "url": link}]}
    with connect(host.url, None, "", "fhir_server") as adapter:
        adapter.check()
        host.fail(when="Patient/_search", body=json.dumps(page))
        if error is None:
            assert sum(1 for _ in adapter.host_names()) == PATIENTS
            return
        with pytest.raises(PlantingError, match=error):
            list(adapter.host_names())


def test_an_answer_without_end_is_not_read(host: FhirHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LIMIT", 1000)
    with connect(host.url, None, "", "fhir_server") as adapter, pytest.raises(PlantingError, match="longer than"):
        list(adapter.host_names())


def test_a_server_that_passes_over_a_parameter(host: FhirHost, home: Home) -> None:
    _planned(home, 1)
    everybody = host.ask("GET", "Patient?_count=5")
    host.fail(when="Patient/_search .*identifier=", body=json.dumps(everybody | {"link": []}))
    report = apply(home)
    assert (report.planted, report.problems) == (1, [])
    withdraw(home)


def test_a_busy_server_is_waited_for(host: FhirHost, home: Home) -> None:
    _planned(home, 1)
    host.fail(when="POST /fhir/ ", status=429, headers={"retry-after": "0"})
    assert apply(home).planted == 1
    assert withdraw(home).withdrawn == 1


def test_inspect_knows_the_server(host: FhirHost) -> None:
    seen = inspect(host.url, None, STARTS.date())
    assert (seen.system, seen.version, seen.complete) == ("Medplum router", "5.2.13", True)
    assert seen.writes[0] == f"Patient: profile {PROFILE}, numbers of {SYSTEM}"


@pytest.mark.parametrize(
    ("environment", "lacks"),
    [
        ({"LACKING": "delete"}, "no delete of Patient"),
        ({"LACKING": "create,search-type"}, "no create, search-type of Patient"),
        ({"LACKING": "transaction"}, "no transaction"),
        ({"FHIR_VERSION": "5.0.0"}, "FHIR 5.0.0, not R4"),
    ],
)
def test_a_server_that_cannot_take_decoys(pytestconfig: pytest.Config, environment: Json, lacks: str) -> None:
    with running(pytestconfig, **environment) as host:
        assert lacks in "; ".join(inspect(host.url, None, STARTS.date()).notes)
        with pytest.raises(MappingError, match=lacks), connect(host.url, None, "", "fhir_server") as adapter:
            adapter.check()


def test_accounts_and_tokens(pytestconfig: pytest.Config) -> None:
    with running(pytestconfig, TOKEN="clerk:s3cret") as host:
        populate(host_as(host, "clerk:s3cret"), 3)
        named = host.url.replace("http://", "http://clerk@")
        assert inspect(named, "s3cret", STARTS.date()).complete
        refused = inspect(named, "wrong", STARTS.date())
        assert not refused.complete
        assert "refuses the account" in refused.notes[0]
        assert inspect(host.url, None, STARTS.date()).notes
    with running(pytestconfig, TOKEN="t0ken") as host, connect(host.url, "t0ken", "", "fhir_server") as adapter:
        adapter.check()
        assert adapter.patient_count() == 0
        with pytest.raises(MappingError, match="no patients"):
            adapter.fields()


def test_the_server_is_reached_by_its_own_certificate_alone(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    certificate, key = self_signed()
    both, trusted, stranger = (tmp_path / name for name in ("both.pem", "trusted.pem", "stranger.pem"))
    both.write_bytes(certificate + key)
    trusted.write_bytes(certificate)
    stranger.write_bytes(self_signed()[0])
    with running(pytestconfig, TLS=str(both)) as host:
        with connect(f"{host.url}?ssl_ca={trusted}", "t0ken", "", "fhir_server") as adapter:
            adapter.check()
        for url in (host.url, f"{host.url}?ssl_ca={stranger}"):
            with pytest.raises(SystemUnreachableError, match="certificate is not one"):
                inspect(url, "t0ken", STARTS.date())


def test_the_command_says_what_to_do_next(host: FhirHost) -> None:
    shown = CliRunner().invoke(command, ["inspect", host.url])
    assert (shown.exit_code, shown.exception) == (0, None)
    assert "FHIR 4.0.1 server: 8 types of resource; Medplum router 5.2.13." in shown.output
    assert f"can write Patient: profile {PROFILE}" in shown.output
    assert shown.output.endswith("Next: honeytokens system add NAME URL --kind fhir_server\n")
    told = json.loads(CliRunner().invoke(command, ["inspect", host.url, "--json"]).output)
    assert told["complete"] is True


def host_as(host: FhirHost, account: str) -> FhirHost:
    """Return the server as an account of it sees it."""
    return FhirHost(host.url.replace("http://", f"http://{account}@"))


@pytest.mark.parametrize(
    ("url", "secret", "says"),
    [
        ("http://fhir.invalid/fhir", "token", "open connection"),
        ("https://127.0.0.1:1/fhir", None, "does not answer"),
        ("https:///fhir", None, "no URL"),
        ("https://host/fhir?ssl_ca=/nowhere.pem", None, "ssl_ca"),
        ("https://host/fhir?verify=0", None, "options"),
    ],
)
def test_addresses_that_are_refused(url: str, secret: str | None, says: str) -> None:
    with pytest.raises(SystemUnreachableError, match=says):
        inspect(url, secret, STARTS.date())
