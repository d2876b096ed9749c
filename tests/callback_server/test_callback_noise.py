"""News or noise, and who is behind a sighting: by declared proxies only, with a reason for each."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from callback_server.alerts.interface import Alert, digest
from callback_server.attributor import Attribution, PrintAttributor
from callback_server.candidates import VERIFIED
from callback_server.errors import ServiceError
from callback_server.noise import Noise
from callback_server.proxy_protocol import read_header
from callback_server.reads import HOOK_TYPE, encode_reads
from callback_server.sealing import Opener
from callback_server.settings import OwnUse
from callback_server.sighting import Sighting
from callback_server.store import StoredHit
from callback_server.worker.classify import Classifier
from callback_server.worker.hooks import Hooks
from callback_server.worker.places import Places
from callback_server.worker.read_rows import rows_read
from callback_server.worker.sources import source_of
from honeytokens.model import DecoyRef, KnownBy, ReadSighting, Watched

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOUND = (Attribution(DecoyRef("autumn", 11), "Nord", 60.0, "web_link"),)
OWN = OwnUse(name="security team", networks=(ip_network("192.0.2.0/24"),), from_hour=time(8), to_hour=time(18))
BACKUP = OwnUse(name="nightly backup", accounts=("backup",), from_hour=time(22), to_hour=time(4))


def sighting(channel: str = "http", peer: str = "203.0.113.9", at: datetime = AT, **headers: str) -> Sighting:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Sighting("1", at, channel, peer, 1, "DATA" if channel == "smtp" else "GET", "h.example", "/", "", named)


def judge(one: Sighting, source: str = "203.0.113.9", first: datetime | None = None) -> str | None:
    classifier = Classifier([OWN, BACKUP], ZoneInfo("Europe/Paris"), lambda *_: first, lambda *_: False)
    found = classifier.noise(one, source, FOUND)
    return found.reason if found else None


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0", None),
        ("curl/8.5.0", None),
        ("", None),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "link_preview"),
        ("WhatsApp/2.23.20.0", "link_preview"),
        ("Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)", "mail_scanner"),
        ("Mozilla/5.0 (compatible; CensysInspect/1.1)", "internet_scanner"),
    ],
)
def test_agents(agent: str, reason: str | None) -> None:
    assert judge(sighting(user_agent=agent)) == reason


def test_our_own_use_is_by_network_account_and_local_hour() -> None:
    assert judge(sighting(), "192.0.2.7") == "own_use"
    assert judge(sighting(at=AT + timedelta(hours=9)), "192.0.2.7") is None
    assert judge(sighting(), "198.51.100.1") is None
    assert judge(sighting(), "::ffff:192.0.2.7") is None
    night = datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert judge(sighting("watch", at=night, account="backup")) == "own_use"
    assert judge(sighting("watch", at=night, account="intern")) is None
    assert judge(sighting("watch", account="backup")) is None
    with pytest.raises(ValueError, match="every hit"):
        OwnUse(name="everybody")


@pytest.mark.parametrize(
    ("channel", "since", "reason"),
    [
        ("dns", None, None),
        ("dns", timedelta(minutes=59), "dns_echo"),
        ("dns", timedelta(hours=5), None),
        ("dns", timedelta(days=20), "dns_replay"),
        ("http", timedelta(days=20), None),
    ],
)
def test_echoes_and_replays_of_names(channel: str, since: timedelta | None, reason: str | None) -> None:
    assert judge(sighting(channel), first=None if since is None else AT - since) == reason


def test_prefetches_and_mail_reports() -> None:
    assert judge(sighting(sec_purpose="prefetch;prerender")) == "prefetch"
    assert judge(sighting("smtp", sender="")) == "mail_report"
    assert judge(sighting("smtp", sender="a@example.org")) is None


PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("peer", "headers", "source"),
    [
        ("203.0.113.9", {"x_forwarded_for": "198.51.100.1"}, "203.0.113.9"),
        ("10.0.0.1", {"x_forwarded_for": "198.51.100.1"}, "198.51.100.1"),
        ("10.0.0.1", {"x_forwarded_for": "1.2.3.4, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"),
        ("10.0.0.1", {}, "10.0.0.1"),
        ("10.0.0.1", {"x_forwarded_for": "10.0.0.3"}, "10.0.0.3"),
        ("10.0.0.1", {"forwarded": 'for="[2001:db8::7]:443";proto=https, for=10.0.0.9'}, "2001:db8::7"),
        ("10.0.0.1", {"forwarded": "for=_hidden", "x_forwarded_for": "1.2.3.4"}, "10.0.0.1"),
        ("10.0.0.1", {"proxied_for": "198.51.100.5", "x_forwarded_for": "1.2.3.4"}, "198.51.100.5"),
        ("203.0.113.9", {"proxied_for": "198.51.100.5"}, "203.0.113.9"),
        ("::ffff:10.0.0.1", {"x_forwarded_for": "198.51.100.1:5000"}, "198.51.100.1"),
        ("2001:db8:1::5", {"x_forwarded_for": "rubbish"}, "2001:db8:1::5"),
    ],
)
def test_only_declared_proxies_are_believed(peer: str, headers: dict[str, str], source: str) -> None:
    assert source_of(sighting("http", peer, AT, **headers), PROXIES) == source


def test_proxy_headers_of_both_versions() -> None:
    text = b"PROXY TCP4 198.51.100.1 10.0.0.1 5000 80\r\n"
    binary = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes([198, 51, 100, 1, 10, 0, 0, 1, 0, 80, 0, 81])
    for header in (text, binary):
        assert read_header(header + b"GET") == ("198.51.100.1", len(header))
        assert all(read_header(header[:end]) is None for end in range(len(header)))
    assert read_header(b"PROXY UNKNOWN\r\n") == ("", 15)
    for wrong in (b"GET / HTTP/1.1\r\n", b"PROXY TCP4 x y 1 2\r\n", b"PROXY " + b"x" * 200, b"PROXY TCP4\r\n"):
        with pytest.raises(ValueError, match=r".*"):
            read_header(wrong)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_refused(start: bytes) -> None:
    try:
        found = read_header(start)
    except ValueError:
        return
    assert found is None or found[1] <= len(start)


def test_places_come_from_files(tmp_path: Path) -> None:
    tor = tmp_path / "tor"
    tor.write_text("ExitAddress 192.0.2.66 2026-01-01 00:00:00\n")
    places = Places.load((), tor)
    assert places.of("192.0.2.66") == {"tor": "exit"}
    assert places.of("192.0.2.67") == {}
    (tmp_path / "geo.mmdb").write_bytes(b"no database")
    with pytest.raises(ServiceError, match="no database of addresses"):
        Places.load((tmp_path / "geo.mmdb",), None)


def test_of_reads_only_decoys_and_unnamed_rows_are_kept() -> None:
    opener = Opener([X25519PrivateKey.generate()])
    known = PrintAttributor.of(
        [Watched(KnownBy.ROW, "patients\n80412", DecoyRef("autumn", 11), "Nord", 64.0)], b"k" * 32
    )
    reads = [
        ReadSighting("anne", AT, "public.Patients", ("1", "80412", "3"), None, "PC-7", "trytond"),
        ReadSighting("rene", AT, "patients", ("4", "5")),
        ReadSighting("dump", AT, "patients", (), 20_000),
        ReadSighting("clerk", AT, "patients", ()),
        ReadSighting("clerk", AT, "patients", (), 50),
    ]
    body = {"type": HOOK_TYPE, "sealed": base64.b64encode(opener.sealer.seal(encode_reads(reads))).decode()}
    delivery = Sighting(
        "d", AT, "hook", "", 0, "POST", "", "/hook/his", "", ((VERIFIED, "his"),), json.dumps(body).encode()
    )
    (of_decoy, found), (bulk, many), (_, unknown), (_, few) = rows_read(delivery, opener, known, 1_000)
    assert json.loads(of_decoy.body) == ["80412"]
    assert (of_decoy.header("account"), of_decoy.peer, of_decoy.channel) == ("anne", "PC-7", "watch")
    assert [(each.decoy, each.reason) for each in found] == [(DecoyRef("autumn", 11), "row_read")]
    assert (bulk.method, bulk.header("rows")) == ("BULK READ", "20000")
    assert [[each.reason for each in one] for one in (many, unknown, few)] == [["bulk_read"], ["bulk_read"], []]
    assert many[0].decoy.serial != unknown[0].decoy.serial
    assert rows_read(delivery, Opener([X25519PrivateKey.generate()]), known, 1_000) == []
    assert Hooks({}).read(delivery) == delivery


def test_a_bulk_read_of_nobody_knows_how_many_rows_is_news_once_a_day() -> None:
    classifier = Classifier([OWN], ZoneInfo("Europe/Paris"), lambda *_: None, lambda *_: False)
    found = (Attribution(DecoyRef("bulk-read", 7), "", 64.0, "bulk_read"),)

    def reason(after: float, rows: int | None = None) -> str | None:
        headers = (("account", "anne"), *((("rows", str(rows)),) if rows is not None else ()))
        at = AT + timedelta(hours=after)
        noise = classifier.noise(Sighting("i", at, "watch", "", 0, "BULK READ", "patients", "", "", headers), "", found)
        return noise.reason if noise else None

    assert [reason(0), reason(2), reason(3, 20_000), reason(27), reason(28)] == [
        None,
        "bulk_repeat",
        None,
        None,
        "bulk_repeat",
    ]
    remembers = Classifier([OWN], ZoneInfo("Europe/Paris"), lambda *_: None, lambda *_: True)
    bulk = Sighting("i", AT, "watch", "", 0, "BULK READ", "patients", "", "", ())
    assert remembers.noise(bulk, "", found) == Noise("bulk_repeat")


def test_the_alert_of_a_bulk_read_says_how_many_rows_and_names_no_account() -> None:
    seen = Sighting(
        "i", AT, "watch", "", 0, "BULK READ", "patients", "", "", (("account", "dr.roy"), ("rows", "20000"))
    )
    found = Attribution(DecoyRef("bulk-read", 7), "", 64.0, "bulk_read")
    alert = Alert.of(StoredHit(1, "5f2c", seen, found))
    subject, text = digest([alert])
    assert "20000 rows of a table that holds decoys" in text
    assert "read in bulk" in subject
    assert "dr.roy" not in subject + text + json.dumps(asdict(alert), default=str)
