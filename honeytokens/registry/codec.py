"""Model types to bytes and back, for sealing. Values of database rows keep their types."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")
_TAG = "~"


def encode(thing: object) -> bytes:
    """Return a dataclass of ``honeytokens.model`` as compact JSON."""
    return json.dumps(thing, default=_plain, separators=(",", ":"), ensure_ascii=False).encode()


def decode(kind: type[T], content: bytes) -> T:
    """Return the dataclass that :func:`encode` was given."""
    return cast("T", _adapter(cast("Any", kind)).validate_python(_DECODER.decode(content.decode())))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _plain(thing: object) -> object:
    """Return what JSON lacks as an object: a dataclass by its fields, a value as ``{"~": kind, "v": text}``."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: getattr(thing, f.name) for f in dataclasses.fields(thing)}
    name, to_text, _ = _KINDS[type(thing)]
    return {_TAG: name, "v": to_text(thing)}


def _restored(thing: dict[str, Any]) -> object:
    return _BY_NAME[thing[_TAG]](thing["v"]) if _TAG in thing else thing


_KINDS: dict[type, tuple[str, Any, Any]] = {
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: ("timedelta", timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    Decimal: ("decimal", str, Decimal),
    bytes: ("bytes", lambda raw: base64.b64encode(raw).decode(), base64.b64decode),
}
_BY_NAME = {name: from_text for name, _, from_text in _KINDS.values()}
_DECODER = json.JSONDecoder(object_hook=_restored)
