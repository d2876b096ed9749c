"""What an alert says, and what a way of sending it must do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from callback_server.settings import Settings
from callback_server.store import StoredHit


@dataclass(frozen=True, slots=True)
class Alert:
    """News of one hit for people outside: where the decoy belongs, never which one it is.

    ``hit`` is the hit's opaque name, by which it is found on the admin page; it also serves receivers to drop repeats.
    ``incident`` is that of the incident.
    """

    hit: str
    campaign: str
    establishment: str
    channel: str
    at: datetime
    bits: float
    incident: str | None = None
    reason: str = ""
    rows: int | None = None
    """How many rows an audit log says were read at once, without naming them."""

    @classmethod
    def of(cls, stored: StoredHit) -> Alert:
        """Return the alert of a hit."""
        return cls(
            hit=stored.name,
            campaign=stored.attribution.decoy.campaign,
            establishment=stored.attribution.establishment,
            channel=stored.sighting.channel,
            at=stored.sighting.at,
            bits=stored.attribution.bits,
            incident=stored.incident,
            reason=stored.attribution.reason,
            rows=_rows(stored.sighting.header("rows")),
        )

    @property
    def is_heartbeat(self) -> bool:
        """Whether it is about the test decoy, and no news of a leak."""
        return self.campaign == "heartbeat"

    @property
    def text(self) -> str:
        """Return one sentence for the person on duty."""
        if self.reason == "silence":
            return "The test decoy was not heard: decoys may surface unheard. See docs/alerts.md."
        if self.is_heartbeat:
            return "The test decoy was heard: the way from the front to you works."
        if self.reason == "bulk_read":
            count = "An unknown number of rows" if self.rows is None else f"{self.rows} rows"
            return (
                f"{count} of a table that holds decoys were read at once at {self.at:%Y-%m-%d %H:%M:%S} UTC, "
                f"an audit log says. Look up hit {self.hit}."
            )
        return (
            f"A decoy patient of {self.establishment} (campaign {self.campaign}) was seen "
            f"at {self.at:%Y-%m-%d %H:%M:%S} UTC over {self.channel}. Look up hit {self.hit}."
        )


def _rows(told: str | None) -> int | None:
    return int(told) if told is not None and told.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a channel speaks: so many alerts ``together``, no more often than ``every``, and not in quiet hours;
    ``people`` read it.

    What may not be said yet stays in the outbox: quiet hours delay alerts, they lose none.
    """

    together: int = 1
    people: bool = False
    every: timedelta = timedelta()
    quiet_from: time | None = None
    quiet_to: time | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @classmethod
    def for_people(cls, settings: Settings) -> Pace:
        """Return the pace of a channel that people read: digests, and the operator's quiet hours."""
        return cls(
            together=500,
            people=True,
            every=timedelta(seconds=settings.digest_seconds),
            quiet_from=settings.quiet_from,
            quiet_to=settings.quiet_to,
            zone=ZoneInfo(settings.time_zone),
        )

    def speaks(self, now: datetime, last: datetime | None) -> bool:
        """Return whether the channel may speak now, having last spoken at ``last``."""
        if last is not None and now - last < self.every:
            return False
        if self.quiet_from is None or self.quiet_to is None:
            return True
        at = now.astimezone(self.zone).time()
        if self.quiet_from <= self.quiet_to:
            return not self.quiet_from <= at < self.quiet_to
        return self.quiet_to <= at < self.quiet_from


def digest(alerts: Sequence[Alert]) -> tuple[str, str]:
    """Return a subject line and a text for people, of one alert or of several."""
    sites = sorted({alert.establishment for alert in alerts if alert.establishment}) or ["audit logs"]
    named = ", ".join(sites[:3]) + (f" and {len(sites) - 3} more" if len(sites) > 3 else "")
    if all(alert.is_heartbeat for alert in alerts):
        return "The callback service is silent", alerts[0].text
    bulk = sum(alert.reason == "bulk_read" for alert in alerts)
    if bulk == len(alerts):
        return f"Tables that hold decoys were read in bulk ({bulk} times)", "\n".join(
            alert.text for alert in alerts[:50]
        )
    count = "A decoy patient was seen" if len(alerts) == 1 else f"Decoy patients were seen {len(alerts)} times"
    incidents = sorted({alert.incident for alert in alerts if alert.incident})
    lines = [alert.text for alert in alerts[:50]]
    if len(alerts) > len(lines):
        lines.append(f"... and {len(alerts) - len(lines)} more.")
    if incidents:
        lines.append("Incidents: " + ", ".join(incidents))
    return f"{count}: {named}", "\n".join(lines)


class AlertChannel(Protocol):
    """One way of telling people. The delivery loop decides when, how often, and what is remembered."""

    name: str
    """Written in the outbox."""

    @property
    def pace(self) -> Pace:
        """How it speaks."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Return the channel as configured, or ``None`` when it is not; raise ``ServiceError`` when it is half so."""

    async def deliver(self, alerts: Sequence[Alert]) -> None:
        """Hand alerts over; raise ``DeliveryError`` when they were not taken for sure."""

    async def close(self) -> None:
        """Close its connections."""
