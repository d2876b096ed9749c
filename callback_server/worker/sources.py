"""Who is behind a sighting: the address that connected, or the one that a declared proxy vouches for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from callback_server.sighting import Sighting

Network = IPv4Address | IPv6Address


def source_of(sighting: Sighting, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """Return the true source of a sighting, as far as is known.

    Headers are believed only of declared proxies: from the last hop backwards (RFC 7239, 7.4), the first address that
    is no proxy of ours is the source. What stands before it could have been written by anybody.
    """
    hops = list(_forwarded(sighting))
    source = _address(sighting.peer)
    while source is not None and any(source in network for network in proxies if network.version == source.version):
        if not hops:
            break
        source = _address(hops.pop())
    return str(source) if source is not None else sighting.peer


def _forwarded(sighting: Sighting) -> Iterator[str]:
    """Yield the addresses that headers give, the farthest first."""
    proxied = sighting.header("proxied-for")
    if proxied is not None:  # by the connection itself, so nearer than any header
        yield from _in_headers(sighting)
        yield proxied
        return
    yield from _in_headers(sighting)


def _in_headers(sighting: Sighting) -> Iterator[str]:
    standard = [value for name, value in sighting.headers if name == "forwarded"]
    if standard:
        for element in ",".join(standard).split(","):
            for pair in element.split(";"):
                name, _, value = pair.strip().partition("=")
                if name.lower() == "for":
                    yield value.strip().strip('"')
        return
    for value in (value for name, value in sighting.headers if name == "x-forwarded-for"):
        yield from (hop.strip() for hop in value.split(","))


def _address(text: str) -> Network | None:
    """Return an address with or without port and brackets; ``None`` for a name or an obfuscated identifier."""
    bare = text.partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
