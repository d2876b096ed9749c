"""Who may ask for what, and the API; ``application.py`` puts it together with the console."""

from callback_server.admin.access import Access
from callback_server.admin.oidc import Provider
from callback_server.admin.overview import Panel

__all__ = ["Access", "Panel", "Provider"]
