"""What an ordinary zone answers: the same for every name below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
        texts = self._records(question.name, zone, question.rdtype)
        if texts:
            kind = dns.rdatatype.HINFO if question.rdtype == dns.rdatatype.ANY else question.rdtype
            response.answer.append(dns.rrset.from_text_list(question.name, _TTL, "IN", kind, texts))
        else:
            response.authority.append(dns.rrset.from_text(zone, _TTL, "IN", "SOA", _soa(zone)))
        return response

    def _records(self, name: dns.name.Name, zone: dns.name.Name, kind: dns.rdatatype.RdataType) -> list[str]:
        """Return the records of a name as zone files write them; none where the name has no such record."""
        at_apex = name == zone
        everywhere = {
            dns.rdatatype.A: list(self.v4),
            dns.rdatatype.AAAA: list(self.v6),
            dns.rdatatype.MX: [f"10 mail.{zone}"],
            dns.rdatatype.ANY: ['"RFC8482" ""'],
        }
        apex = {
            dns.rdatatype.SOA: [_soa(zone)],
            dns.rdatatype.NS: [f"ns1.{zone}", f"ns2.{zone}"],
            dns.rdatatype.TXT: ['"v=spf1 -all"'],
        }
        return everywhere.get(kind) or (apex.get(kind, []) if at_apex else [])


def _soa(zone: dns.name.Name) -> str:
    return f"ns1.{zone} hostmaster.{zone} {_SERIAL} 7200 3600 1209600 {_TTL}"
