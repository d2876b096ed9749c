"""What the DNS says of owned domains, asked of a real name server on loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import dns.message
import dns.resolver
import dns.rrset
import pytest

from honeytokens.model import Pool, PoolKind
from honeytokens.workflows.pool_check import check_pool

RECORDS = {
    ("courrier-sante.fr.", "MX"): "10 mx.courrier-sante.fr.",
    ("resultats-sante.fr.", "AAAA"): "2001:db8::1",
}


class _NameServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        reply = dns.message.make_response(query)
        kind = dns.rdatatype.to_text(question.rdtype)
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


@pytest.mark.parametrize(
    ("pool", "problem"),
    [
        (Pool(PoolKind.MAIL, "courrier-sante.fr"), None),
        (Pool(PoolKind.MAIL, "resultats-sante.fr"), "MX"),
        (Pool(PoolKind.WEB, "resultats-sante.fr"), None),
        (Pool(PoolKind.WEB, "courrier-sante.fr"), "address"),
        (Pool(PoolKind.PHONE, "06 39 98 ## ##"), None),
    ],
)
def test_a_domain_is_asked_for(name_server: None, pool: Pool, problem: str | None) -> None:
    found = check_pool(pool)
    assert (found.problem is None) == (problem is None)
    if problem:
        assert problem in str(found.problem)
        assert found.remedy
