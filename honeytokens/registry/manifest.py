"""Campaign manifests: what makes a campaign again when the registry is lost, one sealed file each.

A manifest holds everything that a campaign's decoys are a function of beside the keyring: the recipe with the digest
of the locale's data, the pools' shares, and the serials that were skipped; besides, the calendar, the establishment
and the system. It names no decoy and no placement, and changes only when the system's
address or mapping, or the establishment's practitioners do.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path

from honeytokens.errors import ManifestError
from honeytokens.files import replacing
from honeytokens.keys import Keyring
from honeytokens.model import Campaign, Establishment, HospitalSystem
from honeytokens.registry.codec import decode, encode
from honeytokens.sealing import Box

SUFFIX = ".manifest"
_FORMAT = "honeytokens-manifest"
_VERSION = 2
"""Version 1 had neither policies nor practitioners in its recipe: their defaults make the same decoys."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One campaign, with the establishment and the system that it is for."""

    campaign: Campaign
    establishment: Establishment
    system: HospitalSystem

    def file_name(self) -> str:
        """Return the name of its file, the same whenever it is written."""
        return f"{self.campaign.id}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class _Content:
    """What is sealed: the campaign without its serials, which are the first ``decoys`` that are not ``skipped``."""

    manifest: Manifest
    decoys: int
    skipped: tuple[int, ...]


def write_manifest(folder: Path, manifest: Manifest, keyring: Keyring) -> Path:
    """Write a manifest into a folder, in place of an earlier one of the campaign; raise ``OutputError`` on failure."""
    campaign = manifest.campaign
    used = set(campaign.serials)
    skipped = tuple(serial for serial in range(max(used) + 1) if serial not in used)
    content = _Content(replace(manifest, campaign=replace(campaign, serials=())), len(used), skipped)
    sealed = _box(keyring, folder / manifest.file_name()).seal(encode(content), _place(campaign.id, _VERSION))
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "campaign": campaign.id,
        "sealed": base64.b64encode(sealed).decode(),
    }
    path = folder / manifest.file_name()
    with replacing(path, force=True) as stream:
        stream.write(json.dumps(document, indent=1).encode() + b"\n")
    return path


def read_manifest(path: Path, keyring: Keyring) -> Manifest:
    """Read one manifest.

    Raises :class:`ManifestError` when it is damaged, of a newer version, or sealed with another keyring.
    """
    name, version, sealed = _unwrapped(path)
    content = decode(_Content, _box(keyring, path).open(sealed, _place(name, version)))
    skipped = set(content.skipped)
    serials = tuple(islice((serial for serial in count() if serial not in skipped), content.decoys))
    return replace(content.manifest, campaign=replace(content.manifest.campaign, serials=serials))


def read_manifests(folders: Iterable[Path], keyring: Keyring) -> Iterator[Manifest]:
    """Read every manifest of some folders, by file name; a campaign that is in several is read from the first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            found.setdefault(path.name, path)
    for path in found.values():
        yield read_manifest(path, keyring)


def _unwrapped(path: Path) -> tuple[str, int, bytes]:
    """Return the campaign's id, the version and the sealed content of a file whose form is right."""
    damaged = ManifestError(f"{path} is damaged or is no manifest", "Use another copy of it")
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != _FORMAT or not isinstance(document["version"], int):
            raise damaged
        if document["version"] > _VERSION:
            raise ManifestError(f"{path} was made by a newer version of honeytokens", "Upgrade honeytokens")
        return str(document["campaign"]), document["version"], base64.b64decode(document["sealed"], validate=True)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}", "Use another copy of it") from error
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise damaged from error


def _box(keyring: Keyring, path: Path) -> Box:
    keys = [keyring.subkey("registry/manifest", version + 1) for version in range(keyring.newest)]
    return Box(
        keys,
        lambda _place: ManifestError(
            f"{path} was changed, or was not made with this keyring",
            "Use another copy of it, or restore the keyring that planned the campaign",
        ),
    )


def _place(name: str, version: int) -> str:
    return f"manifest|{version}|{name}"
