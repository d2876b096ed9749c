"""A system's URL: which kind of server it means, and its parts. A password is taken out of it before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from honeytokens.errors import SystemUnreachableError
from honeytokens.systems.sql.mariadb import MariadbServer
from honeytokens.systems.sql.postgresql import PostgresqlServer
from honeytokens.systems.sql.server import Server
from honeytokens.systems.sql.sqlite import SqliteServer

SERVERS: Mapping[str, type[Server]] = {
    scheme: server for server in (SqliteServer, MariadbServer, PostgresqlServer) for scheme in server.schemes
}


def split_url(url: str) -> tuple[str, str | None]:
    """Return a system's URL without its password, and the password; raise ``SystemUnreachableError`` for no URL.

    The path of a file is made whole, for the next command may run in another folder.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        parsed = parsed.set(database=str(Path(parsed.database).absolute()))
    bare = sa.URL.create(
        parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database, parsed.query
    )
    return bare.render_as_string(hide_password=False), parsed.password


def server_at(url: str, password: str | None) -> Server:
    """Return the server that a URL means; ``password``, where given, goes before one in the URL."""
    parsed = parse_url(url)
    server = SERVERS[parsed.get_backend_name()]
    return server(parsed if password is None else parsed.set(password=password))


def parse_url(url: str) -> sa.URL:
    """Return a system's URL in its parts; raise ``SystemUnreachableError`` when it is of no known kind."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in SERVERS:
        raise SystemUnreachableError(
            "The system's URL is of no known kind",
            "Write sqlite:///file, mariadb://account@host/database, postgresql://account@host/database, https://host/fhir"
            " or, for GNU Health, https://account@host/database",
        )
    return parsed
