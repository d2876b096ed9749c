"""Keeping each campaign's manifest beside the registry, so that it can be backed up apart from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from honeytokens.errors import HomeError
from honeytokens.model import Campaign
from honeytokens.registry.manifest import Manifest, read_manifest, write_manifest
from honeytokens.workflows.home import MANIFESTS, Home


def keep_manifests(home: Home, campaigns: Iterable[Campaign], folder: Path | None = None) -> list[Path]:
    """Write the manifests of some campaigns, durably, into the home's folder or another; return their files."""
    folder = folder or home.path / MANIFESTS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise HomeError(f"{folder} cannot be made: {error.strerror}", "Free space or mend its folder") from error
    return [write_manifest(folder, _manifest(home, campaign), home.keyring) for campaign in campaigns]


def keep_missing(home: Home, campaigns: Iterable[Campaign]) -> None:
    """Write the manifests that are not in the home's folder: no decoy is planted that could not be made again."""
    folder = home.path / MANIFESTS
    keep_manifests(home, [c for c in campaigns if not (folder / _manifest(home, c).file_name()).exists()])


def check_manifest(home: Home, campaign: Campaign) -> None:
    """Read a campaign's manifest in the home's folder; raise ``ManifestError`` when it is missing or damaged."""
    read_manifest(home.path / MANIFESTS / _manifest(home, campaign).file_name(), home.keyring)


def _manifest(home: Home, campaign: Campaign) -> Manifest:
    return Manifest(
        campaign, home.registry.establishment(campaign.establishment), home.registry.system(campaign.system)
    )
