"""The console on a replayed leak, in Debian's Chromium: one service, one browser, several people."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from npm_packages import installed
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from honeytokens.demo import Scale, Seed, run_demo
from honeytokens.demo.console import Console, console

SCALE = Scale(patients_each=300, decoys_each=15, days=40, quiet_days=20, sample_rows=300)
PASSWORD = "a password for tests"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Shown:
    """The console, the sites of the story, and the people who were let in: a name for each role."""

    console: Console
    sites: tuple[str, ...]
    stolen: tuple[str, ...]
    sessions: dict[str, list[Any]] = field(default_factory=dict)
    """The cookies of who signed in already: each signs in once, since tries are counted."""


def _chromium() -> str:
    allowed = os.environ.get("CI") or os.environ.get("HONEYTOKENS_TEST_INSTALL") == "1"
    if shutil.which("chromium") is None and allowed and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=environment, check=True)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
        subprocess.run(install, env=environment, check=True)
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("NOT TESTED in a browser: no chromium here (Debian's package chromium)")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser that asks nobody but the console for anything."""
    program = _chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The console on a story of its own."""
    outcome = run_demo(Seed(20241120), scale=SCALE, callback=False, keep=True)
    assert outcome.kept is not None
    try:
        with console(outcome) as open_console:
            _let_in(outcome.kept, "reader", "read-only")
            _let_in(outcome.kept, "local", "analyst", outcome.truth.establishments[0])
            sites = tuple(finding.establishment for finding in outcome.verdict.establishments)
            yield Shown(open_console, sites, outcome.truth.establishments)
    finally:
        shutil.rmtree(outcome.kept)


def _let_in(place: Path, name: str, role: str, *sites: str) -> None:
    (place / "password").write_text(PASSWORD)
    command = [sys.executable, "-m", "callback_server", "account", "add", name, "--role", role]
    for site in sites:
        command += ["--establishment", site]
    command += ["--password-file", str(place / "password"), "--home", str(place / "home")]
    command += ["--data-dir", str(place / "console" / "data"), "--passphrase-file", str(place / "passphrase")]
    subprocess.run(command, check=True, capture_output=True)


@dataclass
class Visitor:
    """Somebody at the console: what his browser logged and asked of anybody else is kept."""

    context: BrowserContext
    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def hold_at_home(self, address: str) -> None:
        """Keep that something was asked of anybody but the console."""
        if not address.startswith(self.base):
            self.problems.append(f"asked elsewhere: {address}")

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        return self.page


@pytest.fixture
def visit(browser: Browser, shown: Shown) -> Iterator[Callable[..., Visitor]]:
    """Return somebody who signed in: ``name`` (none for the admin token), and what his browser is like."""
    opened: list[BrowserContext] = []

    def sign_in(name: str = "", **like: object) -> Visitor:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **like})  # type: ignore[arg-type]
        opened.append(context)
        visitor = Visitor(context, context.new_page(), shown.console.url)
        page = visitor.page
        page.on("console", lambda message: visitor.problems.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: visitor.problems.append(str(error)))
        page.on("request", lambda request: visitor.hold_at_home(request.url))
        if name in shown.sessions:
            context.add_cookies(shown.sessions[name])
            return visitor
        visitor.go("/login")
        if name:
            page.fill("#name", name)
        page.fill("#token", PASSWORD if name else shown.console.token)
        page.click("main form button[type=submit]")
        page.wait_for_url(shown.console.url + "/")
        shown.sessions[name] = context.cookies()
        return visitor

    yield sign_in
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """The script of axe-core."""
    place = installed(pytestconfig, Path(__file__).parent / "axe", "NOT TESTED with axe-core")
    return (place / "node_modules" / "axe-core" / "axe.min.js").read_text()


@contextmanager
def at(visitor: Visitor, path: str) -> Iterator[Page]:
    """Give a page, and hold that nothing was logged or asked of anybody else while it was open."""
    visitor.problems.clear()
    yield visitor.go(path)
    assert visitor.problems == [], path
