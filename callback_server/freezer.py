"""Freezing on somebody's behalf: what is asked for stands in the incident's timeline, and how it ended, too."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from callback_server.desk import Desk
from callback_server.store import Entry, Incidents
from honeytokens.errors import HoneytokensError

Asked = Literal["recorded", "begun", "running"]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Freezer:
    """Freezes what ``sources`` lists, one freeze at a time; without a list it only records what is asked for."""

    desk: Desk
    incidents: Incidents
    sources: Path | None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, incident: str, by: str, why: str) -> Asked:
        """Record that a freeze was asked for, and begin it when there is a list and none is running."""
        self._note(incident, by, f"asked for: {why}")
        if self.sources is None:
            return "recorded"
        if not self._turn.acquire(blocking=False):
            return "running"
        threading.Thread(target=self._freeze, args=(incident, by, self.sources), daemon=True).start()
        return "begun"

    def _freeze(self, incident: str, by: str, sources: Path) -> None:
        name = f"{incident}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        try:
            outcome = self.desk.freeze(sources, name, by)
        except HoneytokensError as error:
            _log.error("the freeze %s failed: %s; go on with: honeytokens freeze now --name %s", name, error, name)
            outcome = f"{name} failed: {error.problem}"
        finally:
            self._turn.release()
        self._note(incident, by, outcome)

    def _note(self, incident: str, by: str, text: str) -> None:
        self.incidents.note(incident, Entry(datetime.now(UTC), by, "freeze", text))
