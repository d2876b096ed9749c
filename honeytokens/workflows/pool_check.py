"""Checking, over the network, that owned domains do what decoys need. Run only when the operator asks.

The DNS is asked through this machine's resolvers, and owned web addresses for their certificate; nobody else is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import dns.exception
import dns.resolver

from honeytokens.model import Pool, PoolKind
from honeytokens.workflows.certificates import HTTPS, certificate_of

_SECONDS = 5.0
_SOON_DAYS = 21


class Level(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    UNKNOWN = "unknown"
    """Cannot be told from here; the remedy says how to tell."""
    WARNING = "warning"
    PROBLEM = "problem"
    """Decoys of this pool are not heard, or not believed."""


@dataclass(frozen=True, slots=True)
class PoolFinding:
    """One thing that is known of a pool, or cannot be; ``remedy`` says what to do, where there is something to do."""

    pool: Pool
    check: str
    level: Level
    says: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """How the network is asked: ``resolver`` and the port of HTTPS are other ones in tests alone."""

    resolver: dns.resolver.Resolver = field(default_factory=dns.resolver.get_default_resolver)
    https: int = HTTPS
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def records(self, name: str, kind: str) -> list[str] | None:
        """Return a name's records, ``None`` when nobody could tell."""
        try:
            return [str(each) for each in self.resolver.resolve(name, kind, lifetime=_SECONDS)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException:
            return None

    def addresses(self, name: str) -> list[str]:
        """Return a name's addresses."""
        return [*(self.records(name, "A") or ()), *(self.records(name, "AAAA") or ())]


def check_pool(pool: Pool, network: Network | None = None) -> list[PoolFinding]:
    """Return what can be told of a pool, and what cannot."""
    return list(_CHECKS[pool.kind](pool, network or Network()))


def _mail(pool: Pool, network: Network) -> Iterator[PoolFinding]:
    found = network.records(pool.value, "MX")
    if found is None:
        yield _unanswered(pool, "mx")
        return
    hosts = [record.split()[-1] for record in found]
    if hosts == ["."]:
        yield PoolFinding(pool, "mx", Level.PROBLEM, "says that it takes no mail (RFC 7505)", _NAME_US)
    elif not hosts:
        yield PoolFinding(pool, "mx", Level.PROBLEM, "has no MX record: mail to decoys is lost", _NAME_US)
    for host in hosts if hosts != ["."] else []:
        addresses = network.addresses(host)
        if not addresses:
            yield PoolFinding(pool, "mx", Level.PROBLEM, f"its mail server {host} has no address", _NAME_US)
        else:
            yield _reached(pool, "mx", f"mail goes to {host} ({', '.join(addresses)})", addresses)
    yield _registration(pool)


def _web(pool: Pool, network: Network) -> Iterator[PoolFinding]:
    addresses = network.addresses(pool.value)
    if not addresses:
        kind = Level.UNKNOWN if network.records(pool.value, "A") is None else Level.PROBLEM
        yield PoolFinding(pool, "dns", kind, "has no address record: visits are lost", _NAME_US)
    else:
        yield _reached(pool, "dns", f"visits go to {', '.join(addresses)}", addresses)
        yield from _certificate(pool, addresses[0], network)
    yield _registration(pool)


def _certificate(pool: Pool, address: str, network: Network) -> Iterator[PoolFinding]:
    found = certificate_of(pool.value, address, network.https)
    if found is None:
        says = f"nothing answers HTTPS at {address}, and links of decoys begin with https"
        yield PoolFinding(pool, "certificate", Level.PROBLEM, says, "Let your reverse proxy answer on port 443")
        return
    left = (found.ends - network.now()).days
    if found.distrusted is not None:
        says = f"its certificate is not trusted ({found.distrusted}): browsers and scanners turn away"
        yield PoolFinding(pool, "certificate", Level.PROBLEM, says, "Have one issued for this name")
    elif left < _SOON_DAYS:
        says = f"its certificate ends in {left} days"
        yield PoolFinding(pool, "certificate", Level.WARNING, says, "Renew it, by itself if you can")
    else:
        yield PoolFinding(pool, "certificate", Level.OK, f"its certificate is trusted for {left} days more")
    named = [name for name in found.names if not name.startswith("*.")]
    hosts = [name for name in named if name.count(".") > 1]
    if hosts:
        says = f"certificate-transparency logs publish {', '.join(hosts)}: whoever watches them finds these hosts"
        remedy = f"Have a wildcard (*.{hosts[0].partition('.')[2]}) issued, by DNS-01"
        yield PoolFinding(pool, "transparency", Level.WARNING, says, remedy)
    else:
        yield PoolFinding(pool, "transparency", Level.OK, "its certificate publishes no host name")


def _phone(pool: Pool, _network: Network) -> Iterator[PoolFinding]:
    yield PoolFinding(
        pool,
        "answer",
        Level.UNKNOWN,
        "what answers its numbers cannot be told from here",
        "Call a number of it that a planted decoy has: within a minute your operator's webhook must bring a hit of "
        "channel hook (GET /api/hits?channel=hook); if not, look at hook_secret_files and the operator's log",
    )


def _local_id(pool: Pool, _network: Network) -> Iterator[PoolFinding]:
    yield PoolFinding(pool, "none", Level.OK, "identifiers are heard of in leaks alone")


_CHECKS: Mapping[PoolKind, Callable[[Pool, Network], Iterator[PoolFinding]]] = {
    PoolKind.MAIL: _mail,
    PoolKind.WEB: _web,
    PoolKind.PHONE: _phone,
    PoolKind.LOCAL_ID: _local_id,
}
_NAME_US = "Add a record that names your callback server"


def _reached(pool: Pool, check: str, says: str, addresses: list[str]) -> PoolFinding:
    """Return that a name leads somewhere; an address that nobody outside can reach is a problem."""
    if all(not ipaddress.ip_address(address).is_global for address in addresses):
        return PoolFinding(pool, check, Level.WARNING, f"{says}: no address that is reached from outside", _NAME_US)
    return PoolFinding(pool, check, Level.OK, says)


def _registration(pool: Pool) -> PoolFinding:
    return PoolFinding(
        pool,
        "registration",
        Level.UNKNOWN,
        "when its registration ends is not asked: only a third party could tell",
        "Have your registrar renew it by itself, and note its date: who buys a lapsed domain hears your decoys",
    )


def _unanswered(pool: Pool, check: str) -> PoolFinding:
    return PoolFinding(
        pool, check, Level.UNKNOWN, "the DNS did not answer", "Try again; look at this machine's resolver"
    )
