"""Real processes of the service on loopback, and a real receiver of webhooks."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx

from callback_server.worker.keys import WorkerKeys
from honeytokens.keys import Keyring
from honeytokens.locks import PassphraseLock

T = TypeVar("T")

PASSPHRASE = b"correct horse battery staple"
HOST = "img.hopital-exemple.fr"
LINKS: list[list[object]] = [
    [f"https://{HOST}/k7mq2xw9t4bz", "autumn", 11, "Hôpital Nord"],
    [f"https://{HOST}/p3rd8vyh6ncs", "autumn", 12, "Hôpital Sud"],
]
_HERE = Path(__file__).parent


def wait_for(look: Callable[[], T | None], seconds: float = 30.0) -> T:
    """Return what ``look`` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.03)
    raise AssertionError(f"nothing came within {seconds} s")


@dataclass(frozen=True)
class Site:
    """A home, the planted links and the folder of the service, as an operator has them."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, links: list[list[object]] = LINKS) -> Site:
        site = cls(folder)
        site.home.mkdir(mode=0o700, parents=True)
        Keyring.generate().save(site.home / "keyring.json", PassphraseLock(PASSPHRASE))
        site.passphrase_file.write_bytes(PASSPHRASE + b"\n")
        site.passphrase_file.chmod(0o600)
        site.plant(links)
        return site

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def passphrase_file(self) -> Path:
        return self.folder / "passphrase"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def links(self) -> Path:
        return self.folder / "links.json"

    def plant(self, links: list[list[object]]) -> None:
        partial = self.links.with_suffix(".partial")
        partial.write_text(json.dumps(links))
        partial.replace(self.links)

    def keys(self) -> WorkerKeys:
        return WorkerKeys.open(self.home, PassphraseLock(PASSPHRASE))

    def environment(self, **settings: object) -> dict[str, str]:
        """Return what the program is started with; a setting of ``None`` is left out."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CALLBACK_SERVER_")}
        ours = {
            "HONEYTOKENS_HOME": self.home,
            "CALLBACK_SERVER_DATA_DIR": self.data,
            "CALLBACK_SERVER_PASSPHRASE_FILE": self.passphrase_file,
            "CALLBACK_SERVER_BEACON_PORT": 0,
            "CALLBACK_SERVER_ADMIN_PORT": 0,
            "STUB_LINKS": self.links,
            "PYTHONPATH": f"{_HERE / 'stub'}{os.pathsep}{_HERE.parents[1]}",
            **{f"CALLBACK_SERVER_{name.upper()}": value for name, value in settings.items()},
        }
        return inherited | {name: str(value) for name, value in ours.items() if value is not None}

    def call(self, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        command = [sys.executable, "-m", "callback_server", *arguments]
        return subprocess.run(
            command,
            env=self.environment(**settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    @contextmanager
    def started(self, command: str = "run", *, stub: bool = True, **settings: object) -> Iterator[Running]:
        """Run the program beside the test, and stop it; without ``stub`` it asks the registry for links."""
        errors = self.folder / "errors.log"
        environment = self.environment(**settings)
        if not stub:
            del environment["STUB_LINKS"]
        with errors.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "callback_server", command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        with process:
            running = Running(self, process, errors)
            reader = threading.Thread(target=running.read)
            reader.start()
            try:
                yield running
            finally:
                if process.poll() is None:
                    running.stop()
                reader.join()


@dataclass
class Running:
    """A started program and what it said."""

    site: Site
    process: subprocess.Popen[str]
    errors: Path
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)

    def address(self, name: str, scheme: str = "http") -> str:
        """Return the URL that a process said it listens on."""

        def find() -> str | None:
            assert self.process.poll() is None, self.errors.read_text()
            found = re.search(rf"^{name} listening on ({scheme}://\S+)", "".join(self.lines), re.MULTILINE)
            return found[1] if found else None

        return wait_for(find)

    def port(self, scheme: str) -> int:
        """Return the port of one of the front's channels."""
        return int(self.address("front", scheme).rpartition(":")[2])

    @property
    def front(self) -> str:
        return self.address("front")

    @property
    def admin(self) -> str:
        return self.address("worker")

    @property
    def token(self) -> str:
        self.address("worker")
        return (self.site.data / "worker" / "admin-token").read_text().strip()

    def fetch(self, path: str, host: str = HOST, **request: Any) -> httpx.Response:
        """Fetch a beacon as a client would that resolved the host to us."""
        method = request.pop("method", "GET")
        headers = {"Host": host, **request.pop("headers", {})}
        return httpx.request(method, self.front + path, headers=headers, **request)

    def api(self, query: str = "") -> dict[str, Any]:
        response = httpx.get(f"{self.admin}/api/hits{query}", headers={"Authorization": f"Bearer {self.token}"})
        assert response.status_code == 200
        body: dict[str, Any] = response.json()
        return body

    def await_hits(self, count: int) -> dict[str, Any]:
        """Return the API's answer once it has so many hits."""

        def look() -> dict[str, Any] | None:
            body = self.api()
            return body if len(body["hits"]) >= count else None

        return wait_for(look)

    def child(self, name: str) -> int:
        """Return the process id of the front or the worker."""

        def find() -> int | None:
            tasks = Path(f"/proc/{self.process.pid}/task")
            for children in tasks.glob("*/children"):
                for child in children.read_text().split():
                    if name.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                        return int(child)
            return None

        return wait_for(find)

    def kill(self, name: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.child(name), signal.SIGKILL)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks; ``status`` is what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 204
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.refused = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/alerts"

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Receiver]:
        with cls() as receiver:
            thread = threading.Thread(target=receiver.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield receiver
            finally:
                receiver.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status < 300:
            self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        else:
            self.server.refused += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        pass
