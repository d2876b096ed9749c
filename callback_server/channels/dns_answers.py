"""What an ordinary zone answers: the same for every name below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_TTL = 300
_PAYLOAD = 1_232
_SERIAL = 2_026_010_101
_META = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR, dns.rdatatype.MAILA, dns.rdatatype.MAILB})


@dataclass(frozen=True, slots=True)
class Zones:
    """Owned zones, the longest name first, and the addresses that every name of them has."""

    names: tuple[dns.name.Name, ...]
    v4: tuple[str, ...]
    v6: tuple[str, ...]

    @classmethod
    def of(cls, zones: Sequence[str], addresses: Sequence[str]) -> Zones:
        """Return the zones of these domain names."""
        names = sorted((dns.name.from_text(zone) for zone in zones), key=len, reverse=True)
        v4 = tuple(address for address in addresses if ":" not in address)
        return cls(tuple(names), v4, tuple(address for address in addresses if ":" in address))

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Return the answer to a query of one question; names that are not ours are refused."""
        question = query.question[0]
        # A wildcard record lies in every zone, so ANY is answered as RFC 8482 has it and transfers are refused.
        response = dns.message.make_response(query, our_payload=_PAYLOAD)
        if query.edns > 0:
            response.set_rcode(dns.rcode.BADVERS)
            return response
        zone = next((name for name in self.names if question.name.is_subdomain(name)), None)
        if zone is None or question.rdclass != dns.rdataclass.IN or question.rdtype in _META:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        response.flags |= dns.flags.AA
        records = _records(self, zone, question.name == zone, question.rdtype)
        if records:
            response.answer.append(dns.rrset.from_rdata_list(question.name, _TTL, records))
        else:
            soa = _records(self, zone, True, dns.rdatatype.SOA)
            response.authority.append(dns.rrset.from_rdata_list(zone, _TTL, soa))
        return response


@lru_cache(1_024)
def _records(
    zones: Zones, zone: dns.name.Name, at_apex: bool, kind: dns.rdatatype.RdataType
) -> tuple[dns.rdata.Rdata, ...]:
    """Return the records of a kind that a zone's top, or every name below it, has; none where it has no such record.

    They are the same for every question, and made once.
    """
    everywhere = {
        dns.rdatatype.A: zones.v4,
        dns.rdatatype.AAAA: zones.v6,
        dns.rdatatype.MX: (f"10 mail.{zone}",),
        dns.rdatatype.ANY: ('"RFC8482" ""',),
    }
    apex = {
        dns.rdatatype.SOA: (f"ns1.{zone} hostmaster.{zone} {_SERIAL} 7200 3600 1209600 {_TTL}",),
        dns.rdatatype.NS: (f"ns1.{zone}", f"ns2.{zone}"),
        dns.rdatatype.TXT: ('"v=spf1 -all"',),
    }
    texts = everywhere.get(kind) or (apex.get(kind, ()) if at_apex else ())
    written = dns.rdatatype.HINFO if kind == dns.rdatatype.ANY else kind
    return tuple(dns.rdata.from_text(dns.rdataclass.IN, written, text) for text in texts)
