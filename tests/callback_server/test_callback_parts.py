"""The small parts: stored form, sealing, link prints, settings, retries, the program's help."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from callback_server.alerts import Retries, Webhook
from callback_server.attributor import PrintAttributor, known_print
from callback_server.errors import ServiceError, UnreadableSightingError
from callback_server.sealing import Opener, Sealer
from callback_server.settings import load_settings
from callback_server.sighting import Sighting
from honeytokens.model import DecoyRef, KnownBy, Watched

KEY = b"k" * 32
DECOY = DecoyRef("autumn", 11)
PRIVATE = X25519PrivateKey.from_private_bytes(b"p" * 32)

sightings = st.builds(
    Sighting,
    id=st.text(),
    at=st.datetimes(timezones=st.just(UTC)),
    channel=st.just("http"),
    peer=st.text(),
    peer_port=st.integers(0, 65_535),
    method=st.text(),
    host=st.text(),
    path=st.text(),
    query=st.text(),
    headers=st.lists(st.tuples(st.text(), st.text())).map(tuple),
    body=st.binary(),
    body_complete=st.booleans(),
)


@given(sightings)
def test_a_sighting_comes_back_from_its_stored_and_sealed_form(sighting: Sighting) -> None:
    opener = Opener([PRIVATE])
    assert Sighting.decode(opener.open(opener.sealer.seal(sighting.encode()))) == sighting


@given(st.binary() | st.sampled_from([b"{}", b"[]", b"null", b'{"version": 2}', b'{"version": 1, "at": 5}']))
def test_rubbish_is_no_sighting(encoded: bytes) -> None:
    with pytest.raises(UnreadableSightingError):
        Sighting.decode(encoded)


@pytest.mark.parametrize(
    ("field", "value"),
    [("path", 5), ("peer", None), ("host", "\ud800"), ("headers", [["a"]]), ("at", "today"), ("body", "%"), ("id", [])],
)
def test_a_front_that_was_taken_over_cannot_upset_the_worker(field: str, value: object) -> None:
    good = json.loads(Sighting("1", datetime.now(UTC), "http", "", 0, "GET", "h", "/", "", ()).encode())
    assert Sighting.decode(json.dumps(good).encode())
    for bad in (json.dumps({**good, field: value}).encode(), b"[" * 100_000):
        with pytest.raises(UnreadableSightingError):
            Sighting.decode(bad)


@given(st.binary())
def test_rubbish_cannot_be_opened(sealed: bytes) -> None:
    for content in (sealed, b"\x01" + sealed):
        with pytest.raises(UnreadableSightingError):
            Opener([PRIVATE]).open(content)


def test_any_of_the_workers_keys_opens_and_the_newest_seals() -> None:
    newer = X25519PrivateKey.generate()
    old, both = Opener([PRIVATE]), Opener([PRIVATE, newer])
    assert both.open(old.sealer.seal(b"content")) == b"content"
    with pytest.raises(UnreadableSightingError):
        old.open(both.sealer.seal(b"content"))


def test_the_public_key_file() -> None:
    text = Opener([PRIVATE]).sealer.to_text()
    assert Opener([PRIVATE]).open(Sealer.from_text(text).seal(b"content")) == b"content"
    for damaged in ("", "key", text.replace("x25519", "x448"), text[:-9], text.replace(" ", " !")):
        with pytest.raises(ServiceError):
            Sealer.from_text(damaged)


@pytest.mark.parametrize(
    ("host", "path", "same"),
    [
        ("img.example.org", "/k7mq2xw9t4bz", True),
        ("IMG.Example.org:8443", "/k7mq2xw9t4bz/", True),
        ("img.example.org.", "/%6b7mq2xw9t4bz", True),
        ("img.example.org", "/K7MQ2XW9T4BZ", True),
        ("img.example.org", "/img/k7mq2xw9t4bz/logo.png", True),
        ("img.example.org", "//k7mq2xw9t4bz.pdf", True),
        ("img.example.org", "/k7mq2xw9t4bzz", False),
        ("img.example.com", "/k7mq2xw9t4bz", False),
        ("img.example.org", "/", False),
        ("", "/k7mq2xw9t4bz", False),
        ("[::1]:80", "/k7mq2xw9t4bz", False),
    ],
)
def test_the_normal_form_of_a_link(host: str, path: str, same: bool) -> None:
    link = "https://img.example.org/k7mq2xw9t4bz?utm=1"
    known = PrintAttributor.of([Watched(KnownBy.WEB_LINK, link, DECOY, "Nord", 60.0)], KEY)
    sighting = Sighting("1", datetime.now(UTC), "http", "", 0, "GET", host, path, "", ())
    found = known.attribute(sighting)
    assert [(each.decoy, each.establishment, each.bits) for each in found] == [(DECOY, "Nord", 60.0)] * same


@given(st.text())
def test_any_value_has_a_print(value: str) -> None:
    assert len(known_print(KnownBy.MAIL, value, KEY)) == 16
    assert known_print(KnownBy.MAIL, value, KEY) != known_print(KnownBy.MAIL, value, b"x" * 32)
    assert known_print(KnownBy.MAIL, value, KEY) != known_print(KnownBy.PHONE, value, KEY)


def test_flag_over_environment_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "callback.toml"
    config.write_text("beacon_port = 1001\nadmin_port = 1002\nalert_attempts = 3\n")
    monkeypatch.setenv("CALLBACK_SERVER_ADMIN_PORT", "2002")
    monkeypatch.setenv("CALLBACK_SERVER_BEACON_PORT", "2001")
    settings = load_settings(config, {"beacon_port": 3001, "home": None})
    assert (settings.beacon_port, settings.admin_port, settings.alert_attempts) == (3001, 2002, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("beacon_port = 70000", "beacon_port is wrong"),
        ("becon_port = 80", "becon_port is wrong"),
        ('webhook_url = "ftp://h/secret-path"', "webhook_url is wrong"),
        ("beacon_port = ", "is not TOML"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "callback.toml"
    config.write_text(text)
    with pytest.raises(ServiceError, match=said) as caught:
        load_settings(config)
    assert "secret-path" not in str(caught.value)
    with pytest.raises(ServiceError, match="no configuration file"):
        load_settings(tmp_path / "missing.toml")


def test_a_webhook_needs_its_secret(tmp_path: Path) -> None:
    flags = {"webhook_url": "https://soc.example/hook"}
    with pytest.raises(ServiceError, match="without webhook_secret_file"):
        Webhook.from_settings(load_settings(flags=flags))
    secret = tmp_path / "secret"
    secret.write_text("not base64!")
    with pytest.raises(ServiceError, match="not base64"):
        Webhook.from_settings(load_settings(flags={**flags, "webhook_secret_file": secret}))
    assert Webhook.from_settings(load_settings()) is None


@given(st.integers(1, 10_000))
def test_delays_grow_to_their_longest_and_spread(attempts: int) -> None:
    delay = Retries(attempts=9, first=5.0, longest=3_600.0).delay(attempts).total_seconds()
    expected = min(3_600.0, 5.0 * 2 ** min(attempts - 1, 20))
    assert expected * 0.5 <= delay <= expected * 1.5


@pytest.mark.parametrize("command", [[], ["run"], ["front"], ["worker"], ["init"], ["alerts", "resend"]])
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    arguments = [sys.executable, "-m", "callback_server", *command, "--help"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "Example" in result.stdout


def test_help_loads_nothing_heavy() -> None:
    program = "import sys, callback_server.command; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    for heavy in ("fastapi", "pydantic", "sqlite_utils", "cryptography", "httpx", "jinja2", "numpy", "polars"):
        assert heavy not in loaded


def test_a_usage_error_is_exit_code_2() -> None:
    arguments = [sys.executable, "-m", "callback_server", "run", "--nonsense"]
    assert subprocess.run(arguments, capture_output=True, check=False).returncode == 2
