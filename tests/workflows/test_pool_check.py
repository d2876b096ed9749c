"""What the DNS and certificates say of owned domains, asked of a real name server and real TLS on loopback."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from honeytokens.model import Pool, PoolKind
from honeytokens.workflows.pool_check import Level, Network, PoolFinding, check_pool

RECORDS = {
    ("courrier-sante.fr.", "MX"): "10 mx.courrier-sante.fr.",
    ("mx.courrier-sante.fr.", "A"): "9.9.9.9",
    ("null.fr.", "MX"): "0 .",
    ("dangling.fr.", "MX"): "10 gone.dangling.fr.",
    ("lettres.exemple.fr.", "A"): "127.0.0.1",
    ("resultats-sante.fr.", "AAAA"): "2001:db8::1",
}


class _NameServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        reply = dns.message.make_response(query)
        kind = dns.rdatatype.to_text(question.rdtype)
        if question.name.to_text() == "failing.fr.":
            reply.set_rcode(dns.rcode.SERVFAIL)
        if value := RECORDS.get((question.name.to_text(), kind)):
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, value))
        sock.sendto(reply.to_wire(), self.client_address)


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a name server of our own the machine's resolver."""
    with socketserver.UDPServer(("127.0.0.1", 0), _NameServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield
        server.shutdown()


def level(findings: list[PoolFinding], check: str) -> Level:
    (found,) = (each for each in findings if each.check == check)
    assert found.remedy or found.level is Level.OK
    return found.level


@pytest.mark.parametrize(
    ("pool", "check", "expected"),
    [
        (Pool(PoolKind.MAIL, "courrier-sante.fr"), "mx", Level.OK),
        (Pool(PoolKind.MAIL, "resultats-sante.fr"), "mx", Level.PROBLEM),
        (Pool(PoolKind.MAIL, "null.fr"), "mx", Level.PROBLEM),
        (Pool(PoolKind.MAIL, "dangling.fr"), "mx", Level.PROBLEM),
        (Pool(PoolKind.MAIL, "courrier-sante.fr"), "registration", Level.UNKNOWN),
        (Pool(PoolKind.WEB, "resultats-sante.fr"), "dns", Level.WARNING),
        (Pool(PoolKind.WEB, "courrier-sante.fr"), "dns", Level.PROBLEM),
        (Pool(PoolKind.PHONE, "06 39 98 ## ##"), "answer", Level.UNKNOWN),
        (Pool(PoolKind.LOCAL_ID, "8001####"), "none", Level.OK),
    ],
)
def test_a_domain_is_asked_for(name_server: None, pool: Pool, check: str, expected: Level) -> None:
    assert level(check_pool(pool), check) is expected


def issued(names: list[str], days: float, folder: Path) -> tuple[Path, Path]:
    """Return the files of a certificate that signs itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*form))
    return public, private


@contextmanager
def showing(certificate: Path, key: Path) -> Iterator[int]:
    """Show a certificate on loopback, and give the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Greeter) as server:
        server.context = context  # type: ignore[attr-defined]
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class _Greeter(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            self.server.context.wrap_socket(self.request, server_side=True).close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("names", "days", "trusted", "certificate", "transparency"),
    [
        (["lettres.exemple.fr"], 90, True, Level.OK, Level.WARNING),
        (["*.exemple.fr"], 90, True, Level.OK, Level.OK),
        (["*.exemple.fr", "exemple.fr"], 9, True, Level.WARNING, Level.OK),
        (["lettres.exemple.fr"], -1, True, Level.PROBLEM, Level.WARNING),
        (["autre.exemple.fr"], 90, True, Level.PROBLEM, Level.WARNING),
        (["*.exemple.fr"], 90, False, Level.PROBLEM, Level.OK),
    ],
)
def test_a_certificate_is_looked_at(
    name_server: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    names: list[str],
    days: float,
    trusted: bool,
    certificate: Level,
    transparency: Level,
) -> None:
    public, private = issued(names, days, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
    pool = Pool(PoolKind.WEB, "lettres.exemple.fr")
    with showing(public, private) as port:
        found = check_pool(pool, Network(https=port))
    assert (level(found, "certificate"), level(found, "transparency")) == (certificate, transparency)
    assert level(check_pool(pool, Network(https=port)), "certificate") is Level.PROBLEM


def test_a_name_server_that_fails_is_no_verdict(name_server: None) -> None:
    found = check_pool(Pool(PoolKind.MAIL, "failing.fr"))
    assert [(each.check, each.level) for each in found] == [("mx", Level.UNKNOWN)]
