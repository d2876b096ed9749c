"""From one value of a pool back to its decoy, with the keys and the campaigns' recipes alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from honeytokens.decoys import pools
from honeytokens.decoys.maker import Maker, pool_key
from honeytokens.keys import Keyring
from honeytokens.model import Campaign, DecoyRef, Field, Pool, PoolKind

_FIELDS = {PoolKind.PHONE: Field.PHONE, PoolKind.LOCAL_ID: Field.LOCAL_ID}


@dataclass(frozen=True, slots=True)
class Trace:
    """A value that lies in a pool: its index in the pool's keyed order, and the decoy that was given it, if any."""

    pool: Pool
    index: int
    decoy: DecoyRef | None = None
    establishment: str | None = None


class Tracer:
    """Traces values of the pattern pools that some campaigns took their shares of."""

    def __init__(self, keyring: Keyring, campaigns: Sequence[Campaign]) -> None:
        self._keyring = keyring
        self._campaigns = [(campaign, frozenset(campaign.serials)) for campaign in campaigns]
        self._pools = dict.fromkeys(share.pool for campaign in campaigns for share in campaign.recipe.shares)

    def trace(self, value: str) -> Iterator[Trace]:
        """Yield the pools that a value, in any usual spelling, lies in."""
        for pool in self._pools:
            if pool.kind not in _FIELDS:
                continue
            index = pools.position(pool, pool_key(self._keyring, pool), value)
            if index is not None:
                given = (self._given(campaign, serials, pool, index) for campaign, serials in self._campaigns)
                yield next((trace for trace in given if trace), Trace(pool, index))

    def _given(self, campaign: Campaign, serials: frozenset[int], pool: Pool, index: int) -> Trace | None:
        """Return the trace to a campaign's decoy, if the campaign gave it this index of the pool."""
        shares = [share for share in campaign.recipe.shares if share.pool.kind is pool.kind]
        turn = next((turn for turn, share in enumerate(shares) if share.pool == pool), None)
        if turn is None or index < shares[turn].first:
            return None
        serial = (index - shares[turn].first) * len(shares) + turn
        if serial not in serials:
            return None
        # Not every decoy has a phone: one that has none was never given its number.
        value = Maker.of_campaign(self._keyring, campaign).identities([serial])[_FIELDS[pool.kind]][0]
        return Trace(pool, index, DecoyRef(campaign.name, serial), campaign.establishment) if value else None
