"""The API: roles for each establishment, decisions, keys, the trail, and what it promises in its OpenAPI document."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks
from callback_helpers import HOST, PASSPHRASE, Receiver, Running, Site, wait_for

from callback_server.sighting import Sighting, encode_group, new_id
from callback_server.spool import Spool
from honeytokens.locks import PassphraseLock
from honeytokens.model import Claim
from honeytokens.workflows.home import Home
from honeytokens.workflows.incident import add_claim, open_incident

PASSWORD = "a password of many words"


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    site = Site.make(tmp_path_factory.mktemp("api"))
    (site.home / "keyring.json").unlink()
    with Home.create(site.home, PassphraseLock(PASSPHRASE)):
        pass
    (site.folder / "password").write_text(PASSWORD)
    add = ("account", "add", "--role")
    for arguments in (
        ("analyst", "anne", "--password-file", str(site.folder / "password"), "--establishment", "Hôpital Nord"),
        ("read-only", "rene", "--password-file", str(site.folder / "password")),
    ):
        added = site.call(*add, *arguments)
        assert added.returncode == 0, added.stderr
    (site.folder / "access.log").write_text("GET /export\n")
    (site.folder / "freeze.toml").write_text(
        f"destination = '{site.folder}/evidence'\n[[files]]\npaths = ['{site.folder}/access.log']\n"
    )
    with site.started("worker", freeze_sources=site.folder / "freeze.toml") as running:
        sealer = site.keys().opener.sealer
        spool = Spool(site.data / "front" / "spool.sqlite3")
        spool.append(sealer.seal(encode_group([seen(path, minutes) for minutes, path in enumerate(LINKS)])))
        spool.close()
        wait_for(lambda: len(call(running, "GET", "hits").json()["hits"]) == 3)
        yield running


LINKS = ("/k7mq2xw9t4bz", "/p3rd8vyh6ncs", "/p3rd8vyh6ncs?crawled", "/favicon.ico")


def seen(target: str, minutes: int) -> Sighting:
    path, _, query = target.partition("?")
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1)" if query else "Mozilla/5.0"
    at = datetime.now(UTC) - timedelta(days=2 * minutes)
    peer = f"203.0.113.{minutes}"
    return Sighting(new_id(), at, "http", peer, 1, "GET", HOST, path, query, (("user-agent", agent),))


def call(worker: Running, method: str, path: str, token: str | None = None, **request: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or worker.token}", **request.pop("headers", {})}
    return httpx.request(method, f"{worker.admin}/api/{path}", headers=headers, timeout=30, **request)


def made(worker: Running, name: str, role: str, sites: list[str] | None = None) -> str:
    body = {"name": name, "kind": "key", "role": role, "establishments": sites}
    key = call(worker, "POST", "accounts", json=body).json()["key"]
    assert isinstance(key, str)
    return key


def test_each_role_may_do_what_it_may(worker: Running) -> None:
    keys = {role: made(worker, f"key-{role}", role) for role in ("admin", "analyst", "read-only", "ingest")}
    (incident, *_) = call(worker, "GET", "incidents").json()["incidents"]
    note = {"json": {"text": "seen"}}
    may: dict[tuple[str, str], set[str]] = {
        ("GET", "hits"): {"admin", "analyst", "read-only"},
        ("GET", f"incidents/{incident['incident']}/timeline"): {"admin", "analyst", "read-only"},
        ("POST", f"incidents/{incident['incident']}/notes"): {"admin", "analyst"},
        ("GET", "sightings"): {"admin", "analyst"},
        ("GET", "accounts"): {"admin"},
        ("GET", "trail"): {"admin"},
        ("POST", "alerts/resend"): {"admin"},
        ("GET", "campaigns"): {"admin", "analyst", "read-only"},
    }
    for (method, path), roles in may.items():
        for role, key in keys.items():
            answer = call(worker, method, path, key, **(note if path.endswith("notes") else {}))
            assert (answer.status_code < 400) == (role in roles), (method, path, role, answer.text)
    assert {hit["decoy"] for hit in call(worker, "GET", "hits", keys["read-only"]).json()["hits"]} == {None}
    assert call(worker, "GET", "hits", keys["analyst"]).json()["hits"][0]["decoy"] is not None
    assert call(worker, "DELETE", "accounts/key-ingest").status_code == 204
    assert call(worker, "GET", "me", keys["ingest"]).status_code == 403


def test_an_establishment_sees_its_own_only(worker: Running) -> None:
    key = made(worker, "nord", "analyst", ["Hôpital Nord"])
    assert {hit["establishment"] for hit in call(worker, "GET", "hits", key).json()["hits"]} == {"Hôpital Nord"}
    assert sum(each["hits"] for each in call(worker, "GET", "activity", key).json()["tallies"]) == 1
    mine = {one["incident"] for one in call(worker, "GET", "incidents", key).json()["incidents"]}
    others = {one["incident"] for one in call(worker, "GET", "incidents").json()["incidents"]} - mine
    assert mine
    assert others
    for name in others:
        assert call(worker, "GET", f"incidents/{name}", key).status_code == 404
        assert call(worker, "POST", f"incidents/{name}/notes", key, json={"text": "x"}).status_code == 404
    assert call(worker, "GET", "sightings", key).status_code == 403


def test_hits_are_filtered(worker: Running) -> None:
    def count(query: str) -> int:
        return len(call(worker, "GET", f"hits?{query}").json()["hits"])

    assert count("noise=true") == 1
    assert count("noise=false") == 2
    assert count("source=203.0.113.0&channel=http") == 1
    assert count("channel=dns") == 0
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat().replace("+", "%2B")
    assert count(f"since={since}") == 1
    tallies = call(worker, "GET", "activity?noise=false").json()["tallies"]
    assert [(each["channel"], each["hits"]) for each in tallies] == [("http", 1), ("http", 1)]
    (crawled,) = call(worker, "GET", "hits?noise=true").json()["hits"]
    assert (crawled["noise"], crawled["noise_detail"], crawled["incident"]) == ("crawler", "googlebot", None)


def test_decisions_are_in_the_timeline_and_deadlines_count_from_awareness(worker: Running) -> None:
    (incident, *_) = call(worker, "GET", "incidents").json()["incidents"]
    name, aware = incident["incident"], datetime(2026, 3, 1, 12, tzinfo=UTC)
    facts = {"aware": aware.isoformat(), "case": "spring"}
    assert call(worker, "PUT", f"incidents/{name}/facts", json=facts).status_code == 200
    assert call(worker, "POST", f"incidents/{name}/hold", json={"on_hold": True, "text": "counsel"}).status_code == 200
    closed = call(worker, "POST", f"incidents/{name}/state", json={"state": "closed", "text": "told the CNIL"}).json()
    assert (closed["state"], closed["on_hold"], closed["case"]) == ("closed", True, "spring")
    assert datetime.fromisoformat(closed["deadlines"]["cnil"]) == aware + timedelta(hours=72)
    timeline = call(worker, "GET", f"incidents/{name}/timeline").json()["entries"]
    assert [entry["kind"] for entry in timeline][-3:] == ["facts", "hold", "closed"]
    assert timeline[-1]["who"] == "admin-token"
    assert call(worker, "POST", f"incidents/{name}/state", json={"state": "new", "text": "again"}).status_code == 200


def test_people_sign_in_by_password_and_change_things_with_their_token_only(worker: Running) -> None:
    with httpx.Client(base_url=worker.admin, follow_redirects=True, timeout=30) as client:
        assert client.post("/login", data={"name": "anne", "token": "wrong"}).status_code == 403
        assert client.post("/login", data={"name": "anne", "token": PASSWORD}).status_code == 200
        me = client.get("/api/me").json()
        assert (me["name"], me["role"], me["establishments"]) == ("anne", "analyst", ["Hôpital Nord"])
        (incident, *_) = client.get("/api/incidents").json()["incidents"]
        path = f"/api/incidents/{incident['incident']}/notes"
        assert client.post(path, json={"text": "forged"}).status_code == 403
        signed = client.post(path, json={"text": "mine"}, headers={"X-CSRF-Token": me["csrf"]})
        assert signed.status_code == 201
        assert call(worker, "DELETE", "accounts/anne").status_code == 204
        assert client.get("/api/me").status_code == 401
    for _ in range(12):
        last = httpx.post(f"{worker.admin}/login", data={"name": "rene", "token": "guess"}, timeout=30)
    assert last.status_code == 429


def test_the_verdict_of_an_incidents_case_is_told_to_who_may_see_it(worker: Running) -> None:
    with Home.open(worker.site.home, PassphraseLock(PASSPHRASE)) as home:
        open_incident(home, "november", datetime(2026, 11, 9, 9, tzinfo=UTC))
        add_claim(home, "november", Claim("forum user", "750k patients", home.now(), records=750_000))
    (incident, *_) = call(worker, "GET", "incidents").json()["incidents"]
    path = f"incidents/{incident['incident']}"
    assert call(worker, "PUT", f"{path}/facts", json={}).status_code == 200
    assert call(worker, "GET", f"{path}/verdict").status_code == 404
    assert call(worker, "PUT", f"{path}/facts", json={"case": "none-such"}).status_code == 200
    assert call(worker, "GET", f"{path}/verdict").status_code == 404
    assert call(worker, "PUT", f"{path}/facts", json={"case": "november"}).status_code == 200
    told = call(worker, "GET", f"{path}/verdict?language=fr").json()
    assert (told["verdict"]["authenticity"], told["verdict"]["language"]) == ("undecidable", "fr")
    assert [(claim["who"], claim["records"]) for claim in told["claims"]] == [("forum user", 750_000)]
    assert datetime.fromisoformat(told["aware"]) == datetime(2026, 11, 9, 9, tzinfo=UTC)
    own = call(worker, "GET", "hits?incident=" + incident["incident"]).json()["hits"][0]["establishment"]
    answer = call(worker, "GET", f"{path}/verdict", made(worker, "own-reader", "read-only", [own])).json()
    assert (answer["claims"], answer["verdict"]["sentence"]) == ([], "")
    stranger = made(worker, "stranger", "analyst", ["Hôpital Ouest"])
    assert call(worker, "GET", f"{path}/verdict", stranger).status_code == 404


def test_a_freeze_is_asked_for_and_the_timeline_tells_how_it_ended(worker: Running) -> None:
    (incident, *_) = call(worker, "GET", "incidents").json()["incidents"]
    path = f"incidents/{incident['incident']}"
    looks = made(worker, "looks", "read-only")
    assert call(worker, "POST", f"{path}/freeze", looks, json={"text": "x"}).status_code == 403
    asked = call(worker, "POST", f"{path}/freeze", json={"text": "logs rotate at midnight"})
    assert (asked.status_code, asked.json()) == (202, {"state": "begun"})

    def told() -> list[str]:
        entries = call(worker, "GET", f"{path}/timeline").json()["entries"]
        return [each["text"] for each in entries if each["kind"] == "freeze"]

    texts = wait_for(lambda: found if len(found := told()) == 2 else None)
    assert texts[0] == "asked for: logs rotate at midnight"
    assert "1 of 1 kept" in texts[1]
    (frozen,) = (worker.site.folder / "evidence").iterdir()
    assert (frozen / "copies" / "000001").read_text() == "GET /export\n"
    for folder in (frozen, frozen / "copies"):
        folder.chmod(0o700)  # or pytest could not clear it away


def test_the_trail_says_who_saw_what(worker: Running) -> None:
    call(worker, "GET", "hits?limit=7")
    (newest, second, *_) = call(worker, "GET", "trail").json()["trail"]
    assert (newest["what"], second["what"], second["who"]) == ("GET /api/trail", "GET /api/hits?limit=7", "admin-token")


def test_a_tool_hands_a_sighting_over_once_and_learns_nothing(worker: Running) -> None:
    key = made(worker, "monitor", "ingest")
    body = {"delivery": "d1", "at": datetime.now(UTC).isoformat(), "text": f"seen https://{HOST}/k7mq2xw9t4bz there"}
    answers = [call(worker, "POST", "sightings", key, json=body) for _ in range(2)]
    answers.append(call(worker, "POST", "sightings", key, json={**body, "delivery": "d2", "text": "nothing"}))
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, "")}
    told = [hit for hit in call(worker, "GET", "hits?channel=hook").json()["hits"] if hit["reason"] == "told_link"]
    assert [hit["decoy"] for hit in told] == ["autumn/11"]


def test_is_decoy_and_campaigns_ask_the_home(worker: Running) -> None:
    assert call(worker, "GET", "campaigns").json() == {"campaigns": []}
    assert call(worker, "POST", "is-decoy", json={"system": "none", "identifiers": ["1"]}).status_code == 404


def test_metrics_name_nobody(worker: Running) -> None:
    answer = httpx.get(f"{worker.admin}/metrics", headers={"Authorization": f"Bearer {worker.token}"})
    assert 'callback_stored{what="noise"} 1.0' in answer.text
    assert "Nord" not in answer.text
    assert httpx.get(f"{worker.admin}/metrics").status_code == 401


def test_nothing_of_accounts_or_the_trail_is_in_clear(worker: Running) -> None:
    for path in (worker.site.data / "worker").glob("store.sqlite3*"):
        content = path.read_bytes()
        for clear in (b"rene", b"htk_", b"GET /api", "Hôpital".encode()):
            assert clear not in content


def test_webhooks_are_added_tested_disabled_and_sent_again(worker: Running) -> None:
    def stands() -> dict[str, Any]:
        (one,) = call(worker, "GET", "webhooks").json()["webhooks"]
        assert isinstance(one, dict)
        return one

    def hear(delivery: str) -> None:
        text = f"seen https://{HOST}/k7mq2xw9t4bz"
        body = {"delivery": delivery, "at": datetime.now(UTC).isoformat(), "text": text}
        assert call(worker, "POST", "sightings", json=body).status_code == 202

    with Receiver.started() as receiver:
        added = call(worker, "POST", "webhooks", json={"name": "siem", "url": receiver.url}).json()
        assert call(worker, "POST", "webhooks/siem/test").json() == {"taken": True, "problem": None}
        headers, body = receiver.taken[-1]
        assert standardwebhooks.Webhook(added["secret"]).verify(body, headers)["type"] == "webhook.test"
        assert "secret" not in {name for name, value in stands().items() if value}
        hear("told")
        wait_for(lambda: len(receiver.taken) == 2)
        assert standardwebhooks.Webhook(added["secret"]).verify(receiver.taken[-1][1], receiver.taken[-1][0])
        assert call(worker, "POST", "webhooks/siem/state", json={"enabled": False}).json()["enabled"] is False
        hear("not told")
        receiver.status = 500
        assert call(worker, "POST", "webhooks/siem/test").json()["taken"] is False
        assert wait_for(lambda: stands()["delivered"]) == 1
        assert call(worker, "POST", "webhooks/siem/resend").json() == {"resent": 0}
        assert stands()["waiting"] == 0
    for method, path in (("GET", "webhooks"), ("POST", "webhooks/siem/test"), ("POST", "webhooks/siem/resend")):
        assert call(worker, method, path, made(worker, "any-analyst", "analyst")).status_code == 403
    assert call(worker, "POST", "webhooks/none/test").status_code == 404
    assert call(worker, "POST", "webhooks", json={"name": "x", "url": "ftp://h/"}).status_code == 422
    assert any(line["what"] == "POST /api/webhooks/siem/test" for line in call(worker, "GET", "trail").json()["trail"])
    for path_ in (worker.site.data / "worker").glob("store.sqlite3*"):
        assert added["secret"].encode() not in path_.read_bytes()


def test_schemathesis_finds_no_reply_that_is_not_promised(worker: Running) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    if not program.exists():
        pytest.skip("schemathesis is not installed")
    command = [
        *(str(program), "run", f"{worker.admin}/api/openapi.json", "-H", f"Authorization: Bearer {worker.token}"),
        *("--max-examples", "4", "--phases", "examples,fuzzing", "--seed", "1", "--no-color"),
        *(
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ),
        *("--exclude-path-regex", "^/api/(accounts|webhooks$)"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=worker.site.folder)
    assert result.returncode == 0, result.stdout[-4_000:]
