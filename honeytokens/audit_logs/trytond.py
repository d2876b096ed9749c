"""GNU Health: the remote calls that trytond logs at ``-vv``.

``... INFO trytond.protocols.dispatcher gnuhealth.patient.read([1], ['rec_name'], {}) from admin@127.0.0.1/gnuhealth/ in
10 ms``. It names the account that logged in, its address and the records. A table is its model's name with ``_`` for
``.``. Long lists are cut by ``...`` at ``-v``: then rows were read that are not named.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from honeytokens.audit_logs import times
from honeytokens.audit_logs.interface import FileLog
from honeytokens.model import ReadSighting

_CALL = re.compile(
    r"(?P<prefix>.*?)\btrytond\.\S*dispatcher\s+(?P<model>[a-z][\w.]*)\.(?P<method>\w+)\((?P<arguments>.*)\)"
    r" from (?P<user>[^@\s]*)@(?P<client>[^\s/]*)/",
    re.DOTALL,
)
_GIVEN = frozenset({"read", "export_data", "copy"})
"""The methods whose first argument is the records that they read."""
_FINDING = frozenset({"search_read", "export_data_domain"})
"""The methods that read what they find."""
_TIMES = ("%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S %z")
_BRACKETED = re.compile(r"\[([^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Trytond(FileLog):
    """The log of trytond, the server of GNU Health."""

    name = "trytond"

    def continues(self, entry: str, line: str) -> bool:
        """Take in the rest of a call whose arguments hold line ends."""
        return "trytond" in entry and " from " not in entry and not re.search(r"\btrytond\.\S+", line)

    def read(self, entry: str, arrived: datetime) -> list[ReadSighting]:
        """Return the read of one call, if it is one of a watched table."""
        match = _CALL.search(entry)
        if not match:
            return []
        table = match["model"].replace(".", "_")
        method = match["method"]
        if table not in self.watched or method not in _GIVEN | _FINDING:
            return []
        keys: tuple[str, ...] = ()
        rows: int | None = None
        if method in _GIVEN:
            records = next(iter(_literal(match["arguments"])), ())
            listed = records if isinstance(records, (list, tuple)) else [records]
            keys = tuple(str(one) for one in listed if type(one) is int)
            rows = len(keys) if keys and ... not in listed else None
        at = self._time(match["prefix"]) or arrived
        target = self.watched.tables[table].get("id", table)
        return [
            ReadSighting(match["user"], at, target, keys, rows, match["client"] or None, self.name),
        ]

    def _time(self, prefix: str) -> datetime | None:
        for text in _BRACKETED.findall(prefix):
            for written in _TIMES:
                if found := times.form(text, written, self.zone):
                    return found
        return times.iso(prefix, self.zone)


def _literal(arguments: str) -> Sequence[object]:
    """Return the arguments of a call as Python reads them; none when it cannot, or may not for their size."""
    if len(arguments) < 1_000_000:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            found = ast.literal_eval(f"({arguments},)")
            return found if isinstance(found, tuple) else ()
    return ()
