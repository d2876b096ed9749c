"""Who is told of a hit, one file each. An alert never names a decoy."""

from callback_server.alerts.delivery import Delivery, Retries
from callback_server.alerts.interface import Alert, AlertChannel
from callback_server.alerts.webhook import Webhook

ALERT_CHANNELS: dict[str, type[AlertChannel]] = {Webhook.name: Webhook}

__all__ = ["ALERT_CHANNELS", "Alert", "AlertChannel", "Delivery", "Retries", "Webhook"]
