"""The process that faces the network, by itself: what it answers, what it keeps, what it must not hold."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from callback_helpers import HOST, Running, Site

from callback_server.sighting import Sighting, split_group
from callback_server.spool import Spool

FORBIDDEN = ("honeytokens.keys", "honeytokens.registry", "honeytokens.workflows", "callback_server.worker")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    site = Site.make(tmp_path_factory.mktemp("front"))
    assert site.call("init").returncode == 0
    with site.started("front") as running:
        yield running


def heard(running: Running) -> Sighting:
    """Return the newest sighting in the spool."""
    spool = Spool(running.site.data / "front" / "spool.sqlite3")
    try:
        _, sealed = spool.take(0, 1_000)[-1]
    finally:
        spool.close()
    return Sighting.decode(split_group(running.site.keys().opener.open(sealed))[-1])


@pytest.mark.parametrize(
    ("method", "status", "body"),
    [("GET", 200, True), ("HEAD", 200, False), ("POST", 200, True), ("PROPFIND", 405, False), ("OPTIONS", 405, False)],
)
def test_every_method_is_a_sighting(front: Running, method: str, status: int, body: bool) -> None:
    answer = front.fetch(f"/method/{method}", method=method)
    assert answer.status_code == status
    assert answer.content.startswith(b"GIF89a") == body
    assert "server" not in answer.headers
    sighting = heard(front)
    assert (sighting.method, sighting.path) == (method, f"/method/{method}")


def test_a_sighting_holds_what_was_sent_and_nothing_that_is_secret(front: Running) -> None:
    front.fetch(
        "/a%2Fb/%C3%A9.png?x=1&y=%20",
        headers={"User-Agent": "Mozilla/5.0", "Referer": "https://mail.example/", "Cookie": "s=1", "X-Unknown": "1"},
        method="POST",
        content=b"hello",
    )
    sighting = heard(front)
    assert (sighting.host, sighting.path, sighting.query) == (HOST, "/a%2Fb/%C3%A9.png", "x=1&y=%20")
    assert sighting.header("user-agent") == "Mozilla/5.0"
    assert sighting.header("referer") == "https://mail.example/"
    assert sighting.header("cookie") is None
    assert sighting.header("x-unknown") is None
    assert (sighting.peer, sighting.body, sighting.body_complete) == ("127.0.0.1", b"hello", True)
    assert sighting.at.tzinfo is not None


@pytest.mark.parametrize(("size", "complete"), [(16 * 1024, True), (16 * 1024 + 1, False), (900_000, False)])
def test_the_start_of_a_large_body_is_kept(front: Running, size: int, complete: bool) -> None:
    assert front.fetch("/large", method="POST", content=b"x" * size).status_code == 200
    sighting = heard(front)
    assert (len(sighting.body), sighting.body_complete) == (16 * 1024, complete)


def exchange(running: Running, sent: bytes) -> bytes:
    """Send bytes as they are and return all that comes back."""
    parts = urlsplit(running.front)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as connection:
        connection.sendall(sent)
        answer = b""
        try:
            while chunk := connection.recv(65_536):
                answer += chunk
        except ConnectionResetError:
            pass
        return answer


def test_a_body_without_end_is_cut_off_and_counts(front: Running) -> None:
    head = b"POST /endless HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n"
    answer = exchange(front, head + b"x" * 1_200_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 200")
    assert (heard(front).path, heard(front).body_complete) == ("/endless", False)


def test_headers_beyond_the_limit_are_refused_and_others_are_served(front: Running) -> None:
    answer = exchange(front, b"GET /huge HTTP/1.1\r\nHost: h\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert front.fetch("/after").status_code == 200
    assert heard(front).path == "/after"


def test_a_request_without_host_counts(front: Running) -> None:
    assert exchange(front, b"GET /old HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert (heard(front).host, heard(front).path) == ("", "/old")


@pytest.mark.parametrize(
    ("line", "host", "path", "status"),
    [
        (b"GET http://img.example.org:80/a/b?x=1 HTTP/1.1", "img.example.org:80", "/a/b", b"200"),
        (b"OPTIONS * HTTP/1.1", "h", "*", b"405"),
        (b"GET /a://b HTTP/1.1", "h", "/a://b", b"200"),
        (b"GET /../../etc/passwd HTTP/1.1", "h", "/../../etc/passwd", b"200"),
    ],
)
def test_every_form_of_target_counts(front: Running, line: bytes, host: str, path: str, status: bytes) -> None:
    answer = exchange(front, line + b"\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert (heard(front).host, heard(front).path) == (host, path)


def test_the_spool_holds_nothing_in_clear(front: Running) -> None:
    front.fetch("/only-here", headers={"User-Agent": "Secret-Agent"})
    for path in (front.site.data / "front").iterdir():
        content = path.read_bytes()
        for clear in (b"only-here", b"Secret-Agent", b"127.0.0.1", HOST.encode()):
            assert clear not in content, path


def test_what_cannot_be_made_durable_is_not_acknowledged(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    assert site.call("init").returncode == 0
    with site.started("front") as running:
        assert running.fetch("/first").status_code == 200
        spool = Spool(site.data / "front" / "spool.sqlite3")
        spool._database.execute("ALTER TABLE sealed RENAME TO moved")
        assert running.fetch("/lost").status_code == 503
        spool._database.execute("ALTER TABLE moved RENAME TO sealed")
        spool.close()
        assert running.fetch("/kept").status_code == 200
        assert heard(running).path == "/kept"
        assert "the spool refused 1 sightings" in running.errors.read_text()


def test_the_front_never_loads_a_key_or_the_registry(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    assert site.call("init").returncode == 0
    report = tmp_path / "modules.json"
    program = (
        "import atexit, json, pathlib, sys\n"
        f"atexit.register(lambda: pathlib.Path({str(report)!r}).write_text(json.dumps(sorted(sys.modules))))\n"
        "from callback_server.command import main\n"
        "import os, socket\n"
        "beacon = socket.create_server(('127.0.0.1', 0))\n"
        "main(['front', f'--listen-fd=http={beacon.fileno()}', f'--tells-fd={os.open(os.devnull, os.O_WRONLY)}'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], env=site.environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().rsplit(" ", 1)[-1].strip()
        assert httpx.get(f"{address}/k7mq2xw9t4bz").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    modules = json.loads(report.read_text())
    assert "callback_server.front.process" in modules
    assert [name for name in modules if name.startswith(FORBIDDEN)] == []
    assert [name for name in modules if name.startswith("callback_server.store")] == []


def test_without_the_public_key_it_says_what_to_do(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    result = site.call("front")
    assert result.returncode == 3
    assert result.stderr.endswith("Run: callback-server init.\n")
    assert result.stderr.count("\n") == 1
