"""The watch as a process: what it hands over, through kills, outages and real senders."""

from __future__ import annotations

import base64
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import standardwebhooks
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from callback_server.reads import decode_reads
from callback_server.sealing import Opener
from honeytokens.model import ReadSighting

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OPENER = Opener([X25519PrivateKey.from_private_bytes(b"w" * 32)])
WAIT_SECONDS = 30


def entry(number: int) -> str:
    statement = f"select nom from patients where patient_id = {number}"
    return f"20261123 13:07:44,vm,app,10.0.0.7,1,{number},QUERY,his,'{statement}',0\n"


@dataclass
class Receiver:
    """A callback service's hook: checks each signature, keeps each delivery once, refuses while it is down."""

    down: bool = False
    deliveries: dict[str, list[ReadSighting]] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [key for reads in self.deliveries.values() for read in reads for key in read.keys]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        if self.down:
            return 503
        document = standardwebhooks.Webhook(SECRET).verify(body, headers)
        assert document["type"] == "honeytokens.reads"
        reads = decode_reads(OPENER.open(base64.b64decode(document["sealed"])))
        self.bodies.append(body)
        assert self.deliveries.setdefault(headers["webhook-id"], reads) == reads
        return 202


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(kept.take({name.lower(): value for name, value in self.headers.items()}, body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield kept, f"http://127.0.0.1:{server.server_port}/hook/his"
    server.shutdown()
    server.server_close()


@pytest.fixture
def configured(tmp_path: Path, receiver: tuple[Receiver, str]) -> Callable[[str], Path]:
    """Write a watch's settings with the given sources."""

    def write(sources: str) -> Path:
        (tmp_path / "worker.pub").write_text(OPENER.sealer.to_text())
        (tmp_path / "secret").write_text(SECRET)
        path = tmp_path / "watch.toml"
        path.write_text(
            f'data_dir = "{tmp_path}/data"\nworker_key = "{tmp_path}/worker.pub"\nhook_url = "{receiver[1]}"\n'
            f'hook_secret_file = "{tmp_path}/secret"\nstart = "beginning"\npoll_seconds = 0.05\n'
            f'[tables.patients]\npatient_id = "patients"\n{sources}'
        )
        return path

    return write


def started(config: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "callback_server", "watch", "--config", str(config), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def file_source(path: Path) -> str:
    return f'[[source]]\nlog = "server_audit"\nfile = "{path}"\n'


def test_killed_at_any_moment_it_tells_each_read_once(
    tmp_path: Path, configured: Callable[[str], Path], receiver: tuple[Receiver, str]
) -> None:
    kept, _ = receiver
    log = tmp_path / "audit.log"
    config = configured(file_source(log))
    chances, written = random.Random(3), 0
    for _ in range(5):
        process = started(config)
        assert process.stdout is not None
        assert process.stdout.readline() == "watching 1 logs\n"
        for _ in range(chances.randrange(1, 4)):
            with log.open("a") as stream:
                stream.writelines(map(entry, range(written, written + 25)))
            written += 25
            kept.down = chances.random() < 0.3
            time.sleep(chances.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    kept.down = False
    past = time.time() - 10
    os.utime(log, (past, past))
    done = started(config, "--once")
    _, errors = done.communicate(timeout=WAIT_SECONDS)
    assert (done.returncode, errors) == (0, "")
    assert Counter(kept.keys) == Counter(map(str, range(written)))


def test_nothing_of_a_read_stands_in_clear(
    tmp_path: Path, configured: Callable[[str], Path], receiver: tuple[Receiver, str]
) -> None:
    kept, _ = receiver
    kept.down = True
    log = tmp_path / "audit.log"
    log.write_text(entry(987654321))
    os.utime(log, (1, 1))
    process = started(configured(file_source(log)), "--once")
    _, errors = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 3
    assert "1 deliveries wait: the callback service answered 503" in errors
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert stored
    for clear in (b"987654321", b"10.0.0.7", b"patient_id"):
        assert clear not in stored
        assert clear not in errors.encode()


def test_a_table_is_followed(tmp_path: Path, configured: Callable[[str], Path], receiver: tuple[Receiver, str]) -> None:
    """Entries that were committed late, after one of a higher number, are told as well."""
    kept, _ = receiver
    path = tmp_path / "his.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "create table log_access_medical_object"
            " (access_id integer primary key, user_id, datetime, object_id, object_class);"
            "create table user_authentication (user_id, datetime_login, id_address);"
            "insert into user_authentication values (12, '2026-11-23 08:00:00', '10.0.0.7');"
            "insert into log_access_medical_object values (1, 12, '2026-11-23 13:00:00', 71, 'CPatient');"
            "insert into log_access_medical_object values (3, 12, '2026-11-23 13:00:00', 73, 'CPatient');"
        )
    config = configured(f'[[source]]\nlog = "mediboard_views"\ndatabase = "sqlite:///{path}"\nzone = "Europe/Paris"\n')
    for number in (None, 2, 4):
        if number:
            connection.execute(
                "insert into log_access_medical_object values (?, 12, '2026-11-23 13:00:00', ?, 'CPatient')",
                (number, 70 + number),
            )
            connection.commit()
        done = started(config, "--once")
        assert (done.communicate(timeout=WAIT_SECONDS)[1], done.returncode) == ("", 0)
    connection.close()
    assert kept.keys == ["71", "73", "72", "74"]
    assert {read.workstation for reads in kept.deliveries.values() for read in reads} == {"10.0.0.7"}


@pytest.mark.skipif(shutil.which("logger") is None, reason="NOT TESTED with logger: it is missing")
@pytest.mark.parametrize(("transport", "option"), [("udp", "--udp"), ("tcp", "--tcp")])
def test_syslog(transport: str, option: str, configured: Callable[[str], Path], receiver: tuple[Receiver, str]) -> None:
    """Sent by logger, over UDP and TCP, with and without the length before each message."""
    kept, _ = receiver
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = started(configured(f'[[source]]\nlog = "server_audit"\nsyslog = "{transport}://127.0.0.1:{port}"\n'))
    assert process.stdout is not None
    assert process.stdout.readline() == "watching 1 logs\n"
    sent = ["logger", "--server", "127.0.0.1", option, "--port", str(port)]
    for number, more in enumerate([[], ["--rfc3164"], ["--octet-count"] if transport == "tcp" else []]):
        subprocess.run([*sent, *more, entry(number).strip()], check=True)
    until(lambda: sorted(kept.keys) == ["0", "1", "2"])
    process.terminate()
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ('[[source]]\nlog = "nonsense"\nfile = "x"\n', "log is one of fhir_audit_event"),
        ('[[source]]\nlog = "server_audit"\n', "one of file, syslog and database"),
        ('[[source]]\nlog = "server_audit"\nfile = "x"\nzone = "Mars/Base"\n', "no time zone of that name"),
        ('[[source]]\nlog = "server_audit"\nsyslog = "udp://192.0.2.1:99999"\n', "cannot be listened at"),
        ("", "The setting source of"),
        ("[[", "is not TOML"),
    ],
)
def test_wrong_settings_are_one_line(sources: str, said: str, configured: Callable[[str], Path]) -> None:
    done = started(configured(sources))
    _, errors = done.communicate(timeout=WAIT_SECONDS)
    assert done.returncode == 3
    assert said in errors
    assert errors.count("\n") == 1
