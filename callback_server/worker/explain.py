"""One sighting explained: whose signature, which decoys, from where, news or noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from callback_server.attributor import Attribution, Attributor
from callback_server.candidates import VERIFIED
from callback_server.sealing import Opener
from callback_server.sighting import Sighting
from callback_server.store import Explained
from callback_server.worker.classify import Classifier
from callback_server.worker.hooks import Hooks
from callback_server.worker.places import Places
from callback_server.worker.read_rows import is_reads, rows_read
from callback_server.worker.sources import source_of


@dataclass(frozen=True, slots=True)
class Explainer:
    """Everything that is known without asking anybody."""

    hooks: Hooks
    opener: Opener
    proxies: Sequence[IPv4Network | IPv6Network]
    places: Places
    classifier: Classifier
    bulk_rows: int = 1_000
    """Of unnamed rows read at once, from which on it is news."""

    def explain(self, sighting: Sighting, attributor: Attributor) -> list[Explained]:
        """Return a sighting with all that is to be stored beside it; a delivery of reads gives one for each read."""
        read = self.hooks.read(sighting)
        if read.channel == "hook" and read.header(VERIFIED) is not None and is_reads(read):
            return [self._whole(*each) for each in rows_read(read, self.opener, attributor, self.bulk_rows)]
        return [self._whole(read, attributor.attribute(read))]

    def _whole(self, sighting: Sighting, attributions: tuple[Attribution, ...]) -> Explained:
        source = source_of(sighting, self.proxies)
        return Explained(
            sighting,
            attributions,
            self.classifier.noise(sighting, source, attributions),
            source,
            self.places.of(source) if attributions else {},
        )
