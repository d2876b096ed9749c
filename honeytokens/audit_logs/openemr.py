"""OpenEMR's own logs, which it keeps in tables of its database.

``log`` holds the statements of its pages, their text in base64; its ``patient_id`` is the patient whom the session had
open, not always the one who was read. ``api_log`` holds calls of its interfaces. Comments that the site has encrypted
are not read: of those, the session's patient is given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from honeytokens.audit_logs.interface import TableLog
from honeytokens.audit_logs.rows import moment, text
from honeytokens.audit_logs.sql_reads import Read, reads
from honeytokens.model import ReadSighting

_PATIENTS = "patient_data"


@dataclass(frozen=True, slots=True)
class OpenEmrStatements(TableLog):
    """``log``: statements and views of OpenEMR's pages."""

    name = "openemr_log"
    table = "log"
    key = "id"
    query = (
        "SELECT id, date, event, user, comments, patient_id, success FROM log"
        " WHERE id > :after ORDER BY id LIMIT :limit"
    )

    def read(self, row: Mapping[str, object]) -> list[ReadSighting]:
        """Return what a statement read, or else the patient whose record was open."""
        at = moment(row.get("date"), self.zone)
        event = text(row.get("event"))
        if at is None or text(row.get("success")) == "0" or not event.endswith(("select", "view", "report", "query")):
            return []
        found = reads(_decoded(text(row.get("comments"))), self.watched)
        patient = text(row.get("patient_id"))
        if not any(read.keys for read in found) and patient not in ("", "0") and _PATIENTS in self.watched:
            found = [Read(_PATIENTS, (patient,))]
        who = text(row.get("user"))
        return [ReadSighting(who, at, read.table, read.keys, None, None, self.name) for read in found]


@dataclass(frozen=True, slots=True)
class OpenEmrCalls(TableLog):
    """``api_log``: calls of OpenEMR's FHIR and REST interfaces."""

    name = "openemr_calls"
    table = "api_log"
    key = "id"
    query = (
        "SELECT id, user_id, patient_id, ip_address, method, request_url, created_time FROM api_log"
        " WHERE id > :after ORDER BY id LIMIT :limit"
    )

    def read(self, row: Mapping[str, object]) -> list[ReadSighting]:
        """Return the patient of a call, or that patients were read in bulk."""
        at = moment(row.get("created_time"), self.zone)
        if at is None or text(row.get("method")).upper() != "GET" or _PATIENTS not in self.watched:
            return []
        patient = text(row.get("patient_id"))
        keys = () if patient in ("", "0") else (patient,)
        if not keys and "/patient" not in text(row.get("request_url")).lower():
            return []
        where = text(row.get("ip_address")) or None
        return [ReadSighting(text(row.get("user_id")), at, _PATIENTS, keys, len(keys) or None, where, self.name)]


def _decoded(comments: str) -> str:
    """Return the text of comments, which later versions write in base64."""
    try:
        return base64.b64decode(comments, validate=True).decode()
    except ValueError:
        return comments
