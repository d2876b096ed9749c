"""MariaDB's server_audit plugin: one line for each statement, when ``server_audit_events`` holds QUERY.

``20261123 13:07:44,host,user,client,104,38268,QUERY,database,'SELECT ...',0`` (MariaDB's documentation, "MariaDB Audit
Plugin - Log Format"). Line ends within a statement are written ``\\n``; a statement is cut at
``server_audit_query_log_limit``. TABLE events tell of no rows and are passed over. The account is that of the
database, which is most often the application's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from honeytokens.audit_logs import times
from honeytokens.audit_logs.interface import FileLog
from honeytokens.audit_logs.sql_reads import reads
from honeytokens.model import ReadSighting

_ENTRY = re.compile(
    r"(?P<at>\d{8} \d\d:\d\d:\d\d),[^,]*,(?P<user>[^,]*),(?P<client>[^,]*),\d+,\d+,(?:QUERY|QUERY_DML),[^,]*,"
    r"(?P<statement>.*?)(?:,(?P<code>\d+))?$",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


@dataclass(frozen=True, slots=True)
class ServerAudit(FileLog):
    """MariaDB's server_audit, written to a file or to syslog."""

    name = "server_audit"

    def read(self, entry: str, arrived: datetime) -> list[ReadSighting]:
        """Return the reads of one line; none for one that failed."""
        match = _ENTRY.search(entry)
        if not match or match["code"] not in (None, "0"):
            return []
        at = times.form(match["at"], "%Y%m%d %H:%M:%S", self.zone) or arrived
        statement = _ESCAPE.sub(lambda found: _MEANS.get(found[1], found[1]), match["statement"].strip("'"))
        return [
            ReadSighting(match["user"], at, read.table, read.keys, None, match["client"] or None, self.name)
            for read in reads(statement, self.watched)
        ]
