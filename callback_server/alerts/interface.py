"""What an alert says, and what a way of sending it must do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callback_server.settings import Settings
from callback_server.store import StoredHit


@dataclass(frozen=True, slots=True)
class Alert:
    """News of one hit for people outside: where the decoy belongs, never which one it is.

    ``hit`` is the hit's opaque name, by which it is found on the admin page; it also serves receivers to drop repeats.
    """

    hit: str
    campaign: str
    establishment: str
    channel: str
    at: datetime
    bits: float

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
        )

    @property
    def text(self) -> str:
        """Return one sentence for the person on duty."""
        return (
            f"A decoy patient of {self.establishment} (campaign {self.campaign}) was seen "
            f"at {self.at:%Y-%m-%d %H:%M:%S} UTC over {self.channel}. Look up hit {self.hit}."
        )


class AlertChannel(Protocol):
    """One way of telling people. The delivery loop decides when, how often, and what is remembered."""

    name: str
    """Written in the outbox."""

    @classmethod
    def from_settings(cls, settings: Settings) -> AlertChannel | None:
        """Return the channel as configured, or ``None`` when it is not; raise ``ServiceError`` when it is half so."""

    async def deliver(self, alert: Alert) -> None:
        """Hand one alert over, the same bytes at each try; raise ``DeliveryError`` when it was not taken for sure."""

    async def close(self) -> None:
        """Close its connections."""
