"""Response rate limiting: what a forged source address can be made to receive.

After "DNS Response Rate Limiting" (ISC-TN-2012-1): beyond the rate, answers to one network are dropped, but every
second one is sent cut short, so that a true resolver comes back over TCP, where addresses cannot be forged.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field

_NETWORKS = 20_000
"""That are remembered; the one that was silent longest is forgotten first."""


@dataclass(slots=True)
class ResponseRates:
    """A bucket of answers for each network, /24 or /56, filled by ``rate`` a second up to one second's worth."""

    rate: int
    _buckets: OrderedDict[str, tuple[float, float, int]] = field(default_factory=OrderedDict)

    def verdict(self, address: str, now: float) -> str:
        """Return ``send``, ``cut`` or ``drop`` for one answer at ``now``, in seconds of a steady clock."""
        network = _network(address)
        left, since, over = self._buckets.pop(network, (float(self.rate), now, 0))
        left = min(float(self.rate), left + (now - since) * self.rate)
        if left >= 1:
            self._buckets[network] = (left - 1, now, 0)
            return "send"
        self._buckets[network] = (left, now, over + 1)
        while len(self._buckets) > _NETWORKS:
            self._buckets.popitem(last=False)
        return "cut" if over % 2 == 0 else "drop"


def _network(address: str) -> str:
    if ":" not in address:
        return address.rpartition(".")[0]
    packed = ipaddress.IPv6Address(address.partition("%")[0]).packed
    return packed[:7].hex()
