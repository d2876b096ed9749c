"""One sighting explained: whose signature, which decoys, from where, news or noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from callback_server.attributor import Attributor
from callback_server.sighting import Sighting
from callback_server.store import Explained
from callback_server.worker.classify import Classifier
from callback_server.worker.hooks import Hooks
from callback_server.worker.places import Places
from callback_server.worker.sources import source_of


@dataclass(frozen=True, slots=True)
class Explainer:
    """Everything that is known without asking anybody."""

    hooks: Hooks
    proxies: Sequence[IPv4Network | IPv6Network]
    places: Places
    classifier: Classifier

    def explain(self, sighting: Sighting, attributor: Attributor) -> Explained:
        """Return a sighting with all that is to be stored beside it."""
        read = self.hooks.read(sighting)
        attributions = attributor.attribute(read)
        source = source_of(read, self.proxies)
        return Explained(
            read,
            attributions,
            self.classifier.noise(read, source, attributions),
            source,
            self.places.of(source) if attributions else {},
        )
