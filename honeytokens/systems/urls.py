"""A system's URL: a database's or a web address. A password is taken out of it before it is kept."""

from __future__ import annotations

from honeytokens.systems.fhir_server.client import split_address
from honeytokens.systems.sql import urls as sql_urls


def is_web(url: str) -> bool:
    """Return whether a URL is that of a system on the web."""
    return url.lower().startswith(("http://", "https://"))


def split_url(url: str) -> tuple[str, str | None]:
    """Return a system's URL without its password, and the password; raise ``SystemUnreachableError`` for no URL."""
    return split_address(url) if is_web(url) else sql_urls.split_url(url)
