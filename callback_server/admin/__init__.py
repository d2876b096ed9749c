"""What people see: one page and its JSON. Listens on loopback, asks for a token, needs no script."""

from callback_server.admin.access import Access
from callback_server.admin.application import admin_application
from callback_server.admin.oidc import Provider
from callback_server.admin.overview import Panel

__all__ = ["Access", "Panel", "Provider", "admin_application"]
