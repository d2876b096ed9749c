"""The ways in which decoys are heard, one file each."""

from callback_server.channels.http_beacon import HttpBeacon
from callback_server.channels.interface import Channel, Recorder

CHANNELS: dict[str, type[Channel]] = {HttpBeacon.name: HttpBeacon}

__all__ = ["CHANNELS", "Channel", "HttpBeacon", "Recorder"]
