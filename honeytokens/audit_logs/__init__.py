"""Who read which rows, by the logs of hospital systems and databases. One file for each kind of log.

This room knows no decoy and no key, opens no file and no connection: it turns entries of logs into sightings of reads.
"""

from honeytokens.audit_logs.fhir_audit_event import FhirAuditEvent
from honeytokens.audit_logs.interface import FileLog, TableLog, Watched
from honeytokens.audit_logs.mediboard import MediboardRequests, MediboardViews, MediboardWrites
from honeytokens.audit_logs.openemr import OpenEmrCalls, OpenEmrStatements
from honeytokens.audit_logs.pgaudit import PgAudit
from honeytokens.audit_logs.server_audit import ServerAudit
from honeytokens.audit_logs.trytond import Trytond
from honeytokens.audit_logs.web_access import WebAccess

FILE_LOGS: dict[str, type[FileLog]] = {
    kind.name: kind for kind in (FhirAuditEvent, PgAudit, ServerAudit, Trytond, WebAccess)
}
TABLE_LOGS: dict[str, type[TableLog]] = {
    kind.name: kind for kind in (MediboardRequests, MediboardViews, MediboardWrites, OpenEmrCalls, OpenEmrStatements)
}

__all__ = ["FILE_LOGS", "TABLE_LOGS", "FileLog", "TableLog", "Watched"]
