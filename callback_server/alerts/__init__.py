"""Who is told of a hit, one file each. An alert never names a decoy."""

from callback_server.alerts.chat import Chat
from callback_server.alerts.delivery import Delivery, Retries
from callback_server.alerts.email import Email
from callback_server.alerts.interface import Alert, AlertChannel, Pace
from callback_server.alerts.registered import Registered, outbox_name
from callback_server.alerts.syslog import Syslog
from callback_server.alerts.webhook import Webhook

ALERT_CHANNELS: dict[str, type[AlertChannel]] = {
    Webhook.name: Webhook,
    Email.name: Email,
    Syslog.name: Syslog,
    Chat.name: Chat,
}

__all__ = [
    "ALERT_CHANNELS",
    "Alert",
    "AlertChannel",
    "Chat",
    "Delivery",
    "Email",
    "Pace",
    "Registered",
    "Retries",
    "Syslog",
    "Webhook",
    "outbox_name",
]
