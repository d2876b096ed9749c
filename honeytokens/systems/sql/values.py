"""A value as a column keeps it, and whether two texts that a column gave are the same value.

What goes into a row is only ever text, a number, a truth value or nothing, so that the registry can keep it and every
driver binds it alike: dates travel in ISO form, bytes in hexadecimal digits.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

from honeytokens.systems.sql.schema import Column, Domain, Kind

Stored = str | int | float | bool | None


class MisfitError(Exception):
    """A value does not fit a column; the text reads between the value's name and the column's, and holds no value."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock of the site: ``None`` is the zone of this machine."""

    zone: tzinfo | None = None

    def local(self, moment: datetime) -> datetime:
        """Return the site's wall-clock time; a naive moment is one already."""
        return moment if moment.tzinfo is None else moment.astimezone(self.zone).replace(tzinfo=None)

    def aware(self, moment: datetime) -> datetime:
        """Return the moment with its offset from UTC."""
        if moment.tzinfo is not None:
            return moment.astimezone(self.zone)
        return moment.replace(tzinfo=self.zone) if self.zone else moment.astimezone()


def encode(value: object, column: Column, clock: Clock) -> Stored:
    """Return ``value`` as ``column`` keeps it; raise :class:`MisfitError`."""
    domain = column.domain
    stored = _encode(value, column, clock)
    if domain.members is not None and str(stored) not in domain.members:
        raise MisfitError("is none of the values allowed in")
    return stored


def _encode(value: object, column: Column, clock: Clock) -> Stored:  # noqa: C901 - one flat table of kinds
    domain = column.domain
    match domain.kind:
        case Kind.TEXT:
            return _text(value, column)
        case Kind.INTEGER:
            return _integer(value, domain)
        case Kind.NUMBER:
            return _number(value, domain)
        case Kind.BOOLEAN:
            return _boolean(value)
        case Kind.DATE | Kind.TIME | Kind.DATETIME if column.untyped and isinstance(value, str):
            return value
        case Kind.DATE:
            return clock.local(_moment(value, domain)).date().isoformat()
        case Kind.TIME:
            return clock.local(_moment(value, domain)).time().replace(microsecond=0).isoformat()
        case Kind.DATETIME:
            return _datetime(_moment(value, domain), domain, clock)
        case Kind.UUID:
            return _uuid(value)
        case Kind.BYTES:
            return _bytes(value, domain)
        case Kind.OTHER:
            raise MisfitError("cannot go into the column, whose type is not supported,")


def of_text(text: object, column: Column) -> object:
    """Return what a text of the host stands for in a column of this type; raise :class:`MisfitError` if for nothing."""
    if not isinstance(text, str):
        return None
    try:
        match column.domain.kind:
            case Kind.INTEGER:
                return int(text)
            case Kind.NUMBER:
                return float(text)
            case Kind.BOOLEAN:
                return text.lower() in {"1", "t", "true"}
            case Kind.DATE if not column.untyped:
                return date.fromisoformat(text[:10])
            case Kind.DATETIME if not column.untyped:
                return datetime.fromisoformat(text)
            case _:
                return text
    except ValueError:
        raise MisfitError("is not of the kind that is wanted by") from None


def same(written: Stored, read: str | None, column: Column) -> bool:
    """Return whether ``read``, the text that the server gave for the column, is the value that was written."""
    if written is None or read is None:
        return written is None and read is None
    if written == read:
        return True
    return _canonical(str(written), column.domain) == _canonical(read, column.domain)


def _canonical(text: str, domain: Domain) -> object:
    try:
        match domain.kind:
            case Kind.INTEGER:
                return int(text)
            case Kind.NUMBER:
                return Decimal(text)
            case Kind.BOOLEAN:
                return text.lower() in {"1", "t", "true"}
            case Kind.DATE:
                return date.fromisoformat(text[:10])
            case Kind.TIME:
                return time.fromisoformat(text)
            case Kind.DATETIME:
                return datetime.fromisoformat(text)
            case Kind.UUID:
                return uuid.UUID(text)
            case Kind.BYTES:
                return bytes.fromhex(text)
            case _:
                return text.rstrip(" ") if domain.padded else text
    except (ValueError, InvalidOperation):
        return text


def _text(value: object, column: Column) -> str:
    if isinstance(value, date):
        raise MisfitError("is a date and needs a `format` to go into the text column")
    if isinstance(value, bool | float):
        raise MisfitError("is no text, as is wanted by")
    text = str(value)
    if column.domain.length is not None and len(text) > column.domain.length:
        raise MisfitError(f"is longer than the {column.domain.length} characters of")
    if column.codec is not None and not _encodable(text, column.codec):
        raise MisfitError("has letters that are not in the character set of")
    return text


def _encodable(text: str, codec: str) -> bool:
    if codec == "utf-8-bmp":  # MySQL's utf8mb3: three bytes at most
        return all(ord(letter) <= 0xFFFF for letter in text)
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _integer(value: object, domain: Domain) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]+", value):
        value = int(value)
    if not isinstance(value, int):
        raise MisfitError("is no whole number, as is wanted by")
    if (domain.low is not None and value < domain.low) or (domain.high is not None and value > domain.high):
        raise MisfitError("is out of the range of")
    return int(value)


def _number(value: object, domain: Domain) -> int | float:
    if not isinstance(value, int | float):
        raise MisfitError("is no number, as is wanted by")
    if domain.digits is not None:
        precision, scale = domain.digits
        exact = Decimal(str(value))
        if abs(exact) >= Decimal(10) ** (precision - scale) or exact != round(exact, scale):
            raise MisfitError("has more digits than")
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, int) or value not in (0, 1):
        raise MisfitError("is neither true nor false, as is wanted by")
    return bool(value)


def _moment(value: object, domain: Domain) -> datetime:
    """Return a date or a time as a moment, if it is inside the column's range."""
    if not isinstance(value, date) or (domain.kind is Kind.TIME and not isinstance(value, datetime)):
        raise MisfitError("is not of the kind that is wanted by")
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    naive = moment.replace(tzinfo=None)
    if (domain.earliest and naive < domain.earliest) or (domain.latest and naive > domain.latest):
        raise MisfitError("is out of the range of")
    return moment


def _datetime(moment: datetime, domain: Domain, clock: Clock) -> str:
    step = 10 ** (6 - domain.fraction)
    moment = moment.replace(microsecond=moment.microsecond // step * step)
    return (clock.aware(moment) if domain.zoned else clock.local(moment)).isoformat(sep=" ")


def _uuid(value: object) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise MisfitError("is no UUID, as is wanted by") from None


def _bytes(value: object, domain: Domain) -> str:
    if not isinstance(value, bytes):
        raise MisfitError("cannot go into the column, whose type is not supported,")
    if domain.length is not None and len(value) > domain.length:
        raise MisfitError(f"is longer than the {domain.length} bytes of")
    return value.hex()
