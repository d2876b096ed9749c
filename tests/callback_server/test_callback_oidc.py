"""Signing in at an identity provider: who may, as what, and every way in which a provider or a thief may lie."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from callback_helpers import Running, Site
from oidc_provider import CLIENT, SECRET, Provider

from callback_server.admin.access import Access
from callback_server.settings import load_settings
from callback_server.store import Account, Kind, Role, SqliteAccounts
from callback_server.worker.keys import foreign_store
from honeytokens.errors import HoneytokensError
from honeytokens.sealing import Box

ANNE = {"email": "Anne@chu.example", "email_verified": True}
GRANTS = [
    {"group": "cert", "role": "admin"},
    {"group": "dpo-nord", "role": "analyst", "establishments": ["Hôpital Nord"]},
    {"group": "dpo-sud", "role": "analyst", "establishments": ["Hôpital Sud"]},
    {"group": "board", "role": "read-only"},
]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider.started() as provider:
        yield provider


@pytest.fixture(scope="module")
def worker(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    site = Site.make(tmp_path_factory.mktemp("oidc"))
    (site.folder / "client-secret").write_text(SECRET)
    with socket.socket() as free:  # the provider must know where to send browsers back to
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    oidc = {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret_file": str(site.folder / "client-secret"),
        "admin_url": f"http://127.0.0.1:{port}",
        "grants": GRANTS,
    }
    added = site.call("account", "add", "rene@chu.example", "--kind", "oidc", "--role", "read-only")
    assert added.returncode == 0, added.stderr
    with site.started("worker", oidc=json.dumps(oidc), admin_port=port) as running:
        yield running


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    provider.lies, provider.person = "", {**ANNE, "groups": ["cert"]}


@pytest.fixture
def browser(worker: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=worker.admin, follow_redirects=True, timeout=30) as client:
        yield client


def sign_in(browser: httpx.Client) -> httpx.Response:
    return browser.get("/login/oidc?lang=fr")


@pytest.mark.parametrize(
    ("groups", "role", "establishments"),
    [
        (["cert"], "admin", None),
        (["staff", "dpo-nord"], "analyst", ["Hôpital Nord"]),
        (["dpo-nord", "dpo-sud"], "analyst", ["Hôpital Nord", "Hôpital Sud"]),
        (["dpo-nord", "board"], "analyst", ["Hôpital Nord"]),  # not an analyst everywhere
        ("board", "read-only", None),
    ],
)
def test_groups_give_a_role_and_establishments(
    browser: httpx.Client, provider: Provider, groups: object, role: str, establishments: list[str] | None
) -> None:
    provider.person["groups"] = groups
    page = sign_in(browser)
    assert (page.status_code, page.headers["refresh"]) == (200, "0; url=/?lang=fr")
    me = browser.get("/api/me").json()
    assert (me["name"], me["role"], me["establishments"]) == ("anne@chu.example", role, establishments)


def test_an_account_that_was_added_by_name_goes_before_groups_and_ends_with_its_removal(
    browser: httpx.Client, worker: Running, provider: Provider
) -> None:
    provider.person |= {"email": "rene@chu.example"}
    sign_in(browser)
    assert browser.get("/api/me").json()["role"] == "read-only"
    admin = {"Authorization": f"Bearer {worker.token}"}
    assert httpx.delete(f"{worker.admin}/api/accounts/rene@chu.example", headers=admin).status_code == 204
    assert browser.get("/api/me").status_code == 401


def test_claims_may_stand_at_the_userinfo_endpoint_and_keys_may_turn(browser: httpx.Client, provider: Provider) -> None:
    provider.lies = "userinfo"
    sign_in(browser)
    assert browser.get("/api/me").json()["role"] == "admin"
    provider.turn_key()
    sign_in(browser)
    assert browser.get("/api/me").status_code == 200


@pytest.mark.parametrize(
    "lie",
    [
        *("nonce", "no nonce", "audience", "two audiences", "issuer", "expired", "not yet"),
        *("alg none", "alg HS256", "foreign key", "refuses", "state"),
    ],
)
def test_what_a_provider_did_not_say_to_us_now_signs_nobody_in(
    browser: httpx.Client, worker: Running, provider: Provider, lie: str
) -> None:
    provider.lies = lie
    refused = sign_in(browser)
    assert (refused.status_code, refused.url.path) == (403, "/login")
    assert browser.get("/api/me").status_code == 401
    trail = httpx.get(f"{worker.admin}/api/trail", headers={"Authorization": f"Bearer {worker.token}"}).json()["trail"]
    assert any(line["what"].startswith("failed to sign in by OIDC") for line in trail[:2])


@pytest.mark.parametrize(
    "person",
    [
        {"groups": ["staff"]},
        {"groups": None},
        {"groups": {"cert": True}},
        {"groups": [["cert"]]},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": ""},
        {"email": None},
    ],
)
def test_a_person_without_a_verified_address_or_a_known_group_is_refused(
    browser: httpx.Client, provider: Provider, person: dict[str, object]
) -> None:
    provider.person |= person
    assert sign_in(browser).status_code == 403
    assert browser.get("/api/me").status_code == 401


def test_a_way_back_is_good_in_the_browser_that_began_and_once(worker: Running) -> None:
    with httpx.Client(base_url=worker.admin, timeout=30) as begun, httpx.Client(base_url=worker.admin) as other:
        back = begun.get(begun.get("/login/oidc").headers["location"]).headers["location"]
        assert other.get(back).headers["location"] == "/login?refused=1"
        again = begun.get(begun.get("/login/oidc").headers["location"]).headers["location"]
        assert begun.get(again).status_code == 200
        assert begun.get(again).status_code == 303
        other.cookies.set("callback_attempt", "AAAA")
        assert other.get(again).headers["location"] == "/login?refused=1"


def with_session(browser: httpx.Client, secret: str) -> httpx.Response:
    return httpx.get(browser.base_url.join("/api/me"), headers={"Cookie": f"callback_session={secret}"})


def test_a_sign_in_makes_a_new_session_and_ends_the_old_and_signing_out_ends_it(browser: httpx.Client) -> None:
    sign_in(browser)
    first = browser.cookies["callback_session"]
    sign_in(browser)
    second = browser.cookies["callback_session"]
    assert first != second
    assert with_session(browser, first).status_code == 401
    csrf = browser.get("/api/me").json()["csrf"]
    browser.post("/logout", data={"csrf": csrf})
    assert with_session(browser, second).status_code == 401


def test_local_accounts_and_the_token_sign_in_as_before(browser: httpx.Client, worker: Running) -> None:
    page = browser.get("/login?lang=fr")
    assert 'href="/login/oidc?lang=fr"' in page.text
    browser.post("/login", data={"name": "", "token": worker.token})
    assert browser.get("/api/me").json()["name"] == "admin-token"


def test_a_session_ends_when_it_is_idle_or_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(SqliteAccounts(tmp_path / "store.sqlite3", Box([b"k" * 32], foreign_store), b"p" * 32)) as accounts:
        access = Access("token", tmp_path / "token", accounts)
        now = [1_000.0]
        monkeypatch.setattr("callback_server.admin.access.time.monotonic", lambda: now[0])
        anne = Account("anne@chu.example", Kind.OIDC, Role.ADMIN)
        idle = access.begin_session(anne)
        now[0] += 3_601
        assert access.session(idle) is None
        used = access.begin_session(anne)
        for _ in range(12):
            now[0] += 3_599
            assert access.session(used) is not None
        now[0] += 60
        assert access.session(used) is None
        kept = access.begin_session(anne)
        accounts.save(Account("anne@chu.example", Kind.OIDC, Role.READER))
        assert access.session(kept) is None


def test_a_provider_is_reached_by_tls(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[oidc]\nissuer = "http://sso.example"\nclient_id = "x"\nadmin_url = "https://a.example"\n')
    with pytest.raises(HoneytokensError, match=r"oidc\.issuer is wrong"):
        load_settings(file)
