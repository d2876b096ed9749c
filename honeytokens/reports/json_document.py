"""The document for programs, and the way back. Its shape is in ``document.py`` and ``docs/scan.schema.json``."""

from __future__ import annotations

import json

from pydantic import BaseModel, ValidationError

from honeytokens.errors import DocumentError
from honeytokens.model import ScanResult, Verdict
from honeytokens.reports.document import VERSION, Document

_MAJOR = VERSION.partition(".")[0]


class JsonDocument:
    """One JSON object on many lines, in ASCII: a terminal that shows it meets no control character."""

    suffix = ".json"

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the whole document."""
        return json.dumps(Document.of(verdict, result).model_dump(mode="json"), indent=2) + "\n"


class _Header(BaseModel):
    schema_version: str


def load(document: str | bytes) -> tuple[ScanResult, Verdict]:
    """Return the scan and the verdict that a document holds.

    Raises :class:`DocumentError` when it is no such document, was made by a newer version, or is damaged. The error
    names the first place that is wrong, and repeats nothing of what stands there.
    """
    try:
        version = _Header.model_validate_json(document).schema_version
    except ValidationError:
        raise DocumentError("This is not a scan document", "Give a file made by honeytokens scan --json") from None
    if version.partition(".")[0] != _MAJOR:
        raise DocumentError(
            f"This scan document is of version {version[:20]!r}, and this program reads versions {_MAJOR}.x",
            "Read it with the version of honeytokens that made it, or a newer one",
        )
    try:
        return Document.model_validate_json(document).inner()
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "the whole"
        raise DocumentError(
            f"This scan document is damaged at {place}", "Make it again with honeytokens scan"
        ) from None
