"""Reading a leak, offline: which decoys are in it, and what that proves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from honeytokens import scanning
from honeytokens.attribution import judge
from honeytokens.decoys import known_decoys
from honeytokens.model import Hit, KnownDecoys, Placement, ScanResult, Verdict
from honeytokens.workflows.home import Home


def scan(
    home: Home,
    paths: Sequence[Path],
    *,
    language: str = "en",
    on_progress: Callable[[int], None] | None = None,
) -> tuple[ScanResult, Verdict]:
    """Scan files and folders for every decoy ever planted, and judge what was found.

    ``on_progress`` is given bytes as they are read. Nothing is kept of the files but what matched decoys; no hospital
    system is asked and nothing is sent anywhere. What cannot be read, a path that is not there too, is in ``unread``.
    """
    placements = home.registry.placements()
    result = scanning.scan(paths, known(home, placements), _key(home), on_progress=on_progress)
    patients = {campaign.establishment: campaign.host_patients for campaign in home.registry.campaigns()}
    return result, judge(result, placements, now=home.now(), host_patients=patients, language=language)


def whois(home: Home, values: Sequence[str]) -> tuple[list[Hit], list[Hit]]:
    """Return the decoys to whom values, taken together as one record, belong: hits and leads."""
    return scanning.match_values(values, known(home, home.registry.placements()), _key(home))


def known(home: Home, placements: Sequence[Placement]) -> KnownDecoys:
    """Return what a scan looks for: the decoys of which a row was ever written, in all their versions."""
    groups = []
    for campaign in home.registry.campaigns():
        written = [p for p in placements if p.ref.campaign == campaign.name and p.rows]
        versions = 1 + max((_last_version(placement) for placement in written), default=0)
        serials = [placement.ref.serial for placement in written]
        groups.append((home.maker(campaign), campaign.establishment, serials, versions))
    return known_decoys(groups)


def _last_version(placement: Placement) -> int:
    return max([placement.intended_version or 0, *(stamp.version for stamp in placement.stamps)])


def _key(home: Home) -> bytes:
    return home.keyring.subkey("fingerprints")
