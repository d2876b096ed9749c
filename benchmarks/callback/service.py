"""The callback service, whole and durable before each answer, beside the same framework answering without storing.

Loopback only, a few seconds each. Needs ``wrk`` and ``dnsperf``; what is missing is said and left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from honeytokens.locks import PassphraseLock
from honeytokens.workflows.home import Home

_SECONDS = 8
_ZONE = "courrier.example"
_PASSPHRASE = b"correct horse battery staple"
_NULL = """
import asyncio, socket
from fastapi import FastAPI, Request, Response
from callback_server.serving import bind, serve, url_of
async def answer(scope, receive, send):
    await Request(scope, receive).body()
    await Response(b"GIF89a", media_type="image/gif")(scope, receive, send)
async def main():
    application = FastAPI()
    application.router.default = answer
    listener = bind("127.0.0.1", 0)
    print("null listening on", url_of(listener), flush=True)
    await serve(application, listener, asyncio.Event(), lambda: None)
asyncio.run(main())
"""


def run() -> None:
    """Print rates, and the ratio to the null server measured in the same run."""
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as addresses:
        with _started([sys.executable, "-c", _NULL], dict(os.environ), ["null"]) as null:
            if shutil.which("wrk"):
                ours, late = _wrk(addresses["http"])
                theirs, _ = _wrk(null["null"])
                print(f"HTTP: {ours:.0f}/s, p99 {late}; null server {theirs:.0f}/s; ratio {ours / theirs:.2f}")
            else:
                print("HTTP: left out, wrk is not installed")
        print(_dns(Path(folder), addresses["dns"]) if shutil.which("dnsperf") else "DNS: left out, no dnsperf")
        print(
            f"SMTP: {_mail(int(addresses['smtp'].rpartition(':')[2])):.0f} messages/s (8 clients, 10 each connection)"
        )


@contextmanager
def _service(folder: Path) -> Iterator[dict[str, str]]:
    with Home.create(folder / "home", PassphraseLock(_PASSPHRASE)):
        pass
    secret = folder / "passphrase"
    secret.touch(0o600)
    secret.write_bytes(_PASSPHRASE)
    settings = {
        "DATA_DIR": folder / "data",
        "PASSPHRASE_FILE": secret,
        "BEACON_PORT": 0,
        "ADMIN_PORT": 0,
        "DNS_PORT": 0,
        "DNS_ZONES": json.dumps([_ZONE]),
        "DNS_ADDRESSES": '["192.0.2.1"]',
        "DNS_RESPONSES_PER_SECOND": 1_000_000,
        "SMTP_PORT": 0,
    }
    environment = {
        **os.environ,
        "HONEYTOKENS_HOME": str(folder / "home"),
        **{f"CALLBACK_SERVER_{name}": str(value) for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "callback_server", "run"]
    with _started(command, environment, ["http", "dns", "smtp"]) as addresses:
        yield addresses


@contextmanager
def _started(command: list[str], environment: dict[str, str], wanted: list[str]) -> Iterator[dict[str, str]]:
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        found: dict[str, str] = {}
        for line in process.stdout or ():
            if match := re.match(r"(front|null) listening on ((\w+)://\S+)", line):
                found["null" if match[1] == "null" else match[3]] = match[2]
            if set(wanted) <= set(found):
                break
        try:
            yield found
        finally:
            process.terminate()


def _wrk(url: str) -> tuple[float, str]:
    command = ["wrk", "-t2", "-c32", f"-d{_SECONDS}s", "--latency", f"{url}/k7mq2xw9t4bz"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    late = re.search(r"99%\s+(\S+)", said)
    assert rate is not None
    return float(rate[1]), late[1] if late else "?"


def _dns(folder: Path, url: str) -> str:
    questions = folder / "questions"
    questions.write_text("".join(f"name{number}.{_ZONE} A\n" for number in range(1_000)))
    port = url.rpartition(":")[2]
    command = ["dnsperf", "-s", "127.0.0.1", "-p", port, "-d", str(questions), "-l", str(_SECONDS), "-c", "8"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, lost = re.search(r"Queries per second:\s+([\d.]+)", said), re.search(r"Queries lost:\s+(\d+)", said)
    assert rate is not None
    return f"DNS: {float(rate[1]):.0f} queries/s, {lost[1] if lost else '?'} lost"


def _mail(port: int) -> float:
    sent = [0] * 8
    end = time.monotonic() + _SECONDS

    def send(client: int) -> None:
        while time.monotonic() < end:
            with smtplib.SMTP("127.0.0.1", port, timeout=30) as connection:
                for _ in range(10):
                    connection.sendmail("a@example.org", [f"b@{_ZONE}"], b"Subject: x\r\n\r\nbody\r\n")
                    sent[client] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(sent) / (time.monotonic() - started)
