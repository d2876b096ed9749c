"""The ways in which decoys are heard, one file each."""

from callback_server.channels.dns import Dns
from callback_server.channels.http_beacon import HttpBeacon
from callback_server.channels.interface import Channel, Recorder
from callback_server.channels.smtp import Smtp
from callback_server.channels.webhook import IncomingWebhook
from callback_server.settings import Settings

CHANNELS: dict[str, type[Channel]] = {
    HttpBeacon.name: HttpBeacon,
    Dns.name: Dns,
    Smtp.name: Smtp,
    IncomingWebhook.name: IncomingWebhook,
}


def configured(settings: Settings) -> dict[str, Channel]:
    """Return the channels that are on, by name; raise ``ServiceError`` when one is half configured."""
    channels = {name: kind.from_settings(settings) for name, kind in CHANNELS.items()}
    return {name: channel for name, channel in channels.items() if channel is not None}


__all__ = ["CHANNELS", "Channel", "Dns", "HttpBeacon", "IncomingWebhook", "Recorder", "Smtp", "configured"]
