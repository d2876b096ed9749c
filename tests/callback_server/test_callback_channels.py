"""Every channel, by real clients: durable before the answer, all alike, nothing lost of what is odd."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import httpx
import pytest
import standardwebhooks
from callback_helpers import Running, Site, wait_for
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from callback_server.channels import CHANNELS
from callback_server.channels.dns_limits import ResponseRates
from callback_server.sighting import Sighting, split_group
from callback_server.spool import Spool

ZONE = "courrier-sante.fr"
SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("channels")
    site = Site.make(folder)
    assert site.call("init").returncode == 0
    certificate, key = certify(folder)
    with site.started(
        "front",
        dns_port=0,
        dns_zones=json.dumps([ZONE]),
        dns_addresses='["192.0.2.1", "2001:db8::1"]',
        dns_responses_per_second=100_000,
        smtp_port=0,
        smtp_domains=json.dumps([ZONE]),
        smtp_certificate=certificate,
        smtp_certificate_key=key,
        hook_port=0,
    ) as running:
        yield running


def certify(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def heard(running: Running, count: int = 1) -> list[Sighting]:
    """Return the newest sightings in the spool, oldest first."""
    spool = Spool(running.site.data / "front" / "spool.sqlite3")
    try:
        rows = spool.take(0, 10_000)
    finally:
        spool.close()
    opener = running.site.keys().opener
    everything = [one for _, sealed in rows for one in split_group(opener.open(sealed))]
    return [Sighting.decode(one) for one in everything[-count:]]


def by_http(running: Running) -> None:
    httpx.get(running.front + "/contract")


def by_dns(running: Running) -> None:
    dns.query.udp(dns.message.make_query(f"contract.{ZONE}", "A"), "127.0.0.1", port=running.port("dns"), timeout=5)


def by_smtp(running: Running) -> None:
    with smtplib.SMTP("127.0.0.1", running.port("smtp"), timeout=10) as client:
        client.helo("contract")
        client.mail("a@example.org")
        client.rcpt(f"b@{ZONE}")


def by_hook(running: Running) -> None:
    httpx.post(f"http://127.0.0.1:{running.port('hook.http')}/hook/contract", content=b"{}")


CLIENTS: dict[str, Callable[[Running], None]] = {"http": by_http, "dns": by_dns, "smtp": by_smtp, "hook": by_hook}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_was_answered_is_in_the_spool_under_the_channels_name(front: Running, name: str) -> None:
    CLIENTS[name](front)
    (last,) = heard(front)
    assert (last.channel, last.peer) == (name, "127.0.0.1")
    assert last.at.tzinfo is not None
    assert Sighting.decode(last.encode()) == last


# DNS


def ask(front: Running, name: str, kind: str, **options: object) -> dns.message.Message:
    query = dns.message.make_query(name, kind, **options)  # type: ignore[arg-type]
    return dns.query.udp(query, "127.0.0.1", port=front.port("dns"), timeout=5)


@pytest.mark.parametrize(
    "kind", ["A", "AAAA", "MX", "TXT", "NS", "SOA", "CNAME", "SRV", "CAA", "HTTPS", "ANY", "TYPE999"]
)
def test_every_type_of_question_counts(front: Running, kind: str) -> None:
    answer = ask(front, f"K7mq2xw9t4bz.{ZONE}", kind)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.flags & dns.flags.AA
    assert bool(answer.answer) == (kind in {"A", "AAAA", "MX", "ANY"})
    assert bool(answer.authority) == (not answer.answer)
    (last,) = heard(front)
    assert last.host.lower() == f"k7mq2xw9t4bz.{ZONE}"
    assert last.method == kind


def test_the_zone_itself_looks_ordinary(front: Running) -> None:
    for kind in ("SOA", "NS", "MX", "TXT", "A"):
        assert ask(front, ZONE, kind).answer, kind
    assert {str(each) for each in ask(front, ZONE, "A").answer[0]} == {"192.0.2.1"}


def test_names_that_are_not_ours_and_transfers_are_refused_and_kept(front: Running) -> None:
    for name, kind in (("example.org", "A"), (ZONE, "AXFR")):
        query = dns.message.make_query(name, kind)
        answer = dns.query.tcp(query, "127.0.0.1", port=front.port("dns"), timeout=5) if kind == "A" else None
        if answer is not None:
            assert answer.rcode() == dns.rcode.REFUSED
            assert heard(front)[0].host == name
        else:
            wire = exchange_datagram(front, query.to_wire())
            assert dns.message.from_wire(wire).rcode() == dns.rcode.REFUSED


def exchange_datagram(front: Running, sent: bytes, seconds: float = 5) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(seconds)
        client.sendto(sent, ("127.0.0.1", front.port("dns")))
        return client.recv(65_535)


def test_edns_and_tcp(front: Running) -> None:
    subnet = dns.edns.ECSOption("198.51.100.0", 24)
    answer = ask(front, f"a.{ZONE}", "A", use_edns=0, payload=4096, options=[subnet])
    assert answer.edns == 0
    assert "198.51.100.0" in (heard(front)[0].header("edns-option") or "")
    assert ask(front, f"a.{ZONE}", "A", use_edns=3).rcode() == dns.rcode.BADVERS
    over_tcp = dns.message.make_query(f"b.{ZONE}", "AAAA")
    assert dns.query.tcp(over_tcp, "127.0.0.1", port=front.port("dns"), timeout=5).answer
    assert heard(front)[0].header("transport") == "tcp"


def test_malformed_questions_are_answered_in_form_or_not_at_all(front: Running) -> None:
    good = dns.message.make_query(f"c.{ZONE}", "A").to_wire()
    assert dns.message.from_wire(exchange_datagram(front, good[:20])).rcode() == dns.rcode.FORMERR
    update = bytes([*good[:2], 0x28, *good[3:]])
    assert dns.message.from_wire(exchange_datagram(front, update), ignore_trailing=True).rcode() == dns.rcode.NOTIMP
    for silent in (b"", b"\x00" * 5, bytes([*good[:2], good[2] | 0x80, *good[3:]])):
        with pytest.raises(TimeoutError):
            exchange_datagram(front, silent, 0.2)
    with socket.create_connection(("127.0.0.1", front.port("dns")), timeout=5) as client:
        client.sendall(b"\xff\xff" + b"x" * 100)
    generator = secrets.SystemRandom()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for _ in range(200):
            broken = bytearray(good)
            for _ in range(generator.randint(1, 6)):
                broken[generator.randrange(len(broken))] = generator.randrange(256)
            client.sendto(bytes(broken[: generator.randint(12, len(broken))]), ("127.0.0.1", front.port("dns")))
    assert ask(front, f"d.{ZONE}", "A").answer
    assert "Traceback" not in front.errors.read_text()


def test_answers_to_one_network_are_limited_and_a_resolver_can_come_over_tcp() -> None:
    rates = ResponseRates(10)
    verdicts = [rates.verdict(f"198.51.100.{number}", 100.0) for number in range(30)]
    assert verdicts[:10] == ["send"] * 10
    assert verdicts[10:] == ["cut", "drop"] * 10
    assert rates.verdict("203.0.113.1", 100.0) == "send"
    assert rates.verdict("2001:db8:0:1::1", 100.0) == "send"
    assert rates.verdict("198.51.100.9", 100.5) == "send"


def test_dig_sees_an_ordinary_zone(front: Running) -> None:
    dig = shutil.which("dig")
    if dig is None:
        pytest.skip("dig is not installed")
    command = [dig, "@127.0.0.1", "-p", str(front.port("dns")), "+short", "MX", ZONE]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    assert answer.stdout == f"10 mail.{ZONE}.\n"


# mail


def test_every_recipient_and_the_whole_message_are_kept(front: Running) -> None:
    message = b"Subject: x\r\n\r\n.dot\r\n" + b"y" * 200_000 + b"\r\nend\r\n"
    with smtplib.SMTP("127.0.0.1", front.port("smtp"), timeout=10) as client:
        assert client.sendmail("a@example.org", [f"one@{ZONE}", f"two@{ZONE}"], message) == {}
    first, second, data = heard(front, 3)
    assert [(each.method, each.path) for each in (first, second)] == [
        ("RCPT", f"one@{ZONE}"),
        ("RCPT", f"two@{ZONE}"),
    ]
    assert [value for name, value in data.headers if name == "recipient"] == [f"one@{ZONE}", f"two@{ZONE}"]
    assert (data.body, data.body_complete) == (message, True)
    assert data.header("conversation") == first.header("conversation")
    assert data.header("sender") == "a@example.org"


def test_probes_are_kept_and_all_addresses_are_answered_alike(front: Running) -> None:
    with smtplib.SMTP("127.0.0.1", front.port("smtp"), timeout=10) as client:
        client.ehlo()
        answers = {client.verify(f"{name}@{ZONE}") for name in ("a", "b", "camille.durand")}
        assert {code for code, _ in answers} == {252}
        client.mail("")
        assert {client.rcpt(f"{name}@{ZONE}") for name in ("a", "camille.durand")} == {(250, b"OK")}
        assert client.rcpt("someone@example.org")[0] == 550
    assert [each.method for each in heard(front, 6)] == ["VRFY"] * 3 + ["RCPT"] * 3


@pytest.mark.parametrize(
    "sender",
    [
        "<>",
        "<odd one@[>",
        "<\xe9t\xe9@example.org>",
        "<a@b> SIZE=100 RET=HDRS ENVID=QQ",
        "<@relay:a@b>",
        "a@b",
        "<" + "l" * 900 + "@b>",
    ],
)
def test_odd_senders_are_taken(front: Running, sender: str) -> None:
    with smtplib.SMTP("127.0.0.1", front.port("smtp"), timeout=10) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        assert client.docmd(f"MAIL FROM:{sender}")[0] == 250
        assert client.docmd(f"RCPT TO:<odd@{ZONE}> NOTIFY=NEVER ORCPT=rfc822;x@y")[0] == 250
        assert client.data(b"body")[0] == 250
    assert heard(front)[0].method == "DATA"


def test_starttls(front: Running) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP("127.0.0.1", front.port("smtp"), timeout=10) as client:
        client.starttls(context=context)
        client.sendmail("a@example.org", [f"tls@{ZONE}"], b"body")
    assert heard(front)[0].header("tls") == "yes"


def test_swaks_delivers(front: Running) -> None:
    swaks = shutil.which("swaks")
    if swaks is None:
        pytest.skip("swaks is not installed")
    command = [swaks, "--server", "127.0.0.1", "--port", str(front.port("smtp")), "--to", f"swaks@{ZONE}"]
    subprocess.run([*command, "--from", "a@example.org", "--tls"], check=True, capture_output=True, timeout=30)
    assert heard(front)[0].header("recipient") == f"swaks@{ZONE}"


def test_malformed_mail_commands_end_nothing(front: Running) -> None:
    generator = secrets.SystemRandom()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", front.port("smtp")), timeout=5) as client:
            client.recv(1024)
            client.sendall(
                b"EHLO x\r\n" + generator.randbytes(300) + b"\r\nRCPT TO:\r\nMAIL FROM:<" + b"x" * 9_000 + b"\r\n"
            )
    by_smtp(front)
    assert "Traceback" not in front.errors.read_text()


# webhooks of others


def test_a_message_is_kept_with_its_signature_and_all_are_answered_alike(front: Running) -> None:
    url = f"http://127.0.0.1:{front.port('hook.http')}/hook/sms"
    signed = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
        "webhook-signature": standardwebhooks.Webhook(SECRET).sign("m1", datetime.now(UTC), "{}"),
    }
    assert httpx.post(url, content=b"{}", headers=signed).status_code == 202
    kept = heard(front)[0]
    assert {name: kept.header(name) for name in signed} == signed
    assert httpx.post(url, content=b"{}").status_code == 202
    assert httpx.get(url).status_code == 405
    assert httpx.post(url, content=b"x" * 1_100_000).status_code == 413


# looks


@pytest.mark.parametrize(
    ("path", "accept", "kind", "start"),
    [
        ("/a", "*/*", "image/gif", b"GIF89a"),
        ("/a", "image/avif,image/webp,*/*", "image/gif", b"GIF89a"),
        ("/a", "text/html,application/xhtml+xml", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/a.png", "*/*", "image/png", b"\x89PNG"),
        ("/a.JPG", "*/*", "image/jpeg", b"\xff\xd8"),
        ("/a/letter.pdf", "*/*", "application/pdf", b"%PDF"),
        ("/a.docx", "*/*", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("/robots.txt", "*/*", "text/plain; charset=utf-8", b"User-agent"),
    ],
)
def test_a_beacon_looks_as_its_path_ends(front: Running, path: str, accept: str, kind: str, start: bytes) -> None:
    answer = front.fetch(path, headers={"Accept": accept})
    assert answer.headers["content-type"] == kind
    assert answer.content.startswith(start)


def test_channels_that_are_half_configured_or_taken_are_refused_in_one_line(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    assert "dns_port is set without dns_zones" in site.call("front", dns_port=0).stderr
    half = site.call("front", smtp_port=0, smtp_certificate=tmp_path / "missing.pem")
    assert "smtp_certificate and smtp_certificate_key go together" in half.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = site.call("front", smtp_port=taken.getsockname()[1])
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert "Address already in use" in refused.stderr


def test_the_front_makes_way_for_a_new_one_and_forgets(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    assert site.call("init").returncode == 0
    mark = b"forget-me-" + secrets.token_hex(8).encode()
    with site.started("front", front_lifetime=0.5) as running:
        before = running.child("front")
        assert running.fetch(f"/{mark.decode()}", headers={"User-Agent": mark.decode()}).status_code == 200
        wait_for(lambda: not Path(f"/proc/{before}").exists())
        assert running.fetch("/next").status_code == 200
        assert mark not in memory(running.child("front"))
        assert all(mark not in path.read_bytes() for path in (site.data / "front").iterdir())
        assert "front ended" not in running.errors.read_text()


def memory(process: int) -> bytes:
    """Return all of a process's memory that can be read."""
    held = b""
    with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(each, 16) for each in span.split("-"))
                with suppress(OSError):  # parts of a mapped file that are not there
                    memory.seek(start)
                    held += memory.read(end - start)
    return held
