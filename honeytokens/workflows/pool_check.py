"""Checking, over the network, that owned domains do what decoys need. Run only when the operator asks."""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.resolver

from honeytokens.model import Pool, PoolKind

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class PoolFinding:
    """What is known of one pool: ``problem`` is ``None`` when nothing is wrong, ``remedy`` what to do otherwise."""

    pool: Pool
    problem: str | None
    remedy: str | None


def check_pool(pool: Pool) -> PoolFinding:
    """Ask the DNS whether mail for a mail domain, or a visit to a web domain, would reach somebody.

    Phone and local identifier pools cannot be checked from here: their finding says so by having no problem.
    """
    if pool.kind is PoolKind.MAIL and not _answers(pool.value, "MX"):
        return PoolFinding(pool, "has no MX record: mail to decoys is lost", "Add one that names your callback server")
    if pool.kind is PoolKind.WEB and not (_answers(pool.value, "A") or _answers(pool.value, "AAAA")):
        return PoolFinding(pool, "has no address record: visits are lost", "Add one that names your callback server")
    return PoolFinding(pool, None, None)


def _answers(domain: str, kind: str) -> bool:
    try:
        return len(dns.resolver.resolve(domain, kind, lifetime=_SECONDS)) > 0
    except dns.exception.DNSException:
        return False
