"""What is kept of leaks, sealed by the home: a baseline of what was found, evidence; and rules that ignore decoys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from honeytokens.model import ScanResult
from honeytokens.scanning import Baseline, MatchedLine, read_lines, write_lines
from honeytokens.scanning.ignoring import Rules
from honeytokens.workflows.home import Home


def read_rules(home: Home, path: Path) -> Rules:
    """Return the rules of a file that hold today; raise ``ScanError`` when it is wrong."""
    names = [campaign.name for campaign in home.registry.campaigns()]
    names += [salt.campaign for salt in home.salts.all().values()]
    return Rules.read(path, home.now().date(), names)


def read_baseline(home: Home, path: Path) -> Baseline:
    """Return the baseline in a file; raise ``ScanError`` when it is damaged or of another home."""
    return Baseline.read(path, _keys(home, "baseline"))


def write_baseline(home: Home, path: Path, known: Baseline, result: ScanResult, *, force: bool) -> None:
    """Write what is known with the news of a result; raise ``OutputError`` when that fails."""
    known.with_news(result, home.now().date()).write(path, _keys(home, "baseline"), force=force)


def write_evidence(home: Home, path: Path, lines: Sequence[MatchedLine]) -> None:
    """Write what the records of hits say to a new file; raise ``OutputError`` when that fails."""
    write_lines(lines, path, _keys(home, "evidence"))


def read_evidence(home: Home, path: Path) -> list[MatchedLine]:
    """Return what :func:`write_evidence` wrote; raise ``ScanError`` when it is damaged or of another home."""
    return read_lines(path, _keys(home, "evidence"))


def _keys(home: Home, purpose: str) -> list[bytes]:
    return [home.keyring.subkey(f"{purpose}/seal", version + 1) for version in range(home.keyring.newest)]
