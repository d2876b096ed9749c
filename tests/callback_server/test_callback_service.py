"""The whole service as an operator runs it: real processes, real clients, real receivers."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks
from callback_helpers import HOST, LINKS, PASSPHRASE, Receiver, Running, Site, wait_for

from callback_server.store import SqliteStore
from honeytokens.keys import Keyring
from honeytokens.locks import KeyLock, PassphraseLock
from honeytokens.workflows.home import Home

SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver.started() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Running]:
    site = Site.make(tmp_path_factory.mktemp("service"))
    secret = site.folder / "secret"
    secret.write_text(SECRET)
    with site.started(
        webhook_url=receiver.url, webhook_secret_file=secret, alert_first_delay=0.2, alert_attempts=3, reread_every=600
    ) as running:
        yield running


def open_link(service: Running, agent: str, path: str = "/k7mq2xw9t4bz") -> dict[str, Any]:
    """Fetch a beacon as one visitor and return his hit."""
    answer = service.fetch(path, headers={"User-Agent": agent})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    return wait_for(lambda: next((hit for hit in service.api()["hits"] if hit["user_agent"] == agent), None))


def told(receiver: Receiver, hit: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Return the alert of a hit once the receiver took it."""
    return wait_for(lambda: next((one for one in receiver.taken if hit["hit"].encode() in one[1]), None))


def test_a_fetched_beacon_becomes_a_hit_and_a_signed_alert(service: Running, receiver: Receiver) -> None:
    hit = open_link(service, "Outlook/16", "/k7mq2xw9t4bz?from=mail")
    shown = {name: hit[name] for name in ("decoy", "establishment", "source", "method", "user_agent", "reason")}
    assert shown == {
        "decoy": "autumn/11",
        "establishment": "Hôpital Nord",
        "source": "127.0.0.1",
        "method": "GET",
        "user_agent": "Outlook/16",
        "reason": "web_link",
    }
    assert hit["bits"] == 59.0  # 12 letters of 32, two links known

    headers, body = told(receiver, hit)
    standardwebhooks.Webhook(SECRET).verify(body, headers)
    assert headers["webhook-id"] == f"hit_{hit['hit']}"
    event = json.loads(body)
    assert event["data"]["campaign"] == "autumn"
    assert event["data"]["establishment"] == "Hôpital Nord"
    assert b"k7mq2xw9t4bz" not in body
    assert "autumn/11" not in body.decode()
    assert "serial" not in event["data"]


def test_curl_gets_its_image(service: Running, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    image = tmp_path / "image.gif"
    url = f"{service.front}/p3rd8vyh6ncs/"
    subprocess.run(
        [curl, "-sf", "-A", "curl/test", "-H", f"Host: {HOST.upper()}:443", "-o", image, url], check=True, timeout=10
    )
    assert image.read_bytes().startswith(b"GIF89a")
    wait_for(lambda: ("autumn/12", "curl/test") in [(hit["decoy"], hit["user_agent"]) for hit in service.api()["hits"]])


def test_unknown_paths_are_kept_without_a_decoy(service: Running) -> None:
    before = service.api()
    for path, host in (("/favicon.ico", HOST), ("/k7mq2xw9t4bz", "other.example"), ("/k7mq2xw9t4bzz", HOST)):
        assert service.fetch(path, host).status_code == 200
    wait_for(lambda: service.api()["unattributed"] == before["unattributed"] + 3)
    assert len(service.api()["hits"]) == len(before["hits"])


def test_a_receiver_that_is_down_gets_its_alert_when_it_is_up_again(service: Running, receiver: Receiver) -> None:
    receiver.status, refused = 503, receiver.refused
    hit = open_link(service, "Down/1")
    wait_for(lambda: receiver.refused > refused)
    assert service.api()["alerts_waiting"] >= 1
    receiver.status = 204
    told(receiver, hit)
    wait_for(lambda: service.api()["alerts_waiting"] == 0)


def test_an_alert_that_was_given_up_stays_visible_and_can_be_sent_again(service: Running, receiver: Receiver) -> None:
    receiver.status = 500
    hit = open_link(service, "Dead/1")
    wait_for(lambda: (counts := service.api())["alerts_dead"] >= 1 and counts["alerts_waiting"] == 0)
    receiver.status = 204
    result = service.site.call("alerts", "resend")
    assert result.returncode == 0
    assert result.stdout.endswith(" alerts are due again\n")
    told(receiver, hit)
    wait_for(lambda: service.api()["alerts_dead"] == 0)


def test_a_decoy_planted_later_is_known_after_a_hangup_and_its_earlier_sighting_counts(service: Running) -> None:
    service.fetch("/w8zt5gk2q9xm")
    service.fetch("/w8zt5gk2q9xm")
    service.site.plant([*LINKS, [f"https://{HOST}/w8zt5gk2q9xm", "winter", 3, "Hôpital Nord"]])
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: [hit["decoy"] for hit in service.api()["hits"]].count("winter/3") == 2)


def test_readiness_tells_when_the_decoys_cannot_be_read_again(service: Running) -> None:
    links = service.site.links.read_text()
    service.site.links.unlink()
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: httpx.get(f"{service.admin}/readyz").status_code == 503)
    assert service.fetch("/k7mq2xw9t4bz").status_code == 200
    service.site.links.write_text(links)
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: httpx.get(f"{service.admin}/readyz").status_code == 200)
    assert httpx.get(f"{service.admin}/healthz").text == "alive\n"


def test_nothing_at_rest_or_in_the_logs_names_a_decoy_a_path_or_a_visitor(service: Running) -> None:
    open_link(service, "Outlook/17")
    files = [path for path in service.site.data.rglob("*") if path.is_file()] + [service.errors]
    assert len([path for path in files if ".sqlite3" in path.name]) >= 2
    for path in files:
        content = path.read_bytes()
        for secret in (b"k7mq2xw9t4bz", b"autumn", HOST.encode(), "Hôpital".encode(), b"Outlook", PASSPHRASE):
            assert secret not in content, path
        assert path.name == "worker.pub" or path == service.errors or path.stat().st_mode & 0o077 == 0
    for path in (service.site.data / "front").iterdir():
        assert b"127.0.0.1" not in path.read_bytes()


def test_the_front_is_handed_no_way_to_a_key(service: Running) -> None:
    environment = Path(f"/proc/{service.child('front')}/environ").read_bytes()
    assert b"HONEYTOKENS_" not in environment
    assert b"HONEYTOKENS_HOME=" in Path(f"/proc/{service.child('worker')}/environ").read_bytes()


def test_killed_processes_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    acknowledged: list[str] = []
    with site.started() as running:
        address = running.front

        def load(thread: int) -> None:
            with httpx.Client(base_url=address, timeout=20) as client:
                for number in range(50):
                    path = f"/load/{thread}-{number}"
                    try:
                        if client.get(path).status_code == 200:
                            acknowledged.append(path)
                    except httpx.HTTPError:
                        continue  # not acknowledged: it may be stored or not

        threads = [threading.Thread(target=load, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for count, victim in ((50, "front"), (100, "worker"), (200, "front")):
            wait_for(lambda count=count: len(acknowledged) >= count)  # type: ignore[misc]
            running.kill(victim)
        for thread in threads:
            thread.join()
        wait_for(lambda: running.api()["unattributed"] >= len(acknowledged))
        assert running.stop() == 0
        assert running.errors.read_text().count("the front ended (-9)") == 2

    store = SqliteStore(site.data / "worker" / "store.sqlite3", site.keys().box, b"p" * 32)
    stored = Counter(sighting.path for sighting in list(store.unattributed(10_000)))
    store.close()
    assert len(acknowledged) >= 350
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {1}


def test_it_stops_in_good_order_and_keeps_its_token_and_its_hits(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    with site.started() as running:
        running.fetch("/k7mq2xw9t4bz")
        before = running.await_hits(1)
        token = running.token
        assert running.stop() == 0
    with site.started() as running:
        assert running.api() == before
        assert running.token == token


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = site.call("run", beacon_port=port)
    assert result.returncode == 3
    assert result.stderr == (
        f"callback-server: Cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Stop what uses it, or choose another port.\n"
    )


def test_a_wrong_passphrase_stops_both(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    site.passphrase_file.write_text("guess")
    result = site.call("run")
    assert result.returncode == 3
    assert "wrong passphrase" in result.stderr
    assert "Traceback" not in result.stderr
    assert not site.data.exists()


def test_a_command_gives_the_key_once_for_every_worker(tmp_path: Path) -> None:
    site, key = locked_by_key(tmp_path)
    asked, command = tmp_path / "asked", tmp_path / "unseal"
    command.write_text(f"#!/bin/sh\necho once >>{asked}\necho {key}\n")
    command.chmod(0o700)
    with site.started(passphrase_file=None, key_command=str(command)) as running:
        running.fetch("/k7mq2xw9t4bz")
        running.await_hits(1)
        before = running.child("worker")
        running.kill("worker")
        wait_for(lambda: running.child("worker") != before)
        running.fetch("/p3rd8vyh6ncs")
        running.await_hits(2)
        for child in (running.process.pid, running.child("worker"), running.child("front")):
            assert key.encode() not in Path(f"/proc/{child}/cmdline").read_bytes()
            assert key.encode() not in Path(f"/proc/{child}/environ").read_bytes()
        assert b"unseal" not in Path(f"/proc/{running.child('front')}/environ").read_bytes()
    assert asked.read_text() == "once\n"
    assert key not in running.errors.read_text()


def locked_by_key(folder: Path) -> tuple[Site, str]:
    site, lock = Site.make(folder), KeyLock.generate()
    (site.home / "keyring.json").unlink()
    Keyring.generate().save(site.home / "keyring.json", lock)
    return site, lock.written.decode()


def test_what_unlocks_is_found_or_said_in_one_line(tmp_path: Path) -> None:
    site, key = locked_by_key(tmp_path)
    file, open_file = tmp_path / "key.txt", tmp_path / "open"
    for path in (file, open_file):
        path.touch(0o600)
        path.write_text(key)
    open_file.chmod(0o644)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "honeytokens-key").touch(0o440)
    (credentials / "honeytokens-key").write_text(key)
    assert site.call("init", passphrase_file=None, key_file=file).returncode == 0
    assert site.call("init", "--key-file", str(file)).returncode == 0
    by_credential = site.environment(passphrase_file=None) | {"CREDENTIALS_DIRECTORY": str(credentials)}
    command = [sys.executable, "-m", "callback_server", "init"]
    assert subprocess.run(command, env=by_credential, stdin=subprocess.DEVNULL, check=False).returncode == 0
    for settings, said in (
        ({}, "locked by a key, not by a passphrase. Use --key-file or --key-command"),
        ({"passphrase_file": None}, "locked by a key, and none was given. Use --key-file or --key-command"),
        ({"key_file": file}, "A passphrase file and a key file were given"),
        ({"passphrase_file": None, "key_file": open_file}, "chmod 600"),
        ({"passphrase_file": None, "key_command": "false"}, "false failed (exit code 1)"),
    ):
        refused = site.call("run", **settings)
        assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
        assert said in refused.stderr
        assert key not in refused.stderr


def test_another_keyrings_public_key_is_refused(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    assert site.call("init").returncode == 0
    assert site.call("init").returncode == 0
    (site.home / "keyring.json").unlink()
    Keyring.generate().save(site.home / "keyring.json", PassphraseLock(PASSPHRASE))
    result = site.call("run")
    assert result.returncode == 3
    assert "is the public key of another keyring" in result.stderr


def test_an_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    (tmp_path / "file").write_text("where a folder should be")
    result = site.call("run", data_dir=tmp_path / "file" / "data")
    assert result.returncode == 3
    assert "Give this account the folder, or set another data_dir" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_home_as_honeytokens_init_makes_it(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    shutil.rmtree(site.home)
    with Home.create(site.home, PassphraseLock(PASSPHRASE)):
        pass
    site.links.unlink()
    with site.started(stub=False) as running:
        running.fetch("/k7mq2xw9t4bz")
        wait_for(lambda: running.api()["unattributed"] == 1)
        assert httpx.get(f"{running.admin}/readyz").json() == {"ready": True, "problems": {}}


def test_orphans_stop_by_themselves(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    with site.started() as running:
        address = running.front
        running.process.kill()
        running.process.wait()

        def refused() -> bool:
            try:
                httpx.get(address)
            except httpx.HTTPError:
                return True
            time.sleep(0.1)
            return False

        wait_for(refused)
