"""What a database returns of a log's row, as text and as times."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from datetime import datetime, tzinfo

from honeytokens.audit_logs import times


def text(value: object) -> str:
    """Return a value as text; addresses that are stored as four or sixteen bytes as people write them."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        if len(value) in (4, 16) and not value.isascii():
            return str(ipaddress.ip_address(value))
        with suppress(UnicodeDecodeError):
            return value.decode()
        return value.hex()
    return str(value)


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Return a time of the database, which says no zone, in UTC; ``None`` for one that is empty or zero."""
    if isinstance(value, datetime):
        return times.in_utc(value if value.tzinfo else value.replace(tzinfo=zone))
    return times.iso(str(value), zone)
