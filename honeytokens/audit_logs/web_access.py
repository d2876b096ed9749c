"""Access logs of web servers and proxies: the common and combined forms, and Squid's own.

A row is named by a parameter that is called as a watched column is (``?patient_id=80412``), or by the part of the path
behind a watched table's name (``/fhir/Patient/80412``). What a log of addresses does not say, such as a form that was
posted, is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

from honeytokens.audit_logs import times
from honeytokens.audit_logs.interface import FileLog
from honeytokens.model import ReadSighting

_COMMON = re.compile(
    r'(?P<client>\S+) \S+ (?P<user>.*?) \[(?P<at>[^\]]+)\] "(?:[A-Z]+) (?P<target>\S+)[^"]*" (?P<status>\d{3})\b'
)
"""``host ident user [day/month/year:time zone] "METHOD target HTTP/1.1" status ...``, as Apache and nginx write it."""
_SQUID = re.compile(
    r"(?P<seconds>\d{9,11}\.\d{3})\s+\d+ (?P<client>\S+) \w+/(?P<status>\d{3}) \d+ [A-Z]+ (?P<target>\S+)"
    r" (?P<user>\S+) "
)
_MOST_KEYS = 1_000


@dataclass(frozen=True, slots=True)
class WebAccess(FileLog):
    """The access log of a web server or of a proxy before it."""

    name = "web_access"

    def read(self, entry: str, arrived: datetime) -> list[ReadSighting]:
        """Return the reads of one request that was answered."""
        match = _COMMON.search(entry) or _SQUID.search(entry)
        if not match or not match["status"].startswith(("2", "304")):
            return []
        user = "" if match["user"] == "-" else match["user"]
        at = self._time(match.groupdict()) or arrived
        named: dict[str, dict[str, None]] = {}
        for table, key in self._keys(match["target"]):
            keys = named.setdefault(table, {})
            if len(keys) < _MOST_KEYS:
                keys[key] = None
        return [
            ReadSighting(user, at, table, tuple(keys), len(keys), match["client"], self.name)
            for table, keys in named.items()
        ]

    def _keys(self, target: str) -> Iterator[tuple[str, str]]:
        """Yield (table, key) of the rows that an address names."""
        with suppress(ValueError):
            parts = urlsplit(target)
            segments = [unquote(segment) for segment in parts.path.split("/")]
            for kind, key in pairwise(segments):
                table = kind.lower()
                if table in self.watched and key:
                    yield self.watched.tables[table].get("id", table), key
            columns = {column: owner for table in self.watched.tables.values() for column, owner in table.items()}
            for name, value in parse_qsl(parts.query, max_num_fields=_MOST_KEYS):
                column = name.lower().partition("[")[0]
                if column in columns and column != "id":
                    yield from ((columns[column], key) for key in value.split(",") if key)

    def _time(self, found: dict[str, str | None]) -> datetime | None:
        if seconds := found.get("seconds"):
            return datetime.fromtimestamp(float(seconds), UTC)
        return times.form(found.get("at") or "", "%d/%b/%Y:%H:%M:%S %z", self.zone)
