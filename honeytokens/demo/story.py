"""The whole story, from the planting to the opened link, and its comparison with the truth.

The truth never leaves this process: it is drawn here, kept in memory, and held against the verdict only when that is
known.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from honeytokens.demo import reading
from honeytokens.demo.beacon import Heard, open_link
from honeytokens.demo.hospital import Hospital
from honeytokens.demo.replay import Clock, Scale, first_day, live, set_up
from honeytokens.demo.seed import Seed
from honeytokens.demo.thief import Leak, steal
from honeytokens.files import replacing
from honeytokens.locks import PassphraseLock
from honeytokens.model import DecoyRef, ScanResult, Standing, Verdict
from honeytokens.reports import load, render
from honeytokens.workflows.home import Home

REPORT = "demo-report.html"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
_MEMORY_NEEDED = 200_000_000


@dataclass(frozen=True, slots=True)
class Planted:
    """What the months before the leak left behind."""

    host_patients: int
    decoys: int
    new_streets: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the demo knows: the theft, and the decoys that the sample holds, in order."""

    leak: Leak
    establishments: tuple[str, ...]
    decoys: tuple[DecoyRef, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A stolen link that was opened: whose it truly was, whether it stood in the sample, and what the service heard."""

    decoy: DecoyRef
    establishment: str
    in_sample: bool
    heard: Heard

    @property
    def right(self) -> bool:
        """Return whether the service named the right decoy and establishment, and a true alert told the latter."""
        hit, alert = self.heard.hit, self.heard.alert
        return (
            hit["decoy"] == str(self.decoy)
            and hit["establishment"] == self.establishment
            and alert is not None
            and alert.signature_verified
            and alert.body["data"]["hit"] == hit["hit"]
            and alert.body["data"]["establishment"] == self.establishment
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The story that was told: the truth and the verdict, side by side."""

    seed: int
    published: datetime
    planted: Planted
    truth: Truth
    result: ScanResult
    verdict: Verdict
    opened: Opened | None
    report: Path | None
    kept: Path | None
    seconds: float

    @property
    def found(self) -> frozenset[DecoyRef]:
        """Return the decoys that the scan found and that are in the sample."""
        return self._hits & frozenset(self.truth.decoys)

    @property
    def wrong(self) -> frozenset[DecoyRef]:
        """Return the decoys that the scan found and that are not in the sample."""
        return self._hits - frozenset(self.truth.decoys)

    @property
    def missed(self) -> frozenset[DecoyRef]:
        """Return the decoys of the sample that the scan did not find."""
        return frozenset(self.truth.decoys) - self._hits

    @property
    def leads(self) -> frozenset[DecoyRef]:
        """Return the missed decoys that the scan gives as leads, too weak to count."""
        return self.missed & frozenset(lead.decoy for lead in self.result.leads)

    @property
    def _hits(self) -> frozenset[DecoyRef]:
        return frozenset(hit.decoy for hit in self.result.hits)

    def standing_right(self, establishment: str, standing: Standing) -> bool | None:
        """Return whether a standing agrees with the truth; ``None`` when it leaves the question open."""
        if standing is Standing.UNDECIDED:
            return None
        return (standing is Standing.INCLUDED) == (establishment in self.truth.establishments)

    @property
    def time_right(self) -> bool | None:
        """Return whether the theft lies in the window; ``None`` without a window."""
        window = self.verdict.window
        if window is None:
            return None
        at = self.truth.leak.at
        return (window.earliest is None or window.earliest <= at) and (window.latest is None or at < window.latest)

    @property
    def right(self) -> bool:
        """Return whether nothing that the verdict and the service say is against the truth."""
        standings = [self.standing_right(e.establishment, e.standing) for e in self.verdict.establishments]
        opened = self.opened is None or self.opened.right
        return not self.wrong and self.time_right is not False and False not in standings and opened


def run_demo(
    seed: Seed,
    *,
    now: datetime | None = None,
    scale: Scale | None = None,
    folder: Path | None = None,
    callback: bool = True,
    keep: bool = False,
    on_step: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Tell one story that ends at ``now`` (default: this moment), and return the truth beside the verdict.

    The HTML report is written to ``folder``, where given; ``callback`` opens a stolen link at the end; ``keep`` leaves
    the temporary folder, with the passphrase in it. ``on_step`` hears what begins. Raises ``HoneytokensError``.
    """
    begun = time.monotonic()
    now, scale = now or datetime.now(UTC), scale or Scale()
    passphrase = secrets.token_urlsafe(24).encode()
    with _workplace(keep=keep) as place:
        home, database, sample = place / "home", place / "hospital.db", place / "leak" / "sample.csv"
        planted, truth = _before(home, database, passphrase, seed, now, scale, on_step)
        sample.parent.mkdir()
        sample.write_bytes(truth.leak.content)
        on_step("Scanning the sample")
        with reading.unnamed(database):
            document = reading.scan(sample, home, passphrase, place / "elsewhere", now)
        result, verdict = load(document)
        report = None
        if folder is not None:
            report = folder.absolute() / REPORT
            with replacing(report, force=True) as stream:
                stream.write(render("html", verdict, result).encode())
        opened = None
        if callback:
            on_step("Opening a stolen link")
            opened = _open_stolen_link(truth, home, passphrase, place / "callback")
        if keep:
            for name, content in (("passphrase", passphrase), ("scan.json", document.encode())):
                with replacing(place / name, force=False) as stream:
                    stream.write(content)
    return Outcome(
        seed=seed.number,
        published=now,
        planted=planted,
        truth=truth,
        result=result,
        verdict=verdict,
        opened=opened,
        report=report,
        kept=place if keep else None,
        seconds=time.monotonic() - begun,
    )


@contextmanager
def _workplace(*, keep: bool) -> Iterator[Path]:
    """Give a private folder, and remove it at the end unless it is to be kept.

    It is in memory where the system has room there and ``TMPDIR`` names no other place: planting makes thousands of
    durable writes, for which a slow disk would take its time.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED
    in_memory = roomy and not keep and "TMPDIR" not in os.environ
    place = Path(tempfile.mkdtemp(prefix="honeytokens-demo-", dir=_MEMORY if in_memory else None))
    try:
        yield place
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    if not keep:
        shutil.rmtree(place)


def _before(
    path: Path,
    database: Path,
    passphrase: bytes,
    seed: Seed,
    now: datetime,
    scale: Scale,
    on_step: Callable[[str], None],
) -> tuple[Planted, Truth]:
    """Let the months before the leak pass, theft included."""
    dice = seed.dice("calendar")
    start = first_day(now, scale.days)
    theft = start + timedelta(minutes=dice.randrange(scale.quiet_days * 24 * 60, (scale.days - 2) * 24 * 60))
    clock = Clock(seed.dice("clock"), start)
    leaks: list[Leak] = []
    with ExitStack() as stack:
        on_step("Inventing a hospital group")
        hospital = stack.enter_context(Hospital(database, seed, scale.patients_each, start.date(), scale.days))
        on_step("Choosing decoys")
        home = stack.enter_context(set_up(path, passphrase, hospital, seed, clock, scale))
        on_step(f"Living through {scale.days} days")
        live(
            home,
            hospital,
            clock,
            dice=dice,
            start=start,
            days=scale.days,
            theft=theft,
            steal=lambda at: leaks.append(steal(database, seed, at, scale.sample_rows)),
        )
        return _planted(home, hospital), _truth(home, leaks[0])


def _planted(home: Home, hospital: Hospital) -> Planted:
    placements = [placement for placement in home.registry.placements() if placement.stamps]
    moments = [stamp.since for placement in placements for stamp in placement.stamps[:1]]
    return Planted(
        host_patients=hospital.count() - len(placements),
        decoys=len(placements),
        new_streets=sum(len(placement.stamps) - 1 for placement in placements),
        first=min(moments),
        last=max(moments),
    )


def _truth(home: Home, leak: Leak) -> Truth:
    sampled = set(leak.keys)
    decoys = [p.ref for p in home.registry.placements() if p.rows and p.rows[0].key in sampled]
    return Truth(leak, tuple(sorted(site.name for site in leak.sites)), tuple(sorted(decoys)))


def _open_stolen_link(truth: Truth, home: Path, passphrase: bytes, folder: Path) -> Opened | None:
    """Open the link of a decoy: one of the sample where links survived, else one of the whole export."""
    leak = truth.leak
    with Home.open(home, PassphraseLock(passphrase)) as opened:
        stolen = {p.rows[0].key: p for p in opened.registry.placements() if p.rows and p.rows[0].key in leak.links}
    in_sample = [key for key in leak.keys if key in stolen] if "lien_resultats" in leak.columns else []
    keys = in_sample or sorted(key for key in stolen)
    if not keys:
        return None
    placement = stolen[keys[0]]
    heard = open_link(leak.links[keys[0]], home, passphrase, folder)
    return Opened(placement.ref, placement.establishment, bool(in_sample), heard)
