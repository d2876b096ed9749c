"""Accounts that have exactly the grants of the documentation."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from private_server import DatabaseServer

_DOCUMENT = Path(__file__).parents[2] / "docs" / "systems.md"


@contextmanager
def least_privileged(server: DatabaseServer, url: str, system: str) -> Iterator[str]:
    """Give the URL of an account with the grants that the documentation has for a system, and no more."""
    where = sa.make_url(url)
    account, password = f"decoys_{secrets.token_hex(4)}", secrets.token_hex(8)
    grants = [
        grant.replace("decoys@'10.0.0.5'", f"{account}@'127.0.0.1'").replace(f" {system}.", f" {where.database}.")
        for grant in re.findall(rf"^GRANT .* ON {system}\..*(?=;$)", _DOCUMENT.read_text("utf-8"), re.M)
    ]
    assert grants
    server.execute(f"CREATE USER {account}@'127.0.0.1' IDENTIFIED BY '{password}'", *grants)
    try:
        yield where.set(username=account, password=password).render_as_string(hide_password=False)
    finally:
        server.execute(f"DROP USER {account}@'127.0.0.1'")
