"""What a scan sets aside: the baseline of earlier leaks, sealed by the home, and rules that ignore decoys."""

from __future__ import annotations

from pathlib import Path

from honeytokens.model import ScanResult
from honeytokens.scanning import Baseline, Rules
from honeytokens.workflows.home import Home


def read_rules(home: Home, path: Path) -> Rules:
    """Return the rules of a file that hold today; raise ``ScanError`` when it is wrong."""
    names = [campaign.name for campaign in home.registry.campaigns()]
    names += [salt.campaign for salt in home.salts.all().values()]
    return Rules.read(path, home.now().date(), names)


def read_baseline(home: Home, path: Path) -> Baseline:
    """Return the baseline in a file; raise ``ScanError`` when it is damaged or of another home."""
    return Baseline.read(path, _keys(home))


def write_baseline(home: Home, path: Path, known: Baseline, result: ScanResult, *, force: bool) -> None:
    """Write what is known with the news of a result; raise ``OutputError`` when that fails."""
    known.with_news(result, home.now().date()).write(path, _keys(home), force=force)


def _keys(home: Home) -> list[bytes]:
    return [home.keyring.subkey("baseline/seal", version + 1) for version in range(home.keyring.newest)]
