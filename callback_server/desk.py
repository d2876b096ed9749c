"""What the worker asks the home for on somebody's behalf: campaigns, verdicts, whether a record is fictitious."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from honeytokens.attribution import Power, Wanted
from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import Lock
from honeytokens.model import Claim, ScanResult, Verdict

if TYPE_CHECKING:
    from honeytokens.workflows.home import Home


_KEPT_SECONDS = 60.0
_POWER, _WINDOW, _STAMPS = 0.99, timedelta(days=2), timedelta(days=30)
"""What is asked of decoys, as ``honeytokens plan --advise`` asks by default."""


@dataclass(frozen=True, slots=True)
class CampaignStanding:
    """A campaign, and how many of its placements are in each state."""

    name: str
    establishment: str
    system: str
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """A case of ``honeytokens incident``: its verdict, what is claimed, and when the operator became aware."""

    verdict: Verdict
    result: ScanResult
    claims: tuple[Claim, ...]
    aware: datetime | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every campaign, and what the decoys of each establishment could prove, for what was wanted."""

    campaigns: list[CampaignStanding]
    powers: list[Power]
    wanted: Wanted


class Desk(Protocol):
    """What may be asked. Every method may raise ``HoneytokensError``."""

    def campaigns(self) -> list[CampaignStanding]:
        """Return every campaign."""

    def coverage(self, rows: int) -> Coverage:
        """Return the campaigns, and how well ``rows`` rows would show them, as of the last minute."""

    def verdict(self, case: str, language: str) -> CaseStanding:
        """Return how a case stands, judged within the last minute; raise ``UnknownNameError`` when there is none."""

    def freeze(self, sources: Path, name: str, by: str) -> str:
        """Freeze what ``sources`` lists; return, in one line, what was kept."""

    def warnings(self) -> list[str]:
        """Return, in words, which charters and pools are about to expire, as of the last minute."""

    def is_decoy(self, system: str, identifiers: Sequence[str]) -> list[bool]:
        """Return, for each patient identifier of a system, whether a decoy has it."""


@dataclass(slots=True)
class HomeDesk:
    """The desk of one home; opens its registry for each question, its keyring once. One question at a time."""

    path: Path
    lock: Lock = field(repr=False)
    _keyring: Keyring | None = field(default=None, repr=False)
    _judged: dict[tuple[str, str], tuple[float, CaseStanding]] = field(default_factory=dict, repr=False)
    _covered: tuple[float, Coverage | None] = field(default=(0.0, None), repr=False)
    _warned: tuple[float | None, list[str]] = field(default=(None, []), repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def campaigns(self) -> list[CampaignStanding]:
        """Return every campaign, newest last."""
        with self._turn, self._home() as home:
            return [
                CampaignStanding(
                    each.name,
                    each.establishment,
                    each.system,
                    Counter(placement.state.value for placement in home.registry.placements(each.name)),
                )
                for each in home.registry.campaigns()
            ]

    def coverage(self, rows: int) -> Coverage:
        """Ask the registry, at most once a minute."""
        from honeytokens.workflows.advise import advise  # noqa: PLC0415

        at, kept = self._covered
        if kept is None or time.monotonic() - at >= _KEPT_SECONDS or kept.wanted.rows != rows:
            wanted = Wanted(rows, _POWER, _WINDOW, _STAMPS)
            campaigns = self.campaigns()
            with self._turn, self._home() as home:
                kept = Coverage(campaigns, advise(home, wanted), wanted)
            self._covered = (time.monotonic(), kept)
        return kept

    def verdict(self, case: str, language: str) -> CaseStanding:
        """Have the workflow judge a case, without new files; a verdict can take seconds, so it is kept for a minute."""
        from honeytokens.workflows.incident import judge  # noqa: PLC0415 - loads the scanner

        with self._turn:
            now = time.monotonic()
            kept = self._judged.get((case, language))
            if kept is not None and now - kept[0] < _KEPT_SECONDS:
                return kept[1]
            with self._home() as home:
                found = judge(home, case, language=language)
            standing = CaseStanding(found.verdict, found.result, found.incident.claims, found.incident.aware)
            self._judged = {name: each for name, each in self._judged.items() if now - each[0] < _KEPT_SECONDS}
            self._judged[case, language] = (now, standing)
            return standing

    def freeze(self, sources: Path, name: str, by: str) -> str:
        """Have the workflow freeze; that may take long, and other questions are answered meanwhile."""
        from honeytokens.workflows.freeze import freeze  # noqa: PLC0415 - loads the database drivers

        with self._turn:
            opened = self._home()
        with opened as home:
            found = freeze(home, by, sources=sources, name=name)
        kept = len(found.entries) - len(found.problems)
        return f"{name}: {kept} of {len(found.entries)} kept; SHA-256 of the manifest: {found.sha256}"

    def warnings(self) -> list[str]:
        """Ask the workflow, at most once a minute."""
        from honeytokens.workflows.charter import warnings  # noqa: PLC0415

        with self._turn:
            at, kept = self._warned
            if at is None or time.monotonic() - at >= _KEPT_SECONDS:
                with self._home() as home:
                    kept = warnings(home)
                self._warned = (time.monotonic(), kept)
            return kept

    def is_decoy(self, system: str, identifiers: Sequence[str]) -> list[bool]:
        """Ask the workflow, which logs the question, limits how many are answered, and looks at the live row."""
        from honeytokens.workflows.is_decoy import is_decoy  # noqa: PLC0415 - loads the adapters

        with self._turn, self._home() as home:
            return is_decoy(home, system, identifiers)

    def _home(self) -> Home:
        from honeytokens.registry import Registry  # noqa: PLC0415
        from honeytokens.workflows.home import REGISTRY, Home  # noqa: PLC0415

        if self._keyring is None:
            self._keyring = Keyring.open(self.path / KEYRING, self.lock)
        return Home(self.path, self._keyring, Registry.open(self.path / REGISTRY, self._keyring))
