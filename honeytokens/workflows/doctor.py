"""Looking for what is wrong with an installation, a home and its connections, and saying how to mend it."""

from __future__ import annotations

import importlib
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from honeytokens.errors import HoneytokensError, ManifestError
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.manifests import check_manifest
from honeytokens.workflows.status import status

_LIBRARIES = (
    "cryptography",
    "sqlite_utils",
    "sqlalchemy",
    "pymysql",
    "psycopg",
    "polars",
    "faker",
    "fastapi",
    "uvicorn",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``problem`` is ``None`` when it is sound, ``remedy`` what to do otherwise."""

    subject: str
    problem: str | None = None
    remedy: str | None = None


def examine_installation() -> Iterator[Finding]:
    """Look at Python, whose version pip has held against ours, and at the libraries."""
    yield Finding(f"Python {platform.python_version()}")
    for library in _LIBRARIES:
        try:
            importlib.import_module(library)
        except ImportError as error:
            yield Finding(library, f"cannot be imported: {error}", "Install honeytokens with pip again")
        else:
            yield Finding(library)


def examine_home(path: Path, opened: Callable[[], Home]) -> Iterator[Finding]:
    """Look at a home, its campaigns and its hospital systems. ``opened`` opens the home."""
    try:
        home = opened()
    except HoneytokensError as error:
        yield Finding(f"home {path}", error.problem, error.remedy)
        return
    with home:
        yield Finding(f"home {path}")
        yield from _campaigns(home)
        for system in home.registry.systems():
            try:
                with open_system(system) as adapter:
                    adapter.check()
            except HoneytokensError as error:
                yield Finding(f"system {system.name}", error.problem, error.remedy)
            else:
                yield Finding(f"system {system.name}")


def _campaigns(home: Home) -> Iterator[Finding]:
    for campaign in home.registry.campaigns():
        try:
            home.maker(campaign)
        except HoneytokensError as error:
            yield Finding(f"campaign {campaign.name}", error.problem, error.remedy)
        try:
            check_manifest(home, campaign)
        except ManifestError as error:
            remedy = "Delete the file if it is there, and run honeytokens apply: it is written anew from the registry"
            yield Finding(f"manifest of {campaign.name}", error.problem, remedy)
    for each in status(home):
        subject = f"campaign {each.campaign.name}"
        if each.due_now:
            yield Finding(subject, f"{each.due_now} writes are due", "Run honeytokens apply")
        else:
            yield Finding(subject)
