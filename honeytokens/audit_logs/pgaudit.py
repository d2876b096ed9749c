"""PostgreSQL's pgaudit, in PostgreSQL's plain, CSV and JSON logs.

``AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.party_party,<statement>,<parameters>,<rows>`` (pgaudit's documentation,
"Format"); the parameters stand there with ``pgaudit.log_parameter``, the rows with ``pgaudit.log_rows``. The object
class misses ``COPY table TO``, so that a pg_dump is seen by the session class ``READ`` only, which names no object; and
of a COPY it counts no rows.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from honeytokens.audit_logs import times
from honeytokens.audit_logs.interface import FileLog
from honeytokens.audit_logs.sql_reads import Read, reads
from honeytokens.model import ReadSighting

_AUDIT = "AUDIT: "
_CLASS, _COMMAND, _OBJECT, _STATEMENT, _PARAMETERS, _ROWS = 3, 4, 6, 7, 8, 9
_CSV_USER, _CSV_CLIENT, _CSV_MESSAGE = 1, 4, 13
_PREFIX = {"user": re.compile(r"\buser=([^\s,@]+)"), "client": re.compile(r"\b(?:client|host|remote)=([^\s,]+)")}
_AT_SIGN = re.compile(r"(?:^|[\s\]])([\w.$-]+)@[\w.$-]+ ")
"""The other usual prefix, ``user@database``."""


@dataclass(frozen=True, slots=True)
class _Entry:
    message: str
    at: datetime | None
    account: str
    client: str | None


@dataclass(frozen=True, slots=True)
class PgAudit(FileLog):
    """pgaudit in a log of PostgreSQL. In a plain log the account and the client stand in ``log_line_prefix``."""

    name = "pgaudit"

    def continues(self, entry: str, line: str) -> bool:
        """Take in lines that a plain log indents, and those of a CSV field that is still open."""
        if line.startswith("\t"):
            return True
        return _is_csv(entry) and entry.count('"') % 2 == 1

    def read(self, entry: str, arrived: datetime) -> list[ReadSighting]:
        """Return the reads of one entry: that of a READ, by its statement, its parameters and its rows."""
        found = self._entry(entry)
        if found is None:
            return []
        fields = _first_row(found.message.partition(_AUDIT)[2])
        if len(fields) <= _STATEMENT or fields[_CLASS] != "READ":
            return []
        binds = _first_row(fields[_PARAMETERS]) if len(fields) > _PARAMETERS and fields[_PARAMETERS][:1] != "<" else []
        counted = len(fields) > _ROWS and fields[_COMMAND] != "COPY" and re.fullmatch(r"\d{1,12}", fields[_ROWS])
        rows = int(fields[_ROWS]) if counted else None
        return [
            ReadSighting(
                found.account, found.at or arrived, read.table, read.keys, _rows(rows, read), found.client, self.name
            )
            for read in self._reads(fields, binds)
        ]

    def _reads(self, fields: list[str], binds: list[str]) -> list[Read]:
        """Return what is read: of the one object that the entry names, if it names one."""
        found = reads(fields[_STATEMENT], self.watched, binds)
        table = fields[_OBJECT].rpartition(".")[2].strip('"').lower()
        if not table:
            return found
        named = {table, *self.watched.tables.get(table, {}).values()}
        own = [read for read in found if read.table in named]
        # The statement may be that of a function or a view, which does not write the table's name.
        return own or ([Read(table)] if table in self.watched else [])

    def _entry(self, entry: str) -> _Entry | None:
        if _AUDIT not in entry:
            return None
        if entry.startswith("{"):
            return self._json_entry(entry)
        if _is_csv(entry):
            row = _first_row(entry)
            if len(row) <= _CSV_MESSAGE or _AUDIT not in row[_CSV_MESSAGE]:
                return None
            client = row[_CSV_CLIENT].rpartition(":")[0] or row[_CSV_CLIENT]
            return _Entry(row[_CSV_MESSAGE], times.iso(row[0], self.zone), row[_CSV_USER], client or None)
        prefix, _, message = entry.replace("\n\t", "\n").partition(_AUDIT)
        user = _PREFIX["user"].search(prefix) or _AT_SIGN.search(prefix)
        host = _PREFIX["client"].search(prefix)
        return _Entry(
            _AUDIT + message,
            times.iso(prefix, self.zone),
            user[1] if user else "",
            host[1].partition("(")[0] if host else None,
        )

    def _json_entry(self, entry: str) -> _Entry | None:
        with suppress(ValueError, RecursionError):
            document = json.loads(entry)
            if isinstance(document, Mapping):
                at = times.iso(str(document.get("timestamp", "")), self.zone)
                client = document.get("remote_host")
                account = str(document.get("user", ""))
                return _Entry(str(document.get("message", "")), at, account, str(client) if client else None)
        return None


def _is_csv(entry: str) -> bool:
    """Return whether an entry is one of PostgreSQL's CSV log: a time, then the user, without a word before it."""
    return bool(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \w+,", entry))


def _rows(rows: int | None, read: Read) -> int | None:
    return None if rows is None else max(rows, len(read.keys))


def _first_row(text: str) -> list[str]:
    """Return the fields of a CSV row, which may hold line ends; none for what is no CSV."""
    with suppress(csv.Error, StopIteration):
        return next(csv.reader([text] if "\n" not in text else text.splitlines(keepends=True)))
    return []
