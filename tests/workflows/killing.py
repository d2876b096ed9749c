"""A process that runs one verb and kills itself with SIGKILL before its n-th write, to a system or to the registry.

Over HTTP, each request counts, and one that writes once more when it is answered; calls of GNU
Health that only read do not.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlite_utils import Database

from honeytokens.keys import Keyring
from honeytokens.registry import Registry, store
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.rebuild import rebuild
from honeytokens.workflows.withdraw import withdraw

KEYRING = Keyring((bytes(range(32)),))
STRIDE = int(os.environ.get("HONEYTOKENS_KILL_STRIDE", "0"))
_READING_CALL = re.compile(rb'"method": "(?!model\.[\w.]+\.(create|write|delete)")')
"""A call of GNU Health's server that writes nothing: there are too many to die at each."""


@dataclass(frozen=True)
class Run:
    """What to run, and before which write to be killed (0: never)."""

    home: Path
    now: datetime
    verb: Literal["apply", "withdraw", "rebuild"]
    kill_at: int = 0


def opened(home: Path, now: datetime) -> Home:
    """Open a home without its passphrase, whose derivation is slow on purpose."""
    return Home(home, KEYRING, Registry.open(home / REGISTRY, KEYRING), lambda: now)


def run(what: Run) -> None:
    """Run the verb, in this process, to its end or its death."""
    write = _armed(what.kill_at)
    if what.verb == "rebuild":
        connect = store.connect  # type: ignore[attr-defined]
        store.connect = lambda path: _journalled(connect(path), write)  # type: ignore[attr-defined]
        rebuild(what.home, KEYRING, (), now=lambda: what.now)
        return
    with opened(what.home, what.now) as home:
        _journalled(home.registry._database, write)
        if what.verb == "apply":
            apply(home)
        else:
            withdraw(home)


def _armed(kill_at: int) -> Callable[[], None]:
    """Return what is called before each write; those to a system call it from now on."""
    counter = count(1)

    def write() -> None:
        if next(counter) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    @sa.event.listens_for(Engine, "before_cursor_execute")
    def _statement(*event: object) -> None:
        if str(event[2]).lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            write()

    @sa.event.listens_for(Engine, "commit")
    def _commit(*_: object) -> None:
        write()

    send = httpx.Client.send

    def sending(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        if _READING_CALL.search(request.read()):
            return send(client, request, **options)
        write()
        answer = send(client, request, **options)
        if request.method != "GET" and not request.url.path.endswith("_search"):
            write()
        return answer

    httpx.Client.send = sending  # type: ignore[method-assign, assignment]
    return write


def _journalled(database: Database, write: Callable[[], None]) -> Database:
    """Call ``write`` before each write to the registry."""

    def journal(sql: str) -> None:
        if sql.split(" ", 1)[0].upper().rstrip(";") in ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT"):
            write()

    database.conn.set_trace_callback(journal)
    return database


def deaths(template: Path, tmp_path: Path, what: Run, stride: int, *, planted: datetime | None) -> Iterator[Path]:
    """Yield a home after each death of a process, every ``stride`` writes; ``planted`` is when decoys were."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["honeytokens.workflows.apply", "honeytokens.workflows.withdraw", "honeytokens.systems"]
    )
    for points, kill_at in enumerate(range(1, 2000, STRIDE or stride)):
        home = tmp_path / f"home{kill_at}"
        shutil.copytree(template, home)
        if planted:
            with opened(home, planted) as ready:
                apply(ready)
        process = context.Process(target=run, args=(Run(home, what.now, what.verb, kill_at),))
        process.start()
        process.join()
        if process.exitcode == 0:
            with opened(home, what.now) as alive:
                withdraw(alive)
            print(f"{what.verb}: killed at {points} of {kill_at - 1} writes")
            assert points > 1
            return
        assert process.exitcode == -signal.SIGKILL
        yield home
        shutil.rmtree(home)
    pytest.fail("the process never came to its end")
