"""The times that logs write, as aware times in UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?")


def iso(text: str, zone: tzinfo) -> datetime | None:
    """Return the first time in ISO form within a text; ``zone`` is that of a time that names none or a letter code."""
    match = _ISO.search(text)
    if not match:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    with suppress(ValueError):
        micros = int((match[7] or "0")[:6].ljust(6, "0"))
        return in_utc(datetime(year, month, day, hour, minute, second, micros, tzinfo=_offset(match[8]) or zone))
    return None


def form(text: str, written: str, zone: tzinfo) -> datetime | None:
    """Return the time that a text writes in a form of ``strptime``; ``None`` when it does not."""
    with suppress(ValueError):
        found = datetime.strptime(text, written)  # noqa: DTZ007 - the next line gives it a zone
        return in_utc(found if found.tzinfo else found.replace(tzinfo=zone))
    return None


def in_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; one at the edge of the calendar as it stands."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _offset(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written in ("Z", "UTC", "GMT"):
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if written[0] == "-" else length)
