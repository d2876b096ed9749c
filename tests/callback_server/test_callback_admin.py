"""The admin page, its JSON and its door, on a real worker without a front."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from callback_helpers import HOST, Running, Site

from callback_server.admin.pages import plain
from callback_server.admin.words import LANGUAGES, choose_language, human_time
from callback_server.sighting import Sighting, new_id
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
        spool.append([sealer.seal(sighting(number).encode()) for number in range(HITS + 2)] + [b"\x01rubbish"])
        spool.close()
        running.address("worker")
        while running.api()["unattributed"] < 2:
            pass
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
        (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', client.get("/").text)
        assert client.post("/logout", data={"csrf": csrf}).status_code == 303
        assert httpx.get(worker.admin, cookies=kept).status_code == 303
    assert httpx.post(f"{worker.admin}/login", content=b"token=" + b"x" * 10_000).status_code == 413


def test_the_page_lists_hits_newest_first_with_all_that_was_seen(browser: httpx.Client) -> None:
    page = browser.get("/").text
    rows = re.findall(r'<tr id="hit-.*?</tr>', page, re.DOTALL)
    assert len(rows) == 50
    for shown in ("13:24:00", "2026-08-01T13:24:00.000+00:00", "autumn/11", "Hôpital Nord", "203.0.113.9", "GET"):
        assert shown in rows[0]
    assert "59 bits" in rows[0]
    assert "web link was opened" in rows[0]
    assert "13:23:00" in rows[1]
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    last = browser.get(older[1].replace("&amp;", "&")).text
    assert len(re.findall(r'<tr id="hit-', last)) == 5
    assert 'rel="next"' not in last
    assert 'rel="first"' in last
    counts = dict(re.findall(r"<dt>(.*?)</dt><dd>(\d+)</dd>", page))
    assert counts["Sightings without a decoy"] == "2"
    assert counts["Sightings that could not be opened"] == "1"
    assert counts["Alerts waiting"] == "0"


def test_what_a_stranger_sent_stays_text(browser: httpx.Client) -> None:
    page = browser.get("/").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert plain(AGENT).endswith("\N{REPLACEMENT CHARACTER}")
    policy = browser.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert browser.get("/style.css").headers["content-type"].startswith("text/css")
    assert "style=" not in page


def test_the_page_can_be_used_without_sight_or_mouse(browser: httpx.Client) -> None:
    page = browser.get("/").text
    assert '<html lang="en">' in page
    assert page.index('class="skip" href="#main"') < page.index('<main id="main"')
    assert '<caption id="caption">Hits, newest first</caption>' in page
    assert page.count('<th scope="col">') == 9
    assert page.count('<th scope="row">') == 50
    login = httpx.get(str(browser.base_url.join("/login"))).text
    assert '<label for="token">' in login


def test_the_page_speaks_french(browser: httpx.Client) -> None:
    for page in (browser.get("/?lang=fr"), browser.get("/", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"})):
        assert '<html lang="fr">' in page.text
        assert "Établissement" in page.text
        assert "1 août 2026, 13:24:00" in page.text
        assert "lang=fr&amp;before=" in page.text


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
