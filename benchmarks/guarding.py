"""The arrival guard over a million simulated arrivals and five hundred near-homonyms."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

from honeytokens.decoys import Maker, digest_of_data
from honeytokens.fingerprints import fold
from honeytokens.keys import Keyring
from honeytokens.model import Campaign, DecoyRef, Placement, PlacementState, Recipe, WrittenRow
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.arrivals import arrivals
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import head_of

ARRIVALS, NEAR, DECOYS = 1_000_000, 500, 10_000
_STARTS = datetime(2026, 3, 1, 8, tzinfo=UTC)


def run() -> None:
    """Print how long a tick looks, and how many of the near-homonyms it finds."""
    keyring = Keyring((bytes(range(32)),))
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", _STARTS.date())
    campaign = Campaign(
        "0" * 16, "spring", 1, "north", "his", recipe, tuple(range(DECOYS)), _STARTS, _STARTS, timedelta(), None, 0
    )
    maker = Maker.of_campaign(keyring, campaign)
    placements = [
        Placement(
            n, DecoyRef("spring", n), "north", "his", _STARTS, PlacementState.PLANTED, (WrittenRow("p", "id", n, {}),)
        )
        for n in range(DECOYS)
    ]
    home = SimpleNamespace(maker=lambda _: maker, registry=SimpleNamespace(campaign=lambda _: campaign))
    people = list(maker.identities(range(NEAR)).select("surname", "first_name", "birth_date").iter_rows())

    def names() -> Iterator[tuple[str, str, str, date]]:
        for n in range(ARRIVALS):
            yield f"a{n}", f"#{n}", "Luc", date(1930 + n % 95, 1 + n % 12, 1 + n % 28)
        for n, (surname, first_name, born) in enumerate(people):
            yield f"h{n}", head_of(fold(surname)).upper() + "zzyx", first_name, born

    adapter = SimpleNamespace(host_names=names)
    begun = time.perf_counter()
    found = arrivals(cast("Home", home), cast("HospitalAdapter", adapter), placements)
    seconds = time.perf_counter() - begun
    missed = sum(n not in found for n in range(NEAR))
    print(f"{ARRIVALS:,} arrivals beside {DECOYS:,} decoys: {seconds:.1f} s; {NEAR} near-homonyms, {missed} missed")
