"""What the worker asks the home for on somebody's behalf: campaigns, and whether a record is fictitious."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import Lock

if TYPE_CHECKING:
    from honeytokens.workflows.home import Home


@dataclass(frozen=True, slots=True)
class CampaignStanding:
    """A campaign, and how many of its placements are in each state."""

    name: str
    establishment: str
    system: str
    states: Mapping[str, int]


class Desk(Protocol):
    """What may be asked. Every method may raise ``HoneytokensError``."""

    def campaigns(self) -> list[CampaignStanding]:
        """Return every campaign."""

    def is_decoy(self, system: str, identifiers: Sequence[str]) -> list[bool]:
        """Return, for each patient identifier of a system, whether a decoy has it."""


@dataclass(slots=True)
class HomeDesk:
    """The desk of one home; opens its registry for each question, its keyring once. One question at a time."""

    path: Path
    lock: Lock = field(repr=False)
    _keyring: Keyring | None = field(default=None, repr=False)
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
