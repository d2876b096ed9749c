"""From the spool to the store: open, attribute, store durably, and only then drop from the spool."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from callback_server.attributor import Attributor
from callback_server.errors import UnreadableSightingError
from callback_server.sealing import Opener
from callback_server.sighting import Sighting, split_group
from callback_server.spool import Spool
from callback_server.store import Explained, Store
from callback_server.worker.explain import Explainer

_BATCH = 16
"""Groups; a front seals up to 256 sightings together."""
_LOOKED_AT_AGAIN = 10_000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Drain:
    """Explains what the front heard. One thread at a time.

    A process that dies between the two commits leaves sightings in the spool that are in the store already; the store
    keeps each once. A group that cannot be opened, or not to its end, stays in the spool, is counted in ``unopened``,
    and is tried again at each start.
    """

    spool: Spool
    opener: Opener
    store: Store
    attributor: Attributor
    explainer: Explainer
    unopened: int = 0
    _beyond: int = 0

    def once(self) -> bool:
        """Explain the oldest sightings; return whether there were any. May raise ``sqlite3.Error``."""
        rows = self.spool.take(self._beyond, _BATCH)
        opened: list[Explained] = []
        done: list[int] = []
        for number, sealed in rows:
            try:
                for encoded in split_group(self.opener.open(sealed)):
                    opened += self.explainer.explain(Sighting.decode(encoded), self.attributor)
            except UnreadableSightingError as error:
                _log.error("group %d of sightings stays in the spool: %s", number, error)
                self.unopened += 1
                self._beyond = number
            else:
                done.append(number)
        new = self.store.add(opened)
        self.spool.drop(done)
        if new:
            _log.info("%d new hits", new)
        return bool(rows)

    def hand_over(self, sighting: Sighting) -> None:
        """Explain and store a sighting that came by the API."""
        self.store.add(self.explainer.explain(sighting, self.attributor))

    def learn(self, attributor: Attributor) -> None:
        """Attribute by ``attributor`` from now on, and look again at recent sightings that betrayed no known decoy."""
        if attributor == self.attributor:
            return
        self.attributor = attributor
        for sighting in self.store.unattributed(_LOOKED_AT_AGAIN):
            for item in self.explainer.explain(sighting, attributor):
                if item.attributions:
                    self.store.credit(item)
