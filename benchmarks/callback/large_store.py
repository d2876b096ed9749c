"""Fill a worker's store with many hits and incidents, as the worker itself would write them.

``python -m benchmarks.callback.large_store FOLDER`` makes FOLDER with a home, its passphrase and a data folder that
holds 1,000,000 hits and 200 incidents over the last year, then prints how to run the service on them. Some minutes.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from callback_server.attributor import Attribution
from callback_server.noise import Noise
from callback_server.settings import Settings
from callback_server.sighting import Sighting, new_id
from callback_server.store import Explained, SqliteOutbox, SqliteStore
from callback_server.worker.keys import WorkerKeys
from honeytokens.locks import PassphraseLock
from honeytokens.model import DecoyRef
from honeytokens.workflows.home import Home

SEED = 20261127
_PASSPHRASE = b"correct horse battery staple"
_BATCH = 5_000
_ESTABLISHMENTS = [f"Hôpital {number}" for number in range(1, 21)]
_BURST = timedelta(hours=12)
_YEAR = timedelta(days=360)
_NOISE = (Noise("link_preview", "Slackbot"), Noise("crawler", "Googlebot"), Noise("own_use", "audit"))
_REASONS = {"http": "web_link", "dns": "dns_name", "smtp": "mail"}


def explained(hits: int, incidents: int, now: datetime) -> Iterator[Explained]:
    """Yield sightings by time: a burst for each incident; of each five, one that betrays no decoy, two of noise.

    Bursts are so far apart, and so unlike in decoys, sources and establishments, that each is an incident of its own.
    """
    chance = random.Random(SEED)
    each = hits // incidents
    for incident in range(incidents):
        start = now - _YEAR + _YEAR * (incident / incidents)
        site = _ESTABLISHMENTS[incident % len(_ESTABLISHMENTS)]
        decoys = 1 + incident % 7
        for number in range(each):
            at = start + _BURST * (number / each)
            channel = chance.choice(list(_REASONS))
            source = f"2001:db8:{incident:x}::{chance.randrange(1, 40):x}"
            serial = incident * 10 + chance.randrange(decoys)
            found = Attribution(DecoyRef(f"campaign-{incident % 12}", serial), site, 59.0, _REASONS[channel])
            noise = chance.choice(_NOISE) if number and chance.random() < 0.5 else None
            yield Explained(_sighting(at, channel, source), (found,), noise, source, {"country": "FR"})
            if chance.random() < 0.25:
                yield Explained(_sighting(at, channel, source), (), None, source)


def _sighting(at: datetime, channel: str, source: str) -> Sighting:
    headers = (("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),)
    path = f"/{new_id()[:12]}"
    return Sighting(new_id(), at, channel, source, 40_000, "GET", "img.hopital-exemple.fr", path, "", headers)


def fill(folder: Path, hits: int, incidents: int) -> None:
    """Make the folder and fill its store; the last hundredth of the alerts still waits."""
    with Home.create(folder / "home", PassphraseLock(_PASSPHRASE)):
        pass
    secret = folder / "passphrase"
    secret.touch(0o600)
    secret.write_bytes(_PASSPHRASE)
    path = Settings(data_dir=folder / "data").store_path
    keys = WorkerKeys.open(folder / "home", PassphraseLock(_PASSPHRASE))
    with (
        closing(SqliteStore(path, keys.box, keys.rows)) as store,
        closing(SqliteOutbox(path)) as outbox,
    ):
        store.tell(["webhook"], [])
        now = datetime.now(UTC)
        items = explained(hits, incidents, now)
        written = 0
        while batch := list(islice(items, _BATCH)):
            written += store.add(batch)
            if written < hits * 0.99:
                outbox.delivered([one.number for one in outbox.lease("webhook", now + _YEAR, _BURST, 2 * _BATCH)])


def main() -> None:
    """Read the command line, fill, and say how to run the service."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hits", type=int, default=1_000_000)
    parser.add_argument("--incidents", type=int, default=200)
    given = parser.parse_args()
    folder = given.folder.absolute()
    started = time.monotonic()
    fill(folder, given.hits, given.incidents)
    print(f"{given.hits} hits and {given.incidents} incidents in {time.monotonic() - started:.0f} s")
    print(f"callback-server run --home {folder}/home --data-dir {folder}/data --passphrase-file {folder}/passphrase")


if __name__ == "__main__":
    main()
