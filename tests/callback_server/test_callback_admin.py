"""The console's door and its page of hits, and their JSON, on a real worker without a front."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from callback_helpers import HOST, Running, Site, wait_for

from callback_server.console import shell
from callback_server.console.shell import plain
from callback_server.console.words import LANGUAGES, choose_language, human_time
from callback_server.sighting import Sighting, encode_group, new_id
from callback_server.spool import Spool

HITS = 55
AGENT = 'Mail"><script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}'


def sighting(number: int) -> Sighting:
    return Sighting(
        id=new_id(),
        at=datetime(2026, 8, 1, 12, 30, tzinfo=UTC) + timedelta(minutes=number),
        channel="http",
        peer="203.0.113.9",
        peer_port=4_000 + number,
        method="GET",
        host=HOST,
        path="/k7mq2xw9t4bz" if number < HITS else "/favicon.ico",
        query="",
        headers=(("user-agent", AGENT),),
    )


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    site = Site.make(tmp_path_factory.mktemp("admin"))
    with site.started("worker") as running:
        sealer = site.keys().opener.sealer
        spool = Spool(site.data / "front" / "spool.sqlite3")
        spool.append(sealer.seal(encode_group([sighting(number) for number in range(HITS + 2)])))
        spool.append(b"\x01rubbish")
        spool.close()
        running.address("worker")
        wait_for(lambda: running.api()["unattributed"] >= 2 or None)
        yield running


@pytest.fixture
def browser(worker: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=worker.admin, follow_redirects=True) as client:
        assert client.post("/login", data={"token": worker.token}).status_code == 200
        yield client


def test_the_door_opens_to_the_token_only(worker: Running) -> None:
    url = f"{worker.admin}/api/hits"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": "Basic eDp5"}).status_code == 401
    assert httpx.get(url, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert httpx.get(url, headers={"Authorization": f"Bearer {worker.token}"}).status_code == 200
    assert httpx.get(url, cookies={"callback_session": "guess"}).status_code == 401
    page = httpx.get(worker.admin)
    assert (page.status_code, page.headers["location"]) == (303, "/login?lang=en")
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert httpx.get(worker.admin + path).status_code == 404


def test_login_gives_a_strict_cookie_and_logout_takes_it_back(worker: Running) -> None:
    with httpx.Client(base_url=worker.admin) as client:
        refused = client.post("/login", data={"token": "wrong"})
        assert refused.status_code == 403
        assert 'role="alert"' in refused.text
        assert "set-cookie" not in refused.headers
        cookie = client.post("/login", data={"token": worker.token}).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert worker.token not in cookie
        assert client.get("/").status_code == 200
        kept = dict(client.cookies)
        assert client.post("/logout").status_code == 403
        csrf = re.findall(r'name="csrf" value="([^"]+)"', client.get("/").text)[0]
        assert client.post("/logout", data={"csrf": csrf}).status_code == 303
        assert httpx.get(worker.admin, cookies=kept).status_code == 303
    assert httpx.post(f"{worker.admin}/login", content=b"token=" + b"x" * 10_000).status_code == 413


def test_the_page_lists_hits_newest_first_with_all_that_was_seen(browser: httpx.Client) -> None:
    page = browser.get("/hits").text
    rows = re.findall(r'<tr id="hit-.*?</tr>', page, re.DOTALL)
    assert len(rows) == 50
    for shown in ("13:24", "2026-08-01T13:24:00+00:00", "autumn/11", "Hôpital Nord", "203.0.113.9", "59 bits"):
        assert shown in rows[0]
    assert "web link was opened" in rows[0]
    assert "13:23" in rows[1]
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    last = browser.get(older[1].replace("&amp;", "&")).text
    assert len(re.findall(r'<tr id="hit-', last)) == 5
    assert 'rel="next"' not in last
    assert 'rel="first"' in last
    none = browser.get("/hits?kind=noise").text
    assert "<tr id=" not in none
    assert "the filter lets none through" in none
    now = browser.get("/").text
    assert "1 sightings could not be opened" in now
    counts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", now))
    assert counts == {"Hits kept": "55", "Sightings without a decoy": "2"}


def test_what_a_stranger_sent_stays_text(browser: httpx.Client) -> None:
    page = browser.get("/hits").text
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;" in page
    assert plain(AGENT).endswith("\N{REPLACEMENT CHARACTER}")
    policy = browser.get("/hits").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    style = re.search(r'href="(/static/console.css[^"]*)"', page)
    assert style is not None
    kept = browser.get(style[1])
    assert kept.headers["content-type"].startswith("text/css")
    assert "immutable" in kept.headers["cache-control"]
    assert "no-store" in browser.get("/hits").headers["cache-control"]
    assert "style=" not in page


def test_a_problem_is_a_page_for_people_and_json_for_tools(browser: httpx.Client, worker: Running) -> None:
    missing = "/incidents/000000000000"
    page = browser.get(missing, headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Cela n’existe pas" in page.text
    assert browser.get("/nowhere", headers={"Accept": "text/html"}).status_code == 404
    tool = httpx.get(f"{worker.admin}/api{missing}", headers={"Authorization": f"Bearer {worker.token}"})
    assert tool.json().keys() == {"detail"}


def test_a_decision_needs_the_token_of_the_session(browser: httpx.Client) -> None:
    name = re.findall(r'href="/incidents/([0-9a-f]{12})"', browser.get("/incidents").text)[0]
    where = f"/incidents/{name}"
    assert browser.post(where, data={"act": "closed", "text": "x"}).status_code == 403
    csrf = re.findall(r'name="csrf" value="([^"]+)"', browser.get(where).text)[0]
    assert browser.post(where, data={"csrf": csrf, "act": "nonsense"}).status_code == 400
    for act, text in (("acknowledged", ""), ("note", "called <the> unit"), ("hold", "police"), ("claim", "750k")):
        assert browser.post(where, data={"csrf": csrf, "act": act, "text": text}).status_code == 200
    facts = {"csrf": csrf, "act": "facts", "aware": "2026-08-02T09:10", "case": "near2tlg"}
    page = browser.post(where, data=facts).text
    assert "Acknowledged" in page
    assert "called &lt;the&gt; unit" in page
    assert "On hold" in page
    assert 'value="2026-08-02T09:10"' in page
    assert "The case cannot be read" in page
    assert browser.get("/incidents?state=acknowledged").text.count("On hold") == 1
    assert "No incident is in this state" in browser.get("/incidents?state=closed").text


def test_the_pages_can_be_used_without_sight_or_mouse(browser: httpx.Client) -> None:
    page = browser.get("/hits").text
    assert '<html lang="en">' in page
    assert page.index('class="skip" href="#main"') < page.index('<main id="main"')
    assert '<caption id="caption">Hits, newest first</caption>' in page
    assert page.count('<th scope="row">') == 50
    login = httpx.get(str(browser.base_url.join("/login"))).text
    assert '<label for="token">' in login


def test_the_pages_speak_french_and_remember_it(browser: httpx.Client) -> None:
    for page in (
        browser.get("/hits", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"}),
        browser.get("/hits?lang=fr"),
    ):
        assert '<html lang="fr">' in page.text
        assert "Établissement" in browser.get("/").text or "Leurre" in page.text
        assert "1 août" in page.text
    assert '<html lang="fr">' in browser.get("/incidents").text


def test_pages_of_the_json_meet_without_gap_or_overlap(worker: Running) -> None:
    names: list[str] = []
    before = None
    while True:
        body = worker.api("?limit=20" + (f"&before={before}" if before else ""))
        names += [hit["hit"] for hit in body["hits"]]
        before = body["before"]
        if before is None:
            break
    assert len(names) == len(set(names)) == HITS
    assert body["unopened"] == 1


@pytest.mark.parametrize(
    ("asked", "header", "chosen"),
    [
        (None, "", "en"),
        (None, "de-DE,de", "en"),
        (None, "de, fr;q=0.4, en;q=0.3", "fr"),
        (None, "fr;q=0, en;q=0.1", "en"),
        (None, "fr;q=rubbish", "en"),
        ("fr", "en", "fr"),
        ("xx", "fr-CA", "fr"),
    ],
)
def test_choosing_a_language(asked: str | None, header: str, chosen: str) -> None:
    assert choose_language(asked, header) == chosen


def test_both_languages_have_every_word() -> None:
    assert LANGUAGES["en"].keys() == LANGUAGES["fr"].keys()
    for language in LANGUAGES:
        assert len({human_time(datetime(2026, month, 2, tzinfo=UTC), language) for month in range(1, 13)}) == 12
    for word, text in LANGUAGES["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", LANGUAGES["fr"][word])), word


def test_every_word_is_used() -> None:
    folder = Path(shell.__file__).parent
    source = "".join(
        path.read_text()
        for path in [*folder.glob("*.py"), *folder.glob("words/__init__.py"), *folder.glob("templates/*")]
    )
    source += "".join(path.read_text() for path in (folder.parent / "admin").glob("oidc_routes.py"))
    built = ("reason_", "noise_", "channel_", "severity_", "state_", "kind_", "problem_", "placement_", "role_")
    unused = [word for word in LANGUAGES["en"] if not word.startswith((*built, "account_")) and f"{word}" not in source]
    assert unused == []
