"""News or noise: what previewers, crawlers, scanners, resolvers and our own people do is kept, with its reason.

Nothing is noise by being weak or strange; each reason is one that was recognised.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from callback_server.attributor import Attribution
from callback_server.noise import Noise
from callback_server.settings import OwnUse
from callback_server.sighting import Sighting
from callback_server.worker.sources import Network
from honeytokens.model import DecoyRef

_ECHO = timedelta(hours=1)
"""A resolver asks again, and its neighbours after it, within about an hour of a first question."""
_REPLAY = timedelta(days=1)
"""Names that were seen once are looked up again by collectors of DNS data, for weeks."""

_SAME_READER = timedelta(days=1)
"""Applications list patients all day long."""

FirstSeen = Callable[[Attribution, datetime], datetime | None]
"""When a decoy was first seen before a time, on any channel."""

SeenSince = Callable[[Attribution, datetime], bool]
"""Whether a decoy was seen at or after a time."""


def known_agents() -> dict[str, list[str]]:
    """Return the parts of user agents that are no person, by reason."""
    text = resources.files("callback_server.worker").joinpath("agents.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class Classifier:
    """Says of a sighting whether it is noise. ``zone`` is the time zone of the operator's hours."""

    own: Sequence[OwnUse]
    zone: ZoneInfo
    first_seen: FirstSeen
    seen_since: SeenSince
    agents: Mapping[str, Sequence[str]] = field(default_factory=known_agents)
    readers: dict[DecoyRef, datetime] = field(default_factory=dict)
    """When each reader of unnamed rows was heard last: what is explained now is stored a moment later."""

    def noise(self, sighting: Sighting, source: str, attributions: Sequence[Attribution]) -> Noise | None:
        """Return why the sighting is no news, or ``None``."""
        return (
            self._own(sighting, source)
            or self._agent(sighting)
            or _prefetch(sighting)
            or self._dns(sighting, attributions)
            or self._bulk(sighting, attributions)
            or _bounce(sighting)
        )

    def _own(self, sighting: Sighting, source: str) -> Noise | None:
        for use in self.own:
            accounts = [value for name, value in sighting.headers if name == "account"]
            if use.covers(_address(source), accounts, sighting.at.astimezone(self.zone).time()):
                return Noise("own_use", use.name)
        return None

    def _agent(self, sighting: Sighting) -> Noise | None:
        agent = (sighting.header("user-agent") or "").lower()
        for reason, parts in self.agents.items():
            for part in parts:
                if part in agent:
                    return Noise(reason, part)
        return None

    def _dns(self, sighting: Sighting, attributions: Sequence[Attribution]) -> Noise | None:
        if sighting.channel != "dns" or not attributions:
            return None
        first = self.first_seen(attributions[0], sighting.at)
        if first is None:
            return None
        since = sighting.at - first
        if since <= _ECHO:
            return Noise("dns_echo")
        return Noise("dns_replay") if since >= _REPLAY else None

    def _bulk(self, sighting: Sighting, attributions: Sequence[Attribution]) -> Noise | None:
        """Return noise where nobody knows how many rows were read, and the reader did the same within a day before."""
        if sighting.method != "BULK READ" or sighting.header("rows") is not None or not attributions:
            return None
        (found,) = attributions
        last = self.readers.get(found.decoy)
        self.readers[found.decoy] = sighting.at
        since = sighting.at - _SAME_READER
        if (last is not None and last >= since) or self.seen_since(found, since):
            return Noise("bulk_repeat")
        return None


def _address(source: str) -> Network | None:
    try:
        return ip_address(source.partition("%")[0])
    except ValueError:
        return None


def _prefetch(sighting: Sighting) -> Noise | None:
    """Return noise for what a browser fetched before anybody asked (Sec-Purpose, and the older Purpose)."""
    purpose = f"{sighting.header('sec-purpose') or ''} {sighting.header('purpose') or ''}".lower()
    return Noise("prefetch") if "prefetch" in purpose or "preview" in purpose else None


def _bounce(sighting: Sighting) -> Noise | None:
    """Return noise for a delivery report (RFC 3464) or an automatic answer (RFC 3834): no person wrote it."""
    if sighting.channel != "smtp" or sighting.method != "DATA" or sighting.header("sender"):
        return None
    return Noise("mail_report")
